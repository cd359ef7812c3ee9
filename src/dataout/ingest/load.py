"""Loading: records of files, tables and rows become history, all of a file or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from dataout.errors import InputError, UsageError
from dataout.ingest.files import find, open_file
from dataout.ingest.headers import NO_HEADER, looks_like_a_record, suggestion
from dataout.ingest.intake import IDENTIFYING, Intake, Loaded, LoadOptions, Progress
from dataout.ingest.records import of_rows
from dataout.ingest.sources import Source
from dataout.ingest.tables import of_table
from dataout.model.complaints import nearest
from dataout.ports import Engine
from dataout.sql.recipe import ALIASES, TAKEN, Kind, Recipe, named_columns, origins, rules

LATER = frozenset({"consents"})
KINDS = ("events", "profiles", "list:NAME", "objects", "relationships")
REQUIRED: Mapping[Kind, tuple[str, ...]] = {
    "events": ("profile_id", "event", "event_time"),
    "profiles": ("profile_id",),
    "list": ("profile_id",),
    "objects": ("type", "object_id"),
    "relationships": ("type", "object_id", "profile_id"),
}
WORDS_OF_ANYBODY = frozenset({"event", "member", "source"})
"""Fields so called that a value may well be the same word: no sign of a header."""

KINDS_BY_NAME: Mapping[str, Kind] = {kind: kind for kind in REQUIRED}
IN_MEMORY = "(rows)"


def load(
    engine: Engine,
    files: Iterable[str | Path],
    kind: str,
    options: LoadOptions,
    progress: Progress | None = None,
) -> Loaded:
    """Load files of one kind: one of ``KINDS``, a list by its name.

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
    known = KINDS_BY_NAME
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
            raise _lacking(source, name, ", which the mapping names", named, "")
    mapped = origins(recipe)
    corrects = recipe.kind == "events" and (recipe.op is not None or "op" in there)
    anonymous = recipe.kind in IDENTIFYING and {"anonymous_id"} & {*there, *mapped}
    for name in ("event_id",) if corrects else REQUIRED[recipe.kind]:
        if anonymous and name == "profile_id":
            continue
        ruled = name in ("event", "type") and rules(recipe)
        if name in mapped or ruled or {name, ALIASES.get(name)} & there:
            continue
        hint = f"Say in a mapping file (--mapping) which column holds it: {name}: COLUMN."
        words = (*named, *(word for word in TAKEN[recipe.kind] if word not in WORDS_OF_ANYBODY))
        raise _lacking(source, name, "", words, hint)


def _lacking(source: Source, name: str, why: str, words: Sequence[str], hint: str) -> InputError:
    """Say which column is missing and what may be meant; ``words`` are all that are looked for."""
    columns = source.columns or ()
    what = f"{source.name} has no column '{name}'{why}."
    known = suggestion(name, columns, words) if source.header else nearest(name, columns)
    if source.header and looks_like_a_record(columns):
        return InputError(f"{what} {known} {NO_HEADER}")
    return InputError(f"{what} {known}" if hint else what, hint or known)
