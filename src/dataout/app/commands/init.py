"""``init``: a project folder to start from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dataout.app.templates import template_files, template_names
from dataout.errors import UsageError
from dataout.model.complaints import nearest


@dataclass(frozen=True, slots=True)
class InitResult:
    """The files that were written."""

    created: tuple[str, ...]


def init(folder: Path, template: str) -> InitResult:
    """Write a template's files below ``folder``; whatever exists is left alone.

    Raises ``UsageError`` for an unknown template, or where a file of it stands already.
    """
    if template not in (known := template_names()):
        raise UsageError(f"There is no template '{template}'.", nearest(template, known))
    files = template_files(template)
    taken = [name for name in files if (folder / name).exists()]
    if taken:
        raise UsageError(
            f"{folder / taken[0]} exists already.", "Choose a folder that has no project yet."
        )
    try:
        for name, content in files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}.") from error
    return InitResult(tuple(str(folder / name) for name in files))
