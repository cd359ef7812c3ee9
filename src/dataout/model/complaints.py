"""Mistakes in what a user wrote, collected by their path, so that all are shown at once."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Path = tuple[str | int, ...]
"""The way from the top of the YAML to a key: names of mappings, positions in lists."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake at ``path``; ``at_key`` points at the key rather than at its value."""

    path: Path
    message: str
    hint: str = ""
    at_key: bool = False


@dataclass(slots=True)
class Mistakes:
    """Collects mistakes while a mapping is read; reading goes on after each of them."""

    found: list[Mistake] = field(default_factory=list)

    def add(self, path: Path, message: str, hint: str = "") -> None:
        """Report a wrong value."""
        self.found.append(Mistake(path, message, hint))

    def unknown(self, path: Path, what: str, known: Iterable[str]) -> None:
        """Report a key (the last step of ``path``) that means nothing here."""
        word = str(path[-1])
        self.found.append(
            Mistake(path, f"unknown {what} '{word}'.", nearest(word, known), at_key=True)
        )


def nearest(word: str, known: Iterable[str]) -> str:
    """Suggest the known word closest to ``word``, else list what is known.

    >>> nearest("purchse", ["purchase", "cart_started"])
    "Did you mean 'purchase'?"
    """
    names = sorted(known)
    if close := difflib.get_close_matches(word, names, n=1, cutoff=0.6):
        return f"Did you mean '{close[0]}'?"
    if not names:
        return ""
    more = " …" if len(names) > 12 else ""  # noqa: PLR2004
    return f"Known: {', '.join(names[:12])}{more}."


def spell(path: Path) -> str:
    """Write a path as a reader would.

    >>> spell(("segments", "vip", "who", "all", 1, "event"))
    'segments.vip.who.all[1].event'
    """
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "(top)"
