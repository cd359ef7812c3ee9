"""A project folder as one value. Imported only where a project is read, not for ``--help``."""

from dataout.definitions.project import ProjectDefinition
from dataout.definitions.read import read_project
from dataout.definitions.schema import json_schema

__all__ = ["ProjectDefinition", "json_schema", "read_project"]
