"""The fields of a JSON record as SQL: ids, names, times, numbers and objects, read without raising.

Everything here answers SQL text over the columns of the statement in ``sql/records.py``; names and
values that a user wrote go through ``text`` and ``pointer``, which quote them.
"""

from __future__ import annotations

from decimal import Decimal

from sqlglot import exp

from dataout.sql.instants import (
    EARLIEST,
    LATEST,
    PLAIN_NUMBER,
    SUSPICIOUS,
    Unit,
    written_instant,
)
from dataout.sql.recipe import Arithmetic, Column, Operation, Origin, Part

NUMBERS = "('UBIGINT', 'BIGINT', 'DOUBLE', 'HUGEINT', 'UHUGEINT')"
"""What ``json_type`` calls a number."""

LONGEST_ID = 512
"""Bytes of the longest profile id."""

SUSPECTED = "13-digit number, milliseconds suspected"

OPERATORS: dict[Operation, str] = {"plus": "+", "minus": "-", "times": "*", "divided_by": "/"}


def text(value: str) -> str:
    """Quote a text."""
    return exp.Literal.string(value).sql("duckdb")


def pointer(*steps: str) -> str:
    """Write the way to a field as a quoted JSON pointer: no sign in a name means anything."""
    return text("".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps))


def field(name: str) -> str:
    """Read a field as JSON. A dotted name is a field so called, else the way into nested ones."""
    whole = f"(record -> {pointer(name)})"
    if "." not in name:
        return whole
    return f"coalesce({whole}, record -> {pointer(*name.split('.'))})"


def canonical(name: str, alias: str = "") -> str:
    """Read one of the fields that have a meaning without a mapping."""
    return f"coalesce({field(name)}, {field(alias)})" if alias else field(name)


def plain_text(value: str) -> str:
    """Read JSON as a text: a text, or a number in its own spelling; NULL for anything else."""
    return (
        f"CASE WHEN json_type({value}) = 'VARCHAR' OR json_type({value}) IN {NUMBERS}"
        f" THEN {value} ->> '$' END"
    )


def given(value: str) -> str:
    """Say whether there is anything but null and the empty text."""
    return f"coalesce(json_type({value}) <> 'NULL' AND {value} ->> '$' <> '', FALSE)"


def identity(value: str) -> str:
    """Read JSON as a profile id: a text, or a whole number in its plain spelling."""
    written = f"({value} ->> '$')"
    whole = f"try_cast({written} AS DECIMAL(38, 6))"
    return (
        f"CASE WHEN json_type({value}) = 'VARCHAR' OR json_type({value}) IN {NUMBERS} THEN"
        f" CASE WHEN regexp_full_match({written}, '-?[0-9]+([.]0+)?')"
        f" THEN regexp_replace({written}, '[.]0+$', '')"
        f" WHEN json_type({value}) = 'VARCHAR' THEN {written}"
        f" WHEN {whole} = floor({whole}) THEN CAST(CAST({whole} AS DECIMAL(38, 0)) AS VARCHAR)"
        f" END END"
    )


def identity_problem(value: str, read: str) -> str:
    """Say why a profile id is unusable."""
    return (
        f"WHEN coalesce(json_type({value}), 'NULL') = 'NULL' THEN 'profile_id: missing'"
        f" WHEN {read} IS NULL THEN 'profile_id: not a text or a whole number'"
        f" WHEN trim({read}) = '' THEN 'profile_id: empty'"
        f" WHEN strlen({read}) > {LONGEST_ID} THEN 'profile_id: longer than {LONGEST_ID} bytes'"
    )


def time_text(origin: Origin, value: str) -> str:
    """Read a time field as the text that spells it; NULL: there is none.

    Offsets after a space and the word UTC are how several stores and warehouses export times.
    """
    if isinstance(origin, Arithmetic):
        return f"CAST({value} AS VARCHAR)"
    written = f"({value} ->> '$')"
    tidy = f"replace(replace(replace(trim({written}), ' UTC', 'Z'), ' +', '+'), ' -', '-')"
    return (
        f"CASE WHEN json_type({value}) = 'VARCHAR' THEN nullif({tidy}, '')"
        f" WHEN regexp_full_match({written}, '{PLAIN_NUMBER}') THEN {written}"
        f" WHEN json_type({value}) IN {NUMBERS}"
        f" THEN coalesce(CAST(try_cast({written} AS DECIMAL(38, 12)) AS VARCHAR), 'x')"
        f" WHEN json_type({value}) <> 'NULL' THEN 'x' END"
    )


def instant(column: str, zone: str, unit: Unit) -> str:
    """Read a column that ``time_text`` made as milliseconds."""
    return written_instant(exp.column(column), zone, unit).sql("duckdb")


def time_problem(name: str, written: str, read: str, unit: Unit) -> str:
    """Say why a time is unusable."""
    plain = f"regexp_full_match({written}, '{PLAIN_NUMBER}')"
    large = f"{plain} AND abs(try_cast({written} AS DOUBLE)) >= {SUSPICIOUS}"
    suspected = f"WHEN {large} THEN '{name}: {SUSPECTED}' " if unit == "s" else ""
    return (
        f"{suspected}"
        f"WHEN {written} IS NOT NULL AND {read} IS NULL AND NOT {plain} THEN '{name}: not a time'"
        f" WHEN {written} IS NOT NULL"
        f" AND coalesce({read} < {EARLIEST} OR {read} >= {LATEST}, TRUE)"
        f" THEN '{name}: out of range'"
    )


def value_of(origin: Origin) -> str:
    """Read a column as JSON, or compute a DECIMAL."""
    return field(origin.name) if isinstance(origin, Column) else number(origin)


def number(part: Part) -> str:
    """Compute a DECIMAL of at most six places; NULL where a part is absent or does not fit."""
    match part:
        case Column(name):
            written = plain_text(field(name))
            exact = f"round_even(try_cast({written} AS DECIMAL(38, 18)), 6)"
            return f"try_cast({exact} AS DECIMAL(19, 6))"
        case Decimal():
            return f"CAST({part:f} AS DECIMAL(19, 6))"
        case Arithmetic(operation, parts):
            operator = OPERATORS[operation]
            result = number(parts[0])
            for other in parts[1:]:
                result = _pair(operator, result, number(other))
            return result


def _pair(operator: str, left: str, right: str) -> str:
    if operator == "/":
        result = _quotient(left, right)
    else:
        result = f"round_even({left} {operator} {right}, 6)"
    return f"try_cast({result} AS DECIMAL(19, 6))"


def _quotient(left: str, right: str) -> str:
    """Divide as integers, rounding half-even once: SQL divides decimals as doubles."""
    pair = (
        f"[{{n: CAST({left} * 1000000 AS HUGEINT) * 1000000,"
        f" d: CAST(nullif({right}, 0) * 1000000 AS HUGEINT)}}]"
    )
    twice = "2 * abs(p.n % p.d)"
    away = "CASE WHEN (p.n < 0) = (p.d < 0) THEN 1 ELSE -1 END"
    rounded = (
        f"p.n // p.d + CASE WHEN {twice} > abs(p.d)"
        f" OR ({twice} = abs(p.d) AND (p.n // p.d) % 2 <> 0) THEN {away} ELSE 0 END"
    )
    return f"CAST(list_transform({pair}, lambda p: {rounded})[1] AS DECIMAL(32, 0)) * 0.000001"
