"""What a call and a server say to each other over the socket: one JSON value a line.

The call says all it is; the server says when it takes it, what it prints, and how it ended.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from dataout.errors import StateError

SOCKET = "serve.sock"
"""The socket's name in the folder of an environment's state."""

LONGEST_PATH = 100
"""Bytes. Systems differ in how long a socket's address may be; 103 is the least that is known."""

LONGEST_REQUEST = 4_000_000
"""Bytes: more than a system lets a command line have."""

Stream = Literal["out", "err"]


@dataclass(frozen=True, slots=True)
class Request:
    """A call as it was made: by which version, where, in front of which terminals.

    ``terminals`` names the streams that a person looks at, ``variables`` the environment variables
    by which a terminal says how wide and colourful it is.
    """

    version: str
    arguments: tuple[str, ...]
    folder: str
    terminals: tuple[Stream, ...]
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Taken:
    """From here on the server carries the call out, come what may."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something printed."""

    stream: Stream
    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The exit code."""

    code: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The server does not understand this call."""

    because: str


Answer = Taken | Said | Ended | Refused


def this_version() -> str:
    """Name the version of dataout that runs here; two versions do not talk."""
    return version("dataout")


def written(message: Request | Answer) -> bytes:
    """Spell a message."""
    kind = type(message).__name__
    return json.dumps([kind, asdict(message)]).encode() + b"\n"


def read_request(line: bytes) -> Request:
    """Read what a call says. Raises ``ValueError`` for anything else."""
    match json.loads(line):
        case [
            "Request",
            {
                "version": str(version),
                "arguments": list(arguments),
                "folder": str(folder),
                "terminals": list(terminals),
                "variables": dict(variables),
            },
        ]:
            shown: tuple[Stream, ...] = tuple(s for s in STREAMS if s in terminals)
            names = {str(name): str(value) for name, value in variables.items()}
            return Request(version, tuple(map(str, arguments)), folder, shown, names)
        case _:
            raise ValueError("no call")


STREAMS: tuple[Stream, ...] = ("out", "err")


def read_answer(line: bytes) -> Answer:
    """Read what a server says. Raises ``ValueError`` for anything else."""
    match json.loads(line):
        case ["Taken", _]:
            return Taken()
        case ["Said", {"stream": "out" | "err" as stream, "text": str(text)}]:
            return Said(stream, text)
        case ["Ended", {"code": int(code)}]:
            return Ended(code)
        case ["Refused", {"because": str(because)}]:
            return Refused(because)
        case _:
            raise ValueError("no answer")


@contextmanager
def address(folder: Path) -> Iterator[str]:
    """Give a socket's address that is short enough, wherever a project lies.

    A path that is too long is said from within its folder, for as long as the block runs.
    Raises ``StateError`` where this cannot be.
    """
    path = folder.absolute() / SOCKET
    if len(os.fsencode(path)) <= LONGEST_PATH:
        yield str(path)
        return
    here = os.open(os.curdir, os.O_RDONLY)  # a name would not lead back where the folder is gone
    try:
        _enter(folder)
        yield SOCKET
    finally:
        os.fchdir(here)
        os.close(here)


def _enter(folder: Path) -> None:
    try:
        os.chdir(folder)
    except OSError as error:
        raise StateError(f"{folder} cannot be entered: {error.strerror}.") from error
