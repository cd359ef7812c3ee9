"""The fields of a JSON record as SQL: ids, names, times, numbers and objects, read without raising.

Everything here answers SQL text over the columns of the statement in ``sql/records.py``; names and
values that a user wrote go through ``text`` and ``pointer``, which quote them. A field ``x`` has
three columns there: ``x_json``, its ``x_type`` as ``json_type`` calls it, and ``x_text``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sqlglot import exp

from dataout.model.times import EARLIEST, LATEST
from dataout.sql.instants import (
    PLAIN_NUMBER,
    SUSPICIOUS,
    Unit,
    written_instant,
)
from dataout.sql.named import text
from dataout.sql.recipe import Arithmetic, Column, Operation, Part

SCALARS = "('VARCHAR', 'UBIGINT', 'BIGINT', 'DOUBLE')"
"""What ``json_type`` calls texts and numbers."""

LONGEST_ID = 512
"""Bytes of the longest id of a profile or an object."""

LONGEST_NUMBER = 16
"""Signs, a minus not counted, of the longest csv cell that is read as a number.

All of its digits survive as a double or as an integer."""

NUMBER = "DECIMAL(19, 6)"
"""What computing is done in: products of two fit the widest decimal."""

INTEGERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
)
SCALAR_TYPES = ("VARCHAR", "BOOLEAN", "DOUBLE", *INTEGERS)

SUSPECTED = "13-digit number, milliseconds suspected"
OPERATORS: dict[Operation, str] = {"plus": "+", "minus": "-", "times": "*", "divided_by": "/"}


def pointer(*steps: str) -> str:
    """Write the way to a field as a quoted JSON pointer: no sign in a name means anything."""
    return text("".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps))


@dataclass(slots=True)
class Lookup:
    """Finds fields in a record: in the columns of a file, or in JSON.

    Of JSON records it gathers what the statement reads, so that each is parsed once for all.
    ``columns`` (None: JSON) are c0, c1 … in the statement, of the SQL types ``types``; those in
    ``typed`` are texts whose cells are numbers where they plainly spell one: t0, t1 … as JSON.
    """

    columns: tuple[str, ...] | None
    types: tuple[str, ...]
    typed: frozenset[str]
    pointers: dict[str, int] = field(default_factory=dict)

    def json(self, name: str) -> str:
        """Read a field as JSON. A dotted name is a field so called, or the way into nested ones."""
        first, *steps = name.split(".")
        if self.columns is None:
            whole = self._found(pointer(name))
            return f"coalesce({whole}, {self._found(pointer(first, *steps))})" if steps else whole
        if name in self.columns:
            return self._json(name)
        if steps and first in self.columns:
            return f"json_extract({self._json(first)}, {pointer(*steps)})"
        return "CAST(NULL AS JSON)"

    def cell(self, name: str) -> str:
        """Read a column of the file as it goes into JSON."""
        return f"{'t' if name in self.typed else 'c'}{(self.columns or ()).index(name)}"

    def numbers(self) -> dict[str, str]:
        """Make the columns t0, t1 … of c0, c1 …, for those that are typed."""
        return {self.cell(name): _typed(self._raw(name)) for name in sorted(self.typed)}

    def whole(self) -> str:
        """Write a row of a file as JSON text; its nulls mean that a value is not given."""
        cells = {
            name: _typed(self._raw(name)) if name in self.typed else self._raw(name)
            for name in self.columns or ()
        }
        return f"CAST(json_strip_nulls({json_object(cells)}) AS VARCHAR)"

    def absent(self, origin: Column | Arithmetic) -> str:
        """Say whether a value of a columnar file is null."""
        raw = self.number(origin) if isinstance(origin, Arithmetic) else self._raw(origin.name)
        return f"({raw}) IS NULL"

    def _json(self, name: str) -> str:
        cell = self.cell(name)
        return cell if name in self.typed else f"to_json({cell})"

    def _raw(self, name: str) -> str:
        return f"c{(self.columns or ()).index(name)}"

    def value(self, origin: Column | Arithmetic) -> str:
        """Read a column as it goes into JSON, or compute a DECIMAL."""
        if isinstance(origin, Arithmetic):
            return self.number(origin)
        name = origin.name
        return self.cell(name) if name in (self.columns or ()) else self.json(name)

    def number(self, part: Part) -> str:
        """Compute a DECIMAL of at most six places; NULL where a part is absent or does not fit."""
        match part:
            case Column(name):
                return self._column_number(name)
            case Decimal():
                return f"CAST({part:f} AS {NUMBER})"
            case Arithmetic(operation, parts):
                result, *others = (self.number(inner) for inner in parts)
                for other in others:
                    pair = _pair(OPERATORS[operation], result, other)
                    result = f"try_cast({pair} AS {NUMBER})"
                return result

    def _column_number(self, name: str) -> str:
        json = self.json(name)
        written = f"CASE WHEN json_type({json}) IN {SCALARS} THEN {json} ->> '$' END"
        exact = f"try_cast(round_even(try_cast({written} AS DECIMAL(38, 18)), 6) AS {NUMBER})"
        if name not in (self.columns or ()):
            return exact
        cell = self.cell(name)
        match self.types[(self.columns or ()).index(name)]:
            case "DOUBLE":
                # Most doubles were written with six places or fewer, which is quick to see.
                six_places = f"abs({cell}) < 1e9 AND round_even({cell} * 1e6, 0) / 1e6 = {cell}"
                return f"CASE WHEN {six_places} THEN try_cast({cell} AS {NUMBER}) ELSE {exact} END"
            case type_ if type_ in INTEGERS:
                return f"try_cast({cell} AS {NUMBER})"
            case _:
                return exact

    def is_scalar(self, origin: Column | Arithmetic) -> bool:
        """Whether a value can have no null inside."""
        if isinstance(origin, Arithmetic):
            return True
        columns = self.columns or ()
        return origin.name in columns and self.types[columns.index(origin.name)] in SCALAR_TYPES

    def found(self) -> str:
        """Read every field of a JSON record that was asked for; SQL counts lists from 1."""
        return f"json_extract(record, [{', '.join(self.pointers)}])"

    def _found(self, quoted: str) -> str:
        return f"found[{self.pointers.setdefault(quoted, len(self.pointers) + 1)}]"


def json_object(cells: Mapping[str, str]) -> str:
    """Make an object, its keys in order."""
    return f"json_object({', '.join(f'{text(name)}, {cells[name]}' for name in sorted(cells))})"


def _typed(column: str) -> str:
    plain = f"regexp_full_match({column}, '{PLAIN_NUMBER}')"
    return (
        f"CASE WHEN length(ltrim({column}, '-')) <= {LONGEST_NUMBER} AND {plain}"
        f" THEN CAST({column} AS JSON) ELSE to_json({column}) END"
    )


def _pair(operator: str, left: str, right: str) -> str:
    match operator:
        case "/":
            return _quotient(left, right)
        case "*":
            return f"round_even({left} * {right}, 6)"
        case _:
            return f"({left} {operator} {right})"


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


def scalar(name: str) -> str:
    """Read a field as a text: a text, or a number in its own spelling; NULL for anything else."""
    return f"CASE WHEN {name}_type IN {SCALARS} THEN {name}_text END"


def given(name: str) -> str:
    """Say whether a field holds anything but null and the empty text."""
    return f"coalesce({name}_type <> 'NULL' AND {name}_text <> '', FALSE)"


def truth(name: str, *, otherwise: str = "TRUE") -> str:
    """Read a field that says whether something is so; NULL: it says neither."""
    return (
        f"CASE WHEN NOT {given(name)} THEN {otherwise}"
        f" WHEN lower({name}_text) IN ('true', '1') THEN TRUE"
        f" WHEN lower({name}_text) IN ('false', '0') THEN FALSE END"
    )


def identity(name: str) -> str:
    """Read a field as an id: a text, or a whole number in its plain spelling."""
    whole = f"try_cast({name}_text AS DECIMAL(38, 6))"
    return (
        f"CASE WHEN regexp_full_match({name}_text, '-?[0-9]+[.]0+')"
        f" THEN regexp_replace({name}_text, '[.]0+$', '')"
        f" WHEN {name}_type IN ('VARCHAR', 'UBIGINT', 'BIGINT')"
        f" OR ({name}_type = 'DOUBLE' AND regexp_full_match({name}_text, '-?[0-9]+'))"
        f" THEN {name}_text"
        f" WHEN {name}_type IN {SCALARS} AND {whole} = floor({whole})"
        f" THEN CAST(CAST({whole} AS DECIMAL(38, 0)) AS VARCHAR) END"
    )


def identity_problem(name: str, read: str) -> str:
    """Say why a field is no id; NULL: it is."""
    return (
        f"CASE WHEN trim({read}) <> '' AND strlen({read}) <= {LONGEST_ID} THEN NULL"
        f" WHEN coalesce({name}_type, 'NULL') = 'NULL' THEN '{name}: missing'"
        f" WHEN {read} IS NULL THEN '{name}: not a text or a whole number'"
        f" WHEN trim({read}) = '' THEN '{name}: empty'"
        f" ELSE '{name}: longer than {LONGEST_ID} bytes' END"
    )


def time_text(name: str) -> str:
    """Read a field as the text that spells a time; NULL: there is none.

    Offsets after a space and the word UTC are how many stores and warehouses export times.
    """
    written = f"{name}_text"
    tidy = f"replace(replace(replace(trim({written}), ' UTC', 'Z'), ' +', '+'), ' -', '-')"
    return (
        f"CASE WHEN {name}_type = 'VARCHAR' THEN CASE WHEN length({written}) = 19 THEN {written}"
        f" ELSE nullif({tidy}, '') END"
        f" WHEN {name}_type = 'NULL' THEN NULL"
        f" WHEN regexp_full_match({written}, '{PLAIN_NUMBER}') THEN {written}"
        f" WHEN {name}_type IN {SCALARS}"
        f" THEN coalesce(CAST(try_cast({written} AS DECIMAL(38, 12)) AS VARCHAR), 'x')"
        f" WHEN {name}_type IS NOT NULL THEN 'x' END"
    )


def instant(column: str, zone: str, unit: Unit) -> str:
    """Read a column that ``time_text`` made as milliseconds."""
    return written_instant(exp.column(column), zone, unit).sql("duckdb")


def time_problem(name: str, unit: Unit, *, required: bool) -> str:
    """Say what is wrong with ``x_time``, the text, and ``x_read``, the instant; NULL: nothing."""
    written, read = f"{name}_time", f"{name}_read"
    plain = f"regexp_full_match({written}, '{PLAIN_NUMBER}')"
    large = f"{plain} AND abs(try_cast({written} AS DOUBLE)) >= {SUSPICIOUS}"
    missing = f"'{name}: missing'" if required else "NULL"
    return (
        f"CASE WHEN {read} >= {EARLIEST} AND {read} < {LATEST} THEN NULL"
        f" WHEN {written} IS NULL THEN {missing}"
        + (f" WHEN {large} THEN '{name}: {SUSPECTED}'" if unit == "s" else "")
        + f" WHEN {read} IS NULL AND NOT {plain} THEN '{name}: not a time'"
        f" ELSE '{name}: out of range' END"
    )
