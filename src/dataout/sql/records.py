"""The statement that reads staged records into the working table ``load_parsed``.

Records arrive in ``load_chunk``: as JSON text, or as the columns of a file, which become JSON here.
Each is read field by field; what cannot be taken in gets a ``problem``, what the recipe leaves out
is ``skipped``. Nothing in a record makes the statement fail.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from sqlglot import exp

from dataout.model.people import Instant
from dataout.segments.tree import Filter, FilterAll, FilterAny, FilterNot, PropertyIs
from dataout.sql import fields
from dataout.sql.fields import canonical, field, given, text
from dataout.sql.instants import PLAIN_NUMBER
from dataout.sql.recipe import Arithmetic, Column, Naming, Origin, Part, Recipe
from dataout.sql.scope import Scope
from dataout.sql.values import passes

ALWAYS = -(2**62)
"""The ``set_at`` and ``received_at`` of what was always held and always known."""

SKEW = 300_000
"""Milliseconds by which a source's clock may run ahead: such events count as happened on arrival."""

LONGEST_NUMBER = 16
"""Signs of the longest csv cell that is read as a number: all of its digits survive a double."""

NOT_FINITE = "[:,[]\\s*-?(?i:nan|inf|[0-9.]+e[+]?[0-9]{3,})"
"""Finds what JSON does not have, but its readers take: NaN, infinities, and numbers beyond doubles."""

ALIASES = {"profile_id": "person", "event": "name", "event_time": "timestamp"}
TAKEN = {
    "events": ("profile_id", "event", "event_time", "event_id", "received_at", "source"),
    "profiles": ("profile_id", "set_at", "received_at"),
    "list": ("profile_id", "set_at", "received_at", "member"),
}
"""The fields of a record that have a meaning of their own."""

REST = {"events": "properties", "profiles": "attributes", "list": ""}
"""The field that holds the others."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a chunk is read, beside the recipe.

    ``columns`` are those of the file (None: the records are JSON text). ``typed`` makes numbers of
    csv cells that plainly spell one. ``arrival`` says when a record without ``received_at`` was
    received: at the statement's parameter, or (in memory) when it happened. ``keep`` keeps the text
    of good records too, for those that had been rejected before.
    """

    columns: tuple[str, ...] | None = None
    typed: bool = False
    arrival: bool = True
    keep: bool = False
    skew: int = SKEW
    default_source: str = ""


@cache
def read_statement(recipe: Recipe, reading: Reading) -> str:
    """Build the statement; its one parameter is the instant of loading, if ``reading.arrival``."""
    staged = {"text": _text(recipe, reading)}
    layers = (
        ("texts", f'SELECT "row", line, file, arrived, {_list(staged)} FROM load_chunk'),
        ("records", _over("texts", {"record": _record(reading)})),
        ("raw", _over("records", _raw(recipe))),
        ("spelled", _over("raw", _spelled(recipe))),
        ("timed", _over("spelled", _timed(recipe))),
        ("judged", _over("timed", _judged(recipe))),
        ("dated", _over("judged", _dated(recipe, reading))),
    )
    common = ",\n".join(f"{name} AS ({query})" for name, query in layers)
    kept = "TRUE" if reading.keep else "problem IS NOT NULL"
    final = {
        **{name: name for name in ("problem", "skipped")},
        "record": f"CASE WHEN {kept} THEN text END",
        **{name: f"CASE WHEN fine THEN {value} END" for name, value in _final(recipe).items()},
    }
    return (
        f"INSERT INTO load_parsed BY NAME WITH {common}\n"
        f'SELECT "row", line, file, arrived, {_list(final)} FROM dated'
    )


def origins(recipe: Recipe) -> Mapping[str, Origin]:
    """List the fields that a recipe takes from a column or computes, the event's name included."""
    named = {name: getattr(recipe, name) for name in TAKEN[recipe.kind] if name != "source"}
    return {name: o for name, o in named.items() if isinstance(o, Column | Arithmetic)}


def named_columns(recipe: Recipe) -> Iterator[str]:
    """List every column that a recipe names."""
    for origin in (*origins(recipe).values(), *(origin for _, origin in recipe.fields or ())):
        yield from _columns(origin)
    yield from _looked_at(recipe)
    yield from sorted(recipe.text)


def _columns(part: Part) -> Iterator[str]:
    match part:
        case Column(name):
            yield name
        case Arithmetic(parts=parts):
            for inner in parts:
                yield from _columns(inner)
        case _:
            return


def _list(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{value} AS {name}" for name, value in columns.items())


def _over(layer: str, columns: Mapping[str, str]) -> str:
    return f"SELECT *, {_list(columns)} FROM {layer}"


def _text(recipe: Recipe, reading: Reading) -> str:
    """The record as JSON text; nulls of a columnar file mean that a value is not given."""
    if reading.columns is None:
        return "text"
    cells = []
    for at, name in enumerate(reading.columns):
        typed = reading.typed and name not in recipe.text
        cells += [text(name), _cell(f"c{at}") if typed else f"c{at}"]
    return f"CAST(json_strip_nulls(json_object({', '.join(cells)})) AS VARCHAR)"


def _cell(column: str) -> str:
    plain = f"regexp_full_match({column}, '{PLAIN_NUMBER}')"
    return (
        f"CASE WHEN length({column}) <= {LONGEST_NUMBER} AND {plain}"
        f" THEN CAST({column} AS JSON) ELSE to_json({column}) END"
    )


def _record(reading: Reading) -> str:
    if reading.columns is not None:
        return "CAST(text AS JSON)"
    # Of a field that stands twice the last counts, as in every JSON reader; a VARIANT does that.
    keys = "json_keys(text)"
    return (
        f"CASE WHEN json_valid(text) THEN CASE WHEN json_type(text) = 'OBJECT' THEN"
        f" CASE WHEN len({keys}) = len(list_distinct({keys})) THEN CAST(text AS JSON)"
        f" ELSE CAST(CAST(CAST(text AS JSON) AS VARIANT) AS JSON) END END END"
    )


def _raw(recipe: Recipe) -> dict[str, str]:
    mapped = origins(recipe)
    raw = {
        f"{name}_field": fields.value_of(mapped[name])
        if name in mapped
        else canonical(name, ALIASES.get(name, ""))
        for name in TAKEN[recipe.kind]
    }
    if steps := sorted(set(_looked_at(recipe))):
        parts = ", ".join(f"{text(step)}, {field(step)}" for step in steps)
        raw["whole"] = f"CAST(json_object({parts}) AS VARIANT)"
    if rest := REST[recipe.kind]:
        raw["rest_field"] = field(rest)
    return raw


def _filters(recipe: Recipe) -> Iterator[Filter]:
    if recipe.skip is not None:
        yield recipe.skip
    for rule in recipe.event if isinstance(recipe.event, tuple) else ():
        if rule.where is not None:
            yield rule.where


def _looked_at(recipe: Recipe) -> Iterator[str]:
    for condition in _filters(recipe):
        yield from first_steps(condition)


def first_steps(condition: Filter) -> Iterator[str]:
    """List the fields of the record that a filter looks into."""
    match condition:
        case PropertyIs(path):
            yield path[0]
        case FilterNot(part):
            yield from first_steps(part)
        case FilterAll(of) | FilterAny(of):
            for part in of:
                yield from first_steps(part)


def _passes(condition: Filter, zone: str) -> str:
    # A mapping never looks at the clock (ingest/mapping.py refuses it), so no instant matters here.
    scope = Scope(Instant(0), None, zone)
    return passes(condition, exp.column("whole"), scope).sql("duckdb")


def _times(recipe: Recipe) -> tuple[str, str]:
    return ("event_time" if recipe.kind == "events" else "set_at", "received_at")


def _spelled(recipe: Recipe) -> dict[str, str]:
    mapped = origins(recipe)
    spelled = {"profile_id": fields.identity("profile_id_field")}
    for name in _times(recipe):
        origin = mapped.get(name, Column(name))
        spelled[f"{name}_text"] = fields.time_text(origin, f"{name}_field")
    skip = "FALSE" if recipe.skip is None else _passes(recipe.skip, recipe.zone)
    unnamed = "FALSE"
    if recipe.kind == "events":
        spelled["event_id"] = f"nullif({fields.plain_text('event_id_field')}, '')"
        spelled["source"] = text(recipe.source)
        if not recipe.source:
            spelled["source"] = fields.plain_text("source_field")
        spelled["name"] = _name(recipe)
        if isinstance(recipe.event, tuple):
            unnamed = f"({spelled['name']}) IS NULL"
    spelled["skipped"] = f"record IS NOT NULL AND ({skip} OR {unnamed})"
    if recipe.kind == "list":
        spelled["member"] = _member()
    if REST[recipe.kind]:
        spelled["rest"] = _object("rest_field") if recipe.fields is None else "NULL"
    return spelled


def _name(recipe: Recipe) -> str:
    match recipe.event:
        case tuple(rules):
            return f"CASE {' '.join(_rule(rule, recipe.zone) for rule in rules)} END"
        case _:
            return fields.plain_text("event_field")


def _rule(rule: Naming, zone: str) -> str:
    condition = "TRUE" if rule.where is None else _passes(rule.where, zone)
    return f"WHEN {condition} THEN {text(rule.name)}"


def _member() -> str:
    written = "lower(member_field ->> '$')"
    return (
        f"CASE WHEN NOT {given('member_field')} THEN TRUE WHEN {written} IN ('true', '1') THEN TRUE"
        f" WHEN {written} IN ('false', '0') THEN FALSE END"
    )


def _object(value: str) -> str:
    """Read an object, or a text that holds one, as tables carry nested values."""
    inner = f"({value} ->> '$')"
    return (
        f"CASE json_type({value}) WHEN 'OBJECT' THEN {value}"
        f" WHEN 'VARCHAR' THEN CASE WHEN json_valid({inner}) THEN"
        f" CASE WHEN json_type({inner}) = 'OBJECT' AND NOT regexp_matches({inner}, '{NOT_FINITE}')"
        f" THEN CAST({inner} AS JSON) END END END"
    )


def _timed(recipe: Recipe) -> dict[str, str]:
    return {
        f"{name}_read": fields.instant(f"{name}_text", recipe.zone, recipe.unit)
        for name in _times(recipe)
    }


def _judged(recipe: Recipe) -> dict[str, str]:
    """The first thing that is wrong with a record."""
    happened, received = _times(recipe)
    missing = f"WHEN {happened}_text IS NULL THEN '{happened}: missing'"
    wrong = [
        "WHEN json_valid(text) IS DISTINCT FROM TRUE THEN 'record: not JSON'",
        "WHEN record IS NULL THEN 'record: not an object'",
        "WHEN skipped THEN NULL",
        fields.identity_problem("profile_id_field", "profile_id"),
        *_event_problems(recipe),
        *([missing] if recipe.kind == "events" else []),
        *(
            fields.time_problem(name, f"{name}_text", f"{name}_read", recipe.unit)
            for name in (happened, received)
        ),
    ]
    if recipe.kind == "list":
        wrong.append("WHEN member IS NULL THEN 'member: not true or false'")
    if (rest := REST[recipe.kind]) and recipe.fields is None:
        wrong.append(f"WHEN rest IS NULL AND {given('rest_field')} THEN '{rest}: not an object'")
    return {"problem": f"CASE {' '.join(wrong)} END"}


def _event_problems(recipe: Recipe) -> list[str]:
    if recipe.kind != "events":
        return []
    named = [
        f"WHEN NOT {given('event_field')} THEN 'event: missing'",
        "WHEN name IS NULL THEN 'event: not a text'",
    ]
    return [
        *([] if isinstance(recipe.event, tuple) else named),
        f"WHEN event_id IS NULL AND {given('event_id_field')} THEN 'event_id: not a text or number'",
        *(
            []
            if recipe.source
            else [f"WHEN source IS NULL AND {given('source_field')} THEN 'source: not a text'"]
        ),
    ]


def _dated(recipe: Recipe, reading: Reading) -> dict[str, str]:
    happened, _ = _times(recipe)
    fine = "problem IS NULL AND NOT skipped"
    if recipe.kind == "events":
        default = "$1" if reading.arrival else "event_time_read"
        lead = "event_time_read - received_at_read"
        return {
            "fine": fine,
            "received": f"coalesce(received_at_read, {default})",
            "happened": f"CASE WHEN {lead} > 0 AND {lead} <= {reading.skew}"
            " THEN received_at_read ELSE event_time_read END",
            "named_source": f"coalesce(source, {text(reading.default_source)})",
            "backfilled": f"received_at_read IS NULL AND {reading.arrival}",
            "early": f"event_time_read - coalesce(received_at_read, {default}) > {reading.skew}",
            "rest_json": _properties(recipe),
        }
    known = "$1" if reading.arrival else f"coalesce({happened}_read, {ALWAYS})"
    since = "arrived" if reading.arrival else f"{ALWAYS}"
    return {
        "fine": fine,
        "received": f"coalesce(received_at_read, {known})",
        "happened": f"coalesce({happened}_read, received_at_read, {since})",
        "stated": f"coalesce({happened}_read, received_at_read) IS NOT NULL",
        **({"rest_json": _attributes(recipe)} if recipe.kind == "profiles" else {}),
    }


def _others(recipe: Recipe) -> str:
    """The fields of a record that nothing else has taken."""
    mapped = origins(recipe)
    gone: list[str] = [REST[recipe.kind]]
    aliases = ""
    for name in TAKEN[recipe.kind]:
        origin = mapped.get(name)
        if isinstance(origin, Column):
            gone.append(origin.name)
        elif origin is None and not _is_settled(name, recipe):
            gone.append(name)
            if alias := ALIASES.get(name):
                patch = text(f", {json.dumps(alias)}: null")
                aliases += f" || CASE WHEN {field(name)} IS NULL THEN {patch} ELSE '' END"
    patch = text("{" + ", ".join(f"{json.dumps(name)}: null" for name in gone))
    return f"json_merge_patch(record, CAST({patch}{aliases} || '}}' AS JSON))"


def _is_settled(name: str, recipe: Recipe) -> bool:
    """Whether a field comes from the recipe itself, so that the record's is one like any other."""
    return (name == "source" and bool(recipe.source)) or (
        name == "event" and isinstance(recipe.event, tuple)
    )


def _properties(recipe: Recipe) -> str:
    if recipe.fields is None:
        found = f"json_merge_patch({_others(recipe)}, coalesce(rest, CAST('{{}}' AS JSON)))"
    else:
        parts = (f"{text(name)}, {fields.value_of(origin)}" for name, origin in recipe.fields)
        found = f"json_object({', '.join(parts)})"
    return f"CAST(json_normalize(json_strip_nulls({found})) AS VARCHAR)"


def _attributes(recipe: Recipe) -> str:
    """What is said about attributes: null says that there is none; what is absent says nothing."""
    if recipe.fields is None:
        found = f"json_deep_merge({_others(recipe)}, coalesce(rest, CAST('{{}}' AS JSON)))"
    else:
        parts = ", ".join(
            f"{{k: {text(name)}, v: to_json({fields.value_of(origin)})}}"
            for name, origin in recipe.fields
        )
        there = f"list_filter([{parts}], lambda x: x.v IS NOT NULL)"
        found = f"to_json(map_from_entries({there}))"
    return f"CAST(json_normalize({found}) AS VARCHAR)"


def _final(recipe: Recipe) -> dict[str, str]:
    common = {"profile_id": "profile_id", "received_at": "received"}
    match recipe.kind:
        case "events":
            key = (
                "CASE WHEN event_id IS NULL"
                " THEN json_array(named_source, profile_id, name, happened, rest_json)"
                " ELSE json_array(named_source, event_id) END"
            )
            return {
                **common,
                "name": "name",
                "event_time": "happened",
                "source": "named_source",
                "event_id": "event_id",
                "backfill": "backfilled",
                "early": "early",
                "rest": "rest_json",
                "digest": f"md5_number(CAST({key} AS VARCHAR))",
            }
        case "profiles":
            return {**common, "set_at": "happened", "stated": "stated", "rest": "rest_json"}
        case "list":
            return {**common, "set_at": "happened", "stated": "stated", "member": "member"}
