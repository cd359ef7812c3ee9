"""The command line: reads a call, runs one command, prints its result."""

from __future__ import annotations

import sys


def main() -> None:
    """Run ``dataout``; the process ends with the exit code that docs/errors.md lists."""
    from dataout.cli.app import run

    sys.exit(run(sys.argv[1:]))
