"""Promises about what goes wrong: the class of an error is what the delivery loop acts upon."""
# ruff: noqa: D103  a check's name is its promise

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from dataout.errors import (
    AuthFailed,
    ContractBroken,
    DestinationError,
    PermissionMissing,
    RateLimited,
    Refused,
    RemoteMissing,
    TermsNotAccepted,
    Transient,
)
from dataout.model.delivery import Op
from dataout.testing.conformance.bench import Bench, Check, check, expect, raised, removes
from dataout.testing.emulators import faults
from dataout.testing.emulators.faults import Fault

CHECKS: list[Check] = []

_EVERY = ("probe", "open", "add", "remove", "measure")
_MINUTES = 7


@dataclass(frozen=True, slots=True)
class Failure:
    """A fault, the error that has to come of it, and the calls in which it can happen."""

    fault: Fault
    expected: type[DestinationError]
    calls: tuple[str, ...] = _EVERY


FAILURES = (
    Failure(faults.Down(), Transient),
    Failure(faults.TimeOut(), Transient),
    Failure(faults.DropAnswer(), Transient),
    Failure(faults.ServerError(500), Transient),
    Failure(faults.ServerError(503), Transient),
    Failure(faults.Html(502), Transient),
    Failure(faults.Hiccup(), Transient),
    Failure(faults.HalfWay(), Transient, ("add", "remove")),
    Failure(faults.RateLimit(_MINUTES), RateLimited),
    Failure(faults.Html(200), ContractBroken),
    Failure(faults.Odd("{}"), ContractBroken),
    Failure(faults.Odd("[]"), ContractBroken),
    Failure(faults.Odd(""), ContractBroken),
    Failure(faults.Refuse(), Refused, ("open", "add", "remove")),
    Failure(faults.TokenExpired(), AuthFailed),
    Failure(faults.PermissionGone(), PermissionMissing),
    Failure(faults.TermsGone(), TermsNotAccepted, ("probe", "open", "add", "remove")),
    Failure(faults.Vanished(), RemoteMissing, ("add", "remove", "measure")),
)


def _scenes(bench: Bench) -> Iterator[tuple[str, Failure, Callable[[], object]]]:
    """Let every failure happen in every call where it can, and give the call."""
    remote, people = bench.connect().open("vip"), bench.people(3)
    calls: dict[str, Callable[[], object]] = {
        "probe": lambda: bench.connect().probe(),
        "open": lambda: bench.connect().open("never seen before"),
        "add": lambda: bench.add(remote, people),
        "measure": lambda: bench.connect().measure(remote),
    }
    if removes(bench.kind.capabilities):
        calls["remove"] = lambda: bench.remove(remote, people)
    for failure in FAILURES:
        for name in failure.calls:
            if name in calls:
                bench.emulator.faults.always(failure.fault)
                yield f"{name} with {failure.fault}", failure, calls[name]
                bench.emulator.faults.clear()


@check(CHECKS)
def every_failure_has_the_right_class(bench: Bench) -> None:
    for when, failure, call in _scenes(bench):
        error = raised(failure.expected, call, when)
        if failure.expected is Refused:
            expect(not isinstance(error, AuthFailed | ContractBroken), f"{when}: too strong")
        if failure.expected is Transient:
            expect(not isinstance(error, RateLimited), f"{when}: nobody asked for a slower pace")
        if failure.expected is AuthFailed:
            expect(not isinstance(error, TermsNotAccepted), f"{when}: no terms are missing")


@check(CHECKS)
def no_failure_tells_a_secret_or_a_person(bench: Bench) -> None:
    people = bench.people(3)
    private = {value for member in people for value in member.values.values()}
    private |= set(bench.emulator.secrets)
    for when, _, call in _scenes(bench):
        error = raised(DestinationError, call, when)
        told = "".join(traceback.format_exception(error)) + error.hint + repr(error)
        expect(bool(str(error)), f"{when}: an error without a word")
        expect(not any(value in told for value in private), f"{when}: the message says too much")


@check(CHECKS)
def the_pace_the_vendor_asks_for_is_passed_on(bench: Bench) -> None:
    remote, people = bench.connect().open("vip"), bench.people(1)
    bench.emulator.faults.once(faults.RateLimit(_MINUTES))
    error = raised(RateLimited, lambda: bench.add(remote, people), "a rate limit")
    expect(error.after == _MINUTES * 60, f"{_MINUTES} minutes became {error.after} seconds")


@check(CHECKS)
def a_failed_call_leaves_the_client_fit_for_the_next(bench: Bench) -> None:
    destination, people = bench.connect(), bench.people(2)
    remote = destination.open("vip")
    for fault in (faults.Down(), faults.DropAnswer(), faults.Html(502), faults.RateLimit()):
        bench.emulator.faults.once(fault)
        batch = bench.batch(Op.ADD, people)
        raised(Transient, partial(destination.push, remote, batch), str(fault))
    destination.push(remote, bench.batch(Op.ADD, people))
    bench.expect_exactly(remote, people, "after four failures and a success")


@check(CHECKS)
def a_slow_answer_is_an_answer(bench: Bench) -> None:
    remote, people = bench.connect().open("vip"), bench.people(2)
    bench.emulator.faults.once(faults.Slow())
    bench.add(remote, people)
    bench.expect_exactly(remote, people, "after a slow answer")
