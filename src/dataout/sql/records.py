"""The statement that reads staged records into the working table ``load_parsed``.

Records arrive in ``load_chunk``: as JSON text, or as the columns of a file, which become JSON here.
Each is read field by field; what cannot be taken in gets a ``problem``, what the recipe leaves out
is ``skipped``. Nothing in a record makes the statement fail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sqlglot import exp

from dataout.model.people import Instant
from dataout.segments.values import Filter, FilterAll, FilterAny, FilterNot, PropertyIs
from dataout.sql import fields
from dataout.sql.anonymous import CLAIMED, KINDS, anonymous_problem, named_or_anonymous
from dataout.sql.fields import Lookup
from dataout.sql.named import text
from dataout.sql.recipe import (
    ALIASES,
    REST,
    TAKEN,
    Arithmetic,
    Column,
    Naming,
    Recipe,
    looked_at,
    origins,
    rules,
    times,
)
from dataout.sql.rest import attributes, held_object, properties, via
from dataout.sql.scope import Scope
from dataout.sql.values import passes, property_of

ALWAYS = -(2**62)
"""The ``set_at`` and ``received_at`` of what was always held and always known."""

NO_ID = "op: needs an event_id"

SKEW = 300_000
"""Milliseconds by which a source's clock may run ahead: such events happened on arrival."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a chunk is read, beside the recipe.

    ``columns`` are those of the file (None: the records are JSON text), ``types`` their SQL types.
    ``typed`` makes numbers of csv cells that plainly spell one. ``arrival`` says when a record
    without ``received_at`` was received: at the statement's parameter, or (in memory) when it
    happened. ``keep`` keeps the text of good records too, for those that had been rejected before.
    """

    columns: tuple[str, ...] | None = None
    types: tuple[str, ...] = ()
    typed: bool = False
    arrival: bool = True
    keep: bool = False
    skew: int = SKEW
    default_source: str = ""


@cache
def read_statement(recipe: Recipe, reading: Reading) -> str:
    """Build the statement; its one parameter is the instant of loading, if ``reading.arrival``."""
    columns = reading.columns
    typed = frozenset(columns or ()) - recipe.text if reading.typed else frozenset()
    lookup = Lookup(columns, reading.types, typed)
    layers = [
        _raw(recipe, lookup),
        _typed(recipe),
        _spelled(recipe),
        _timed(recipe, lookup),
        _judged(recipe, reading),
        _dated(recipe, reading, lookup),
    ]
    if columns is None:
        layers = [{"record": RECORD}, {"found": lookup.found()}, *layers]
    elif typed:
        layers = [lookup.numbers(), *layers]
    below = "load_chunk"
    common = []
    for number, layer in enumerate(layers):
        common.append(f"l{number} AS (SELECT *, {_list(layer)} FROM {below})")
        below = f"l{number}"
    kept = "TRUE" if reading.keep else "problem IS NOT NULL"
    if recipe.kind == "events":
        kept = f"{kept} OR own_op <> 'add'"  # it may turn out to be of another person's event
    text_of_all = "text" if columns is None else lookup.whole()
    final = {
        **{name: name for name in ("problem", "skipped")},
        "record": f"CASE WHEN {kept} THEN {text_of_all} END",
        **{name: f"CASE WHEN fine THEN {value} END" for name, value in _final(recipe).items()},
    }
    return (
        f"INSERT INTO load_parsed BY NAME WITH {', '.join(common)}"
        f' SELECT "row", line, file, arrived, {_list(final)} FROM {below}'
    )


def _list(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{value} AS {name}" for name, value in columns.items())


KEYS = "json_keys(text)"

# Of a field that stands twice the last counts, as in every JSON reader; a VARIANT does that.
RECORD = (
    "CASE WHEN json_valid(text) THEN CASE WHEN json_type(text) = 'OBJECT' THEN"
    f" CASE WHEN len({KEYS}) = len(list_distinct({KEYS})) THEN CAST(text AS JSON)"
    " ELSE CAST(CAST(CAST(text AS JSON) AS VARIANT) AS JSON) END END END"
)


def _raw(recipe: Recipe, lookup: Lookup) -> dict[str, str]:
    """Read the fields with a meaning as JSON; a computed number becomes one there."""
    mapped = origins(recipe)
    raw: dict[str, str] = {}
    for name in TAKEN[recipe.kind]:
        match mapped.get(name):
            case None:
                alias = ALIASES.get(name)
                own = lookup.json(name)
                raw[f"{name}_json"] = f"coalesce({own}, {lookup.json(alias)})" if alias else own
            case Column(column):
                raw[f"{name}_json"] = lookup.json(column)
            case Arithmetic() as computed:
                raw[f"{name}_json"] = f"to_json({lookup.number(computed)})"
    if rest := REST[recipe.kind]:
        raw["rest_json"] = lookup.json(rest)
    if steps := sorted(set(looked_at(recipe))):
        parts = (f"f{at} := CAST({lookup.json(step)} AS VARIANT)" for at, step in enumerate(steps))
        raw["whole"] = f"struct_pack({', '.join(parts)})"
    return raw


def _typed(recipe: Recipe) -> dict[str, str]:
    names = [*TAKEN[recipe.kind], *(["rest"] if REST[recipe.kind] else [])]
    types = {f"{name}_type": f"json_type({name}_json)" for name in names}
    return {**types, **{f"{name}_text": f"{name}_json ->> '$'" for name in names}}


def _passes(condition: Filter, recipe: Recipe) -> str:
    # A mapping never looks at the clock (ingest/mapping.py refuses it), so no instant matters here.
    scope = Scope(Instant(0), None, recipe.zone)
    steps = sorted(set(looked_at(recipe)))
    names = {step: f"f{at}" for at, step in enumerate(steps)}
    return passes(_renamed(condition, names), property_of(exp.column("whole")), scope).sql("duckdb")


def _renamed(condition: Filter, names: Mapping[str, str]) -> Filter:
    """Let a filter look into the columns of ``whole``: names in a STRUCT know no case."""
    match condition:
        case PropertyIs(path, tests):
            return PropertyIs((names[path[0]], *path[1:]), tests)
        case FilterNot(part):
            return FilterNot(_renamed(part, names))
        case FilterAll(of):
            return FilterAll(tuple(_renamed(part, names) for part in of))
        case FilterAny(of):
            return FilterAny(tuple(_renamed(part, names) for part in of))


def _spelled(recipe: Recipe) -> dict[str, str]:
    spelled = {"profile": fields.identity("profile_id")}
    if recipe.kind in KINDS:
        spelled["claimed"] = CLAIMED
        spelled["profile"] = named_or_anonymous(spelled["profile"], spelled["claimed"])
    spelled |= {f"{name}_time": fields.time_text(name) for name in times(recipe)}
    skip = "FALSE" if recipe.skip is None else _passes(recipe.skip, recipe)
    match recipe.kind:
        case "events":
            spelled["own_id"] = f"nullif({fields.scalar('event_id')}, '')"
            spelled["own_op"] = _operation()
            spelled["own_source"] = text(recipe.source) if recipe.source else _source()
            spelled["name"] = _name(recipe, f"nullif({fields.scalar('event')}, '')")
        case "list":
            spelled["on_list"] = fields.truth("member")
        case "profiles":
            spelled["gone"] = fields.truth("deleted", otherwise="NULL")
        case "objects" | "relationships":
            spelled["thing"] = fields.identity("object_id")
            spelled["name"] = _name(recipe, fields.identity("type"))
            spelled["bound"] = fields.truth("related")
    if recipe.kind == "objects":
        spelled["held_via"] = held_object("via") if recipe.via is None else "NULL"
    if REST[recipe.kind]:
        spelled["rest"] = held_object("rest") if recipe.fields is None else "NULL"
    spelled["left_out"] = skip
    return spelled


def _source() -> str:
    return f"nullif({fields.scalar('source')}, '')"


def _name(recipe: Recipe, own: str) -> str:
    """Name what a record is about: by the recipe's rules, if there are any."""
    ruled = " ".join(_rule(rule, recipe) for rule in rules(recipe))
    return f"CASE {ruled} END" if ruled else own


def _rule(rule: Naming, recipe: Recipe) -> str:
    condition = "TRUE" if rule.where is None else _passes(rule.where, recipe)
    return f"WHEN {condition} THEN {text(rule.name)}"


def _operation() -> str:
    """Read what a record does to its event; NULL: it is not said in one of our words."""
    word = "lower(op_text)"
    return (
        f"CASE WHEN NOT {fields.given('op')} THEN 'add'"
        f" WHEN {word} IN ('add', 'replace', 'delete') THEN {word} END"
    )


def _timed(recipe: Recipe, lookup: Lookup) -> dict[str, str]:
    timed = {
        f"{name}_read": fields.instant(f"{name}_time", recipe.zone, recipe.unit)
        for name in times(recipe)
    }
    if recipe.kind == "objects":
        timed["bond"] = via(recipe, lookup)
    unnamed = "name IS NULL" if rules(recipe) else "FALSE"
    if recipe.kind == "events":
        unnamed = f"{unnamed} AND {LASTS}"
    return {**timed, "skipped": f"left_out OR {unnamed}"}


def _judged(recipe: Recipe, reading: Reading) -> dict[str, str]:
    """Say the first thing that is wrong with a record."""
    happened, received = times(recipe)
    wrong = [
        *_identity_problems(recipe),
        *_event_problems(recipe),
        _happening_problem(happened, recipe),
        fields.time_problem(received, recipe.unit, required=False),
    ]
    wrong += _state_problems(recipe)
    if (rest := REST[recipe.kind]) and recipe.fields is None:
        misfit = f"rest IS NULL AND {fields.given('rest')}"
        wrong.append(f"CASE WHEN {misfit} THEN '{rest}: not an object' END")
    unread = ""
    if reading.columns is None:
        unread = (
            "WHEN record IS NULL THEN CASE WHEN json_valid(text)"
            " THEN 'record: not an object' ELSE 'record: not JSON' END "
        )
    return {"problem": f"CASE {unread}WHEN skipped THEN NULL ELSE coalesce({', '.join(wrong)}) END"}


LASTS = "own_op IS DISTINCT FROM 'delete'"
"""Says of a record of an event that it does not delete it: then it has to say what it was."""


def _happening_problem(name: str, recipe: Recipe) -> str:
    unsaid = fields.time_problem(name, recipe.unit, required=False)
    if recipe.kind != "events":
        return unsaid
    required = fields.time_problem(name, recipe.unit, required=True)
    return f"CASE WHEN {LASTS} THEN {required} ELSE {unsaid} END"


def _identity_problems(recipe: Recipe) -> list[str]:
    person = fields.identity_problem("profile_id", "profile")
    if recipe.kind in KINDS:
        person = anonymous_problem(person)
    match recipe.kind:
        case "events":
            named = f"{fields.given('profile_id')} OR {fields.given('anonymous_id')}"
            return [f"CASE WHEN {LASTS} OR {named} THEN {person} END"]
        case "profiles" | "list":
            return [person]
        case "objects":
            # Only a record that says something of a relationship needs to say whose it is.
            alone = f"profile_id_text IS NULL AND NOT {fields.given('related')} AND bond = '{{}}'"
            person = f"CASE WHEN NOT ({alone}) THEN {person} END"
        case "relationships":
            pass
    kind = [] if rules(recipe) else [fields.identity_problem("type", "name")]
    return [*kind, fields.identity_problem("object_id", "thing"), person]


def _state_problems(recipe: Recipe) -> list[str]:
    related = "CASE WHEN bound IS NULL THEN 'related: not true or false' END"
    match recipe.kind:
        case "events":
            return []
        case "profiles":
            misfit = f"gone IS NULL AND {fields.given('deleted')}"
            return [f"CASE WHEN {misfit} THEN 'deleted: not true or false' END"]
        case "list":
            return ["CASE WHEN on_list IS NULL THEN 'member: not true or false' END"]
        case "relationships":
            return [related]
        case "objects":
            misfit = f"held_via IS NULL AND {fields.given('via')}"
            via_problem = f"CASE WHEN {misfit} THEN 'via: not an object' END"
            return [related] if recipe.via is not None else [related, via_problem]


def _event_problems(recipe: Recipe) -> list[str]:
    if recipe.kind != "events":
        return []
    checks = [("event_id", "own_id", "'event_id: not a text or a number'")]
    if not recipe.source:
        checks.append(("source", "own_source", "'source: not a text'"))
    found = [
        f"CASE WHEN {read} IS NULL AND {fields.given(name)} THEN {problem} END"
        for name, read, problem in checks
    ]
    if not rules(recipe):
        nameless = (
            f"CASE WHEN {fields.given('event')} THEN 'event: not a text' ELSE 'event: missing' END"
        )
        found.append(f"CASE WHEN name IS NULL AND {LASTS} THEN {nameless} END")
    if recipe.known is not None:
        names = ", ".join(text(name) for name in sorted(recipe.known)) or "NULL"
        known = f"coalesce(name IN ({names}), FALSE)"
        found.append(f"CASE WHEN NOT {known} AND {LASTS} THEN 'event: not in the catalog' END")
    unknown = "CASE WHEN own_op IS NULL THEN 'op: not add, replace or delete'"
    return [*found, f"{unknown} WHEN own_op <> 'add' AND own_id IS NULL THEN '{NO_ID}' END"]


def _dated(recipe: Recipe, reading: Reading, lookup: Lookup) -> dict[str, str]:
    happened, _ = times(recipe)
    fine = "problem IS NULL AND NOT skipped"
    if recipe.kind == "events":
        arrived = "$1" if reading.arrival else f"event_time_read, {ALWAYS}"
        received = f"coalesce(received_at_read, {arrived})"
        lead = "event_time_read - received_at_read"
        clamped = f"{lead} > 0 AND {lead} <= {reading.skew}"
        return {
            "fine": fine,
            "received": received,
            "happened": f"CASE WHEN {clamped} THEN received_at_read ELSE event_time_read END",
            "named_source": f"coalesce(own_source, {text(reading.default_source)})",
            "said": f"received_at_read IS NOT NULL OR NOT {reading.arrival}",
            "ahead": f"event_time_read - {received} > {reading.skew}",
            "backfilled": f"received_at_read IS NULL AND {reading.arrival}",
            "others": f"CASE WHEN {fine} THEN {properties(recipe, lookup)} END",
        }
    known = "$1" if reading.arrival else f"coalesce({happened}_read, {ALWAYS})"
    since = "arrived" if reading.arrival else str(ALWAYS)
    dated = {
        "fine": fine,
        "received": f"coalesce(received_at_read, {known})",
        "happened": f"coalesce({happened}_read, received_at_read, {since})",
        "said": f"coalesce({happened}_read, received_at_read) IS NOT NULL",
    }
    if recipe.kind != "list":
        read = properties if recipe.kind == "relationships" else attributes
        dated["others"] = f"CASE WHEN {fine} THEN {read(recipe, lookup)} END"
    return dated


def _final(recipe: Recipe) -> dict[str, str]:
    common = {"profile_id": "profile", "received_at": "received"}
    anonymous = {"anonymous_id": "claimed"}
    state = {**common, "set_at": "happened", "stated": "said"}
    thing = {**state, "type": "name", "object_id": "thing", "related": "bound"}
    match recipe.kind:
        case "events":
            # Lengths first, so that no two events spell the same.
            key = (
                "CASE WHEN own_id IS NULL THEN concat_ws('|', strlen(named_source),"
                " strlen(profile), strlen(name), happened, named_source, profile, name, others)"
                " ELSE concat_ws('|', 'id', strlen(named_source), named_source, own_id) END"
            )
            return {
                **common,
                **anonymous,
                "name": "name",
                "event_time": "happened",
                "source": "named_source",
                "event_id": "own_id",
                "op": "nullif(own_op, 'add')",
                "stated": "said",
                "backfill": "backfilled",
                "early": "ahead",
                "rest": "others",
                "digest": f"md5_number({key})",
            }
        case "profiles":
            return {**state, **anonymous, "rest": "others", "deleted": "gone"}
        case "list":
            return {**state, "member": "on_list"}
        case "objects":
            return {**thing, "rest": "others", "via": "bond"}
        case "relationships":
            return {**thing, "via": "others"}
