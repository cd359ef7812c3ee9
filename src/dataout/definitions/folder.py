"""The files of a project folder, read and joined: one mapping of sections, every place kept."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from dataout.model.complaints import nearest, spell
from dataout.model.definitions import Complaint, Place
from dataout.model.reading import unsupported
from dataout.settings.documents import Document, Spot, read_yaml

if TYPE_CHECKING:
    from dataout.model.complaints import Path

MAIN = "dataout.yaml"
MAIN_KEYS = ("name", "timezone", "environments", "defaults", "engine", "store", "ticks")
"""What only ``dataout.yaml`` says; everything else may stand in any file."""

SECTIONS = (
    "catalog",
    "sources",
    "identifiers",
    "identity",
    "segments",
    "traits",
    "lists",
    "audiences",
    "destinations",
    "tests",
)
LATER_SECTIONS = ("alerts",)
_DEEP = {"catalog": ("events", "attributes", "objects")}
_SKIPPED = {"mappings", "node_modules", "__pycache__"}


@dataclass(slots=True)
class Folder:
    """What the files say together. Places are those of the first file that says it.

    ``unread`` are the files of which nothing could be understood.
    """

    data: dict[str, object] = field(default_factory=dict)
    spots: dict[Path, Spot] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def project_files(folder: FilePath) -> Iterator[FilePath]:
    """List the YAML files of a project: hidden folders and mapping files are not among them."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _SKIPPED
        )
        for name in sorted(names):
            hidden = name.startswith(".") or name.endswith((".mapping.yaml", ".mapping.yml"))
            if name.endswith((".yaml", ".yml")) and not hidden:
                yield FilePath(parent) / name


def read_folder(folder: FilePath) -> Folder:
    """Read and join all files; what is wrong with them is in ``complaints``."""
    joined = Folder()
    if not (folder / MAIN).is_file():
        place = Place(MAIN, 1, 1)
        message = f"there is no {MAIN} in {folder}."
        hint = "Start a project with: dataout init DIR --template cart-recovery"
        joined.complaints.append(Complaint(place, "(project)", message, hint))
        return joined
    paths = sorted(project_files(folder), key=lambda path: (path != folder / MAIN, path))
    for path in paths:
        name = path.relative_to(folder).as_posix()
        joined.files.append(name)
        _join(joined, _read(path, name))
    return joined


def _read(path: FilePath, name: str) -> Document:
    try:
        data = path.read_bytes()
    except OSError as error:
        complaint = Complaint(Place(name, 1, 1), "(file)", f"cannot be read: {error.strerror}.")
        return Document(name, {}, {}, (complaint,))
    try:
        return read_yaml(data.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = error.start - (before.rfind(b"\n") + 1) + 1
        place = Place(name, before.count(b"\n") + 1, column)
        complaint = Complaint(place, "(file)", "not UTF-8.", "Save the file in UTF-8.")
        return Document(name, {}, {}, (complaint,))


def _join(joined: Folder, document: Document) -> None:
    joined.complaints.extend(document.complaints)
    if document.complaints and not document.data:
        joined.unread.append(document.file)
    for key, value in document.data.items():
        spot = document.spots[key,]
        if message := _misplaced(key, document.file):
            joined.complaints.append(Complaint(spot.key, key, *message))
        elif key in MAIN_KEYS:
            _take((key,), value, joined, document)
        else:
            _merge((key,), value, joined, document)
    for path, spot in document.spots.items():
        joined.spots.setdefault(path, spot)


def _misplaced(key: str, file: str) -> tuple[str, str] | None:
    if key in LATER_SECTIONS:
        return unsupported(key), ""
    if key in SECTIONS or (key in MAIN_KEYS and file == MAIN):
        return None
    if key in MAIN_KEYS:
        return f"'{key}' belongs in {MAIN}.", ""
    known = (*MAIN_KEYS, *SECTIONS) if file == MAIN else SECTIONS
    hint = nearest(key, known)
    if not hint.startswith("Did"):
        hint += " Mapping files end in .mapping.yaml or stand in mappings/."
    return f"unknown section '{key}'.", hint


def _merge(path: Path, value: object, joined: Folder, document: Document) -> None:
    if value is None:
        return  # `segments:` with nothing below it says nothing
    if not isinstance(value, Mapping):
        _take(path, value, joined, document)
        return
    target = _inner(joined.data, path)
    if target is None:
        return
    for name, item in value.items():
        here = (*path, name)
        if path[0] in _DEEP and len(path) == 1 and name in _DEEP[str(path[0])]:
            _merge(here, item, joined, document)
        else:
            _take(here, item, joined, document)


def _inner(data: dict[str, object], path: Path) -> dict[str, object] | None:
    for step in path:
        inner = data.setdefault(str(step), {})
        if not isinstance(inner, dict):
            return None
        data = inner
    return data


def _take(path: Path, value: object, joined: Folder, document: Document) -> None:
    target = _inner(joined.data, path[:-1])
    name = str(path[-1])
    spot = document.spots[path]
    if target is None:
        return
    if name in target:
        first = joined.spots[path].key
        message = f"'{name}' is defined twice: first at {first}."
        joined.complaints.append(Complaint(spot.key, spell(path), message))
        return
    target[name] = value
