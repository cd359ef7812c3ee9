"""Bugs planted where data comes in and is kept; see ``mutants.py``."""

from mutant import Mutant

REPLAY = ("tests/ingest/test_replay.py",)

DATA: tuple[Mutant, ...] = (
    Mutant(
        "rejects: a mapping reads every kind",
        "dataout/ingest/rejects.py",
        "elif mapping.path != was and not mapping.suits",
        "elif False and not mapping.suits",
        REPLAY,
    ),
    Mutant(
        "rejects: what another mapping skips is gone",
        "dataout/sql/load.sql",
        "FROM load_rejects WHERE problem IS NULL AND NOT skipped);",
        "FROM load_rejects WHERE problem IS NULL);",
        REPLAY,
    ),
    Mutant(
        "evaluate: rows that cannot be taken in are left out",
        "dataout/ingest/intake.py",
        'if counts["rejected"] and self.options.complete:',
        "if False:",
        ("tests/app/test_rows.py",),
    ),
    Mutant(
        "headers: a record in the place of a header is quoted",
        "dataout/ingest/csvs.py",
        "suspect = data_column(header)",
        "suspect = None",
        ("tests/ingest/test_headers.py",),
    ),
    Mutant(
        "engine: a damaged file is our own mistake",
        "dataout/engines/duckdb.py",
        "if path is not None and any(sign in text for sign in CORRUPT):",
        "if False:",
        ("tests/test_engine_faults.py",),
    ),
)
