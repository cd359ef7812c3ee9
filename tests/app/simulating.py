"""What tests of ``dataout.Simulation`` say, and how they read what it tells."""

from datetime import datetime, timedelta

import dataout

MILLISECOND = timedelta(milliseconds=1)


def simulation(who, **rules):
    return dataout.Simulation({"s": {"who": who}}, **rules)


def bought(person, at, event="purchase", **properties):
    return {"profile_id": person, "event": event, "event_time": at, "properties": properties}


def instant(text):
    return datetime.fromisoformat(text)


def told(changes):
    """Say of each change who, which way, since when (in milliseconds UTC), and why."""
    return [
        f"{each.profile_id} {'in' if each.entered else 'out'} "
        f"{each.at.isoformat(timespec='milliseconds')[:-6]} {each.cause}"
        for each in changes
    ]


def flips_at(sim, edge):
    """Tick a millisecond before an edge and at it: only the second changes something."""
    assert sim.next_edge() == instant(edge)
    assert sim.tick(instant(edge) - MILLISECOND) == []
    return told(sim.tick(edge))
