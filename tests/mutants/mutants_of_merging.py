"""Bugs planted in who is one person; see ``mutants.py``."""

from mutant import Mutant

GRAPH = ("tests/ingest/test_graph.py",)
CLI = ("tests/cli/test_identity.py",)

MERGING: tuple[Mutant, ...] = (
    Mutant(
        "merging: a value of too many profiles merges them",
        "dataout/sql/graph.sql",
        "GROUP BY kind, value HAVING count(*) > $sharers;",
        "GROUP BY kind, value HAVING count(*) > $sharers + 1;",
        GRAPH,
    ),
    Mutant(
        "merging: a limit stops nothing",
        "dataout/ingest/graph.py",
        '        if not count(engine, "found"):\n',
        "        if True:\n",
        GRAPH,
    ),
    Mutant(
        "merging: a limit takes all that joins",
        "dataout/sql/graph.sql",
        "QUALIFY rank() OVER (PARTITION BY g.label ORDER BY count(*) DESC) = 1;",
        ";",
        GRAPH,
    ),
    Mutant(
        "merging: groups are found one step deep",
        "dataout/ingest/graph.py",
        '        moving = count(engine, "moving") > 0\n',
        "        moving = False\n",
        GRAPH,
    ),
    Mutant(
        "merging: the last claim of an anonymous id counts",
        "dataout/sql/graph.sql",
        "    ORDER BY h.stated_at, e.profile_id\n",
        "    ORDER BY h.stated_at DESC, e.profile_id\n",
        GRAPH,
    ),
    Mutant(
        "merging: what was split merges again",
        "dataout/sql/graph.sql",
        "(SELECT * FROM splits WHERE split_at <= $known_at)",
        "(SELECT * FROM splits WHERE split_at > $known_at)",
        GRAPH,
    ),
    Mutant(
        "merging: a past graph knows what came later",
        "dataout/sql/graph.sql",
        "  i.received_at <= $known_at\n  AND (i.kind",
        "  TRUE\n  AND (i.kind",
        GRAPH,
    ),
    Mutant(
        "merging: records that come later stay with their profile",
        "dataout/sql/load.sql",
        "  CAST(CAST(rest AS JSON) AS VARIANT) AS properties,\n  nullif(origin, slot) AS origin\n",
        "  CAST(CAST(rest AS JSON) AS VARIANT) AS properties,\n  NULL AS origin\n",
        GRAPH,
    ),
    Mutant(
        "merging: a tick does not see merges",
        "dataout/sql/ticks.sql",
        "  SELECT was FROM merges WHERE landing > (SELECT merges FROM seen)\n  UNION\n",
        "",
        GRAPH,
    ),
    Mutant(
        "merging: new rules wait for new data",
        "dataout/app/workspace.py",
        "        self.take_up_identity()\n",
        "",
        CLI,
    ),
    Mutant(
        "merging: an anonymous id stays behind when its profile leaves",
        "dataout/ingest/splits.py",
        "_undo(engine, strong or links,",
        "_undo(engine, links,",
        CLI,
    ),
)
