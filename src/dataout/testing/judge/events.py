"""The event condition: which events match, and what they measure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from dataout.testing.judge.history import Event, Person
from dataout.testing.judge.numbers import MILLION, number
from dataout.testing.judge.times import TIME_TESTS, Moment, Unjudged
from dataout.testing.judge.values import COMPARE, at_path, passes

Rule = Mapping[str, Any]

STREAM: Final = frozenset({"event", "where"})
WHEN: Final = frozenset(TIME_TESTS) - {"within_next"}
"""An event after now is not visible, so no event restriction looks ahead."""


def event_holds(rule: Rule, person: Person, moment: Moment) -> bool:
    """Measure the person's matching events as the rule asks; without a measure, one is enough."""
    measures = [key for key in MEASURES if key in rule]
    times = [key for key in WHEN if key in rule]
    if len(measures) > 1 or len(times) > 1:
        raise Unjudged(f"one measure and one time restriction at most: {rule!r}")
    if unknown := rule.keys() - STREAM - {*measures, *times, "since"}:
        raise Unjudged(f"unknown in an event condition: {sorted(unknown)}")
    anchor = None
    if "since" in rule:
        anchor = _anchor(rule["since"], person, moment)
        if anchor is None:
            return False
    measure = MEASURES[measures[0]] if measures else _any
    bound = rule[measures[0]] if measures else None
    candidates = stream(rule, person, moment)
    if "which" in rule:
        candidates = pick(rule["which"], candidates)
    matching = [
        event
        for event in candidates
        if all(TIME_TESTS[key](event.time, rule[key], moment) for key in times)
        and (anchor is None or (event.time >= anchor.time and event is not anchor))
    ]
    return measure(matching, bound)


def stream(rule: Rule, person: Person, moment: Moment) -> Sequence[Event]:
    """Select visible events of the names that pass ``where``, oldest first; ``*`` is any name."""
    names = rule["event"] if isinstance(rule["event"], list | tuple) else [rule["event"]]
    return [
        event
        for event in person.events
        if ("*" in names or event.name in names)
        and passes_where(event.properties, rule.get("where", {}), moment)
    ]


def passes_where(properties: Mapping[str, Any], where: Rule, moment: Moment) -> bool:
    """Test one event by every property filter; ``all``, ``any`` and ``not`` nest freely."""
    return all(_clause(properties, key, test, moment) for key, test in where.items())


def _clause(properties: Mapping[str, Any], key: str, test: Any, moment: Moment) -> bool:
    match key:
        case "all":
            return all(passes_where(properties, each, moment) for each in test)
        case "any":
            return any(passes_where(properties, each, moment) for each in test)
        case "not":
            return not passes_where(properties, test, moment)
        case _:
            return passes(at_path(properties, key), test, moment)


def pick(which: str, events: Sequence[Event]) -> Sequence[Event]:
    """Pick the first or the last, before any time restriction; ties as the events stand."""
    if which not in ("first", "last"):
        raise Unjudged(f"which is first or last: {which!r}")
    return events[:1] if which == "first" else events[-1:]


def _anchor(rule: Rule, person: Person, moment: Moment) -> Event | None:
    if unknown := rule.keys() - STREAM - {"which"}:
        raise Unjudged(f"unknown in since: {sorted(unknown)}")
    found = pick(rule.get("which", "last"), stream(rule, person, moment))
    return found[0] if found else None


def _any(events: Sequence[Event], _: object) -> bool:
    return len(events) > 0


def _count(events: Sequence[Event], bound: Any) -> bool:
    tests = bound if isinstance(bound, Mapping) else {"is": bound}
    return _measures(len(events), 1, tests)


def _sum(events: Sequence[Event], bound: Rule) -> bool:
    values = _numbers(events, bound)
    return len(values) > 0 and _measures(sum(values), MILLION, _tests(bound))


def _avg(events: Sequence[Event], bound: Rule) -> bool:
    """Compare the sum with bound × count: nothing is divided, so nothing is rounded."""
    values = _numbers(events, bound)
    return len(values) > 0 and _measures(sum(values), MILLION * len(values), _tests(bound))


def _min(events: Sequence[Event], bound: Rule) -> bool:
    values = _numbers(events, bound)
    return len(values) > 0 and _measures(min(values), MILLION, _tests(bound))


def _max(events: Sequence[Event], bound: Rule) -> bool:
    values = _numbers(events, bound)
    return len(values) > 0 and _measures(max(values), MILLION, _tests(bound))


def _distinct(events: Sequence[Event], bound: Rule) -> bool:
    """Count values by type and value: the text "5" is not the number 5, but 5.0 is.

    Numbers that do not fit, empty texts, nulls, lists and objects are no values here.
    """
    values: set[tuple[str, object]] = set()
    for event in events:
        match at_path(event.properties, bound["property"]):
            case bool() as truth:
                values.add(("truth", truth))
            case str() as text if text:
                values.add(("text", text))
            case int() | float() as value if (exact := number(value)) is not None:
                values.add(("number", exact))
            case _:
                pass
    return _measures(len(values), 1, _tests(bound))


def _tests(bound: Rule) -> Rule:
    return {key: value for key, value in bound.items() if key != "property"}


def _numbers(events: Sequence[Event], bound: Rule) -> list[int]:
    """Read the usable values of a property, in millionths. A list is no usable value."""
    values = (number(at_path(event.properties, bound["property"])) for event in events)
    return [value for value in values if value is not None]


def _measures(value: int, scale: int, tests: Rule) -> bool:
    """Compare value / scale with each bound, which is in millionths; nothing is divided."""
    if not tests or not tests.keys() <= COMPARE.keys():
        raise Unjudged(f"not a comparison: {tests!r}")
    return all(COMPARE[op](value * MILLION, _bound(bound) * scale) for op, bound in tests.items())


def _bound(value: object) -> int:
    exact = number(value)
    if exact is None:
        raise Unjudged(f"not a number: {value!r}")
    return exact


MEASURES: Final[Mapping[str, Callable[[Sequence[Event], Any], bool]]] = {
    "count": _count,
    "sum": _sum,
    "avg": _avg,
    "min": _min,
    "max": _max,
    "distinct": _distinct,
    "which": _any,
}
