"""The projects that ``init`` writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_RENAMED = {"gitignore": ".gitignore"}
"""Stored without the dot, so that no tool takes the template's file for its own."""


def template_names() -> tuple[str, ...]:
    """List the templates."""
    found = (item.name for item in files(__name__).iterdir() if item.is_dir())
    return tuple(sorted(name for name in found if not name.startswith("_")))


def template_files(name: str) -> Mapping[str, str]:
    """Read a template: texts by their path below the project folder. Raises ``KeyError``."""
    if name not in template_names():
        raise KeyError(name)
    return dict(sorted(_texts(files(__name__) / name, "")))


def _texts(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for item in folder.iterdir():
        if item.is_dir():
            yield from _texts(item, f"{prefix}{item.name}/")
        else:
            yield prefix + _RENAMED.get(item.name, item.name), item.read_text("utf-8")
