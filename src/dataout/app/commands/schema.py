"""``schema``: the JSON Schema of a project's files."""

from __future__ import annotations

from typing import Any

from dataout.definitions import json_schema


def schema() -> dict[str, Any]:
    """Make the schema that editors complete with."""
    return dict(json_schema())
