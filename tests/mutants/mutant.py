"""What a mutant is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One planted bug. ``file`` is relative to ``src``; ``tests`` are arguments for pytest."""

    name: str
    file: str
    find: str
    replace: str
    tests: tuple[str, ...]
