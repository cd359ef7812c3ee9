"""How many people there are."""

from __future__ import annotations

from sqlglot import exp

from dataout.sql.scope import Scope


def living(scope: Scope) -> exp.Select:
    """Count, as ``people``, those of ``scope`` who are not deleted at its instant."""
    return (
        exp.select("count(*) AS people")
        .from_("profiles AS p")
        .where(scope.concerned("p"), scope.alive("p"))
    )
