"""Bugs planted in how changes are dated, and in what a server says of itself."""

from mutant import Mutant

DATING = ("tests/audiences/test_dating.py",)
PARTS = ("tests/app/test_serving_parts.py",)

DATED: tuple[Mutant, ...] = (
    Mutant(
        "dating: one edge that is known passes for the only one",
        "dataout/sql/dating.sql",
        "QUALIFY rank <= $most + 2",
        "QUALIFY rank <= $most + 1",
        (*DATING, "-k", "divided or bounded"),
    ),
    Mutant(
        "dating: what the last tick said is not asked",
        "dataout/sql/dating.sql",
        'least((SELECT "at" FROM ticks), n.moment - 1) AS hint',
        "CAST(NULL AS BIGINT) AS hint",
        (*DATING, "-k", "right_before_it"),
    ),
    Mutant(
        "dating: as many looks as there are edges",
        "dataout/audiences/dating.py",
        "most = min(MOST, portion.share)",
        "most = MOST",
        (*DATING, "-k", "bounded"),
    ),
    Mutant(
        "serve: a tick that takes very long is well",
        "dataout/app/serving/metrics.py",
        "0 if figures.ticking is None else",
        "0 if True else",
        (*PARTS, "-k", "very_long"),
    ),
    Mutant(
        "serve: a socket that was deleted stays away",
        "dataout/app/serving/listen.py",
        "        if self._in_place():\n",
        "        if self.path:\n",
        (*PARTS, "-k", "deleted"),
    ),
    Mutant(
        "serve: a project whose main file is gone is to be begun anew",
        "dataout/app/serving/definitions.py",
        "if not (self.folder / MAIN).is_file():",
        "if False:",
        ("tests/app/test_serving.py", "-k", "main_file"),
    ),
    Mutant(
        "serve: memory is never tried again",
        "dataout/app/serving/server.py",
        "if keyed and not isinstance(self._ticker, KeyedTicker):",
        "if False:",
        ("tests/app/test_serving_ways.py", "-k", "every_day"),
    ),
)
