"""A call's side of the socket: find the server, let it carry the call out, print what it says."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from dataout.app.serving.wire import (
    SOCKET,
    Ended,
    Refused,
    Request,
    Said,
    Stream,
    Taken,
    address,
    read_answer,
    written,
)
from dataout.errors import StateError, UsageError


def reach(folder: Path) -> socket.socket | None:
    """Connect to the server of an environment, whose state is in ``folder``; None: there is none.

    A socket that a dead server left behind is none.
    """
    if not (folder / SOCKET).is_socket():
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with address(folder) as name:
            connection.connect(name)
    except (OSError, StateError):
        connection.close()
        return None
    return connection


def carried_out(
    connection: socket.socket, request: Request, streams: Mapping[Stream, TextIO]
) -> int | None:
    """Let a server carry a call out and print what it prints; gives the exit code.

    None: the server ended before it took the call, and nothing was done. Raises ``UsageError`` when
    it does not understand the call, and ``StateError`` when it ended in the middle of it.
    """
    taken = False
    with connection, connection.makefile("rb") as lines:
        with suppress(BrokenPipeError):  # it may have said already why it does not listen
            connection.sendall(written(request))
        with suppress(ConnectionError):
            for line in lines:
                match read_answer(line):
                    case Taken():
                        taken = True
                    case Said(stream, text):
                        streams[stream].write(text)
                        streams[stream].flush()
                    case Ended(code):
                        return code
                    case Refused(because):
                        raise UsageError(because)
    if taken:
        raise StateError(
            "`dataout serve` ended while it carried this call out.",
            "Call again: what was under way is settled, and nothing is done twice.",
        )
    return None
