"""Conditions on a person, and the tree that joins them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from dataout.testing.judge.events import event_holds, not_event, sequence_holds
from dataout.testing.judge.history import Person
from dataout.testing.judge.measures import counted
from dataout.testing.judge.streams import Case
from dataout.testing.judge.times import Unjudged, span
from dataout.testing.judge.traits import trait
from dataout.testing.judge.values import at_path, looks_at_now, passes, passes_where

Rule = Mapping[str, Any]

ALONE: Final = frozenset({"everyone", "all", "any", "not", "sequence", "segment", "list"})


def holds(rule: Rule, person: Person, case: Case) -> bool:
    """One condition; the key that names its kind decides who judges it.

    Beside ``attribute`` and ``trait``, ``any`` is what is asked of a list.
    """
    kinds = [kind for kind in KINDS if kind in rule]
    if "any" in kinds and ("attribute" in rule or "trait" in rule):
        kinds.remove("any")
    if len(kinds) != 1:
        raise Unjudged(f"a condition has one kind of {sorted(KINDS)}: {rule!r}")
    if kinds[0] in ALONE and len(rule) > 1:
        raise Unjudged(f"{kinds[0]} stands alone: {rule!r}")
    return KINDS[kinds[0]](rule, person, case)


def _everyone(rule: Rule, _: Person, __: Case) -> bool:
    if rule["everyone"] is not True:
        raise Unjudged("everyone is true or not written")
    return True


def _all(rule: Rule, person: Person, case: Case) -> bool:
    return all(holds(each, person, case) for each in _several(rule["all"]))


def _any(rule: Rule, person: Person, case: Case) -> bool:
    return any(holds(each, person, case) for each in _several(rule["any"]))


def _several(rules: Any) -> list[Rule]:
    if not isinstance(rules, list | tuple) or not rules:
        raise Unjudged("all and any take one condition or more; everybody is everyone: true")
    return list(rules)


def _not(rule: Rule, person: Person, case: Case) -> bool:
    inner = rule["not"]
    if "event" in inner and "history" in inner:
        return not_event(inner, person, case)
    return not holds(inner, person, case)


def _attribute(rule: Rule, person: Person, case: Case) -> bool:
    """Test an attribute; the first step of a dotted path is its name."""
    tests = _tests(rule, "attribute", "true_for")
    if "true_for" in rule:
        start = _since(rule["attribute"], tests, person, case)
        return start is not None and start <= case.moment.now - span(rule["true_for"])
    return passes(at_path(person.attributes, rule["attribute"]), tests, case.moment)


def _since(path: str, tests: Rule, person: Person, case: Case) -> float | None:
    """Tell since when the tests have held without a break; None: they do not hold.

    An absence that passes, and that nothing broke, has held since the person was first seen.
    """
    if looks_at_now(tests):
        raise Unjudged(f"true_for stands beside tests that do not look at now: {tests!r}")
    absent = passes(None, tests, case.moment)
    start = person.first_seen if absent else None
    held = start is not None
    name = path.split(".", 1)[0]
    for set_at, value in person.values.get(name, ()):
        now_holds = passes(at_path({name: value}, path), tests, case.moment)
        if now_holds and not held:
            start = set_at
        held = now_holds
    return start if held else None


def _tests(rule: Rule, *besides: str) -> Rule:
    return {key: bound for key, bound in rule.items() if key not in besides}


def _sequence(rule: Rule, person: Person, case: Case) -> bool:
    return sequence_holds(rule["sequence"], person, case)


def _trait(rule: Rule, person: Person, case: Case) -> bool:
    return passes(trait(rule["trait"], person, case), _tests(rule, "trait"), case.moment)


def _related(rule: Rule, person: Person, case: Case) -> bool:
    """Count the objects of a type that pass by themselves, and by how they are related."""
    if unknown := rule.keys() - {"related", "where", "via", "count"}:
        raise Unjudged(f"unknown beside related: {sorted(unknown)}")
    found = [
        each
        for each in person.related
        if each.type == rule["related"]
        and passes_where(each.attributes, rule.get("where", {}), case.moment)
        and passes_where(each.via, rule.get("via", {}), case.moment)
    ]
    return counted(len(found), rule.get("count", {"gte": 1}))


def _segment(rule: Rule, person: Person, case: Case) -> bool:
    """Judge the other segment. A cycle of segments is refused before, and never answers here."""
    if rule["segment"] not in case.segments:
        raise Unjudged(f"no such segment: {rule['segment']!r}")
    return holds(case.segments[rule["segment"]]["who"], person, case)


def _list(rule: Rule, person: Person, case: Case) -> bool:
    if rule["list"] not in case.lists:
        raise Unjudged(f"no such list: {rule['list']!r}")
    return rule["list"] in person.lists


KINDS: Final[Mapping[str, Callable[[Rule, Person, Case], bool]]] = {
    "everyone": _everyone,
    "all": _all,
    "any": _any,
    "not": _not,
    "attribute": _attribute,
    "event": event_holds,
    "sequence": _sequence,
    "related": _related,
    "trait": _trait,
    "segment": _segment,
    "list": _list,
}
