"""What makes events orders, and what cancels them: the part of the catalog that changes answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dataout.catalog.events import Cancellation, Catalog

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """An event that undoes the order with the same key as a whole."""

    event: str
    key: Path


@dataclass(frozen=True, slots=True)
class CancelAmount:
    """An event that takes ``amount`` off the order with the same key."""

    event: str
    key: Path
    amount: Path


@dataclass(frozen=True, slots=True)
class CancelUnits:
    """An event that names no order: it takes its units from lines with the same properties.

    From the person's lines at or before it, the newest first, until used up. ``quantity`` is its
    number of units and a line's; without one it is 1.
    """

    event: str
    match: tuple[Path, ...]
    quantity: Path | None


Cancel = CancelOrder | CancelAmount | CancelUnits


@dataclass(frozen=True, slots=True)
class OrderRule:
    """Lines of ``event`` with the same value at ``key`` are one order.

    ``amount`` is what a line is worth; an order is worth the sum of its lines, or the largest of
    them where the same order is reported several times.
    """

    event: str
    key: Path
    amount: Path | None
    combine: Literal["sum", "max"] = "sum"
    cancelled_by: tuple[Cancel, ...] = ()


Orders = Mapping[str, OrderRule]
"""The order events of a catalog, by name."""


def orders_of(catalog: Catalog) -> Orders:
    """Read the order rules out of a catalog."""
    return {
        event.name: OrderRule(
            event.name,
            _path(event.order_key),
            None if event.amount is None else _path(event.amount),
            event.combine,
            tuple(_cancel(each, event.order_key) for each in event.cancelled_by),
        )
        for event in catalog.events.values()
        if event.order_key is not None
    }


def _cancel(cancellation: Cancellation, key: str) -> Cancel:
    if cancellation.match:
        quantity = None if cancellation.quantity is None else _path(cancellation.quantity)
        return CancelUnits(cancellation.event, tuple(map(_path, cancellation.match)), quantity)
    if cancellation.amount is not None:
        return CancelAmount(cancellation.event, _path(key), _path(cancellation.amount))
    return CancelOrder(cancellation.event, _path(key))


def _path(text: str) -> Path:
    return tuple(text.split("."))
