"""The conditions that must hold, or must not, for a whole group of them to hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dataout.model.complaints import Path
from dataout.segments.describe import label
from dataout.segments.tree import All, AnyOf, Condition, InSegment, Not


@dataclass(frozen=True, slots=True)
class Literal:
    """A single condition that must hold or must not; ``via`` names the nested segment it is in."""

    condition: Condition
    holds: bool
    path: Path
    via: str = ""

    def __str__(self) -> str:
        words = _words(self.condition)
        text = words if self.holds else f"not {words}"
        return f"'{text}' (in segment {self.via})" if self.via else f"'{text}'"


def literals(
    condition: Condition, path: Path, segments: Mapping[str, Condition], *, holds: bool = True
) -> list[Literal]:
    """List what must hold for ``condition`` to hold (or, without ``holds``, not to hold)."""
    return list(_literals(Literal(condition, holds, path), segments, frozenset()))


def _literals(
    start: Literal, segments: Mapping[str, Condition], within: frozenset[str]
) -> Iterator[Literal]:
    condition, holds, path, via = start.condition, start.holds, start.path, start.via
    match condition:
        case Not(of):
            step = Literal(of, not holds, (*path, "not"), via)
            yield from _literals(step, segments, within)
        case All(of) | AnyOf(of) if isinstance(condition, All) is holds or len(of) == 1:
            word = "all" if isinstance(condition, All) else "any"
            yield start
            for at, part in enumerate(of):
                step = Literal(part, holds, (*path, word, at), via)
                yield from _literals(step, segments, within)
        case InSegment(name) if name in segments and name not in within:
            yield start
            for inner in _literals(
                Literal(segments[name], holds, path, via or name), segments, within | {name}
            ):
                yield Literal(inner.condition, inner.holds, path, via or name)
        case _:
            yield start


def _words(condition: Condition) -> str:
    match condition:
        case Not(of):
            return f"not {_words(of)}"
        case All(of) | AnyOf(of):
            word = " and " if isinstance(condition, All) else " or "
            return f"({word.join(_words(part) for part in of)})"
        case _:
            return label(condition)
