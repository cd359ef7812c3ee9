"""The instant of an evaluation, as SQL: one for everybody, or one of its own for every row.

A *look* is one profile at one instant. It takes the place of a slot, and carries its instant in
itself, so that whatever is computed per slot is computed per look without knowing it.
"""

from __future__ import annotations

from sqlglot import exp

from dataout.model.people import Instant

Moment = Instant | exp.Expr
"""The same for everybody, or an expression over each row."""


def written(at: Moment) -> exp.Expr:
    """Spell it."""
    return at.copy() if isinstance(at, exp.Expr) else exp.convert(int(at))


def shifted(at: Moment, by: int) -> Moment:
    """Give the instant so many milliseconds later."""
    if isinstance(at, exp.Expr):
        return exp.Add(this=at.copy(), expression=exp.convert(by))
    return Instant(at + by)


def own_instant(number: exp.Expr) -> exp.Expr:
    """Read the instant out of a look's number (``look`` in ``values.sql`` makes it)."""
    return exp.Anonymous(this="look_at", expressions=[number])
