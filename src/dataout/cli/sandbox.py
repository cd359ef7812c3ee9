"""The sandbox: every emulated platform on one loopback port, with a memory of its own."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from errno import EADDRINUSE
from functools import partial
from pathlib import Path
from threading import Event

from dataout.app.folders import state_folder
from dataout.app.state import private_files
from dataout.app.wiring import SANDBOX_PORT
from dataout.errors import UsageError
from dataout.testing.emulators.faults import parse
from dataout.testing.emulators.keeping import keep
from dataout.testing.emulators.meta import MetaEmulator
from dataout.testing.emulators.server import Handle, serving, wait, wall_clock

LOGGED = 1_000
"""Calls that a running sandbox remembers."""


def emulators(fail: Sequence[str]) -> Mapping[str, MetaEmulator]:
    """Start every emulated platform by name; ``fail`` plans what will go wrong with each.

    Raises ``UsageError`` for a failure that is not known.
    """
    meta = MetaEmulator(wall_clock, advance=wait, keep_log=LOGGED)
    for text in fail:
        try:
            meta.faults.plans.append(parse(text))
        except ValueError as error:
            raise UsageError(f"--fail {text}: {error}") from error
    return {"meta": meta}


def serve(project: Path, port: int | None, fail: Sequence[str]) -> None:
    """Serve until stopped. Raises ``UsageError`` when the port is taken."""
    folder = state_folder(project, "dev") / "sandbox"
    with private_files():
        folder.mkdir(parents=True, exist_ok=True)
    handles: dict[str, Handle] = {
        name: keep(emulator, folder / f"{name}.state") for name, emulator in emulators(fail).items()
    }
    try:
        with serving(handles, SANDBOX_PORT if port is None else port) as address:
            say = partial(print, file=sys.stderr, flush=True)
            say(f"The sandbox listens at {address}: {', '.join(handles)}. Stop it with Ctrl-C.")
            Event().wait()
    except OSError as error:
        if error.errno != EADDRINUSE:
            raise
        raise UsageError(
            f"Port {port or SANDBOX_PORT} is taken.",
            "Is a sandbox running already? Otherwise choose another: dataout sandbox --port P, "
            "and tell the other commands: export DATAOUT_SANDBOX=http://127.0.0.1:P",
        ) from error
    except KeyboardInterrupt:
        return
