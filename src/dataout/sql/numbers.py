"""Numbers at a path that may lead through a list of objects."""

from __future__ import annotations

from typing import Literal

from sqlglot import exp

from dataout.segments.values import Filter
from dataout.sql.scope import Scope
from dataout.sql.values import (
    call,
    dig,
    element_of,
    over_elements,
    passes,
    property_of,
)

Function = Literal["sum", "usable", "min", "max"]


def numbers_at(
    value: exp.Expr,
    path: tuple[str, ...],
    items: Filter | None,
    function: Function,
    scope: Scope,
) -> exp.Expr:
    """Give one row's share of an aggregate: its number, or that of the objects in its list.

    ``usable`` gives how many numbers there are.
    """
    alone = call("number_of", dig(value, path))
    share: exp.Expr = alone if function != "usable" else _how_many(alone)
    if items is not None:
        share = exp.convert(0) if function == "usable" else exp.null()
    for length in range(len(path) - 1, 0, -1):
        there = dig(value, path[:length])
        inside = _in_list(there, path[length:], items, function, scope)
        share = exp.Case().when(call("is_list", there), inside).else_(share)
    return share


def _how_many(number: exp.Expr) -> exp.Expr:
    return exp.Case().when(number.is_(exp.null()), exp.convert(0)).else_(exp.convert(1))


def _in_list(
    there: exp.Expr, rest: tuple[str, ...], items: Filter | None, function: Function, scope: Scope
) -> exp.Expr:
    element = element_of(there)
    condition: exp.Expr = call("is_object", element)
    if items is not None:
        condition = exp.and_(condition, passes(items, property_of(element), scope))
    number = exp.Case().when(condition, call("number_of", dig(element, rest)))
    numbers = over_elements("list_transform", there, number)
    match function:
        case "usable":
            return call("list_count", numbers)
        case "sum":
            return exp.cast(call("list_sum", numbers), "DECIMAL(38, 6)")
        case "min" | "max":
            return call(f"list_{function}", numbers)
