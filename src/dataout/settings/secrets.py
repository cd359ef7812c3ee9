"""Secrets by reference: ``${NAME}``, ``${NAME:-default}`` and ``${file:PATH}`` inside texts.

The project's files hold references only; values appear when a destination is built, and never in a
message. A default counts in a sandboxed environment alone: a forgotten variable in production is an
error, not a call with a made-up token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dataout.errors import SecretMissing

_REFERENCE = re.compile(
    r"\$(?:(?P<literal>\$)(?=\{)"
    r"|\{(?:file:(?P<file>[^}]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?)\})"
)
_OPENING = re.compile(r"(?<!\$)\$\{")


@dataclass(frozen=True, slots=True)
class Secrets:
    """Where the values come from: environment variables, files relative to the project folder."""

    variables: Mapping[str, str]
    folder: Path
    sandbox: bool

    def resolve(self, value: object, where: str = "") -> object:
        """Fill in every reference in a value, at any depth; ``$${`` stays as ``${``.

        Raises ``SecretMissing``, naming the reference and ``where`` it stands, never a value.
        """
        match value:
            case str():
                return _REFERENCE.sub(lambda match: self._value(match, where), value)
            case Mapping():
                return {
                    key: self.resolve(item, f"{where}.{key}" if where else str(key))
                    for key, item in value.items()
                }
            case list() | tuple():
                return [
                    self.resolve(item, f"{where}[{position}]")
                    for position, item in enumerate(value)
                ]
            case _:
                return value

    def _value(self, match: re.Match[str], where: str) -> str:
        if match["literal"]:
            return "$"
        if match["file"]:
            return self._file(match["file"], where)
        if found := self.variables.get(match["name"], ""):
            return found
        default: str | None = match["default"]
        if default is not None and self.sandbox:
            return default
        at = f" ({where})" if where else ""
        note = " Its default counts in sandboxed environments only." if default is not None else ""
        raise SecretMissing(
            f"the environment variable {match['name']} is not set{at}.{note}",
            f"Set it before the call: export {match['name']}=…",
        )

    def _file(self, name: str, where: str) -> str:
        at = f" ({where})" if where else ""
        try:
            text = (self.folder / Path(name).expanduser()).read_text("utf-8").strip()
        except (OSError, ValueError, RuntimeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise SecretMissing(
                f"the secret's file {name} cannot be read{at}: {reason}.",
                "Paths are relative to the project folder.",
            ) from None
        if not text:
            raise SecretMissing(f"the secret's file {name} is empty{at}.")
        return text


def references(value: object) -> Iterator[str]:
    """Name every secret that a value refers to, at any depth: ``NAME`` or ``file:PATH``."""
    match value:
        case str():
            for match in _REFERENCE.finditer(value):
                if match["file"]:
                    yield f"file:{match['file']}"
                elif match["name"]:
                    yield match["name"]
        case Mapping():
            for item in value.values():
                yield from references(item)
        case list() | tuple():
            for item in value:
                yield from references(item)
        case _:
            pass


def malformed(text: str) -> bool:
    """Whether a text holds a ``${`` that is no reference.

    >>> malformed("${META_TOKEN}"), malformed("${META TOKEN}"), malformed("$${literal}")
    (False, True, False)
    """
    return _OPENING.search(_REFERENCE.sub("", text)) is not None
