"""The way into an emulator: one call after the other, logged, and disturbed on demand."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from threading import RLock

import httpx

from dataout.testing.emulators import faults
from dataout.testing.emulators.faults import Fault, Faults


@dataclass(slots=True)
class ManualClock:
    """A clock that a test owns. Milliseconds since 1970."""

    ms: int = 1_767_225_600_000  # 2026-01-01T00:00:00Z

    def __call__(self) -> int:  # noqa: D102  a clock is asked for the time
        return self.ms

    def advance(self, ms: int) -> None:
        """Let time pass."""
        self.ms += ms


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was understood: what it does to whom, and how to carry it out.

    ``op`` is "add", "remove" or "replace" where the call touches members, ``rows`` are those as
    received. ``carry_out`` takes the fault that the vendor has to speak, if any.
    """

    carry_out: Callable[[Fault | None], httpx.Response]
    op: str | None = None
    audience: str | None = None
    rows: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Logged:
    """One call as it arrived. ``status`` is None where the caller got no answer."""

    at: int
    method: str
    path: str
    url: str
    op: str | None
    audience: str | None
    rows: tuple[Mapping[str, str], ...]
    status: int | None


@dataclass(slots=True)
class Door:
    """Lets calls in one by one.

    ``advance`` lets time pass by so many milliseconds, for a slow answer; ``keep`` bounds the log
    of a server that runs for long (None: all calls are kept).
    """

    clock: Callable[[], int]
    advance: Callable[[int], None] = field(default=lambda _: None)
    keep: int | None = None
    faults: Faults = field(default_factory=Faults)
    log: deque[Logged] = field(init=False)
    _lock: RLock = field(default_factory=RLock, repr=False)

    def __post_init__(self) -> None:
        self.log = deque(maxlen=self.keep)

    def handle(
        self, request: httpx.Request, understand: Callable[[httpx.Request], Call]
    ) -> httpx.Response:
        """Answer as the vendor would; raises ``httpx.TransportError`` where no answer comes."""
        with self._lock:
            request.read()
            fault = self.faults.take(f"{request.method} {request.url.path}", self.clock())
            if isinstance(fault, faults.Down):
                raise httpx.ConnectError("connection refused", request=request)
            call = understand(request)
            response = self._disturbed(request, call, fault)
            self._note(request, call, response)
            if response is None:
                raise _silence(fault, request)
            return response

    def _disturbed(
        self, request: httpx.Request, call: Call, fault: Fault | None
    ) -> httpx.Response | None:
        match fault:
            case faults.TimeOut():
                return None
            case faults.DropAnswer():
                call.carry_out(None)
                return None
            case faults.ServerError(status):
                return httpx.Response(status)
            case faults.Html(status):
                return httpx.Response(status, html=_page(request))
            case faults.Odd(body):
                return httpx.Response(200, text=body, headers={"content-type": "application/json"})
            case faults.Slow(ms):
                self.advance(ms)
                return call.carry_out(None)
            case _:
                return call.carry_out(fault)

    def _note(self, request: httpx.Request, call: Call, response: httpx.Response | None) -> None:
        self.log.append(
            Logged(
                self.clock(),
                request.method,
                request.url.path,
                str(request.url),
                call.op,
                call.audience,
                call.rows,
                response.status_code if response else None,
            )
        )


def _silence(fault: Fault | None, request: httpx.Request) -> httpx.TransportError:
    if isinstance(fault, faults.TimeOut):
        return httpx.ReadTimeout("no answer in time", request=request)
    return httpx.ReadError("connection reset", request=request)


def _page(request: httpx.Request) -> str:
    """Make a page of the worst kind: it repeats the whole request."""
    sent = "\n".join(f"{name}: {value}" for name, value in request.headers.items())
    body = request.content.decode(errors="replace")
    return (
        "<html><title>Bad gateway</title><p>The request could not be served:<pre>"
        f"{escape(str(request.url))}\n{escape(sent)}\n{escape(body)}</pre></html>"
    )
