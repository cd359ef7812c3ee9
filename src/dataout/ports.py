"""What the inside asks of the outside. Adapters implement these; the inside knows nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, Protocol, TypeVar

from dataout.model.delivery import Op

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    import pyarrow as pa

    from dataout.model.delivery import (
        Batch,
        JobId,
        Limits,
        MatchReport,
        Receipt,
        Rejected,
        RemoteId,
        Row,
    )
    from dataout.model.people import Field, Instant, Member, RowKey


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a destination can do, as data: read by the planner, the docs and the dashboard.

    ``platform`` names the rules of ``identity`` by which ``fields`` are prepared; ``batch_bytes``
    bounds the serialised rows of one call; ``acknowledges`` says whose word settles a member
    (docs/semantics.md, "What settles"); ``minimum`` is the size below which the platform does not
    use an audience; ``activates`` is False where people are only recorded; ``processing_hours`` is
    how long the platform itself usually takes, at most, until a change is in force.
    """

    platform: str
    fields: tuple[Field, ...]
    operations: frozenset[Op] = frozenset(Op)
    batch_rows: int = 1_000
    batch_bytes: int = 1_000_000
    requests_per_second: float = 10.0
    acknowledges: Literal["member", "batch"] = "member"
    asynchronous: bool = False
    replaces: bool = False
    readable: bool = False
    activates: bool = True
    minimum: int = 0
    processing_hours: int = 0


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The vendor cannot say who is in an audience."""

    reason: str


class Destination(Protocol):
    """One place audiences are sent to. Blocking; it never retries, sleeps, hashes, logs, remembers.

    Every method may raise the ``DestinationError`` whose class says what to do next.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""

    def probe(self) -> Limits:
        """Raise ``AuthFailed`` unless the credentials can do everything that a sync needs."""

    def open(self, audience: str) -> RemoteId:
        """Create the audience, or find it: calling twice gives the same answer."""

    def prepare(self, member: Member) -> Row | Rejected:
        """Give the member the vendor's shape. Pure: no clock, no network, no state."""

    def push(self, remote: RemoteId, batch: Batch) -> Receipt:
        """Send one batch; an empty one makes no call."""

    def status(self, job: JobId) -> Receipt:
        """Ask about an asynchronous push; ``job`` in the answer means: not finished."""

    def measure(self, remote: RemoteId) -> MatchReport:
        """Say what the vendor believes the audience to be."""

    def contains(
        self, remote: RemoteId, keys: Sequence[RowKey]
    ) -> Mapping[RowKey, bool] | Unreadable:
        """Say who of ``keys`` is in the audience, where the vendor allows to look."""


Params = Sequence[object] | Mapping[str, object]
"""Values bound to a statement, by position or by name; a name that it does not use is an error."""


SettingsT = TypeVar("SettingsT")
TransportT = TypeVar("TransportT")


@dataclass(frozen=True, slots=True)
class DestinationType(Generic[SettingsT, TransportT]):
    """What an entry point of the group ``dataout.destinations`` holds: a kind of destination.

    ``settings`` is a frozen pydantic model; calling it with the keys of the project's file checks
    them. ``connect(settings, transport, loopback_only)`` makes no call yet: ``transport`` replaces
    the network (None: the real one), ``loopback_only`` refuses every address but this machine's
    with ``Refused``.
    """

    name: str
    settings: type[SettingsT]
    capabilities: Capabilities
    connect: Callable[[SettingsT, TransportT | None, bool], Destination]


class Engine(Protocol):
    """Where everything lives that exists once per person. Runs SQL written in its own dialect.

    Every method may raise ``EngineError``, and ``StateError`` for a full disk or a damaged file.
    """

    @property
    def dialect(self) -> str:
        """The SQL that the engine speaks, by sqlglot's name."""

    def execute(self, sql: str, params: Params = ()) -> None:
        """Run one statement."""

    def query(self, sql: str, params: Params = ()) -> pa.Table:
        """Run one query whose answer is small."""

    def stream(self, sql: str, params: Params = (), rows: int = 10_000) -> Iterator[pa.RecordBatch]:
        """Run one query whose answer may be large; read it to its end before the next call."""

    def append(self, table: str, rows: pa.Table) -> None:
        """Add rows to a table by column name."""

    def interrupt(self) -> None:
        """End the statement under way: it raises ``Interrupted``. Other threads may ask for it."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing; nesting is an error."""

    def beside(self) -> AbstractContextManager[Engine]:
        """Open another connection to the same data; its working tables and functions are its own.

        Only one of the two may be in a transaction at a time.
        """


class Clock(Protocol):
    """Time, so that tests can own it."""

    def now(self) -> Instant:
        """Read the present instant."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
