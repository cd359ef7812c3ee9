"""Rejects: records that could not be taken in, shown without anything personal, and read again."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import cast

from dataout.ingest.intake import Loaded, LoadOptions
from dataout.ingest.load import KINDS_BY_NAME, intake_of
from dataout.ingest.mapping import read_mapping
from dataout.ports import Engine
from dataout.sql.named import statement

LEFT = "of a kind that the mapping is not for, left as they were"

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


def replay(engine: Engine, options: LoadOptions) -> Loaded:
    """Read the rejects again, with ``options.mapping`` or with what their mapping files say today.

    Those that can be taken in now are rejects no more; the others stay, with the reason they have
    now. A mapping that they did not come with reads only kinds that it was written for, and what
    it skips or cannot read stays as it was. Attributes and lists hold from when they first
    arrived. Raises ``InputError`` when a mapping file is gone, ``ProjectError`` when it is wrong.
    """
    total = Loaded()
    for group in engine.query(statement("load", "reject_groups")).to_pylist():
        kind, was = group["kind"], group["mapping"]
        mapping = options.mapping
        if mapping is None:
            mapping = read_mapping(was) if was else None
        elif mapping.path != was and not mapping.suits(KINDS_BY_NAME[kind.partition(":")[0]]):
            total += Loaded(notes={LEFT: group["records"]})
            continue
        intake = intake_of(engine, kind, replace(options, mapping=mapping))
        total += intake.again(was)
    return total


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
