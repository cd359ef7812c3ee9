"""``init``: a project folder to start from."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

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
    templates = resources.files("dataout.app") / "templates"
    known = [each.name for each in templates.iterdir() if each.is_dir()]
    if template not in known:
        raise UsageError(f"There is no template '{template}'.", nearest(template, known))
    files = dict(_files(templates / template, ""))
    taken = [name for name in files if (folder / name).exists()]
    if taken:
        raise UsageError(
            f"{folder / taken[0]} exists already.", "Choose a folder that has no project yet."
        )
    try:
        for name, content in files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}.") from error
    return InitResult(tuple(str(folder / name) for name in files))


def _files(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    """Read a template; ``gitignore`` becomes ``.gitignore``, which packages tend to lose."""
    found: list[tuple[str, bytes]] = []
    for each in sorted(folder.iterdir(), key=lambda each: each.name):
        if each.is_dir():
            found.extend(_files(each, f"{prefix}{each.name}/"))
        else:
            name = ".gitignore" if each.name == "gitignore" else each.name
            found.append((prefix + name, each.read_bytes()))
    return found
