"""What an event condition looks at: events, and orders where the catalog declares them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dataout.testing.judge.history import Event, Person
from dataout.testing.judge.numbers import number
from dataout.testing.judge.orders import counts, left_over, orders
from dataout.testing.judge.times import TIME_TESTS, Moment, Unjudged
from dataout.testing.judge.values import at_path, objects_in, passes_where

Rule = Mapping[str, Any]

STREAM: Final = frozenset({"event", "where", "gross", "lines"})
WHEN: Final = frozenset(TIME_TESTS) - {"within_next"}
"""An event after now is not visible, so no event restriction looks ahead."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a condition may refer to beyond the person.

    ``orders`` holds, by event, what the catalog says of those that are orders.
    """

    segments: Mapping[str, Rule]
    traits: Mapping[str, Rule]
    orders: Mapping[str, Rule]
    lists: frozenset[str]
    moment: Moment


@dataclass(frozen=True, slots=True)
class Happening:
    """An event; or an order, which is its earliest line as far as time and identity go.

    ``lines`` are the properties of what is left and passes ``where``. An order's ``amount``, what
    is left of it as a whole, stands at ``amount_path``.
    """

    time: int
    received: int
    row: int
    lines: Sequence[Mapping[str, Any]]
    amount_path: str | None = None
    amount: int | None = None


def stream(rule: Rule, person: Person, case: Case) -> list[Happening]:
    """Select what the names mean and ``where`` lets pass, oldest first; ``*`` is any name."""
    names = rule["event"] if isinstance(rule["event"], list | tuple) else [rule["event"]]
    asked = [key for key in ("gross", "lines") if rule.get(key, False)]
    if len(asked) > 1:
        raise Unjudged(f"gross combines lines, lines does not: {rule!r}")
    combined = {} if asked == ["lines"] else case.orders
    found = [
        Happening(event.time, event.received, event.row, (event.properties,))
        for event in person.events
        if ("*" in names or event.name in names)
        and event.name not in combined
        and passes_where(event.properties, rule.get("where", {}), case.moment)
    ]
    for name, of_orders in combined.items():
        if "*" in names or name in names:
            where, net = rule.get("where", {}), not asked
            found += _orders(person.events, (name, of_orders, net), where, case.moment)
    return sorted(found, key=lambda each: (each.time, each.received, each.row))


def _orders(
    events: Sequence[Event], what: tuple[str, Rule, bool], where: Rule, moment: Moment
) -> Iterator[Happening]:
    name, rule, net = what
    for order in orders(events, name, rule, net=net):
        selected = [line for line in order.left if passes_where(line[0], where, moment)]
        amount = left_over(order, [worth for _, worth in selected], rule)
        if selected and counts(order, amount):
            lines = tuple(properties for properties, _ in selected)
            first = order.first
            path = rule.get("amount")
            yield Happening(first.time, first.received, first.row, lines, path, amount)


def pick(which: object, found: Sequence[Happening]) -> Sequence[Happening]:
    """Pick the first or the last; ties as they stand."""
    if which not in ("first", "last"):
        raise Unjudged(f"which is first or last: {which!r}")
    return found[:1] if which == "first" else found[-1:]


def in_time(
    rule: Rule, found: Sequence[Happening], case: Case, *, but: Collection[str] = ()
) -> list[Happening]:
    """Keep what the rule's one time restriction lets pass."""
    times = [key for key in rule if key in WHEN]
    if len(times) > 1:
        raise Unjudged(f"one time restriction at most: {rule!r}")
    moment = case.moment.counting(rule["zone"]) if "zone" in rule else case.moment
    asked = [key for key in times if key not in but]
    return [
        each
        for each in found
        if all(TIME_TESTS[key](each.time, rule[key], moment) for key in asked)
    ]


def after_anchor(
    rule: Rule, found: Sequence[Happening], person: Person, case: Case
) -> list[Happening] | None:
    """Keep what came at or after the anchor of ``since``, which is excepted; None: no anchor."""
    if "since" not in rule:
        return list(found)
    since = rule["since"]
    if unknown := since.keys() - STREAM - {"which"}:
        raise Unjudged(f"unknown in since: {sorted(unknown)}")
    anchors = pick(since.get("which", "last"), stream(since, person, case))
    if not anchors:
        return None
    anchor = anchors[0]
    return [each for each in found if each.time >= anchor.time and each.row != anchor.row]


def values_at(path: str, found: Sequence[Happening]) -> list[object]:
    """Read a property of every line by itself."""
    return [at_path(properties, path) for each in found for properties in each.lines]


def numbers_at(path: str, found: Sequence[Happening], where: object, moment: Moment) -> list[int]:
    """Read the usable numbers at a path, in millionths; of an order, what is left of it, once.

    Where a step of the path is a list, each of its objects that passes ``where`` gives one.
    """
    numbers: list[int | None] = []
    for each in found:
        if path == each.amount_path:
            if where is not None:
                raise Unjudged(f"an order's amount has no elements: {path!r}")
            numbers.append(each.amount)
        else:
            for properties in each.lines:
                numbers += _numbers_in(properties, path.split("."), where, moment)
    return [exact for exact in numbers if exact is not None]


def _numbers_in(
    holder: object, path: Sequence[str], where: object, moment: Moment
) -> list[int | None]:
    for step, key in enumerate(path):
        if isinstance(holder, list | tuple):
            rest = ".".join(path[step:])
            chosen = objects_in(holder)
            if where is not None:
                chosen = [each for each in chosen if passes_where(each, where, moment)]
            return [number(at_path(each, rest)) for each in chosen]
        if not isinstance(holder, Mapping):
            return []
        holder = holder.get(key)
    return [] if where is not None else [number(holder)]
