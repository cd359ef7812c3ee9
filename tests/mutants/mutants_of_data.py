"""Bugs planted where data comes in and is kept; see ``mutants.py``."""

from mutant import Mutant

BAD_DATA = ("tests/cli/test_bad_data.py", "-k", "without_a_header")
ENGINE = ("tests/engines/test_duckdb.py",)
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
        "ingest: a first line is taken for a header whatever it holds",
        "dataout/ingest/headers.py",
        "        if set(words) & set(cells):\n",
        "        if cells:\n",
        BAD_DATA,
    ),
    Mutant(
        "ingest: a repeated cell of a first line is shown",
        "dataout/ingest/tables.py",
        "its columns {first + 1} and {at + 1} have the same name.",
        "its columns {first + 1} and {at + 1} are called {column}.",
        BAD_DATA,
    ),
    Mutant(
        "engine: a full disk is our own mistake",
        "dataout/engines/duckdb.py",
        "any(words in told for words in NO_ROOM)",
        "not NO_ROOM",
        ("tests/cli/test_bad_state.py", "-k", "disk_that_is_full"),
    ),
    Mutant(
        "engine: damage that Arrow meets is our own mistake",
        "dataout/engines/duckdb.py",
        "except (duckdb.Error, OSError, pa.ArrowException) as error:",
        "except duckdb.Error as error:",
        ENGINE,
    ),
    Mutant(
        "engine: damage is our own mistake",
        "dataout/engines/duckdb.py",
        "type(error) is duckdb.Error",
        "type(error) is duckdb.FatalException",
        ENGINE,
    ),
    Mutant(
        "definitions: an optional secret may stand in plain text",
        "dataout/definitions/destinations.py",
        "    return any(_is_secret(part) for part in get_args(annotation))\n",
        "    return False\n",
        ("tests/definitions/test_secret_mistakes.py",),
    ),
)
