"""What ``check`` finds, as values, and where in the files it belongs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from dataout.definitions import ProjectDefinition
from dataout.model.complaints import Path, spell
from dataout.model.definitions import Place

Level = Literal["error", "warning", "note"]
"""A mistake; what somebody has to look at; what is only good to know."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake, piece of advice or note, with its place and a code that the docs explain."""

    level: Level
    code: str
    message: str
    file: str
    line: int
    column: int
    hint: str


def finding(level: Level, code: str, message: str, place: Place, hint: str) -> Finding:
    """Make a finding at a place."""
    return Finding(level, code, message, place.file, place.line, place.column, hint)


@dataclass(frozen=True, slots=True)
class Subject:
    """The segment or the trait that a finding is about."""

    kind: Literal["segment", "trait"]
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def place_in(definition: ProjectDefinition, subject: Subject, path: Path) -> Place:
    """Find where a part of a segment or a trait stands, as near as references tell.

    ``path`` leads from its condition to the part. What no reference is near stands where the
    segment or trait is named.
    """
    above = _above(subject)
    wanted = _steps(spell((*above, *path)))
    known = definition.traits if subject.kind == "trait" else definition.segments
    best, place = len(above), known[subject.name].place
    for reference in definition.references:
        if (reference.by, reference.segment) == (subject.kind, subject.name):
            common = _common(wanted, _steps(reference.path))
            if common > best:
                best, place = common, reference.place
    return place


def _above(subject: Subject) -> Path:
    audience, _, tier = subject.name.partition(".")
    if subject.kind == "trait":
        return ("traits", subject.name)
    if tier:
        return ("audiences", audience, "tiers", tier, "who")
    return ("segments", subject.name, "who")


def _steps(path: str) -> list[str]:
    return [step for step in re.split(r"[.\[\]]+", path) if step]


def _common(one: list[str], other: list[str]) -> int:
    number = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        number += 1
    return number
