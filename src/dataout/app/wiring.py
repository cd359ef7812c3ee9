"""Which destinations exist, and how a project's become live ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from dataout.errors import SecretMissing, UsageError
from dataout.model.definitions import DestinationDefinition, Environment
from dataout.ports import Destination, DestinationType
from dataout.settings.secrets import Secrets

GROUP = "dataout.destinations"
SANDBOX_PORT = 8765
SANDBOX_ADDRESS = f"http://127.0.0.1:{SANDBOX_PORT}"
ADDRESS = "base_url"
"""The setting by which a destination's vendor is reached; a sandbox puts its own there."""

AnyType = DestinationType[BaseModel, Any]


@cache
def destination_types() -> Mapping[str, AnyType]:
    """Find every kind of destination that is installed, by its name in the project's files."""
    return {entry.name: entry.load() for entry in sorted(entry_points(group=GROUP))}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """How destinations are reached: secrets by name, the sandbox's address, transports for tests.

    ``transports`` replaces the network per kind of destination.
    """

    variables: Mapping[str, str] = field(repr=False)
    sandbox: str = SANDBOX_ADDRESS
    transports: Mapping[str, Any] | None = None


def connect(
    definition: DestinationDefinition,
    folder: Path,
    environment: Environment,
    surroundings: Surroundings,
) -> Destination:
    """Make a destination live; makes no call.

    Raises ``SecretMissing``, and ``UsageError`` for a sandbox that is not on this machine.
    """
    kind = destination_types()[definition.type]
    secrets = Secrets(surroundings.variables, folder, environment.sandbox)
    values = {
        key: secrets.resolve(value, f"destinations.{definition.name}.{key}")
        for key, value in definition.settings.items()
    }
    if environment.sandbox:
        values[ADDRESS] = f"{surroundings.sandbox}/{definition.type}"
    try:
        settings = kind.settings(**values)
    except ValidationError as error:
        # A secret's own text is wrong: its value must not be shown, its place may.
        keys = sorted({str(problem["loc"][0]) for problem in error.errors()})
        if environment.sandbox and ADDRESS in keys:
            raise UsageError(
                "The sandbox's address is none on this machine.",
                f"Set DATAOUT_SANDBOX to an address such as {SANDBOX_ADDRESS}, or leave it unset.",
            ) from None
        raise SecretMissing(
            f"The value of destinations.{definition.name}.{', '.join(keys)} is not usable.",
            "Check the environment variable or the file that it comes from.",
        ) from None
    transport = (surroundings.transports or {}).get(definition.type)
    return kind.connect(settings, transport, environment.sandbox)
