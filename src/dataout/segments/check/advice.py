"""What the checker says about a condition, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from dataout.model.complaints import Path

Code = Literal[
    "impossible-condition",
    "always-true",
    "windows-never-overlap",
    "unbounded-absence",
    "sequence-unbounded",
    "property-type-mismatch",
    "unknown-property",
    "millisecond-number",
]
CODES: tuple[str, ...] = get_args(Code)
"""What ``check`` can say about one condition; docs/checks.md explains each."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One thought about a condition; ``path`` leads to the part of it that is meant."""

    code: Code
    message: str
    hint: str
    path: Path
