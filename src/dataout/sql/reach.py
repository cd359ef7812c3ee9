"""How far back the last event of a source has to be looked for. Pure.

What an ``and`` asks of an event bounds what its other parts need to know: where the last cart must
be a day old at most, an older one may as well be none, and so may purchases before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dataout.model.people import Instant
from dataout.segments.atoms import (
    CountAtom,
    DaysAtom,
    DistinctAtom,
    EventAtom,
    NumberAtom,
    PickedAtom,
    TimeAtom,
)
from dataout.segments.formulas import And, Formula, Negation, NotBefore, Or, PickedIn, Program
from dataout.segments.values import After
from dataout.sql.windows import earliest

Reach = Mapping[EventAtom, int]
"""An instant from which on, itself excluded, events matter to an atom; the others need them all."""

Bounds = Mapping[TimeAtom, int]
"""Instants that the event of an atom must come after."""


def narrowed(formula: Formula, at: Instant) -> Formula:
    """Ask for a recent event where the first has to be recent: who has none is soon passed over."""
    match formula:
        case And(of):
            return And(tuple(narrowed(part, at) for part in of))
        case Or(of):
            return Or(tuple(narrowed(part, at) for part in of))
        case Negation(part):
            return Negation(narrowed(part, at))
        case PickedIn(TimeAtom(source, "first"), when) if (bound := earliest(when, at)) is not None:
            recent = PickedIn(TimeAtom(source, "last"), After(Instant(bound)))
            return And((recent, formula))
        case _:
            return formula


def reach_of(program: Program, at: Instant | None) -> Reach:
    """Say how far back each atom looks; without one instant for everybody, none has a bound."""
    if at is None:
        return {}
    found: dict[EventAtom, int] = {}
    found.update(_of_last(program.formulas.values(), at).items())
    for atom in program.atoms:
        if isinstance(atom, PickedAtom | CountAtom | NumberAtom | DistinctAtom | DaysAtom):
            bound = earliest(atom.when, at)
            if bound is not None:
                found[atom] = bound
    return found


def furthest(atoms: Iterable[EventAtom], reach: Reach) -> int | None:
    """Say how far back some atoms look together; None: through all of history."""
    bounds = [reach.get(atom) for atom in atoms]
    known = [bound for bound in bounds if bound is not None]
    return min(known) if len(known) == len(bounds) else None


def _of_last(formulas: Iterable[Formula], at: Instant) -> Bounds:
    """Bound the last events that no formula needs to know if they are older.

    Every formula then holds at ``at`` for the same profiles as with all events.
    """
    found: dict[TimeAtom, int | None] = {}
    for formula in formulas:
        for atom, bound in _needs(formula, {}, at):
            known = found.get(atom, bound)
            found[atom] = None if known is None or bound is None else min(known, bound)
    return {
        atom: bound for atom, bound in found.items() if bound is not None and atom.which == "last"
    }


def _needs(formula: Formula, bounds: Bounds, at: Instant) -> Iterator[tuple[TimeAtom, int | None]]:
    """List the atoms that a formula reads, and since when; ``bounds`` hold around it."""
    match formula:
        case And(of):
            inside = _asked_for(of, bounds, at)
            for part in of:
                yield from _needs(part, inside, at)
        case Or(of):
            for part in of:
                yield from _needs(part, bounds, at)
        case Negation(part):
            yield from _needs(part, bounds, at)
        case PickedIn(atom):
            yield atom, _asked_for((formula,), bounds, at).get(atom)
        case NotBefore(atom, since):
            inside = _asked_for((formula,), bounds, at)
            yield atom, inside.get(atom)
            yield since, inside.get(since)
        case _:
            return


def _asked_for(parts: tuple[Formula, ...], bounds: Bounds, at: Instant) -> Bounds:
    """Tighten bounds by what must hold: of an older event, a part would not."""
    found = dict(bounds)
    for part in parts:
        if isinstance(part, PickedIn) and (bound := earliest(part.when, at)) is not None:
            found[part.atom] = max(found.get(part.atom, bound), bound)
    orders = [part for part in parts if isinstance(part, NotBefore)]
    for _ in orders:
        for part in orders:
            if (bound := found.get(part.since)) is not None:
                found[part.atom] = max(found.get(part.atom, bound), bound)
    return found
