"""What ``dataout.yaml`` says about the project itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from dataout.catalog.read import COUNTRY
from dataout.model.definitions import Environment, TicksBy, TickSettings
from dataout.model.readers import BOOLEAN, DURATION, TEXT, ZONE, map_of, word
from dataout.model.reading import Context, Key, Reader, Shape, expected, unsupported

if TYPE_CHECKING:
    from dataout.model.complaints import Path

DEV = "dev"
"""The default environment. It reaches nothing but the sandbox."""

_ENVIRONMENT_NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")


def _one_of_a_kind(only: str, later: tuple[str, ...]) -> Reader[str]:
    plain = word(only)

    def read(value: object, path: Path, context: Context) -> str | None:
        if value in later:
            context.mistakes.add(path, unsupported(str(value)), f"This version has {only}.")
            return None
        return plain.read(value, path, context)

    return Reader(read, plain.schema)


ENGINE = Key("engine", _one_of_a_kind("duckdb", ("clickhouse", "postgres", "spark")))
STORE = Key("store", _one_of_a_kind("sqlite", ("postgres",)))
SANDBOX = Key("sandbox", BOOLEAN)
ENVIRONMENT_SHAPE = Shape("an environment", (SANDBOX, ENGINE, STORE))
ENVIRONMENT_NAME: Reader[str] = TEXT.passing(
    lambda text: (
        ""
        if _ENVIRONMENT_NAME.fullmatch(text)
        else f"{text!r} is no name for an environment: letters, digits, - and _ only."
    )
)


@dataclass(frozen=True, slots=True)
class EnvironmentBody:
    """An environment as written; None: as the project's default."""

    sandbox: bool | None = None
    engine: str | None = None
    store: str | None = None


def _environment(value: object, path: Path, context: Context) -> EnvironmentBody | None:
    body = ENVIRONMENT_SHAPE.read({} if value is None else value, path, context)
    if body is None:
        return None
    if path[-1] == DEV and body[SANDBOX] is False:
        hint = "Add another environment, such as prod, for real accounts."
        context.mistakes.add(
            (*path, "sandbox"), f"'{DEV}' reaches nothing but the sandbox, always.", hint
        )
    return EnvironmentBody(body[SANDBOX], body[ENGINE], body[STORE])


ENVIRONMENTS = Key(
    "environments",
    map_of(
        ENVIRONMENT_NAME,
        Reader(_environment, {"anyOf": [ENVIRONMENT_SHAPE.schema, {"type": "null"}]}),
        "environments",
    ),
)
NAME = Key("name", TEXT)
TIMEZONE: Key[ZoneInfo] = Key("timezone", ZONE)
REGION = Key("region", COUNTRY)
DEFAULTS_SHAPE = Shape("defaults", (REGION,), frozenset({"consent"}))
DEFAULTS: Key[str] = Key(
    "defaults",
    Reader(
        lambda value, path, context: (
            None if (body := DEFAULTS_SHAPE.read(value, path, context)) is None else body[REGION]
        ),
        DEFAULTS_SHAPE.schema,
    ),
)
LEAST_PAUSE = 100
"""Milliseconds between two ticks at least: below, a server would do nothing but look."""

NEVER = "never"
_TIME_OF_DAY = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def _time_of_day(value: object, path: Path, context: Context) -> time | str | None:
    if value == NEVER:
        return NEVER
    if isinstance(value, str) and re.fullmatch(_TIME_OF_DAY, value, re.ASCII):
        return time.fromisoformat(value)
    expected(f"a time of the day or {NEVER}", value, path, context, "For instance 03:00.")
    return None


EVERY = Key(
    "every",
    DURATION.passing(
        lambda span: "" if span >= LEAST_PAUSE else f"ticks come every {LEAST_PAUSE}ms at most."
    ),
)
VERIFY: Key[time | str] = Key(
    "verify",
    Reader(_time_of_day, {"type": "string", "pattern": rf"{_TIME_OF_DAY}|^{NEVER}$"}),
)
BY = Key("by", word(*TicksBy))
MEGABYTES = {"MB": 1, "GB": 1_000}
_SIZE = r"^([1-9][0-9]{0,6})(MB|GB)$"


def _size(value: object, path: Path, context: Context) -> int | None:
    if isinstance(value, str) and (found := re.fullmatch(_SIZE, value, re.ASCII)):
        return int(found[1]) * MEGABYTES[found[2]] * 1_000_000
    expected("a size", value, path, context, "For instance 500MB or 4GB.")
    return None


MEMORY = Key("memory", Reader(_size, {"type": "string", "pattern": _SIZE}))
TICKS_SHAPE = Shape("ticks", (EVERY, VERIFY, BY, MEMORY))


def _ticks(value: object, path: Path, context: Context) -> TickSettings | None:
    body = TICKS_SHAPE.read(value, path, context)
    if body is None:
        return None
    usual = TickSettings()
    at = body[VERIFY]
    verify = usual.verify if at is None else at if isinstance(at, time) else None
    every, by, memory = body[EVERY], body[BY], body[MEMORY]
    return TickSettings(every or usual.every, verify, by or usual.by, memory or usual.memory)


TICKS = Key("ticks", Reader(_ticks, TICKS_SHAPE.schema))


@dataclass(frozen=True, slots=True)
class Main:
    """What the project says about itself, its time zone aside: that is read first."""

    name: str | None
    region: str | None
    environments: Mapping[str, Environment]
    ticks: TickSettings


T = TypeVar("T")


def read_main(data: Mapping[str, object], context: Context) -> Main:
    """Read the keys that stand in ``dataout.yaml`` alone."""

    def get(key: Key[T]) -> T | None:
        return key.reader.read(data[key.name], (key.name,), context) if key.name in data else None

    environments = environments_of(get(ENVIRONMENTS) or {}, get(ENGINE), get(STORE))
    return Main(get(NAME), get(DEFAULTS), environments, get(TICKS) or TickSettings())


def environments_of(
    written: Mapping[str, EnvironmentBody], engine: str | None, store: str | None
) -> Mapping[str, Environment]:
    """Complete the environments with the project's defaults; ``dev`` is always there."""
    bodies = {DEV: EnvironmentBody()} | dict(written)
    return {
        name: Environment(
            name,
            sandbox=name == DEV or bool(body.sandbox),
            engine=body.engine or engine or "duckdb",
            store=body.store or store or "sqlite",
        )
        for name, body in bodies.items()
    }
