"""The instant of an evaluation, as SQL: one for everybody, or one of its own for every row.

A *look* is one profile at one instant. It takes the place of a slot, and carries its instant in
itself, so that whatever is computed per slot is computed per look without knowing it.
"""

from __future__ import annotations

from sqlglot import exp

from dataout.model.people import Instant

Moment = Instant | exp.Expr
"""The same for everybody, or an expression over each row."""

BITS = 44
"""Of a look's number, for its instant: enough for milliseconds from 1830 to 2387."""

BEFORE_1970 = 2**42


def written(at: Moment) -> exp.Expr:
    """Spell it."""
    return at.copy() if isinstance(at, exp.Expr) else exp.convert(int(at))


def shifted(at: Moment, by: int) -> Moment:
    """Give the instant so many milliseconds later."""
    if isinstance(at, exp.Expr):
        return exp.Add(this=at.copy(), expression=exp.convert(by))
    return Instant(at + by)


def look(slot: exp.Expr, at: exp.Expr) -> exp.Expr:
    """Give the number of the look at a slot at an instant."""
    upper = exp.Mul(this=exp.cast(slot, "HUGEINT"), expression=exp.convert(2**BITS))
    return exp.Add(this=upper, expression=exp.paren(at + BEFORE_1970))


def own_instant(number: exp.Expr) -> exp.Expr:
    """Read the instant out of a look's number."""
    lower = exp.Mod(this=number, expression=exp.convert(2**BITS))
    return exp.paren(exp.Sub(this=exp.cast(lower, "BIGINT"), expression=exp.convert(BEFORE_1970)))


def own_slot(number: exp.Expr) -> exp.Expr:
    """Read the slot out of a look's number."""
    return exp.cast(exp.IntDiv(this=number, expression=exp.convert(2**BITS)), "INTEGER")
