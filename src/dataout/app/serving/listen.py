"""A server's side of the socket: calls come in on threads, and wait until the server takes them."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer
from threading import Event, Thread

from dataout.app.serving.mailbox import Stop
from dataout.app.serving.wire import (
    LONGEST_REQUEST,
    SOCKET,
    Answer,
    Ended,
    Refused,
    Request,
    Said,
    Stream,
    Taken,
    address,
    read_request,
    this_version,
    written,
)
from dataout.errors import StateError

UNHURRIED = 10.0
"""Seconds that a connection has for saying what it wants."""

FAREWELL = 2.0
"""Seconds that a server which ends waits for its last answers to be read."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that somebody waits for. What is said to it travels on a thread of its own."""

    request: Request
    connection: socket.socket
    answers: SimpleQueue[Answer | None] = field(default_factory=SimpleQueue)
    delivered: Event = field(default_factory=Event)

    def take(self) -> bool:
        """Begin; False: whoever called has gone, and nothing should be done."""
        with suppress(BlockingIOError):
            try:
                if not self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT):
                    return False
            except ConnectionError:
                return False
        self.answers.put(Taken())
        return True

    def say(self, stream: Stream, text: str) -> None:
        """Print, as the caller will see it."""
        self.answers.put(Said(stream, text))

    def end(self, code: int) -> None:
        """Tell the exit code, and hang up."""
        self.answers.put(Ended(code))
        self.answers.put(None)

    def drop(self) -> None:
        """Hang up without having ended."""
        self.answers.put(None)


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls and signals in the order in which they came; ``look`` sees that they can come."""

    waiting: SimpleQueue[Call | Stop] = field(default_factory=SimpleQueue)
    open: dict[int, Call] = field(default_factory=dict)
    look: Callable[[], None] = lambda: None

    def take(self, seconds: float) -> Call | Stop | None:
        """Wait for the next one, so many seconds at most."""
        try:
            return self.waiting.get(timeout=seconds)
        except Empty:
            return None

    def stop(self) -> None:
        """Ask the server to end; a signal's handler may do so at any moment."""
        self.waiting.put(Stop())


@contextmanager
def listening(folder: Path) -> Iterator[Calls]:
    """Take calls at the socket in a state folder while the block runs, then remove it.

    The environment has to be open already: only who holds it may take a socket's place. Raises
    ``StateError`` where no socket can be made.
    """
    calls = Calls()
    door = _Door(folder / SOCKET, calls)
    door.open()
    try:
        yield replace(calls, look=door.look)
    finally:
        door.close()
        _farewell(calls)


@dataclass(slots=True)
class _Door:
    """The socket in its place, and what listens to it."""

    path: Path
    calls: Calls
    server: ThreadingUnixStreamServer = field(init=False)
    mine: int = field(init=False)

    def open(self) -> None:
        self.server = _bound(self.path, self.calls)
        self.mine = self.path.stat().st_ino
        listen = self.server.serve_forever
        Thread(target=listen, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def look(self) -> None:
        """Make a socket that somebody deleted or replaced anew; what fails is tried again."""
        if self._in_place():
            return
        before = self.server
        with suppress(StateError):
            self.open()
            _shut(before)

    def _in_place(self) -> bool:
        try:
            found = self.path.lstat()
        except OSError:
            return False
        return stat.S_ISSOCK(found.st_mode) and found.st_ino == self.mine

    def close(self) -> None:
        with suppress(OSError):
            if self.path.stat().st_ino == self.mine:  # another server may have come already
                self.path.unlink()
        _shut(self.server)


def _shut(server: ThreadingUnixStreamServer) -> None:
    server.shutdown()
    server.server_close()


def _farewell(calls: Calls) -> None:
    """Send those away whose turn has not come, and let the others hear their answers."""
    while not calls.waiting.empty():
        if isinstance(call := calls.waiting.get(), Call):
            call.drop()
    for call in list(calls.open.values()):
        call.drop()  # which says nothing to those who were told the end already
        call.delivered.wait(FAREWELL)


def _bound(path: Path, calls: Calls) -> ThreadingUnixStreamServer:
    try:
        with address(path.parent) as name:
            path.unlink(missing_ok=True)
            server = _Server(name, _handler(calls))
        path.chmod(0o600)
    except OSError as error:
        raise StateError(
            f"No socket can be made in {path.parent}: {error.strerror}.",
            "Commands talk to a server over it: keep the project on a file system that has them.",
        ) from error
    return server


class _Server(ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64


def _handler(calls: Calls) -> type[StreamRequestHandler]:
    """Make the class that ``socketserver`` wants: one instance, and one thread, per connection."""

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            self.connection.settimeout(UNHURRIED)
            try:
                request = read_request(self.rfile.readline(LONGEST_REQUEST))
            except (ValueError, OSError):
                return
            self.connection.settimeout(None)
            with suppress(OSError):  # whoever called may hang up at any time
                if request.version == this_version():
                    self.deliver(Call(request, self.connection))
                else:
                    self.wfile.write(written(_other_version(request)))

        def deliver(self, call: Call) -> None:
            calls.open[id(call)] = call
            calls.waiting.put(call)
            try:
                while (answer := call.answers.get()) is not None:
                    self.wfile.write(written(answer))
            finally:
                call.delivered.set()
                del calls.open[id(call)]

    return Handler


def _other_version(request: Request) -> Refused:
    return Refused(
        f"The server of this environment is dataout {this_version()}, and this is "
        f"{request.version}. Start `dataout serve` anew with this version (process {os.getpid()})."
    )
