"""``identifiers``: whom each destination could recognise, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dataout.app.wiring import destination_types
from dataout.app.workspace import Workspace
from dataout.audiences.coverage import Coverage, coverage
from dataout.audiences.identify import identify
from dataout.model.people import Field, Instant
from dataout.sql.named import statement


def identifiers(
    work: Workspace, name: str | None = None, at: Instant | None = None
) -> Mapping[str, Coverage]:
    """Forecast coverage per destination.

    Of an audience: the people it wants, by the identifiers that its syncs send. Without one:
    everybody, by all that each of the project's destinations takes. An unknown name is a
    ``UsageError``.
    """
    instant = at if at is not None else work.clock.now()
    wanted = _everything(work) if name is None else _sent(work, name)
    if name is None:
        work.engine.execute(statement("identifiers", "everybody"), {"now": int(instant)})
    else:
        work.desire(work.evaluate(instant), instant)
        work.engine.execute(statement("identifiers", "desired_people"), {"audience": name})
    platforms = {destination: _platform(work, destination) for destination in wanted}
    identify(work.engine, work.identification, set(platforms.values()), instant)
    return {
        destination: coverage(
            work.engine, work.identification, platforms[destination], fields, instant
        )
        for destination, fields in wanted.items()
    }


def _everything(work: Workspace) -> Mapping[str, Sequence[Field]]:
    types = destination_types()
    return {
        name: types[destination.type].capabilities.fields
        for name, destination in work.definition.destinations.items()
    }


def _sent(work: Workspace, name: str) -> Mapping[str, Sequence[Field]]:
    found: dict[str, list[Field]] = {}
    for sync in work.audience(name).syncs:
        fields = found.setdefault(sync.destination, [])
        fields += [field for field in sync.identifiers if field not in fields]
    return found


def _platform(work: Workspace, destination: str) -> str:
    kind = destination_types()[work.definition.destinations[destination].type]
    return kind.capabilities.platform
