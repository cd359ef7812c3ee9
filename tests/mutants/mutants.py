"""Bugs planted on purpose: a test suite that does not notice them is not one.

A mutant says what would be broken, where, and which tests must fail then. ``find`` stands in the
file exactly once, so that a mutant which no longer applies is noticed rather than passed over.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One planted bug. ``file`` is relative to ``src``; ``tests`` are arguments for pytest."""

    name: str
    file: str
    find: str
    replace: str
    tests: tuple[str, ...]


MUTANTS: tuple[Mutant, ...] = ()
