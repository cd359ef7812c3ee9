"""Small streams, written down row by row, and looks at them."""

import numpy as np

from dataout.app.evaluation import definitions_of
from dataout.segments.atoms import Source
from dataout.segments.translate import program
from dataout.ticks.columns import Landing, Member, Moment, Received, Rows, type_of
from dataout.ticks.edges import last_edges, next_edges
from dataout.ticks.formulas import members
from dataout.ticks.keys import LONG_AGO, NEVER, Looks
from dataout.ticks.needs import AttributeRows, DeletionRows, ListRows, SeenRows, needs_of
from dataout.ticks.streams import Stream, with_rows
from dataout.ticks.views import View

NOON = 1_772_366_400_000
"""2026-03-01T12:00:00Z."""
HOUR, DAY = 3_600_000, 86_400_000

NOBODY = {DeletionRows(): Stream((Moment(), Received(), Landing(), Member()))}


def rows(*told, **columns):
    """Make rows of (slot, moment), the columns being lists."""
    slots = np.array([slot for slot, _ in told], np.int64)
    moments = np.array([moment for _, moment in told], np.int64)
    return Rows(slots, moments, {COLUMNS[n]: np.array(held) for n, held in columns.items()})


COLUMNS = {"received": Received(), "landing": Landing(), "member": Member()}


def stream(*told, **columns):
    given = rows(*told, **columns)
    return with_rows(Stream(tuple(given.columns)), given)


def looks(*told):
    return Looks(
        np.array([slot for slot, _ in told], np.int64), np.array([now for _, now in told], np.int64)
    )


def view(streams, *told):
    return View(looks(*told), NOBODY | streams)


def formula_of(who, traits=None, zone="UTC"):
    """Read one condition as it is written in YAML."""
    meaning = program(definitions_of({"asked": {"who": who}}, traits or {}, {}, zone, None))
    return meaning.formulas["asked"]


def fed(formula, events, said=()):
    """Feed what a formula needs.

    Events are (slot, name, moment) or (slot, name, moment, value), attributes and lists
    (slot, name, set_at, value), all received in this order. A value stands for whatever column is
    asked for.
    """
    streams = dict(NOBODY)
    for origin, need in needs_of([formula]).items():
        mine = list(_of_origin(origin, tuple(enumerate(events)), tuple(enumerate(said))))
        columns = {
            name: np.array([_held(name, *each) for each in mine], type_of(name))
            for name in need.columns
        }
        given = rows(*((row[0], row[2]) for _, row in mine))
        told = Rows(given.slots, given.moments, columns)
        streams[origin] = with_rows(Stream(need.columns), told)
    return streams


def _of_origin(origin, events, said):
    match origin:
        case Source(names):
            return (each for each in events if not names or each[1][1] in names)
        case AttributeRows(name) | ListRows(name):
            return (each for each in said if each[1][1] == name)
        case SeenRows():
            return (*events, *said)
        case DeletionRows():
            return (each for each in said if each[1][1] == "deleted")


def _held(column, landing, row):
    match column:
        case Landing():
            return landing
        case Received() | Moment():
            return row[2]
        case _:
            return row[3]


def holds(formula, streams, now, slot=1):
    """Say whether a profile is in, at an instant."""
    return bool(members({"asked": formula}, view(streams, (slot, now)))["asked"][0])


def edges(formula, streams, now, slot=1):
    """Give a profile's last and next edge; None where there is none."""
    seen = view(streams, (slot, now))
    (last,), (following,) = last_edges(formula, seen), next_edges(formula, seen)
    return (None if last == LONG_AGO else int(last), None if following == NEVER else int(following))
