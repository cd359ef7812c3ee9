"""Emulators on a loopback port: for ``dataout sandbox``, the demo, and vendors' own clients.

Several share one port; each is found under its name: ``http://127.0.0.1:8101/meta``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Thread

import httpx

Handle = Callable[[httpx.Request], httpx.Response]
"""The core of an emulator; raises ``httpx.TransportError`` where no answer comes."""

HOST = "127.0.0.1"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")


def wall_clock() -> int:
    """Read the machine's clock, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def wait(ms: int) -> None:
    """Let real time pass."""
    time.sleep(ms / 1000)


@contextmanager
def serving(handles: Mapping[str, Handle], port: int = 0) -> Iterator[str]:
    """Serve emulators, by name, while the block runs; gives ``http://127.0.0.1:PORT``.

    Port 0 takes a free one. ``OSError``: the port is taken. Nothing but this machine can connect.
    """
    with _Server((HOST, port), _handler(handles)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    def server_bind(self) -> None:
        """Bind without asking a name server what this machine is called."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]


def _handler(handles: Mapping[str, Handle]) -> type[BaseHTTPRequestHandler]:
    """Make the class that ``http.server`` wants: one instance per connection, one call each."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            response = self.ask(self.rfile.read(length))
            if response is not None:
                self.send(response)

        def ask(self, content: bytes) -> httpx.Response | None:
            _, name, *rest = self.path.split("/", 2)
            if (handle := handles.get(name)) is None:
                return httpx.Response(404, text=f"emulated here: {', '.join(sorted(handles))}\n")
            url = f"http://{self.headers.get('host', HOST)}/{''.join(rest)}"
            headers = [(key, value) for key, value in self.headers.items()]
            request = httpx.Request(self.command, url, headers=headers, content=content)
            try:
                return handle(request)
            except httpx.TransportError:
                self.close_connection = True
                return None

        def send(self, response: httpx.Response) -> None:
            self.send_response(response.status_code)
            for key, value in response.headers.items():
                if key not in ("content-length", "date", "server"):
                    self.send_header(key, value)
            self.send_header("content-length", str(len(response.content)))
            self.end_headers()
            self.wfile.write(response.content)

        def log_message(self, *_: object) -> None:  # the door keeps the log
            pass

    for method in _METHODS:
        setattr(Handler, f"do_{method}", Handler.answer)
    return Handler
