"""Conditions on a person, and the tree that joins them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dataout.testing.judge.events import event_holds
from dataout.testing.judge.history import Person
from dataout.testing.judge.times import Moment, Unjudged
from dataout.testing.judge.values import at_path, passes

Rule = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """What a condition may refer to beyond the person: other segments, the instant, the lists."""

    segments: Mapping[str, Rule]
    moment: Moment
    lists: frozenset[str]


def holds(rule: Rule, person: Person, case: Case) -> bool:
    """One condition; the key that names its kind decides who judges it."""
    kinds = [kind for kind in KINDS if kind in rule]
    if len(kinds) != 1:
        raise Unjudged(f"a condition has one kind of {sorted(KINDS)}: {rule!r}")
    if kinds[0] not in ("attribute", "event") and len(rule) > 1:
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
    return not holds(rule["not"], person, case)


def _attribute(rule: Rule, person: Person, case: Case) -> bool:
    """Test an attribute; the first step of a dotted path is its name."""
    tests = {key: bound for key, bound in rule.items() if key != "attribute"}
    return passes(at_path(person.attributes, rule["attribute"]), tests, case.moment)


def _event(rule: Rule, person: Person, case: Case) -> bool:
    return event_holds(rule, person, case.moment)


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
    "event": _event,
    "segment": _segment,
    "list": _list,
}
