"""Loading: records of files, tables and rows become history, all of a file or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from dataout.errors import InputError, UsageError
from dataout.ingest.files import find, open_file
from dataout.ingest.headers import NO_HEADER, looks_like_a_record, suggestion
from dataout.ingest.intake import Intake, Loaded, LoadOptions, Progress
from dataout.ingest.records import of_rows
from dataout.ingest.sources import Source
from dataout.ingest.tables import of_table
from dataout.model.complaints import nearest
from dataout.ports import Engine
from dataout.sql.recipe import ALIASES, TAKEN, Kind, Recipe, named_columns, origins

LATER = frozenset({"objects", "relationships", "consents", "deletions"})
KINDS = ("events", "profiles", "list:NAME")
REQUIRED: Mapping[Kind, tuple[str, ...]] = {
    "events": ("profile_id", "event", "event_time"),
    "profiles": ("profile_id",),
    "list": ("profile_id",),
}
IN_MEMORY = "(rows)"
WORDS_OF_ANYBODY = frozenset({"event", "member", "source"})
"""Fields so called that a value may well be the same word: no sign of a header."""


def load(
    engine: Engine,
    files: Iterable[str | Path],
    kind: str,
    options: LoadOptions,
    progress: Progress | None = None,
) -> Loaded:
    """Load files of one kind: ``events``, ``profiles`` or ``list:NAME``.

    Every file is a transaction of its own. Raises ``InputError`` for a file that cannot be read at
    all or lacks a column, ``UsageError`` for a kind that is not known.
    """
    intake = intake_of(engine, kind, options)
    typed = intake.recipe.kind == "events"
    sources = [open_file(path, typed=typed) for path in find(files)]
    for source in sources:
        require_columns(source, intake.recipe)
    total = Loaded()
    for source in sources:
        total += intake.run(source, progress)
    return total


def load_rows(
    engine: Engine,
    kind: str,
    rows: Iterable[Mapping[str, object]] | pa.Table,
    options: LoadOptions,
) -> Loaded:
    """Load rows in memory: mappings, or anything that speaks the Arrow PyCapsule interface.

    Raises ``UsageError`` for a value that JSON has no word for, or a kind that is not known.
    """
    intake = intake_of(engine, kind, options)
    if hasattr(rows, "__arrow_c_stream__"):
        source = replace(of_table(IN_MEMORY, pa.table(rows)), is_file=False)
        require_columns(source, intake.recipe)
    else:
        source = of_rows(IN_MEMORY, rows)
    return intake.run(source, None)


def intake_of(engine: Engine, kind: str, options: LoadOptions) -> Intake:
    """Prepare a load of one kind; raises ``UsageError`` when it is not known."""
    name, _, list_name = kind.partition(":")
    if name in LATER:
        raise UsageError(f"Loading {name} is not supported in this version.")
    known: dict[str, Kind] = {"events": "events", "profiles": "profiles", "list": "list"}
    if name not in known or bool(list_name) != (name == "list"):
        raise UsageError(f"'{kind}' is nothing to load.", nearest(kind, KINDS))
    if (mapping := options.mapping) is None:
        recipe = Recipe(known[name], options.zone, list_name=list_name, known=options.known)
        return Intake(engine, recipe, options, kind, "")
    zone = options.zones.get(mapping.source, options.zone)
    recipe = replace(mapping.recipe(known[name], zone, list_name), known=options.known)
    return Intake(engine, recipe, options, kind, mapping.path)


def require_columns(source: Source, recipe: Recipe) -> None:
    """Raise ``InputError`` unless a columnar source has what every record needs and names used."""
    if source.columns is None:
        return
    there = set(source.columns)
    named = tuple(named_columns(recipe))
    for name in named:
        if name not in there and name.split(".")[0] not in there:
            raise InputError(
                f"{source.name} has no column '{name}', which the mapping names.",
                _suggestion(name, source.columns, named, source),
            )
    mapped = origins(recipe)
    for name in REQUIRED[recipe.kind]:
        ruled = name == "event" and isinstance(recipe.event, tuple)
        if name in mapped or ruled or {name, ALIASES[name]} & there:
            continue
        words = (*named, *(word for word in TAKEN[recipe.kind] if word not in WORDS_OF_ANYBODY))
        raise InputError(
            f"{source.name} has no column '{name}'. "
            f"{_suggestion(name, source.columns, words, source)}",
            ""
            if _headless(source)
            else f"Say in a mapping file (--mapping) which column holds it: {name}: COLUMN.",
        )


def _headless(source: Source) -> bool:
    return source.header and looks_like_a_record(source.columns or ())


def _suggestion(name: str, columns: Sequence[str], words: Sequence[str], source: Source) -> str:
    if not source.header:
        return nearest(name, columns)
    told = suggestion(name, columns, words)
    return f"{told} {NO_HEADER}" if _headless(source) else told
