"""Arrow data as the engine and JSON can hold it: no NaN, no infinity, no types only Arrow has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from dataout.errors import InputError
from dataout.ingest.records import encode
from dataout.ingest.sources import ROWS, Chunk, Source, column_names

SIMPLE = {
    pa.bool_(): "BOOLEAN",
    pa.int8(): "TINYINT",
    pa.int16(): "SMALLINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.uint8(): "UTINYINT",
    pa.uint16(): "USMALLINT",
    pa.uint32(): "UINTEGER",
    pa.uint64(): "UBIGINT",
    pa.float64(): "DOUBLE",
    pa.string(): "VARCHAR",
    pa.date32(): "DATE",
    pa.time64("us"): "TIME",
}
TIMESTAMPS = {"s": "TIMESTAMP_S", "ms": "TIMESTAMP_MS", "us": "TIMESTAMP", "ns": "TIMESTAMP_NS"}
JSON = "JSON"
WIDEST_DECIMAL = 38

Batches = Callable[[], Iterator[pa.RecordBatch]]


def of_table(name: str, table: pa.Table) -> Source:
    """Read a table in memory."""
    return of_batches(
        name, table.schema, table.num_rows, lambda: iter(table.to_batches(max_chunksize=ROWS))
    )


def of_batches(name: str, schema: pa.Schema, rows: int | None, batches: Batches) -> Source:
    """Read record batches of one schema.

    Raises ``InputError`` for columns that share a name or that JSON cannot hold.
    """
    columns = unique_names(name, schema.names)
    targets = [_target(name, field) for field in schema]

    def chunks() -> Iterator[Chunk]:
        done = 0
        for batch in batches():
            cleaned = [
                _clean(array, target) for array, target in zip(batch.columns, targets, strict=True)
            ]
            table = pa.table([array for array, _ in cleaned], names=column_names(len(cleaned)))
            lines = pa.array(range(done + 1, done + batch.num_rows + 1), pa.int64())
            done += batch.num_rows
            yield Chunk(table, lines, absent=sum(absent for _, absent in cleaned))

    engine_types = tuple(_engine_type(target) for target in targets)
    return Source(name, columns, engine_types, typed=False, rows=rows, chunks=chunks)


def unique_names(name: str, columns: Sequence[str]) -> tuple[str, ...]:
    """Name the columns of a source, those without a name by their position."""
    named = tuple(column or f"column_{at + 1}" for at, column in enumerate(columns))
    for at, column in enumerate(named):
        if (first := named.index(column)) != at:
            # By position: a csv file without a header has somebody's data in the place of names.
            raise InputError(
                f"{name}: its columns {first + 1} and {at + 1} have the same name.",
                "Rename one of them.",
            )
    return named


def _target(name: str, field: pa.Field) -> pa.DataType | None:
    """Say what a column is turned into; None: into JSON."""
    if (simple := _flat(field.type)) is not None:
        return simple
    if types.is_nested(field.type):
        return field.type if _is_plain(field.type) else None
    raise InputError(
        f"{name}: the column '{field.name}' has the type {field.type}, which JSON cannot hold.",
        "Leave the column away, or write it as text or as numbers.",
    )


def _flat(given: pa.DataType) -> pa.DataType | None:
    if types.is_dictionary(given):
        return _flat(given.value_type)
    if given in SIMPLE or types.is_timestamp(given):
        return given
    if types.is_decimal(given):
        fits = given.precision <= WIDEST_DECIMAL
        return pa.decimal128(given.precision, given.scale) if fits else pa.string()
    others = (
        (types.is_floating, pa.float64()),
        (types.is_date, pa.date32()),
        (types.is_time, pa.time64("us")),
        (types.is_duration, pa.int64()),
        (types.is_null, pa.string()),
        (types.is_large_string, pa.string()),
        (types.is_string_view, pa.string()),
        (types.is_binary, pa.string()),
        (types.is_large_binary, pa.string()),
        (types.is_fixed_size_binary, pa.string()),
    )
    return next((target for test, target in others if test(given)), None)


def _is_plain(given: pa.DataType) -> bool:
    """Whether a nested type can go to the engine as it is."""
    if types.is_list(given) or types.is_large_list(given):
        return _is_plain(given.value_type)
    if types.is_struct(given):
        names = {field.name.lower() for field in given}
        return len(names) == given.num_fields > 0 and all(_is_plain(field.type) for field in given)
    return given in SIMPLE and not types.is_floating(given)


def _engine_type(target: pa.DataType | None) -> str:
    if target is None:
        return JSON
    if types.is_timestamp(target):
        return "TIMESTAMPTZ" if target.tz is not None else TIMESTAMPS[target.unit]
    if types.is_decimal(target):
        return f"DECIMAL({target.precision}, {target.scale})"
    if types.is_list(target) or types.is_large_list(target):
        return f"{_engine_type(target.value_type)}[]"
    if types.is_struct(target):
        inner = ", ".join(f"{_quoted(field.name)} {_engine_type(field.type)}" for field in target)
        return f"STRUCT({inner})"
    return SIMPLE[target]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _clean(array: pa.Array, target: pa.DataType | None) -> tuple[pa.Array, int]:
    """Turn a column into its target; count the NaN and infinite numbers that become null."""
    if types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if target is None:
        texts, absent = encode(array.to_pylist())
        return pa.array(texts, pa.string()), absent
    if types.is_float32(array.type):
        array = pc.cast(array, pa.string())  # its shortest spelling, not the double behind it
    if types.is_binary(array.type) or types.is_fixed_size_binary(array.type):
        array = _text_of_bytes(array)
    if array.type != target:
        array = pc.cast(array, target, safe=False)
    if not types.is_floating(target):
        return array, 0
    there = pc.is_finite(array)
    absent = array.null_count
    array = pc.if_else(there, array, pa.scalar(None, target))
    return array, array.null_count - absent


def _text_of_bytes(array: pa.Array) -> pa.Array:
    try:
        return pc.cast(array, pa.string())
    except pa.ArrowInvalid:
        texts = [None if value is None else _decoded(value) for value in array.to_pylist()]
        return pa.array(texts, pa.string())


def _decoded(value: bytes) -> str:
    """Read bytes as UTF-8, or spell them in hexadecimal."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()
