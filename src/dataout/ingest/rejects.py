"""Rejects: records that could not be taken in, shown without anything personal, and read again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from dataout.errors import UsageError
from dataout.ingest.intake import Loaded, LoadOptions
from dataout.ingest.load import intake_of
from dataout.ingest.mapping import read_mapping
from dataout.ports import Engine
from dataout.sql.named import statement

EXAMPLES = 3
LONGEST_SHAPE = 60
LETTER = re.compile(r"[^\W\d_]")
DIGIT = re.compile(r"\d")
TIMES = ("event_time", "received_at", "set_at")


@dataclass(frozen=True, slots=True)
class Example:
    """A reject: where it came from, and its shape (``shape_of``)."""

    file: str
    line: int
    shape: str


@dataclass(frozen=True, slots=True)
class RejectGroup:
    """Rejects of one kind and reason.

    ``field`` is ``record`` where the whole record is broken: such ones cannot be read again, the
    file has to be mended and loaded.
    """

    kind: str
    field: str
    reason: str
    count: int
    files: int
    examples: tuple[Example, ...]


def list_rejects(engine: Engine, examples: int = EXAMPLES) -> tuple[RejectGroup, ...]:
    """List what could not be taken in, the most frequent reason first."""
    rows = engine.query(statement("load", "reject_reasons"), [examples]).to_pylist()
    return tuple(
        RejectGroup(
            row["kind"],
            row["field"],
            row["reason"],
            row["records"],
            row["files"],
            tuple(
                Example(found["file"], found["line"], shape_of(found["record"], row["field"]))
                for found in row["examples"]
            ),
        )
        for row in rows
    )


def replay(engine: Engine, options: LoadOptions, kind: str = "", file: str = "") -> Loaded:
    """Read the rejects again, with ``options.mapping`` or with what their mapping files say today.

    ``kind`` and ``file`` choose among them. Those that can be taken in now are rejects no more; the
    others stay, with the reason they have now. Attributes and lists hold from when they first
    arrived. Raises ``InputError`` when a mapping file is gone, ``ProjectError`` when it is wrong,
    ``UsageError`` when nothing was chosen, or another mapping would hold for unlike rejects.
    """
    groups = engine.query(statement("load", "reject_groups"), [kind, file]).to_pylist()
    if not groups and (kind or file):
        chosen = " ".join(filter(None, (kind and f"of {kind}", file and f"from {file}")))
        raise UsageError(f"No rejects {chosen} can be read again.", "See dataout rejects list.")
    if options.mapping is not None:
        _must_be_alike(groups, file)
    total = Loaded()
    for group in groups:
        mapping = options.mapping
        if mapping is None and group["mapping"]:
            mapping = read_mapping(group["mapping"])
        intake = intake_of(engine, group["kind"], replace(options, mapping=mapping))
        total += intake.again(group["mapping"], file)
    return total


def _must_be_alike(groups: Sequence[Mapping[str, str]], file: str) -> None:
    """See that one mapping can hold for all: read by it, the others would turn into nonsense."""
    kinds = list(dict.fromkeys(group["kind"] for group in groups))
    if len(kinds) > 1:
        raise UsageError(
            f"There are rejects of {' and '.join(kinds)}; a mapping reads one kind.",
            f"Say which: --as {kinds[0]}.",
        )
    if len(groups) > 1 and not file:
        came = " and ".join(group["mapping"] or "none" for group in groups)
        raise UsageError(
            f"The rejects of {kinds[0]} came with different mappings ({came}): another one cannot "
            "hold for all of them.",
            "Name the file whose rejects it is for, as dataout rejects list shows it.",
        )


def drop(engine: Engine, file: str) -> int:
    """Let go of a file's rejects, once the file was mended and loaded; says how many there were."""
    (found,) = engine.query(statement("load", "rejects_of_file"), [file]).to_pylist()
    engine.execute(statement("load", "drop_rejects"), [file])
    return int(found["records"])


def shape_of(record: str, field: str) -> str:
    """Show a record so that its fault can be seen but nobody in it.

    Letters become x and digits 9; what stands for a time and is a number stays.

    >>> shape_of('{"profile_id": "ann@shop.example", "event_time": 1767225600000}', "event_time")
    '{"profile_id": "xxx@xxxx.xxxxxxx", "event_time": 1767225600000}'
    """
    try:
        value = json.loads(record)
    except (ValueError, RecursionError):
        return _masked(record)
    if not isinstance(value, dict):
        return _masked(record)
    shown = {
        key: inner if key == field in TIMES and _is_number(inner) else _shape(inner)
        for key, inner in cast("dict[str, object]", value).items()
    }
    return json.dumps(shown, ensure_ascii=False)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shape(value: object) -> object:
    match value:
        case None | bool():
            return value
        case str() | int() | float():
            return _masked(str(value))
        case list():
            return "[…]" if value else []
        case _:
            return "{…}" if value else {}


def _masked(text: str) -> str:
    shown = DIGIT.sub("9", LETTER.sub("x", text[:LONGEST_SHAPE]))
    return shown + "…" if len(text) > LONGEST_SHAPE else shown
