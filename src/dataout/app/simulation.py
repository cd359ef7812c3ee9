"""``dataout.Simulation``: segments over data that arrives, at instants of one's own choosing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from dataout.app.evaluation import definitions_of, identity_of
from dataout.app.instants import When, read_instant
from dataout.app.memory import Memory, Rows
from dataout.audiences.ticks import changes_of_tick, members_of, next_edge
from dataout.errors import UsageError
from dataout.model.complaints import nearest
from dataout.model.membership import MembershipChange
from dataout.model.people import Instant
from dataout.model.times import datetime_of
from dataout.segments.translate import program

ANY = None
"""Lists need not be announced: one that nothing was added to has no members."""


class Simulation:
    """Segments in memory, evaluated tick by tick, only for whom something touched.

    ``segments``, ``traits`` and ``catalog`` are as in YAML; ``identity`` too: it says by
    which identifiers profiles merge. ``timezone`` (IANA) holds for times without an offset and for
    calendar days. Raises ``ProjectError`` with every mistake in them.
    """

    def __init__(
        self,
        segments: Mapping[str, Any],
        *,
        catalog: Mapping[str, Any] | None = None,
        traits: Mapping[str, Any] | None = None,
        identity: Mapping[str, Any] | None = None,
        timezone: str = "UTC",
    ) -> None:
        self._rules = (traits or {}, catalog or {}, timezone)
        self._memory = Memory(timezone, identity_of(identity or {}))
        self._ticked: frozenset[str] = frozenset()
        self.define(segments)

    def define(self, segments: Mapping[str, Any]) -> None:
        """Put these definitions in the place of all there were; the next tick takes them up.

        Only segments whose meaning is another are evaluated anew, for everybody.
        """
        meaning = program(definitions_of(segments, *self._rules, ANY))
        self._ready = self._memory.ready(meaning)

    def add(
        self,
        *,
        profiles: Rows = (),
        events: Rows = (),
        objects: Rows = (),
        lists: Mapping[str, Iterable[Any]] | None = None,
        received_at: When = None,
    ) -> None:
        """Let knowledge arrive: rows as ``dataout.evaluate`` takes them.

        ``received_at`` holds for rows without one of their own, and with it they are what they are
        from then on; without either, an event was received when it happened, and everything else
        always held and was always known.

        Raises ``UsageError`` for rows that are wrong by themselves. Of their table nothing is taken
        in; what was taken in before them does no harm when it is added again.
        """
        zone = self._memory.zone
        received = None if received_at is None else read_instant(received_at, Instant(0), zone)
        self._memory.add_profiles(profiles, received)
        self._memory.add_events(events, received)
        self._memory.add_objects(objects, received)
        for name, rows in (lists or {}).items():
            self._memory.add_list(name, rows, received)

    def split(self, person: str, at: When) -> tuple[str, ...]:
        """Undo a merge, for good: give the profile ids of the people that come of it.

        ``person`` is a profile id, which leaves the others, or ``KIND:VALUE``: those leave each
        other whom that value merged. Raises ``UsageError`` where there is nothing to split.
        """
        instant = read_instant(at, Instant(0), self._memory.zone)
        return self._memory.split(person, instant)

    def tick(self, at: When) -> list[MembershipChange]:
        """Bring memberships up to ``at`` with all that has been added; say what changed.

        In order of the instants from which the changes are true. Raises ``UsageError`` for an
        instant before that of the tick before.
        """
        if at is None:
            raise UsageError("A tick needs an instant.")
        instant = read_instant(at, Instant(0), self._memory.zone)
        self._memory.tick(self._ready, instant)
        self._ticked = frozenset(self._ready.program.formulas)
        return changes_of_tick(self._memory.engine)

    def members(self, segment: str) -> frozenset[str]:
        """List who was in a segment at the last tick. Raises ``UsageError`` for an unknown one."""
        known = self._ticked | frozenset(self._ready.program.formulas)
        if segment not in known:
            raise UsageError(f"There is no segment '{segment}'.", nearest(segment, known))
        return members_of(self._memory.engine, segment)

    def next_edge(self) -> datetime | None:
        """Say when time alone may next change a membership. It may come too early, never too late.

        None: nothing changes until data arrives, as far as the last tick knows.
        """
        edge = next_edge(self._memory.engine)
        return None if edge is None else datetime_of(edge)
