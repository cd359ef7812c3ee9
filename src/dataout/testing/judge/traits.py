"""Computed traits: a value per person, from events or from other traits."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from dataout.testing.judge.history import Person
from dataout.testing.judge.measures import different
from dataout.testing.judge.numbers import MILLION, fitting, number, quotient
from dataout.testing.judge.streams import (
    STREAM,
    WHEN,
    Case,
    Happening,
    after_anchor,
    in_time,
    numbers_at,
    pick,
    stream,
)
from dataout.testing.judge.times import Unjudged
from dataout.testing.judge.values import at_path

Rule = Mapping[str, Any]

PEOPLE: Final = frozenset({"description", "owner"})
ALLOWED: Final = STREAM - {"event"} | WHEN | {"zone", "since"} | PEOPLE


def trait(name: str, person: Person, case: Case) -> object:
    """Compute a trait; None: it is absent."""
    if name not in case.traits:
        raise Unjudged(f"no such trait: {name!r}")
    rule = case.traits[name]
    kinds = [kind for kind in rule if kind in KINDS]
    if len(kinds) != 1:
        raise Unjudged(f"a trait has one of {sorted(KINDS)}: {rule!r}")
    return KINDS[kinds[0]](kinds[0], rule, person, case)


def _subject(kind: str, rule: Rule) -> Rule:
    """Read what a trait is about: ``EVENT.PROPERTY``, or that as a mapping; of a count, events."""
    match rule[kind]:
        case events if kind == "count":
            return {"event": events}
        case str() as text if "." in text:
            return dict(zip(("event", "property"), text.split(".", 1), strict=True))
        case Mapping() as subject if {"event", "property"} <= subject.keys():
            return subject
        case other:
            raise Unjudged(f"{kind} reads EVENT.PROPERTY: {other!r}")


def _matching(kind: str, rule: Rule, person: Person, case: Case) -> list[Happening]:
    """Give the events that a trait is about."""
    if unknown := rule.keys() - ALLOWED - {kind}:
        raise Unjudged(f"unknown in a trait: {sorted(unknown)}")
    if kind in ("first", "last") and "since" in rule:
        raise Unjudged(f"a value is picked over all events, or those of a window: {rule!r}")
    asked = {key: rule[key] for key in rule if key != kind}
    asked["event"] = _subject(kind, rule)["event"]
    found = in_time(asked, stream(asked, person, case), case)
    return after_anchor(asked, found, person, case) or []


def _count(kind: str, rule: Rule, person: Person, case: Case) -> object:
    return len(_matching(kind, rule, person, case))


def _distinct(kind: str, rule: Rule, person: Person, case: Case) -> object:
    return different(_subject(kind, rule)["property"], _matching(kind, rule, person, case))


def _usable(kind: str, rule: Rule, person: Person, case: Case) -> list[int]:
    subject, found = _subject(kind, rule), _matching(kind, rule, person, case)
    return numbers_at(subject["property"], found, subject.get("where"), case.moment)


def _number(kind: str, rule: Rule, person: Person, case: Case) -> object:
    values = _usable(kind, rule, person, case)
    return fitting(NUMBERS[kind](values)) if values else None


def _picked(kind: str, rule: Rule, person: Person, case: Case) -> object:
    """Read a property of the first or last event in the window.

    Of an order it is that of its first line left, or what is left of the amount.
    """
    path = _subject(kind, rule)["property"]
    for each in pick(kind, _matching(kind, rule, person, case)):
        if path == each.amount_path:
            return None if each.amount is None else fitting(each.amount)
        return at_path(each.lines[0], path)
    return None


def _arithmetic(kind: str, rule: Rule, person: Person, case: Case) -> object:
    """Join traits and numbers from left to right, each result rounded to what a number is."""
    if rule.keys() - PEOPLE != {kind} or not rule[kind]:
        raise Unjudged(f"arithmetic stands alone, over one trait or more: {rule!r}")
    operands = [_operand(each, person, case) for each in rule[kind]]
    result = operands[0]
    for operand in operands[1:]:
        if result is None or operand is None:
            return None
        joined = OPERATIONS[kind](result, operand)
        result = None if joined is None or fitting(joined) is None else joined
    return None if result is None else fitting(result)


def _operand(each: object, person: Person, case: Case) -> int | None:
    """Read a number, or what a trait computes to; a sum of nothing is 0 here."""
    if not isinstance(each, str):
        return number(each)
    value = trait(each, person, case)
    rule = case.traits[each]
    if "sum" in rule and not _usable("sum", rule, person, case):
        return 0
    return number(value)


def _divided(left: int, right: int) -> int | None:
    return None if right == 0 else quotient(left * MILLION, right)


OPERATIONS: Final[Mapping[str, Callable[[int, int], int | None]]] = {
    "plus": lambda left, right: left + right,
    "minus": lambda left, right: left - right,
    "times": lambda left, right: quotient(left * right, MILLION),
    "divided_by": _divided,
}
NUMBERS: Final[Mapping[str, Callable[[Sequence[int]], int]]] = {
    "sum": sum,
    "avg": lambda values: quotient(sum(values), len(values)),
    "min": min,
    "max": max,
}
KINDS: Final[Mapping[str, Callable[[str, Rule, Person, Case], object]]] = {
    "count": _count,
    "distinct": _distinct,
    **dict.fromkeys(NUMBERS, _number),
    **dict.fromkeys(("first", "last"), _picked),
    **dict.fromkeys(OPERATIONS, _arithmetic),
}
