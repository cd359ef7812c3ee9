"""The JSON Schema of the project's files, made of the tables that read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dataout.catalog.read import CATALOG, SOURCES
from dataout.definitions.audiences import AUDIENCES
from dataout.definitions.cases import TESTS
from dataout.definitions.destinations import destination_schema
from dataout.definitions.identifiers import IDENTIFIERS
from dataout.definitions.identity import IDENTITY
from dataout.definitions.sections import LISTS, SEGMENTS
from dataout.definitions.settings import (
    DEFAULTS,
    ENGINE,
    ENVIRONMENTS,
    NAME,
    STORE,
    TICKS,
    TIMEZONE,
)
from dataout.model.readers import NAME as NAMES
from dataout.segments.parse import segment_schemas
from dataout.segments.traits import TRAITS

if TYPE_CHECKING:
    from dataout.model.reading import Schema


def json_schema() -> dict[str, object]:
    """Describe every file of a project, for editors (JSON Schema 2020-12).

    What is read without a complaint is valid; not every complaint can be said in a schema.
    """
    main = (NAME, TIMEZONE, ENVIRONMENTS, DEFAULTS, ENGINE, STORE, TICKS)
    sections: dict[str, Schema] = {
        "catalog": CATALOG.schema,
        "sources": SOURCES.schema,
        "identifiers": IDENTIFIERS.schema,
        "identity": IDENTITY.schema,
        "segments": SEGMENTS.schema,
        "traits": TRAITS.schema,
        "lists": LISTS.schema,
        "audiences": AUDIENCES.schema,
        "destinations": {
            "type": "object",
            "propertyNames": NAMES.schema,
            "additionalProperties": destination_schema(),
        },
        "tests": TESTS.schema,
    }
    empty: Schema = {"type": "null"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A file of a dataout project",
        "type": ["object", "null"],
        "properties": {
            **{key.name: key.reader.schema for key in main},
            **{name: {"anyOf": [schema, empty]} for name, schema in sections.items()},
        },
        "additionalProperties": False,
        "$defs": dict(segment_schemas()),
    }
