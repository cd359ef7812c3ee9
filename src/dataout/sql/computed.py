"""What computed traits come to, for a few people.

Arithmetic over arithmetic is computed in steps, each of them a column that later ones read: put
into each other, expressions grow with every level faster than an engine can plan them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from sqlglot import exp

from dataout.segments.formulas import Arithmetic, Computed, Program, Value, as_program
from dataout.sql.formulas import Columns, arithmetic, as_value, operand
from dataout.sql.groups import group_query, groups_of, rules_of
from dataout.sql.orders import lines_of
from dataout.sql.scope import Scope

Steps = Mapping[Arithmetic, exp.Column]
"""Where the result of each arithmetic stands."""


def trait_values(values: Sequence[Value], scope: Scope) -> exp.Select:
    """Select what each trait comes to at the scope's instant: a column ``v0``, ``v1`` … per value.

    As JSON, numbers in all their digits; NULL where the value is absent. Gives a row for each of
    the people to look at.
    """
    program = as_program({str(n): Computed(value, ()) for n, value in enumerate(values)})
    query, columns = _atoms(program, scope)
    steps: dict[Arithmetic, exp.Column] = {}
    last = "step_0"
    for number, level in enumerate(_levels(values), start=1):
        step = exp.select("*").from_(last)
        names = {each: f"t{len(steps) + n}" for n, each in enumerate(level)}
        for each, name in names.items():
            step = step.select(exp.alias_(_number(each, columns, steps), name))
        steps |= {each: exp.column(name) for each, name in names.items()}
        last = f"step_{number}"
        query = query.with_(last, as_=step)
    for number, value in enumerate(values):
        found = steps[value].copy() if isinstance(value, Arithmetic) else as_value(value, columns)
        in_json = exp.cast(exp.cast(found, "JSON"), "TEXT")
        query = query.select(exp.alias_(in_json, f"v{number}"))
    return query.from_(last)


def _atoms(program: Program, scope: Scope) -> tuple[exp.Select, Columns]:
    """Begin a query with the values of all atoms side by side, and say where each stands."""
    rules, query = rules_of(program.atoms), exp.select()
    for number, rule in enumerate(rules):
        query = query.with_(f"orders_{number}", as_=lines_of(rule, scope))
    beside = exp.select("p.slot").from_("profiles AS p").where(scope.concerned("p"))
    columns: Columns = {atom: exp.column(f"a{n}") for n, atom in enumerate(program.atoms)}
    for number, (group, parts) in enumerate(groups_of(program, {}, scope).items()):
        name = f"g{number}"
        inside = {part: exp.column(columns[part].name, table=name) for part in parts}
        columns = {**columns, **inside}
        query = query.with_(name, as_=group_query(group, parts, columns, rules, {}, scope))
        beside = beside.join(name, on=f"{name}.slot = p.slot", join_type="left")
        beside = beside.select(*(column.copy() for column in inside.values()))
    query = query.with_("step_0", as_=beside)
    return query, {part: exp.column(column.name) for part, column in columns.items()}


def _levels(values: Sequence[Value]) -> Iterator[list[Arithmetic]]:
    """List every arithmetic once, after all that it reads."""
    every = dict.fromkeys(part for value in values for part in _arithmetic(value))
    for _, level in groupby(sorted(every, key=_height), key=_height):
        yield list(level)


def _arithmetic(value: Value) -> Iterator[Arithmetic]:
    if isinstance(value, Arithmetic):
        yield value
        for part in value.of:
            yield from _arithmetic(part)


def _height(value: Value) -> int:
    return 1 + max(map(_height, value.of)) if isinstance(value, Arithmetic) else 0


def _number(value: Arithmetic, columns: Columns, steps: Steps) -> exp.Expr:
    parts = [
        steps[part].copy() if isinstance(part, Arithmetic) else operand(part, columns)
        for part in value.of
    ]
    return arithmetic(value.operation, parts)
