"""Objects that profiles are related to."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from dataout.segments.atoms import RelatedAtom
from dataout.segments.values import Filter, FilterAll, FilterAny, FilterNot, PropertyIs
from dataout.sql.named import text
from dataout.sql.scope import Scope
from dataout.sql.values import dig, parsed, passes, property_of

NEWEST = "struct_pack(set_at := set_at, received_at := received_at, landing := landing)"


def related_objects(atom: RelatedAtom, scope: Scope) -> exp.Select:
    """Count, per slot, the related objects of a type that pass both filters, as ``value``.

    A relationship and each attribute of an object are histories: the newest visible row counts.
    """
    kind = text(atom.type)
    visible = scope.visible("relationships", "set_at").sql("duckdb")
    via = "TRUE"
    if atom.via is not None:
        via = passes(atom.via, property_of(exp.column("via")), scope).sql("duckdb")
    related = f"""
      SELECT slot, object_id FROM (
        SELECT slot, object_id, newest.related AS related, newest.via AS via FROM (
          SELECT slot, object_id,
            arg_max(struct_pack(related := related, via := attributes), {NEWEST}) AS newest
          FROM relationships WHERE type = {kind} AND {visible} GROUP BY slot, object_id
        ) AS newest_of_each
      ) AS relations WHERE related AND {via}"""
    if atom.where is None:
        return parsed(f"SELECT slot, count(*) AS value FROM ({related}) AS r GROUP BY slot")
    return parsed(
        f"""SELECT r.slot, count(*) AS value FROM ({related}) AS r
            LEFT JOIN ({_objects(kind, atom.where, scope)}) AS o ON o.object_id = r.object_id
            WHERE {_passing(atom.where, scope)} GROUP BY r.slot"""
    )


def _objects(kind: str, where: Filter, scope: Scope) -> str:
    everybody = Scope(scope.at, scope.known_at, scope.zone)
    visible = everybody.visible("object_attributes", "set_at").sql("duckdb")
    columns = "".join(
        f", arg_max(struct_pack(value := value), {NEWEST}) "
        f"FILTER (WHERE name = {exp.Literal.string(name).sql('duckdb')}) AS o{number}"
        for number, name in enumerate(_attributes(where))
    )
    return (
        f"SELECT object_id{columns} FROM object_attributes "
        f"WHERE type = {kind} AND {visible} GROUP BY object_id"
    )


def _passing(where: Filter, scope: Scope) -> str:
    names = list(_attributes(where))

    def value(path: tuple[str, ...]) -> exp.Expr:
        column = exp.Dot(
            this=exp.paren(exp.column(f"o{names.index(path[0])}", table="o")),
            expression=exp.to_identifier("value"),
        )
        return dig(column, path[1:])

    return passes(where, value, scope).sql("duckdb")


def _attributes(where: Filter) -> dict[str, None]:
    return dict.fromkeys(_names(where))


def _names(where: Filter) -> Iterator[str]:
    match where:
        case FilterAll(of) | FilterAny(of):
            for part in of:
                yield from _names(part)
        case FilterNot(part):
            yield from _names(part)
        case PropertyIs(path):
            yield path[0]
