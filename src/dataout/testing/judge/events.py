"""The event condition, and the chain of events that a sequence is."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dataout.testing.judge.history import Person
from dataout.testing.judge.measures import MEASURES
from dataout.testing.judge.streams import STREAM, WHEN, Case, after_anchor, in_time, pick, stream
from dataout.testing.judge.times import Unjudged, span

Rule = Mapping[str, Any]

STEP: Final = STREAM | WHEN | {"zone"}


def event_holds(rule: Rule, person: Person, case: Case) -> bool:
    """Measure the person's matching events as the rule asks; without a measure, one is enough.

    A count may stand beside an aggregate, and both must hold.
    """
    asked = [key for key in MEASURES if key in rule]
    if len({*asked} - {"count"}) > 1 or (asked and "which" in rule):
        raise Unjudged(f"one measure at most: {rule!r}")
    if unknown := rule.keys() - STEP - {*asked, "which", "since", "history"}:
        raise Unjudged(f"unknown in an event condition: {sorted(unknown)}")
    if "zone" in rule and not rule.keys() & {"calendar_days", "distinct_days"}:
        raise Unjudged(f"nothing here counts days: {rule!r}")
    if "history" in rule and not _may_be_none(rule):
        raise Unjudged(f"no negative window: {rule!r}")
    candidates: Sequence[Any] = stream(rule, person, case)
    if "which" in rule:
        candidates = pick(rule["which"], candidates)
    matching = after_anchor(rule, in_time(rule, candidates, case), person, case)
    if matching is None:
        return False
    moment = case.moment.counting(rule["zone"]) if "zone" in rule else case.moment
    known = "history" not in rule or seen_before(rule, person, case)
    holds = all(MEASURES[key](matching, rule[key], moment) for key in asked)
    return known and (holds if asked else bool(matching))


def not_event(rule: Rule, person: Person, case: Case) -> bool:
    """Judge ``not: {event: …, history: required}``: no such event, and somebody known by then."""
    if _may_be_none(rule):
        raise Unjudged(f"below not this asks for presence, not for absence: {rule!r}")
    without = {key: value for key, value in rule.items() if key != "history"}
    return seen_before(rule, person, case) and not event_holds(without, person, case)


def seen_before(rule: Rule, person: Person, case: Case) -> bool:
    """Tell whether the person was first seen at least the rule's window ago."""
    if rule["history"] != "required" or "within" not in rule:
        raise Unjudged(f"history is required of a window, within: {rule!r}")
    seen = person.first_seen
    return seen is not None and seen <= case.moment.now - span(rule["within"])


def _may_be_none(rule: Rule) -> bool:
    """Tell whether the rule only bounds a count from above: to have no event satisfies it."""
    others = rule.keys() & {*MEASURES, "which"} - {"count"}
    bound = rule.get("count")
    tests = bound if isinstance(bound, Mapping) else {"is": bound}
    bounds_above = tests.keys() <= {"lt", "lte"} or tests == {"is": 0}
    return "count" in rule and not others and bounds_above


def sequence_holds(steps: object, person: Person, case: Case) -> bool:
    """Look for a chain of events: each step strictly later than the one before."""
    if not isinstance(steps, list | tuple) or not steps:
        raise Unjudged(f"a sequence has steps: {steps!r}")
    first, *later = steps
    if unknown := first.keys() - STEP - {"which"}:
        raise Unjudged(f"unknown in a first step: {sorted(unknown)}")
    found: Sequence[Any] = stream(first, person, case)
    if "which" in first:
        found = pick(first["which"], found)
    ends = {each.time for each in in_time(first, found, case)}
    for number, step in enumerate(later, 1):
        if "not" in step:
            if number < len(later) or step.keys() != {"not"}:
                raise Unjudged(f"only the last step may be a not: {steps!r}")
            return any(_undisturbed(end, step["not"], person, case) for end in ends)
        ends = _next(ends, step, person, case)
    return bool(ends)


def _next(ends: set[int], step: Rule, person: Person, case: Case) -> set[int]:
    """Find where chains can end that one more event makes longer."""
    if unknown := step.keys() - STEP:
        raise Unjudged(f"unknown in a step: {sorted(unknown)}")
    longest = span(step["within"]) if "within" in step else None
    return {
        each.time
        for each in in_time(step, stream(step, person, case), case, but=["within"])
        if any(end < each.time and (longest is None or each.time <= end + longest) for end in ends)
    }


def _undisturbed(end: int, step: Rule, person: Person, case: Case) -> bool:
    """Tell whether nothing followed: in the window, once it is over; without one, until now."""
    if unknown := step.keys() - STREAM - {"within"}:
        raise Unjudged(f"unknown in a last step: {sorted(unknown)}")
    until = end + span(step["within"]) if "within" in step else case.moment.now
    followed = any(end < each.time <= until for each in stream(step, person, case))
    return until <= case.moment.now and not followed
