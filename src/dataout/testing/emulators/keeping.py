"""An emulator that remembers: its audiences survive the process, as a platform's would.

The file is the sandbox's own, below the environment's state and readable for its owner alone, so it
is read back with ``pickle``; one that cannot be read starts the platform anew.
"""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from threading import Lock

import httpx

from dataout.testing.emulators.meta import MetaEmulator
from dataout.testing.emulators.server import Handle


def keep(emulator: MetaEmulator, file: Path) -> Handle:
    """Bring back what ``file`` holds, and write to it after every call that may change it."""
    if file.exists():
        _restore(emulator, file)
    lock = Lock()

    def handle(request: httpx.Request) -> httpx.Response:
        try:
            return emulator.handle(request)
        finally:
            if request.method != "GET":
                with lock:
                    _save(emulator, file)

    return handle


def _restore(emulator: MetaEmulator, file: Path) -> None:
    try:
        kept = pickle.loads(file.read_bytes())  # noqa: S301 - our own file, 0600
        emulator.audiences, emulator.made, emulator.gate.terms_accepted = kept
    except (OSError, pickle.UnpicklingError, AttributeError, ImportError, ValueError, EOFError):
        file.unlink(missing_ok=True)


def _save(emulator: MetaEmulator, file: Path) -> None:
    """Write beside the file first: a crash leaves the old one or the new one."""
    content = pickle.dumps((emulator.audiences, emulator.made, emulator.gate.terms_accepted))
    beside = file.with_suffix(".new")
    with open(beside, "wb", opener=_private) as out:
        out.write(content)
    beside.replace(file)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
