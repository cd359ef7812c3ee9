"""What can go wrong at a vendor, as values, and when it does.

A fault hits one call. Those of the network are the same for every vendor and are acted out by
``door``; the others are spoken in the vendor's own words, by its emulator.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class DropAnswer:
    """The call is carried out, and its answer is lost."""


@dataclass(frozen=True, slots=True)
class TimeOut:
    """No answer comes, and nothing is carried out."""


@dataclass(frozen=True, slots=True)
class Down:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class ServerError:
    """An HTTP status with an empty body; nothing is carried out."""

    status: int = 500


@dataclass(frozen=True, slots=True)
class Html:
    """A page instead of JSON, as a proxy would show: it echoes all that was sent."""

    status: int = 200


@dataclass(frozen=True, slots=True)
class Odd:
    """A success whose body the documentation does not know. Nothing is carried out."""

    body: str = "{}"


@dataclass(frozen=True, slots=True)
class Slow:
    """The answer takes its time: the clock moves on, and all is well."""

    ms: int = 30_000


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Too many calls; the vendor says when to come back, where it has a way to say so."""

    minutes: int = 5


@dataclass(frozen=True, slots=True)
class Hiccup:
    """The vendor says that a later call may succeed; nothing is carried out."""


@dataclass(frozen=True, slots=True)
class HalfWay:
    """The vendor breaks after half of the rows, and says only that something went wrong."""


@dataclass(frozen=True, slots=True)
class RejectRows:
    """The vendor takes the call, but not its first ``count`` rows."""

    count: int = 1


@dataclass(frozen=True, slots=True)
class Refuse:
    """The vendor finds the call invalid, and its words repeat what was sent."""


@dataclass(frozen=True, slots=True)
class TokenExpired:
    """The credentials were good once."""


@dataclass(frozen=True, slots=True)
class PermissionGone:
    """The credentials lack what the call needs."""


@dataclass(frozen=True, slots=True)
class TermsGone:
    """A person has to accept the vendor's terms, again."""


@dataclass(frozen=True, slots=True)
class Vanished:
    """The audience was deleted at the vendor."""


Network = DropAnswer | TimeOut | Down | ServerError | Html | Odd | Slow
Spoken = (
    RateLimit
    | Hiccup
    | HalfWay
    | RejectRows
    | Refuse
    | TokenExpired
    | PermissionGone
    | TermsGone
    | Vanished
)
Fault = Network | Spoken

KINDS: dict[str, Fault] = {
    "drop-answer": DropAnswer(),
    "time-out": TimeOut(),
    "down": Down(),
    "server-error": ServerError(),
    "html": Html(),
    "odd": Odd(),
    "slow": Slow(),
    "rate-limit": RateLimit(),
    "hiccup": Hiccup(),
    "half-way": HalfWay(),
    "reject-rows": RejectRows(),
    "refuse": Refuse(),
    "token-expired": TokenExpired(),
    "permission": PermissionGone(),
    "terms": TermsGone(),
    "vanished": Vanished(),
}
"""The words of ``dataout sandbox --fail``."""


@dataclass(slots=True)
class Plan:
    """A fault and the calls it hits: those that match ``on``, a pattern over ``METHOD /path``.

    It lets ``after`` of them through first and hits ``times`` of them (None: all), and only between
    the instants ``start`` (included) and ``end`` (excluded), in milliseconds, where they are given.
    """

    fault: Fault
    on: str = "*"
    times: int | None = 1
    after: int = 0
    start: int | None = None
    end: int | None = None

    def hits(self, call: str, now: int) -> bool:
        """Say whether this call is hit, and count it."""
        if self.times == 0 or not fnmatchcase(call, self.on):
            return False
        if (self.start is not None and now < self.start) or (
            self.end is not None and now >= self.end
        ):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass(slots=True)
class Faults:
    """The plans of one emulator, asked in their order; a call is hit by the first that fits."""

    plans: list[Plan] = field(default_factory=list)

    def once(self, fault: Fault, on: str = "*", after: int = 0) -> None:
        """Hit the next call that matches."""
        self.plans.append(Plan(fault, on, after=after))

    def always(self, fault: Fault, on: str = "*") -> None:
        """Hit every call that matches, until ``clear``."""
        self.plans.append(Plan(fault, on, times=None))

    def between(self, start: int, end: int, fault: Fault, on: str = "*") -> None:
        """Hit every call that matches while ``start <= now < end`` (milliseconds)."""
        self.plans.append(Plan(fault, on, times=None, start=start, end=end))

    def clear(self) -> None:
        """Let everything go well again."""
        self.plans.clear()

    def take(self, call: str, now: int) -> Fault | None:
        """Say what happens to this call."""
        return next((plan.fault for plan in self.plans if plan.hits(call, now)), None)


def parse(text: str) -> Plan:
    """Read ``KIND``, ``KIND:TIMES`` or ``KIND:always``; a ``ValueError`` says what is wrong.

    >>> parse("rate-limit:3")
    Plan(fault=RateLimit(minutes=5), on='*', times=3, after=0, start=None, end=None)
    """
    kind, _, times = text.partition(":")
    if kind not in KINDS:
        close = difflib.get_close_matches(kind, KINDS, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(KINDS)}"
        raise ValueError(f"unknown failure '{kind}'; {hint}")
    if times not in ("", "always") and not (times.isdecimal() and int(times) > 0):
        raise ValueError(f"'{text}': after the colon stands a number of calls, or 'always'")
    return Plan(KINDS[kind], times=None if times == "always" else int(times or 1))
