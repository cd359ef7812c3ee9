"""A destination wired to its emulator, people to send, and the means to complain."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import httpx

from dataout.identity.platforms import PLATFORMS
from dataout.model.delivery import Batch, BatchId, Op, Receipt, Rejected, RemoteId, Row
from dataout.model.people import IDENTIFYING, Field, Member, RowKey
from dataout.ports import Capabilities, Destination, DestinationType
from dataout.testing.emulators.door import Logged
from dataout.testing.emulators.faults import Faults

POLLS = 100
"""How often an asynchronous push is asked about before it counts as never ending."""

E = TypeVar("E", bound=Exception)


class NotConforming(AssertionError):
    """A destination does not keep a promise."""


class Emulator(Protocol):
    """What the checks need of a vendor in memory."""

    @property
    def settings(self) -> Mapping[str, object]:
        """The settings with which the destination is let in; addresses name this machine."""

    @property
    def secrets(self) -> Collection[str]:
        """The texts among them that nobody may ever see."""

    @property
    def faults(self) -> Faults:
        """What will go wrong."""

    @property
    def log(self) -> Sequence[Logged]:
        """Every call that arrived."""

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one call."""

    def members(self, audience: str) -> Sequence[frozenset[tuple[str, str]]]:
        """List who is in an audience: each person as (kind, value) pairs."""


@dataclass(frozen=True, slots=True)
class Check:
    """One promise, and for whose capabilities it is one. Raises ``NotConforming``."""

    run: Callable[[Bench], None]
    concerns: Callable[[Capabilities], bool]

    def __call__(self, bench: Bench) -> None:  # noqa: D102  it is run
        if self.concerns(bench.kind.capabilities):
            self.run(bench)

    def __str__(self) -> str:
        return self.run.__name__


def check(
    checks: list[Check], concerns: Callable[[Capabilities], bool] = lambda _: True
) -> Callable[[Callable[[Bench], None]], Callable[[Bench], None]]:
    """Register a promise."""

    def register(run: Callable[[Bench], None]) -> Callable[[Bench], None]:
        checks.append(Check(run, concerns))
        return run

    return register


def removes(capabilities: Capabilities) -> bool:
    """Tell whether people can be removed."""
    return Op.REMOVE in capabilities.operations


def expect(condition: bool, complaint: str) -> None:  # noqa: FBT001  it reads as an assertion
    """Complain unless the condition holds."""
    if not condition:
        raise NotConforming(complaint)


def raised(expected: type[E], call: Callable[[], object], when: str) -> E:
    """Make the call, and complain unless it raises ``expected`` or one below it."""
    try:
        call()
    except expected as error:
        return error
    except Exception as error:
        said = f"{when}: expected {expected.__name__}, got {type(error).__name__}: {error}"
        raise NotConforming(said) from error
    raise NotConforming(f"{when}: expected {expected.__name__}, but the call went well")


@dataclass(frozen=True, slots=True)
class Bench:
    """A kind of destination and a fresh emulator of its vendor."""

    kind: DestinationType[Any, Any]
    emulator: Emulator

    def settings(self, **changed: object) -> Any:
        """Make the settings that let in."""
        return self.kind.settings(**{**self.emulator.settings, **changed})

    def connect(self, **changed: object) -> Destination:
        """Make the destination, in a sandbox: a fresh one, which cannot remember anything."""
        transport = httpx.MockTransport(self.emulator.handle)
        return self.kind.connect(self.settings(**changed), transport, True)  # noqa: FBT003

    def member(self, number: int) -> Member:
        """Make a person with a value of their own in every field."""
        fields = self.kind.capabilities.fields
        values = {field: self.value(field, number) for field in fields}
        return Member(RowKey(_digest(f"row {number}")), values)

    def people(self, count: int, start: int = 0) -> list[Member]:
        """Make different persons."""
        return [self.member(number) for number in range(start, start + count)]

    def value(self, field: Field, number: int) -> str:
        """Make a prepared value, as the platform's rules leave it."""
        row = PLATFORMS.get(self.kind.capabilities.platform, {}).get(field)
        plain = _PLAIN.get(field, "{field} {n}").format(n=number, field=field)
        if field is Field.MAID:
            plain = str(uuid.uuid5(uuid.NAMESPACE_DNS, plain))
        return _digest(plain) if row is not None and row.hashed else plain

    def rows(self, people: Sequence[Member]) -> dict[RowKey, Row]:
        """Prepare persons, none of whom may be rejected."""
        destination, rows = self.connect(), {}
        for member in people:
            row = destination.prepare(member)
            if isinstance(row, Rejected):
                raise NotConforming(f"a person with every field is rejected: {row.reason}")
            rows[member.key] = row
        return rows

    def batch(self, op: Op, people: Sequence[Member], number: int = 1) -> Batch:
        """Make a batch; ``number`` tells apart those that are not repetitions."""
        return Batch(BatchId(f"batch-{op}-{len(people)}-{number}"), op, self.rows(people))

    def push(self, remote: RemoteId, batch: Batch) -> Receipt:
        """Push, and wait for the end of an asynchronous push."""
        destination = self.connect()
        receipt = destination.push(remote, batch)
        for _ in range(POLLS):
            if receipt.job is None:
                return receipt
            expect(self.kind.capabilities.asynchronous, "a job, but no asynchronous destination")
            receipt = destination.status(receipt.job)
        raise NotConforming(f"the job has not ended after {POLLS} questions")

    def add(self, remote: RemoteId, people: Sequence[Member], number: int = 1) -> Receipt:
        """Add people."""
        return self.push(remote, self.batch(Op.ADD, people, number))

    def remove(self, remote: RemoteId, people: Sequence[Member], number: int = 1) -> Receipt:
        """Remove people."""
        return self.push(remote, self.batch(Op.REMOVE, people, number))

    def holds(self, remote: RemoteId, member: Member) -> bool:
        """Look for a person at the vendor, under any of their identifying values."""
        wanted = {member.values[field] for field in IDENTIFYING if field in member.values}
        return any(wanted & {value for _, value in keys} for keys in self.emulator.members(remote))

    def expect_exactly(self, remote: RemoteId, people: Sequence[Member], when: str) -> None:
        """Complain unless these people, and nobody else, are in the audience."""
        held = len(self.emulator.members(remote))
        expect(held == len(people), f"{when}: {held} people are held instead of {len(people)}")
        inside = sum(self.holds(remote, member) for member in people)
        expect(inside == len(people), f"{when}: others than those {len(people)} are held")


_PLAIN = {
    Field.EMAIL: "person{n}@example.com",
    Field.PHONE: "+1202555{n:04d}",
    Field.EXTERNAL_ID: "crm-{n:08d}",
    Field.MAID: "device {n}",
}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
