"""Errors in words, each with its exit code."""

from __future__ import annotations

import errno
import sys
import tempfile
import traceback

from dataout.cli.session import sentence
from dataout.errors import (
    DestinationError,
    EngineError,
    Error,
    Locked,
    ProjectError,
)

DONE, ATTENTION, WRONG, UNDELIVERED, LOCKED, BUG, STOPPED = 0, 1, 2, 3, 4, 70, 130
"""The exit codes; docs/errors.md says what they mean."""

GLOBAL = frozenset({"--project", "--env", "--json"})
"""Options of the whole call, which stand before the command."""

SURROUNDINGS = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
)
"""Troubles with a file that are the machine's and not ours: no right, no room, a broken disk."""


def explained(error: Exception) -> int:
    """Say on standard error what an exception means; gives the exit code that goes with it."""
    return _explain(error) if isinstance(error, Error) else _unexpected(error)


def stopped() -> int:
    """Say that a call was stopped by hand; gives its exit code."""
    _say("Stopped. Whatever was under way is settled by the next run.")
    return STOPPED


def _unexpected(error: Exception) -> int:
    if hasattr(error, "format_message") and hasattr(error, "exit_code"):
        return _misuse(error)
    if isinstance(error, OSError) and error.errno in SURROUNDINGS:
        where = f"{error.filename} cannot be used" if error.filename else "A file cannot be used"
        _say(f"{where}: {error.strerror}. Mend that, and call again.")
        return WRONG
    return _report(error)


def _misuse(error: Exception) -> int:
    """Say what the command line's parser did not understand."""
    message = getattr(error, "format_message", lambda: str(error))()
    option = getattr(error, "option_name", "")
    if "\n" in message:  # a group without its command: the message is the help
        _say(message)
    elif option in GLOBAL:
        _say(f"{option} stands before the command: dataout {option} … COMMAND.")
    else:
        _say(f"{sentence(message)} See `dataout --help`.")
    return WRONG


def _explain(error: Error) -> int:
    match error:
        case ProjectError():
            count = len(error.complaints)
            for complaint in error.complaints:
                _say(str(complaint))
            _say(f"{count} mistake{'s' * (count != 1)} in the project's files.")
            return WRONG
        case EngineError():
            return _report(error)
        case _:
            _say(f"{sentence(str(error))} {error.hint}".strip())
    match error:
        case Locked():
            return LOCKED
        case DestinationError():
            return UNDELIVERED
        case _:
            return WRONG


def _report(error: Exception) -> int:
    """Keep what we need to mend our own mistake. Frames only: values may be personal."""
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
    with tempfile.NamedTemporaryFile(
        "w", prefix="dataout-report-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(f"{type(error).__name__}\n{''.join(frames)}")
    _say(
        f"{error} {error.hint}".strip()
        if isinstance(error, EngineError) and error.hint
        else "This is a mistake of dataout's own, not of yours. Nothing was sent that is not in "
        f"the ledger. Please send us {file.name}: it holds no personal data."
    )
    return BUG


def _say(text: str) -> None:
    print(text, file=sys.stderr)
