"""What is left of a record once its fields are read: properties, or attributes."""

from __future__ import annotations

import json
from collections.abc import Mapping

from dataout.sql.fields import Lookup, json_object
from dataout.sql.named import text
from dataout.sql.recipe import ALIASES, REST, TAKEN, Column, Origin, Recipe, origins, rules

NOT_FINITE = "[:,[]\\s*-?(?i:nan|inf|[0-9.]+e[+]?[0-9]{3,})"
"""Finds what JSON lacks, but its readers take: NaN, infinities, numbers beyond doubles."""

MOST_OPENINGS = 500
"""Brackets and braces that open in a text which holds an object: engines recurse into them."""


def _object(lookup: Lookup, parts: Mapping[str, Origin]) -> str:
    return json_object({name: lookup.value(origin) for name, origin in parts.items()})


def held_object(name: str) -> str:
    """Read a field as an object, or a text that holds one, as tables carry nested values."""
    written = f"{name}_text"
    openings = f"length({written}) - length(replace(replace({written}, '[', ''), '{{', ''))"
    return (
        f"CASE {name}_type WHEN 'OBJECT' THEN {name}_json"
        f" WHEN 'VARCHAR' THEN CASE WHEN json_valid({written}) THEN"
        f" CASE WHEN json_type({written}) = 'OBJECT' AND {openings} < {MOST_OPENINGS}"
        f" AND NOT regexp_matches({written}, '{NOT_FINITE}')"
        f" THEN CAST({written} AS JSON) END END END"
    )


def properties(recipe: Recipe, lookup: Lookup) -> str:
    """Read what is said once and whole as JSON text, nulls left away: of events, relationships."""
    if recipe.fields is not None:
        found = _without_nulls(lookup, dict(recipe.fields))
    else:
        others = _others(recipe, lookup)
        merged = f"json_strip_nulls(json_merge_patch({others}, rest))"
        found = f"CASE WHEN rest IS NULL THEN json_strip_nulls({others}) ELSE {merged} END"
    return _normal(found)


def via(recipe: Recipe, lookup: Lookup) -> str:
    """Read the relationship's attributes in a record about an object, as ``properties`` are."""
    if recipe.via is not None:
        return _normal(_without_nulls(lookup, dict(recipe.via)))
    return _normal("json_strip_nulls(coalesce(held_via, CAST('{}' AS JSON)))")


def _normal(found: str) -> str:
    # One spelling for equal objects, whatever file they come from: an event's digest depends on it.
    return f"CAST(json_normalize({found}) AS VARCHAR)"


def _without_nulls(lookup: Lookup, parts: Mapping[str, Origin]) -> str:
    found = _object(lookup, parts)
    if parts and all(lookup.is_scalar(origin) for origin in parts.values()):
        # Going through the text once more is what most rows of a table can do without.
        sparse = " OR ".join(lookup.absent(origin) for origin in parts.values())
        return f"CASE WHEN {sparse} THEN json_strip_nulls({found}) ELSE {found} END"
    return f"json_strip_nulls({found})"


def attributes(recipe: Recipe, lookup: Lookup) -> str:
    """Read what is said about attributes: null unsets one; what is absent says nothing."""
    if recipe.fields is not None:
        parts = ", ".join(
            f"{{k: {text(name)}, v: to_json({lookup.value(origin)})}}"
            for name, origin in recipe.fields
        )
        there = f"list_filter([{parts}], lambda x: x.v IS NOT NULL)"
        return f"CAST(to_json(map_from_entries({there})) AS VARCHAR)"
    found = _others(recipe, lookup)
    if lookup.columns is not None:
        found = f"json_strip_nulls({found})"
    # As maps: what DuckDB offers to merge JSON objects with drops the nulls that unset something.
    entries = "coalesce(CAST(rest AS MAP(VARCHAR, JSON)), MAP {})"
    return f"CAST(to_json(map_concat(CAST({found} AS MAP(VARCHAR, JSON)), {entries})) AS VARCHAR)"


def _others(recipe: Recipe, lookup: Lookup) -> str:
    """Keep the fields of a record that nothing else has taken."""
    taken, aliases = _taken(recipe)
    if lookup.columns is not None:
        there = set(lookup.columns)
        taken |= {alias for alias, name in aliases.items() if name not in there}
        return _object(lookup, {name: Column(name) for name in there - taken})
    patch = text("{" + ", ".join(f"{json.dumps(name)}: null" for name in sorted(taken)))
    for alias, name in aliases.items():
        more = text(f", {json.dumps(alias)}: null")
        patch += f" || CASE WHEN {lookup.json(name)} IS NULL THEN {more} ELSE '' END"
    return f"json_merge_patch(record, CAST({patch} || '}}' AS JSON))"


def _taken(recipe: Recipe) -> tuple[set[str], dict[str, str]]:
    """List the fields that others have taken, and the aliases of those that stand for them."""
    mapped = origins(recipe)
    taken = {REST[recipe.kind]}
    taken |= {origin.name for _, origin in recipe.via or () if isinstance(origin, Column)}
    aliases: dict[str, str] = {}
    for name in TAKEN[recipe.kind]:
        match mapped.get(name):
            case Column(column):
                taken.add(column)
            case None if not _is_settled(name, recipe):
                taken.add(name)
                if alias := ALIASES.get(name):
                    aliases[alias] = name
            case _:
                pass
    return taken, aliases


def _is_settled(name: str, recipe: Recipe) -> bool:
    """Whether a field comes from the recipe itself, so that the record's is one like any other."""
    match name:
        case "source":
            return bool(recipe.source)
        case "event" | "type":
            return bool(rules(recipe))
        case "via":
            return recipe.via is not None
        case _:
            return False
