"""Orders: lines that share a key, and what has been taken off them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dataout.testing.judge.history import Event
from dataout.testing.judge.numbers import MILLION, number, quotient
from dataout.testing.judge.times import Unjudged
from dataout.testing.judge.values import at_path, identity

Rule = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order: its units in millionths, and how many of them are left."""

    event: Event
    key: object
    units: int
    left: int
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What is left of an order: its lines with what each is worth (None: no usable amount).

    ``first`` is its earliest line, cancelled or not; ``refunds`` is None where there were none.
    """

    first: Event
    left: Sequence[tuple[Mapping[str, Any], int | None]]
    touched: bool
    refunds: int | None


def orders(events: Sequence[Event], name: str, rule: Rule, *, net: bool) -> Iterator[Order]:
    """Put a person's lines together and take off what ``cancelled_by`` says, where ``net``."""
    cancels = (rule.get("cancelled_by") or []) if net else []
    parts = [{"event": each} if isinstance(each, str) else each for each in cancels]
    matched = [cancel for cancel in parts if "match" in cancel]
    partly = [cancel for cancel in parts if "amount" in cancel]
    wholly = {cancel["event"] for cancel in parts if cancel not in (*matched, *partly)}
    if len(matched) > 1:
        raise Unjudged("several events that take units: whose goes first is not said")
    undone = {_key(event, rule) for event in events if event.name in wholly} - {None}
    lines = [_line(event, rule, matched, undone) for event in events if event.name == name]
    if matched:
        lines = _netted(lines, events, matched[0])
    refunds = _refunds(events, rule, partly)
    together: dict[object, list[Line]] = defaultdict(list)
    for line in lines:
        together[("row", line.event.row) if line.key is None else line.key].append(line)
    for key, own in together.items():
        yield _order(own, rule, refunds.get(key), by_units=bool(matched))


def _key(event: Event, rule: Rule) -> object:
    return _named(at_path(event.properties, rule["order_key"]))


def _named(value: object) -> object:
    """Take a number for its plain spelling: files write the same key as the one and the other."""
    match identity(value):
        case ("number", int() as millionths):
            whole, rest = divmod(abs(millionths), 10**6)
            sign = "-" if millionths < 0 else ""
            return ("text", f"{sign}{whole}.{rest:06}".rstrip("0").rstrip("."))
        case other:
            return other


def _line(event: Event, rule: Rule, matched: Sequence[Rule], undone: set[object]) -> Line:
    units = _units(event, matched[0]) if matched else MILLION
    key = _key(event, rule)
    cancelled = key in undone
    return Line(event, key, units, 0 if cancelled else max(units, 0), cancelled)


def _units(event: Event, cancel: Rule) -> int:
    """Read a quantity; without a usable one it is one unit."""
    path = cancel.get("quantity")
    exact = None if path is None else number(at_path(event.properties, path))
    return MILLION if exact is None else exact


def _group(event: Event, cancel: Rule) -> tuple[object, ...] | None:
    """Tell of which kind a unit is; None where a property is missing, or no single value."""
    values = tuple(_named(at_path(event.properties, path)) for path in cancel["match"])
    return None if None in values else values


def _netted(lines: Sequence[Line], events: Sequence[Event], cancel: Rule) -> list[Line]:
    """Let each return take its units from the lines before it, the newest first."""
    left = {line.event.row: line for line in lines}
    turns = [(line.event, False) for line in lines]
    turns += [(event, True) for event in events if event.name == cancel["event"]]
    turns.sort(key=lambda turn: (turn[0].time, turn[1], turn[0].received, turn[0].row))
    stacks: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for event, returns in turns:
        kind = _group(event, cancel)
        if kind is None:
            continue
        if not returns:
            stacks[kind].append(event.row)
            continue
        wanted = abs(_units(event, cancel))
        for row in reversed(stacks[kind]):
            taken = min(wanted, left[row].left)
            left[row] = replace(left[row], left=left[row].left - taken)
            wanted -= taken
    return [left[line.event.row] for line in lines]


def _refunds(events: Sequence[Event], rule: Rule, cancels: Sequence[Rule]) -> dict[object, int]:
    """Sum what was refunded, by order; a refund without a usable amount is one of nothing."""
    sums: dict[object, int] = {}
    for cancel in cancels:
        for event in events:
            key = _key(event, rule)
            if event.name == cancel["event"] and key is not None:
                amount = number(at_path(event.properties, cancel["amount"])) or 0
                sums[key] = sums.get(key, 0) + abs(amount)
    return sums


def _order(lines: Sequence[Line], rule: Rule, refunds: int | None, *, by_units: bool) -> Order:
    """Settle one order; its lines stand in the order of their time."""
    shrunk = any(line.cancelled or line.left < max(line.units, 0) for line in lines)
    touched = shrunk or refunds is not None
    left = [
        (line.event.properties, _worth(line, rule))
        for line in lines
        if not touched or (line.left > 0 if by_units else not line.cancelled)
    ]
    return Order(lines[0].event, left, touched, refunds)


def _worth(line: Line, rule: Rule) -> int | None:
    path = rule.get("amount")
    amount = None if path is None else number(at_path(line.event.properties, path))
    if amount is None or line.left >= line.units:
        return amount
    return quotient(amount * line.left, line.units)


def left_over(order: Order, worths: Sequence[int | None], rule: Rule) -> int | None:
    """Give what the selected lines amount to, less what was refunded; None: nothing usable."""
    usable = [worth for worth in worths if worth is not None]
    if not usable:
        return None
    if rule.get("combine", "sum") not in ("sum", "max"):
        raise Unjudged(f"lines combine by sum or max: {rule!r}")
    combined = max(usable) if rule.get("combine") == "max" else sum(usable)
    return combined - (order.refunds or 0)


def counts(order: Order, amount: int | None) -> bool:
    """Tell whether an order is still one: untouched, or not refunded, or more than refunded."""
    return not order.touched or order.refunds is None or (amount is not None and amount > 0)
