"""Bugs planted in how events and people are corrected, deleted, brought back."""

from mutant import Mutant

CORRECTED = ("tests/test_segment_fixtures.py", "-k", "corrected or deleted")
VERSIONS = ("tests/ingest/test_versions.py",)

CORRECTIONS: tuple[Mutant, ...] = (
    Mutant(
        "corrections: replaced and deleted events count",
        "dataout/sql/scope.py",
        "            known = exp.and_(current, known, copy=False)\n",
        "",
        CORRECTED,
    ),
    Mutant(
        "corrections: they take effect a moment after they are known",
        "dataout/sql/scope.py",
        "superseded.copy() > int(self.known_at)",
        "superseded.copy() >= int(self.known_at)",
        CORRECTED,
    ),
    Mutant(
        "corrections: deleted people stay in segments",
        "dataout/sql/evaluate.py",
        'scope.concerned("p"), scope.alive("p")',
        'scope.concerned("p")',
        CORRECTED,
    ),
    Mutant(
        "corrections: any copy replaces",
        "dataout/sql/versions.sql",
        "    corrects\n    OR row_number()",
        "    TRUE\n    OR row_number()",
        VERSIONS,
    ),
    Mutant(
        "corrections: the first loaded counts, not the first received",
        "dataout/sql/versions.sql",
        "AND old.received_at > new.received_at\n",
        "AND FALSE\n",
        VERSIONS,
    ),
    Mutant(
        "corrections: a deletion that came before its event is forgotten",
        "dataout/sql/versions.sql",
        "SELECT digest FROM load_parsed JOIN withdrawals ON event_key = digest\n",
        "SELECT digest FROM load_parsed WHERE FALSE\n",
        VERSIONS,
    ),
    Mutant(
        "corrections: an event can be taken from its person",
        "dataout/sql/versions.sql",
        "AND op IS NOT NULL AND profile_id <> person;",
        "AND FALSE;",
        VERSIONS,
    ),
    Mutant(
        "corrections: the same file again is news",
        "dataout/sql/versions.sql",
        "CASE WHEN stated THEN repeated ELSE unchanged END, FALSE)",
        "CASE WHEN stated THEN repeated ELSE FALSE END, FALSE)",
        VERSIONS,
    ),
)
