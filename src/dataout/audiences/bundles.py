"""Bundles: a description and named blobs in one file that only its owner can read.

A file that is torn, damaged, or of something else is told by its sizes and its checksum, and is
read as nothing. Blobs are read where they lie: the file is mapped, and nothing is copied.
"""

from __future__ import annotations

import json
import mmap
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAGIC = b"dataout\x01"
"""How a bundle begins; the last byte is the version of this arrangement."""

ALIGNED = 64
"""Blobs begin at multiples of so many bytes."""

PIECE = 16_000_000
"""So many bytes at most wait in memory for the disk: whoever commits meanwhile waits for them."""

NUMBER, CHECK = 8, 4
"""How many bytes the length of the description takes, and the checksum of all before it."""


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """``said`` is what JSON can hold."""

    said: Mapping[str, Any]
    blobs: Mapping[str, memoryview]


def write(path: Path, bundle: Bundle) -> None:
    """Write a bundle to a new file, and see it safely onto the disk. Raises ``OSError``.

    Its folder is made, where it is missing; the one above it has to be there.
    """
    path.parent.mkdir(mode=0o700, exist_ok=True)
    remove(path)
    check = 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", 0) as file:
        for piece in _pieces(bundle):
            check = zlib.crc32(piece, check)
            _put(file.fileno(), piece)
        _put(file.fileno(), memoryview(check.to_bytes(CHECK, "little")))
        os.fsync(file.fileno())


def publish(path: Path, name: str) -> None:
    """Give a file, in its folder, the name of another. Raises ``OSError``."""
    path.replace(path.with_name(name))
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(path: Path) -> Bundle | None:
    """Read a bundle; None: there is none that is whole."""
    with suppress(OSError, ValueError):
        with path.open("rb") as file:
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        if whole[: len(MAGIC)] == MAGIC and _checked(whole):
            return _opened(whole)
    return None


def remove(path: Path) -> None:
    """Remove a file, where it is. Raises ``OSError``."""
    path.unlink(missing_ok=True)


def _pieces(bundle: Bundle) -> Iterator[memoryview]:
    sizes = {name: len(blob) for name, blob in bundle.blobs.items()}
    head = json.dumps({"said": bundle.said, "sizes": sizes}).encode()
    begins = MAGIC + len(head).to_bytes(NUMBER, "little") + head
    yield memoryview(begins + bytes(-len(begins) % ALIGNED))
    for blob in bundle.blobs.values():
        for start in range(0, len(blob), PIECE):
            yield blob[start : start + PIECE]
        yield memoryview(bytes(-len(blob) % ALIGNED))


def _put(file: int, piece: memoryview) -> None:
    while len(piece):
        piece = piece[os.write(file, piece) :]
    os.fsync(file)


def _checked(whole: memoryview) -> bool:
    check = int.from_bytes(whole[-CHECK:], "little")
    return zlib.crc32(whole[:-CHECK]) == check


def _opened(whole: memoryview) -> Bundle:
    start = len(MAGIC) + NUMBER
    end = start + int.from_bytes(whole[len(MAGIC) : start], "little")
    head = json.loads(bytes(whole[start:end]))
    blobs = {}
    for name, size in head["sizes"].items():
        start = end + -end % ALIGNED
        end = start + size
        blobs[name] = whole[start:end]
    return Bundle(head["said"], blobs)
