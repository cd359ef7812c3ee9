"""The parts of a formula: the pieces that one group of atoms decides.

A part is decided where its atoms are computed, for the people who have rows there, and kept as a
bit. The bits of everybody else are known without looking: a count is zero, nothing is passed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import assert_never

from sqlglot import exp

from dataout.segments.atoms import Atom, CountAtom, DaysAtom, DistinctAtom, NumberAtom
from dataout.segments.formulas import (
    Always,
    And,
    Arithmetic,
    AtomValue,
    AverageExceeds,
    Computed,
    Constant,
    Exceeds,
    Formula,
    Happens,
    HeldFor,
    Listed,
    Negation,
    NotBefore,
    Or,
    PickedIn,
    PickedSince,
    Quotient,
    RelatedTo,
    SeenFor,
    Value,
    ValueIs,
    atoms_of,
)
from dataout.segments.values import Compare, Test
from dataout.sql import states

Leaf = (
    AverageExceeds
    | Computed
    | Exceeds
    | Happens
    | HeldFor
    | Listed
    | NotBefore
    | PickedIn
    | PickedSince
    | RelatedTo
    | SeenFor
    | ValueIs
)

COMPARED = {
    "is": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
TOO_LARGE = Decimal(10) ** 20
"""For a number; see ``fitting`` in ``values.sql``."""

BITS = 62
"""In a word; a signed integer of 64 has them to spare on every engine."""


Part = Formula
"""A piece of a formula that is decided as a whole, in one place."""

Home = Callable[[Leaf], int | None]
"""The one group whose columns decide a leaf; None where it takes several, or everybody."""


@dataclass(frozen=True, slots=True)
class Bit:
    """Where a part is kept: set for whom it is other than ``of_nobody``."""

    word: int
    place: int
    of_nobody: bool


def gathered(formula: Formula, home: Home) -> Formula:
    """Put what one group decides side by side, so that it is one part."""
    match formula:
        case And(of) | Or(of):
            together: dict[int | None, list[Formula]] = {}
            for each in of:
                together.setdefault(home_of(each, home), []).append(gathered(each, home))
            alone = together.pop(None, [])
            joint = type(formula)
            parts = [
                part[0] if len(part) == 1 else joint(tuple(part)) for part in together.values()
            ]
            every = (*alone, *parts)
            return every[0] if len(every) == 1 else joint(every)
        case Negation(part):
            return Negation(gathered(part, home))
        case _:
            return formula


def home_of(formula: Formula, home: Home) -> int | None:
    """Say which group decides all of a formula, if one does."""
    match formula:
        case And(of) | Or(of):
            homes = {home_of(part, home) for part in of}
            return homes.pop() if len(homes) == 1 else None
        case Negation(part):
            return home_of(part, home)
        case Always():
            return None
        case _:
            return home(formula)


def parts_of(formula: Formula, home: Home) -> Iterator[Part]:
    """List the largest parts of a gathered formula that are decided in one place."""
    if home_of(formula, home) is not None:
        yield formula
        return
    match formula:
        case Always():
            return
        case And(of) | Or(of):
            for each in of:
                yield from parts_of(each, home)
        case Negation(each):
            yield from parts_of(each, home)
        case _:
            yield formula


def bits(parts: Iterable[Part]) -> Mapping[Part, Bit]:
    """Give each part its place."""
    return {
        part: Bit(number // BITS, number % BITS, of_nobody(part))
        for number, part in enumerate(dict.fromkeys(parts))
    }


def leaves_of(formula: Formula) -> Iterator[Leaf]:
    """List the leaves; repeats are possible."""
    match formula:
        case Always():
            return
        case And(of) | Or(of):
            for part in of:
                yield from leaves_of(part)
        case Negation(part):
            yield from leaves_of(part)
        case _:
            yield formula


def joined(
    formula: Formula, condition: Callable[[Part], exp.Condition], parts: Collection[Part] = ()
) -> exp.Condition:
    """Join the conditions of leaves, or of larger ``parts``, as a formula says."""
    if formula in parts:
        return condition(formula)
    match formula:
        case Always():
            return exp.true()
        case And(of):
            return exp.paren(exp.and_(*(joined(each, condition, parts) for each in of), copy=False))
        case Or(of):
            return exp.paren(exp.or_(*(joined(each, condition, parts) for each in of), copy=False))
        case Negation(part):
            return exp.not_(exp.paren(joined(part, condition, parts), copy=False), copy=False)
        case _:
            return condition(formula)


def of_nobody(formula: Formula) -> bool:
    """Say whether a profile without any row passes; False for what is computed for everybody."""
    match formula:
        case Always():
            return True
        case And(of):
            return all(of_nobody(part) for part in of)
        case Or(of):
            return any(of_nobody(part) for part in of)
        case Negation(part):
            return not of_nobody(part)
        case Exceeds(atom, op, bound):
            return not isinstance(atom, NumberAtom) and bool(COMPARED[op](0, bound))
        case RelatedTo(_, op, bound):
            return bool(COMPARED[op](0, bound))
        case ValueIs():
            return states.of_nobody(formula)
        case Computed(value, tests):
            return not of_everybody(formula) and _passes(_nothing(value), tests)
        case _:
            return False


def of_everybody(part: Computed) -> bool:
    """Say whether a trait has to be computed of everybody: more is asked of it than to add up."""
    numeric = (isinstance(test, Compare) and isinstance(test.bound, Decimal) for test in part.tests)
    return not all(numeric) or not _adds_up(part.value)


def _adds_up(value: Value) -> bool:
    match value:
        case Arithmetic("plus" | "minus", of):
            return all(_adds_up(part) for part in of)
        case Arithmetic():
            return False
        case AtomValue() | Quotient() | Constant():
            return True
        case _:
            assert_never(value)


def _nothing(value: Value) -> Decimal | None:
    """Add up a trait of nobody's events."""
    match value:
        case AtomValue(CountAtom() | DistinctAtom() | DaysAtom()):
            return Decimal(0)
        case Constant(number):
            return number
        case Arithmetic(operation, of):
            first, *rest = (_nothing_in_arithmetic(part) for part in of)
            sign = -1 if operation == "minus" else 1
            return reduce(lambda total, number: _added(total, number, sign), rest, first)
        case AtomValue() | Quotient():
            return None
        case _:
            assert_never(value)


def _nothing_in_arithmetic(value: Value) -> Decimal | None:
    match value:
        case AtomValue(NumberAtom("sum")):
            return Decimal(0)
        case _:
            return _nothing(value)


def _added(total: Decimal | None, number: Decimal | None, sign: int) -> Decimal | None:
    if total is None or number is None or abs(total + sign * number) >= TOO_LARGE:
        return None
    return total + sign * number


def _passes(number: Decimal | None, tests: tuple[Test, ...]) -> bool:
    compared = [test for test in tests if isinstance(test, Compare)]
    return number is not None and all(COMPARED[test.op](number, test.bound) for test in compared)


def read_by(leaf: Leaf) -> tuple[Atom | ValueIs, ...]:
    """List what a leaf compares."""
    match leaf:
        case ValueIs():
            return (leaf,)
        case AverageExceeds(total, usable):
            return (total, usable)
        case PickedSince(atom=atom, since=since) | NotBefore(atom=atom, since=since):
            return (atom, since)
        case Computed():
            return tuple(dict.fromkeys(atoms_of(leaf)))
        case Exceeds() | Happens() | HeldFor() | Listed() | PickedIn() | RelatedTo() | SeenFor():
            return (leaf.atom,)
        case _:
            assert_never(leaf)


def kept(conditions: Mapping[Bit, exp.Condition], words: int) -> list[exp.Expr]:
    """Put the bits of some leaves into words: w0, w1 and so on."""
    return [exp.alias_(_word(conditions, word), f"w{word}", copy=False) for word in range(words)]


def _word(conditions: Mapping[Bit, exp.Condition], word: int) -> exp.Expr:
    whole: exp.Expr = exp.cast(exp.convert(0), "BIGINT")
    for bit, condition in conditions.items():
        if bit.word == word:
            differs = exp.not_(exp.paren(condition)) if bit.of_nobody else condition
            value = exp.cast(exp.convert(2**bit.place), "BIGINT")
            part = exp.Case().when(differs, value, copy=False).else_(exp.convert(0), copy=False)
            whole = exp.BitwiseOr(this=whole, expression=part)
    return whole


def found(bit: Bit, table: str) -> exp.Condition:
    """Read a leaf out of its bit."""
    masked = exp.BitwiseAnd(
        this=exp.column(f"w{bit.word}", table=table),
        expression=exp.cast(exp.convert(2**bit.place), "BIGINT"),
    )
    compare = exp.EQ if bit.of_nobody else exp.NEQ
    return compare(this=exp.paren(masked, copy=False), expression=exp.convert(0))
