"""A server's figures in the words of Prometheus, at ``/metrics``, and ``/healthz`` beside them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from errno import EADDRINUSE
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from dataout.app.serving.figures import LATE_BOUNDS, TICK_BOUNDS, Buckets, Figures
from dataout.errors import UsageError
from dataout.model.people import Instant

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


TOO_LONG = 30_000
"""Milliseconds: a server is not well whose tick takes longer."""


class FigureCollector(Collector):
    """Tells the figures of the moment in which it is asked."""

    def __init__(self, figures: Callable[[], Figures], now: Callable[[], Instant]) -> None:
        self._figures, self._now = figures, now

    def collect(self) -> Iterable[Metric]:
        """Name every figure."""
        now = self._figures()
        yield _count("ticks", "Ticks carried out.", now.ticks)
        yield _count("ticks_failed", "Ticks that failed.", now.failed)
        yield _count("calls", "Commands answered over the socket.", now.calls)
        yield _count("edges_due", "Edges that had come when a tick began.", now.edges)
        yield _count("people_looked_at", "People whom ticks looked at.", now.people)
        yield _histogram("tick_seconds", "How long ticks took.", now.seconds)
        running = _running(now, self._now()) / 1_000
        yield _gauge("tick_running_seconds", "How long the tick under way has taken.", running)
        changes = CounterMetricFamily(
            "dataout_membership_changes", "Memberships that ticks changed.", labels=["cause"]
        )
        late = HistogramMetricFamily(
            "dataout_change_lateness_seconds",
            "How long after it was true a change of membership became known.",
            labels=["cause"],
        )
        for cause, many in now.changes.items():
            changes.add_metric([cause], many)
            late.add_metric([cause], **_buckets(now.late[cause], LATE_BOUNDS))
        yield changes
        yield late
        yield from _state(now)


def _running(figures: Figures, now: Instant) -> int:
    return 0 if figures.ticking is None else max(0, now - figures.ticking)


def _state(now: Figures) -> Iterator[Metric]:
    standing = now.standing
    if standing.last is not None:
        yield _instant("last_tick", "The instant of the last tick.", standing.last)
    if standing.next_edge is not None:
        yield _instant(
            "next_edge",
            "The next instant at which time alone may change a membership.",
            standing.next_edge,
        )
    yield _gauge("ticks_memory_bytes", "What ticks keep in memory.", now.memory)
    yield _gauge("ticks_failing", "Ticks that failed since the last good one.", now.failing)
    yield _gauge("definitions_mistaken", "1 while the files cannot be taken up.", now.mistaken)
    if now.verified is not None:
        yield _instant("verified", "When memberships were compared last.", now.verified)
    if now.differing is not None:
        yield _gauge(
            "verify_differing_segments",
            "Segments in which the last comparison found a difference.",
            now.differing,
        )


def _count(name: str, what: str, value: int) -> Metric:
    return CounterMetricFamily(f"dataout_{name}", what, value=value)


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"dataout_{name}", what, value=value)


def _instant(name: str, what: str, at: int) -> Metric:
    return _gauge(f"{name}_timestamp_seconds", f"{what} (Unix time)", at / 1_000)


def _histogram(name: str, what: str, found: Buckets) -> Metric:
    family = HistogramMetricFamily(f"dataout_{name}", what)
    family.add_metric([], **_buckets(found, TICK_BOUNDS))
    return family


def _buckets(found: Buckets, bounds: Sequence[int]) -> dict[str, Any]:
    """Spell a histogram as the library wants it: cumulative, in seconds, the last without bound."""
    names = [*(str(bound / 1_000) for bound in bounds), "+Inf"]
    sums = [sum(found.counts[: at + 1]) for at in range(len(names))]
    return {"buckets": list(zip(names, sums, strict=True)), "sum_value": found.total / 1_000}


@contextmanager
def exposed(
    host: str, port: int, figures: Callable[[], Figures], now: Callable[[], Instant]
) -> Iterator[str]:
    """Answer ``/metrics`` and ``/healthz`` while the block runs; gives ``http://HOST:PORT``.

    ``figures`` and ``now`` (a clock) are asked from threads of its own.
    Port 0 takes a free one. Raises ``UsageError`` where it cannot listen.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        server = _server(family)((host, port), _Quiet)
    except OSError as error:
        raise _cannot(host, port, error) from error
    server.set_app(_application(figures, now))
    with server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        shown = f"[{host}]" if ":" in host else host
        try:
            yield f"http://{shown}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def _cannot(host: str, port: int, error: OSError) -> UsageError:
    if error.errno == EADDRINUSE:
        return UsageError(f"Port {port} is taken.", "Choose another: dataout serve --port P.")
    return UsageError(
        f"The server cannot listen at {host}, port {port}: {error.strerror}.",
        "Name an address of this machine and a free port: dataout serve --host H --port P.",
    )


def _application(figures: Callable[[], Figures], now: Callable[[], Instant]) -> WSGIApplication:
    registry = CollectorRegistry()
    registry.register(FigureCollector(figures, now))
    metrics: WSGIApplication = make_wsgi_app(registry)

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO")
        if path == "/metrics":
            return metrics(environ, start)
        if path != "/healthz":
            return _plain(start, "404 Not Found", "There are /metrics and /healthz.")
        ill = _what_is_wrong(figures(), now())
        return _plain(start, "503 Service Unavailable" if ill else "200 OK", ill or "Well.")

    return answer


def _what_is_wrong(figures: Figures, now: Instant) -> str | None:
    if figures.failing:
        return "Ticks fail."
    if (running := _running(figures, now)) > TOO_LONG:
        return f"The tick under way has taken {running // 1_000} seconds."
    return None


def _plain(start: StartResponse, status: str, text: str) -> Iterable[bytes]:
    start(status, [("content-type", "text/plain; charset=utf-8")])
    return [text.encode() + b"\n"]


def _server(family: int) -> type[WSGIServer]:
    class Server(ThreadingMixIn, WSGIServer):
        """One thread per request."""

        daemon_threads = True
        address_family = family

        def server_bind(self) -> None:
            """Bind without asking a name server what this machine is called."""
            TCPServer.server_bind(self)
            self.server_name, self.server_port = "dataout", self.server_address[1]
            self.setup_environ()

        def handle_error(self, *_: object) -> None:
            """Say nothing of callers who hang up."""

    return Server


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Who asks for figures is not worth a line."""
