"""``identity split``; and who is one person by what, as ``explain`` and ``status`` show it.

Of values only the ends are shown: they are personal, and that is enough to know one by.
"""

from __future__ import annotations

from dataclasses import dataclass

from dataout.app.workspace import Workspace
from dataout.identity.masks import ends_of
from dataout.ingest.splits import joined, split
from dataout.ports import Engine
from dataout.sql.named import statement

WHY = {
    "placeholder": "a placeholder",
    "shared": "of more profiles than one person has",
    "limit": "would give one person more values than the limits allow",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """The ends of a value that profiles have in common."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class MergedProfile:
    """A profile that is part of a person, and the values that it shares with others of theirs."""

    profile_id: str
    because: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """How many values of a kind merge nobody, and why; an example, and how many have it."""

    kind: str
    reason: str
    values: int
    example: str
    profiles: int

    @property
    def told(self) -> str:
        """Say it in a sentence without its full stop."""
        merge = "value merges" if self.values == 1 else "values merge"
        why = f"{self.reason}, such as {self.example}"
        return f"{self.values:,} {self.kind} {merge} nobody: {why}"


@dataclass(frozen=True, slots=True)
class SplitResult:
    """The people that come of a split, by the ids of their profiles."""

    person: str
    people: tuple[str, ...]


def split_person(work: Workspace, person: str) -> SplitResult:
    """Undo a merge, for good; the next tick sees it. Raises ``UsageError`` where there is none."""
    work.take_up_identity()
    apart = split(work.engine, person, work.definition.identity, work.clock.now())
    return SplitResult(person, tuple(apart))


def merged_profiles(engine: Engine, slot: int) -> tuple[MergedProfile, ...]:
    """List the profiles that are one person; none, where it is a single one."""
    because: dict[str, list[Reason]] = {}
    for each in joined(engine, slot):
        reasons = because.setdefault(each.profile_id, [])
        if each.kind is not None and each.value is not None:
            reasons.append(Reason(each.kind, ends_of(each.value)))
    if len(because) == 1:
        return ()
    return tuple(MergedProfile(name, tuple(reasons)) for name, reasons in because.items())


def quarantined(engine: Engine) -> tuple[Quarantined, ...]:
    """Sum up the values that merge nobody."""
    return tuple(
        Quarantined(
            row["kind"], WHY[row["reason"]], row["values"], ends_of(row["example"]), row["profiles"]
        )
        for row in engine.query(statement("graph", "quarantine_summary")).to_pylist()
    )
