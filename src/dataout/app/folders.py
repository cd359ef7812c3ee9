"""Where things lie on disk."""

from __future__ import annotations

from pathlib import Path


def state_folder(project: Path, environment: str) -> Path:
    """Say where an environment's state lives."""
    return project / ".dataout" / environment
