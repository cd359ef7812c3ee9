"""The newest of what was said: attributes, tested where they stand, and lists.

The newest row passes if the newest of the rows that pass is as new as the newest of all. To compare
one number for each costs a tenth of carrying values to where they could be tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from sqlglot import exp

from dataout.segments.atoms import ListAtom
from dataout.segments.formulas import ValueIs
from dataout.sql.scope import History, Scope
from dataout.sql.values import dig, holds, parsed_part, passes_all

State = ValueIs | ListAtom

MOMENTS = 2**44
"""Milliseconds from 1830 to 2387; what was always so counts as the first of them."""

LANDINGS = 2**38
"""More rows than a table can have here; with two moments they fill 126 bits."""

BEFORE_1970 = 2**42

AGE = f"""(
  CAST(greatest(set_at + {BEFORE_1970}, 0) AS HUGEINT) * {MOMENTS}
  + greatest(received_at + {BEFORE_1970}, 0)
) * {LANDINGS} + landing AS age"""


def states_query(states: Mapping[State, str], scope: Scope) -> exp.Select:
    """Look up states of one attribute, or of one list, per profile, under the columns given."""
    table, column, name = _place(next(iter(states)))
    rows = (
        exp.select("slot", _what(table), parsed_part(AGE))
        .from_(table)
        .where(exp.column(column).eq(name), scope.visible(table, "set_at"), copy=False)
    )
    query = exp.select("slot").from_(rows.subquery("said", copy=False)).group_by("slot")
    newest = exp.Max(this=exp.column("age"))
    for state, alias in states.items():
        passing = exp.Case().when(_passes(state, scope.of("said")), exp.column("age"), copy=False)
        is_so = exp.EQ(this=exp.Max(this=passing), expression=newest.copy())
        query = query.select(exp.alias_(holds(is_so), alias, copy=False), copy=False)
    return query


def _place(state: State) -> tuple[History, str, str]:
    match state:
        case ValueIs(atom):
            return "attributes", "name", atom.name
        case ListAtom(name):
            return "list_members", "list", name
        case _:
            assert_never(state)


def _what(table: History) -> str:
    return "member" if table == "list_members" else "value"


def _passes(state: State, scope: Scope) -> exp.Condition:
    match state:
        case ValueIs(_, path, tests):
            return passes_all(tests, dig(exp.column("value"), path), scope)
        case ListAtom():
            return exp.column("member")
        case _:
            assert_never(state)
