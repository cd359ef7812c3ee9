"""``dataout.evaluate``: segments over rows, in one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dataout.app.instants import When, read_instant
from dataout.app.memory import Memory, Rows
from dataout.errors import UsageError
from dataout.model.people import Instant
from dataout.segments.parse import parse_segments


def evaluate(  # noqa: PLR0913 - the interface's own: one call says everything
    segments: Mapping[str, Any],
    *,
    profiles: Rows = (),
    events: Rows = (),
    lists: Mapping[str, Iterable[Any]] | None = None,
    at: When,
    as_known_at: When = None,
    timezone: str = "UTC",
) -> dict[str, frozenset[str]]:
    """Say who is in which segment at ``at``.

    ``segments`` is ``{name: {"who": condition}}`` as in YAML. ``profiles`` holds rows
    ``{profile_id, attributes}``; ``events`` rows ``{profile_id, event, event_time, properties,
    event_id?, received_at?}`` (``received_at`` defaults to ``event_time``); ``lists`` per name
    profile ids or rows ``{profile_id, member?}``. Rows of profiles and lists may repeat with
    ``set_at`` and ``received_at``; without them they always held and were always known. Rows are
    dicts, or any table that speaks the Arrow PyCapsule interface. ``as_known_at`` evaluates with
    only what had been received by then.

    Raises ``ProjectError`` with every mistake in ``segments``, ``UsageError`` for other arguments;
    for rows that cannot be taken in (no profile, no time, thirteen digits …) it names the first.
    """
    if at is None:
        raise UsageError("An evaluation needs an instant: at=….")
    known = dict(lists or {})
    conditions = parse_segments(segments, timezone, lists=known)
    instant = read_instant(at, Instant(0), timezone)
    known_at = None if as_known_at is None else read_instant(as_known_at, Instant(0), timezone)
    memory = Memory(timezone)
    memory.add_profiles(profiles)
    memory.add_events(events)
    for name, rows in known.items():
        memory.add_list(name, [_list_row(row) for row in rows])
    columns = memory.evaluate(conditions, instant, known_at)
    found = memory.members(columns, conditions)
    return {name: frozenset(map(str, who)) for name, who in found.items()}


def _list_row(row: Any) -> Any:
    return row if isinstance(row, Mapping) else {"profile_id": row}
