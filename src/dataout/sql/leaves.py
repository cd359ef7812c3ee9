"""The leaves of a formula: comparisons of atoms, which and, or, not join.

A leaf is decided where its atoms are computed, for the people who have rows there, and kept as a
bit. The bits of everybody else are known without looking: a count is zero, nothing is passed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from sqlglot import exp

from dataout.segments.atoms import Atom, NumberAtom
from dataout.segments.formulas import (
    Always,
    And,
    AverageExceeds,
    Computed,
    Exceeds,
    Formula,
    Happened,
    Happens,
    HeldFor,
    Listed,
    Negation,
    Or,
    PickedIn,
    PickedSince,
    RelatedTo,
    SeenFor,
    ValueIs,
    atoms_of,
)
from dataout.sql import states

Leaf = (
    AverageExceeds
    | Computed
    | Exceeds
    | Happened
    | Happens
    | HeldFor
    | Listed
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
BITS = 62
"""In a word; a signed integer of 64 has them to spare on every engine."""


@dataclass(frozen=True, slots=True)
class Bit:
    """Where a leaf is kept: set for whom it is other than ``of_nobody``."""

    word: int
    place: int
    of_nobody: bool


def bits(leaves: Iterator[Leaf]) -> Mapping[Leaf, Bit]:
    """Give each leaf its place."""
    return {
        leaf: Bit(number // BITS, number % BITS, of_nobody(leaf))
        for number, leaf in enumerate(dict.fromkeys(leaves))
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


def joined(formula: Formula, condition: Callable[[Leaf], exp.Condition]) -> exp.Condition:
    """Join the conditions of leaves as a formula says."""
    match formula:
        case Always():
            return exp.true()
        case And(of):
            return exp.paren(exp.and_(*(joined(each, condition) for each in of), copy=False))
        case Or(of):
            return exp.paren(exp.or_(*(joined(each, condition) for each in of), copy=False))
        case Negation(part):
            return exp.not_(exp.paren(joined(part, condition), copy=False), copy=False)
        case _:
            return condition(formula)


def of_nobody(leaf: Leaf) -> bool:
    """Say whether a profile without any row passes; False for what is computed for everybody."""
    match leaf:
        case Exceeds(atom, op, bound):
            return not isinstance(atom, NumberAtom) and bool(COMPARED[op](0, bound))
        case RelatedTo(_, op, bound):
            return bool(COMPARED[op](0, bound))
        case ValueIs():
            return states.of_nobody(leaf)
        case _:
            return False


def read_by(leaf: Leaf) -> tuple[Atom | ValueIs, ...]:
    """List what a leaf compares."""
    match leaf:
        case ValueIs():
            return (leaf,)
        case AverageExceeds(total, usable):
            return (total, usable)
        case PickedSince(atom=atom, since=since):
            return (atom, since)
        case Computed():
            return tuple(dict.fromkeys(atoms_of(leaf)))
        case (
            Exceeds()
            | Happened()
            | Happens()
            | HeldFor()
            | Listed()
            | PickedIn()
            | RelatedTo()
            | SeenFor()
        ):
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
