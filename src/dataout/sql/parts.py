"""The parts of a formula: the pieces that one group of atoms decides.

A part is decided where its atoms are computed, for the people who have rows there, and kept as a
bit. The bits of everybody else are known without looking: a count is zero, nothing is passed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from sqlglot import exp

from dataout.segments.atoms import Atom
from dataout.segments.formulas import (
    Always,
    And,
    AverageExceeds,
    Computed,
    Exceeds,
    Formula,
    Happens,
    HeldFor,
    Leaf,
    Listed,
    Negation,
    NotBefore,
    Or,
    PickedIn,
    PickedSince,
    RelatedTo,
    SeenFor,
    ValueIs,
    atoms_of,
)
from dataout.sql.nobody import of_nobody

WORD = exp.DataType.build("BIGINT")
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
    whole: exp.Expr = _wide(0)
    for bit, condition in conditions.items():
        if bit.word == word:
            differs = condition
            if bit.of_nobody:
                differs = exp.not_(exp.paren(condition, copy=False), copy=False)
            value = _wide(2**bit.place)
            part = exp.Case().when(differs, value, copy=False).else_(exp.convert(0), copy=False)
            whole = exp.BitwiseOr(this=whole, expression=part)
    return whole


def _wide(number: int) -> exp.Expr:
    return exp.Cast(this=exp.convert(number), to=WORD.copy())


def found(bit: Bit, table: str) -> exp.Condition:
    """Read a leaf out of its bit."""
    masked = exp.BitwiseAnd(
        this=exp.column(f"w{bit.word}", table=table),
        expression=_wide(2**bit.place),
    )
    compare = exp.EQ if bit.of_nobody else exp.NEQ
    return compare(this=exp.paren(masked, copy=False), expression=exp.convert(0))
