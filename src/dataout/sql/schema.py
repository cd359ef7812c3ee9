"""The data plane's schema: what a new state file gets, and how an older one comes up to date."""

from __future__ import annotations

from dataout.errors import StateTooNew
from dataout.ports import Engine
from dataout.sql.addresses import address_macros
from dataout.sql.named import statement, statements

CORRECTED = ("superseded", "corrects", "withdrawals", "deletions")
TICKED = ("memberships", "edges", "membership_log", "evaluated", "ticks")
KEYED = ("rewritten", "keyed")
KEPT = ("snapshots",)
OWNED = (
    "events",
    "attributes",
    "list_members",
    "relationships",
    "withdrawals",
    "deletions",
    "entry_owners",
)
"""The tables whose rows belong to somebody, and came with somebody."""

MERGED = (
    "merged",
    "everyone",
    *(f"{table}_origin" for table in OWNED),
    "identities",
    "quarantined",
    "splits",
    "merges",
    "identity_rules",
    "ticks_merges",
)
PREPARED = ("no_normalized", "prepared_values", "prepared", "prepared_of", "prepared_up_to")

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    tuple(
        name
        for name in statements("schema")
        if name not in {"version", *CORRECTED, *TICKED, *KEYED, *KEPT, *MERGED, *PREPARED}
    ),
    (*CORRECTED, *TICKED),
    KEYED,
    KEPT,
    MERGED,
    PREPARED,
)
"""Per version, the statements of ``schema.sql`` that lead to it from the one before."""


def version(engine: Engine) -> int:
    """Read the version of a state file; 0: it is new."""
    engine.execute(statement("schema", "version"))
    found = engine.query("SELECT max(version) AS version FROM schema_version").to_pylist()
    return int(found[0]["version"] or 0)


def outdated(engine: Engine) -> bool:
    """Say whether a state file has to be migrated; a newer one than ours raises ``StateTooNew``."""
    found = version(engine)
    if found > len(MIGRATIONS):
        raise StateTooNew(
            f"This environment's state has schema version {found}; "
            f"this dataout knows versions up to {len(MIGRATIONS)}.",
            "Install the dataout that wrote it, or a newer one.",
        )
    return found < len(MIGRATIONS)


def migrate(engine: Engine) -> None:
    """Bring a state file up to date, all or nothing."""
    with engine.transaction():
        for number in range(version(engine), len(MIGRATIONS)):
            for name in MIGRATIONS[number]:
                engine.execute(statement("schema", name))
            engine.execute("INSERT INTO schema_version VALUES (?)", [number + 1])


def prepare(engine: Engine) -> None:
    """Give a connection what lives only as long as it: functions, working tables, views."""
    for subject in ("values", "desired"):
        for name, text in statements(subject).items():
            if subject == "values" or name in WORKING_TABLES:
                engine.execute(text)
    for text in address_macros():
        engine.execute(text)
    engine.execute(statement("ledger", "believed"))


WORKING_TABLES = (
    "funnel",
    "desired",
    "owners",
    "unidentifiable",
    "shown_values",
    "changes",
)
"""The temporary tables of ``desired.sql`` that one pass fills and the next one empties."""
