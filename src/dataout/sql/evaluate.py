"""A program becomes one query: a common table per group of atoms, bits, every formula per profile.

What a source selects and the window bounds that all of a group share are pushed down to the scan
(``groups.py``, ``reach.py``). Comparisons are decided where their atoms are, and only their bits
are brought together (``parts.py``): to join every group with everybody costs as much as all scans.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from sqlglot import exp

from dataout.segments.atoms import KeyAtom
from dataout.segments.formulas import (
    Computed,
    Formula,
    Leaf,
    NotBefore,
    PickedSince,
    Program,
    as_program,
)
from dataout.sql.candidates import Selection, candidates
from dataout.sql.formulas import Columns, holding
from dataout.sql.groups import Events, Group, Part, group_query, groups_of, rules_of
from dataout.sql.looks import tables_of_looks
from dataout.sql.nobody import of_everybody, of_nobody
from dataout.sql.orders import lines_of
from dataout.sql.parts import (
    Bit,
    bits,
    found,
    gathered,
    home_of,
    joined,
    kept,
    parts_of,
    read_by,
)
from dataout.sql.reach import Reach, narrowed, reach_of
from dataout.sql.scope import Scope
from dataout.sql.values import table, union_all

SLOT = exp.column("slot")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The query, and the column of its answer that holds each segment (beside ``slot``).

    Who has no row is in no segment.
    """

    query: exp.Select
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is computed where: each group's parts, each part's group and column."""

    groups: Mapping[Group, list[Part]]
    order: tuple[Group, ...]
    homes: Mapping[Part, int]
    columns: Columns
    reach: Reach
    scope: Scope

    def places(self, leaf: Leaf) -> tuple[int, ...]:
        """List the groups whose columns decide a leaf."""
        return tuple(sorted({self.homes[part] for part in read_by(leaf)}))

    def home(self, leaf: Leaf) -> int | None:
        """Say which group alone decides a leaf."""
        places = self.places(leaf)
        if len(places) != 1 or (isinstance(leaf, Computed) and of_everybody(leaf)):
            return None
        return places[0]

    def selects(self, group: int) -> bool:
        """Say whether a group reads recent events only, and waits for no anchor."""
        match self.order[group]:
            case Events(since=None, recent=recent):
                return recent
            case _:
                return False

    def waits_for(self, group: int) -> tuple[int, ...]:
        """List the group of the anchor, where there is one."""
        match self.order[group]:
            case Events(since=KeyAtom() as since):
                return (self.homes[since],)
            case _:
                return ()


def evaluation(program: Program, scope: Scope) -> Evaluation:
    """Compile all segments of a program."""
    if scope.at is not None:
        asked = {name: narrowed(each, scope.at) for name, each in program.formulas.items()}
        program = as_program(asked)
    plan = _plan(program, scope)
    formulas = {name: gathered(part, plan.home) for name, part in program.formulas.items()}
    kept_in = bits(part for each in formulas.values() for part in parts_of(each, plan.home))
    everybody = any(of_nobody(formula) for formula in formulas.values())
    decided = _decided(kept_in, plan, everybody=everybody)
    for name, rows in _tables(program, plan, candidates(formulas.values(), plan)):
        decided = decided.with_(_alias(name), as_=rows, copy=False)
    if kept_in:
        decided = decided.with_(_alias("bits"), as_=_bits(kept_in, plan), copy=False)
    whole = exp.select(SLOT.copy(), copy=False).from_(decided.subquery("decided", copy=False))
    names = {name: f"s{n}" for n, name in enumerate(formulas)}
    for name, part in formulas.items():
        holds = joined(part, lambda each: found(kept_in[each], "decided"), kept_in)
        whole = whole.select(exp.alias_(holds, names[name], copy=False), copy=False)
    return Evaluation(whole, names)


def _plan(program: Program, scope: Scope) -> _Plan:
    reach = reach_of(program, scope.at)
    groups = groups_of(program, reach, scope)
    homes = {part: n for n, parts in enumerate(groups.values()) for part in parts}
    columns = {
        part: exp.column(f"a{n}_{number}", table=f"g{n}")
        for n, parts in enumerate(groups.values())
        for number, part in enumerate(parts)
    }
    return _Plan(groups, tuple(groups), homes, columns, reach, scope)


def _tables(
    program: Program, plan: _Plan, selections: Mapping[int, frozenset[Selection]]
) -> Iterator[tuple[str, exp.Select]]:
    """Give the common tables: of looks, of orders, of each group of atoms and its candidates."""
    rules, scope = rules_of(program.atoms), plan.scope
    if scope.at is None and scope.people is not None:
        yield from tables_of_looks(scope.people)
    for number, rule in enumerate(rules):
        yield f"orders_{number}", lines_of(rule, scope)
    for n in sorted(range(len(plan.order)), key=lambda n: not plan.selects(n)):
        group, parts = plan.order[n], plan.groups[plan.order[n]]
        of = scope
        if n in selections and scope.people is None:
            yield f"some{n}", _selected(selections[n], plan)
            of = replace(scope, people=f"some{n}")
        yield f"g{n}", group_query(group, parts, plan.columns, rules, plan.reach, of)


def _selected(selections: frozenset[Selection], plan: _Plan) -> exp.Select:
    """Select the candidates of a group; they may repeat."""
    every = union_all(_passing(home, part, plan) for home, part in sorted(selections, key=repr))
    if every is None:
        raise AssertionError(plan)
    return exp.select(SLOT.copy()).from_(every.subquery("passing", copy=False), copy=False)


def _passing(home: int, part: Formula, plan: _Plan) -> exp.Select:
    decide = partial(holding, columns=plan.columns, scope=plan.scope.of(f"g{home}"))
    query = exp.select(SLOT.copy()).from_(table(f"g{home}"), copy=False)
    return query.where(joined(part, decide), copy=False)


def _decided(kept_in: Mapping[Formula, Bit], plan: _Plan, *, everybody: bool) -> exp.Select:
    """Select the bits of whom they can matter to: of everybody, if who has none is somewhere in."""
    scope, words = plan.scope, range(_words(kept_in))
    if kept_in and not everybody:
        query = exp.select("slot", *(f"w{word}" for word in words)).from_("bits AS b")
        return query.where(scope.alive("b"), copy=False)
    query = exp.select(exp.column("slot", table="p")).from_("profiles AS p")
    if kept_in:
        query = query.join("bits AS b", on="b.slot = p.slot", join_type="left", copy=False)
    query = query.where(scope.concerned("p"), scope.alive("p"), copy=False)
    return query.select(*(f"coalesce(b.w{word}, 0) AS w{word}" for word in words), copy=False)


def _words(kept_in: Mapping[Formula, Bit]) -> int:
    return max((bit.word + 1 for bit in kept_in.values()), default=0)


def _bits(kept_in: Mapping[Formula, Bit], plan: _Plan) -> exp.Select:
    """Decide every part where its atoms are; put the bits of each profile together."""
    words = range(_words(kept_in))
    origins: dict[_Origin, list[Formula]] = {}
    for part in kept_in:
        origins.setdefault(_origin(part, plan), []).append(part)
    every = union_all(
        _bits_there(origin, {kept_in[part]: part for part in parts}, len(words), plan)
        for origin, parts in origins.items()
    )
    if every is None:
        raise AssertionError(kept_in)
    together = (f"bit_or(w{word}) AS w{word}" for word in words)
    rows = exp.select("slot", *together).from_(every.subquery("everywhere", copy=False), copy=False)
    return rows.group_by("slot", copy=False)


def _bits_there(
    origin: _Origin, parts: Mapping[Bit, Formula], words: int, plan: _Plan
) -> exp.Select:
    """Select whoever has a bit in one place."""
    rows, mean = _rows(origin)
    scope = plan.scope.of(mean) if mean else plan.scope
    decide = partial(holding, columns=plan.columns, scope=scope)
    conditions = {bit: joined(part, decide) for bit, part in parts.items()}
    rows = rows.select(*kept(conditions, words), copy=False)
    some = exp.or_(*(exp.column(f"w{word}").neq(0) for word in range(words)), copy=False)
    here = exp.select(exp.Star(), copy=False).from_(rows.subquery("here", copy=False), copy=False)
    return here.where(some, copy=False)


def _alias(name: str) -> exp.TableAlias:
    return exp.TableAlias(this=exp.to_identifier(name))


@dataclass(frozen=True, slots=True)
class _Origin:
    """The groups whose columns decide a part, and of whom: a kind of join."""

    groups: tuple[int, ...]
    of: Literal["those in all of them", "those in any of them", "everybody"]


def _origin(part: Formula, plan: _Plan) -> _Origin:
    home = home_of(part, plan.home)
    if home is not None:
        return _Origin((home,), "those in all of them")
    match part:
        case Computed() if of_everybody(part):
            return _Origin(plan.places(part), "everybody")
        case Computed():
            return _Origin(plan.places(part), "those in any of them")
        case NotBefore() | PickedSince():
            return _Origin(plan.places(part), "those in all of them")
        case _:
            raise AssertionError(part)


def _rows(origin: _Origin) -> tuple[exp.Select, str]:
    """Select the slots to decide, beside the columns of their groups; say whose they are.

    An empty name: those of the join.
    """
    first, *rest = (f"g{number}" for number in origin.groups)
    if origin.of == "everybody":
        query = exp.select(exp.column("slot", table="p")).from_("profiles AS p")
        for name in (first, *rest):
            query = query.join(name, on=f"{name}.slot = p.slot", join_type="left", copy=False)
        return query, "p"
    if not rest:
        return exp.select(exp.column("slot", table=first)).from_(table(first), copy=False), first
    kind = "inner" if origin.of == "those in all of them" else "full"
    query = exp.select(SLOT.copy()).from_(table(first), copy=False)
    for name in rest:
        query = query.join(table(name), using=[SLOT.copy()], join_type=kind, copy=False)
    return query, ""
