"""The identity graph: which profiles are one person, kept up to date as identifiers arrive.

Its state is in the engine: ``identities`` (which values profiles came with, append only), what
stops some of them (``quarantined``, ``splits``), and what follows: every record's ``slot`` is whose
it is now, and ``origin`` (NULL: the same) the slot it came with. What follows is a function of what
is known, not of the order in which it came. Only profiles that news connect are looked at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dataout.identity.merging import MergeRules, comparable
from dataout.model.people import Field, Instant
from dataout.ports import Engine
from dataout.sql.named import statement
from dataout.sql.schema import OWNED

EVER = Instant(2**62)
"""With all that is known."""

COMPARABLE = pa.schema(
    [
        *((name, pa.string()) for name in ("kind", "raw", "country", "value")),
        ("placeholder", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class Joining:
    """What a grouping goes by: the kinds that merge, limits, and what had been received by then."""

    merging: tuple[str, ...]
    limits: Mapping[str, int]
    sharers: int
    known_at: Instant = EVER


def joining(spelled: str, known_at: Instant = EVER) -> Joining:
    """Read rules that ``MergeRules.spelled`` wrote."""
    rules: dict[str, Any] = json.loads(spelled)
    return Joining(
        tuple(rules["merge_on"]), rules["limits"], int(rules["shared_by_at_most"]), known_at
    )


def bring_up(engine: Engine, rules: MergeRules, now: Instant, *, claims: bool = False) -> None:
    """Merge what is one person by all that has arrived; in a transaction.

    ``claims`` says that records of the load at hand (in its working table) hold anonymous ids.
    Rules that are others than the last time put everybody's records anew where they belong.
    """
    spelled = rules.spelled()
    state = engine.query(_sql("state")).to_pylist()
    same = bool(state) and state[0]["rules"] == spelled
    if same and not claims and not rules.read:
        return
    engine.execute(_sql("no_news"))
    if claims:
        engine.execute(_sql("claimed"))
    if not same:
        engine.execute(_sql("forget_values"))
        engine.execute(_sql("forget_quarantine"))
    if rules.read:
        _read_values(engine, rules, int(state[0]["attributes"]) if same else 0)
    engine.execute(_sql("forget_known"))
    news = count(engine, "news")
    if news:
        engine.execute(_sql("remember"))
    if rules.read or not same:
        engine.execute(_sql("forget_state"))
        engine.execute(_sql("keep_state"), {"rules": spelled})
    if news or (state and not same):
        engine.execute(_sql("barred_before"))
        engine.execute(_sql("region" if same else "everybody"))
        regroup(engine, joining(spelled), now)


def rules_known(engine: Engine) -> str | None:
    """Give the rules that present merges follow, as they are spelled; None: nothing was loaded."""
    state = engine.query(_sql("state")).to_pylist()
    return str(state[0]["rules"]) if state else None


def regroup(engine: Engine, how: Joining, now: Instant) -> None:
    """Put the records of the profiles in ``graph_region`` where they belong.

    And those of whom they touch. Values that merge nobody, whatever else is known, are in
    ``graph_barred``.
    """
    _widen(engine, how)
    group(engine, how)
    engine.execute(_sql("moves"))
    engine.execute(_sql("forget_limits"))
    engine.execute(_sql("quarantine"))
    if count(engine, "moved"):
        _move(engine, now)


def group(engine: Engine, how: Joining) -> None:
    """Find whose the records of the profiles in ``graph_region`` are: ``graph_groups``."""
    merging, known = {"merging": list(how.merging)}, {"known_at": how.known_at}
    engine.execute(_sql("held"), {**merging, **known})
    engine.execute(_sql("bar_shared"), {"sharers": how.sharers})
    engine.execute(_sql("links"))
    limits = {"kinds": list(how.limits), "limits": list(how.limits.values())}
    while True:
        _label(engine)
        engine.execute(_sql("over"), {**limits, **known})
        engine.execute(_sql("bar_limit"))
        if not count(engine, "found"):
            break
        engine.execute(_sql("bar_found"))
        engine.execute(_sql("unlink"))
    engine.execute(_sql("groups"), known)


def _label(engine: Engine) -> None:
    """Give all that is joined one label."""
    engine.execute(_sql("labels"))
    moving = True
    while moving:
        engine.execute(_sql("spread"))
        moving = count(engine, "moving") > 0
        engine.execute(_sql("settle"))


def _widen(engine: Engine, how: Joining) -> None:
    before, size = -1, count(engine, "region_size")
    while before != size:
        engine.execute(_sql("widen"), {"merging": list(how.merging)})
        before, size = size, count(engine, "region_size")


def _move(engine: Engine, now: Instant) -> None:
    """Make it so: every record carries the slot of the person that it belongs to."""
    for table in OWNED:
        engine.execute(
            f"UPDATE {table} SET slot = m.became, origin = nullif(m.origin, m.became) "
            f"FROM graph_moves AS m WHERE {table}.slot = m.was "
            f"AND coalesce({table}.origin, {table}.slot) = m.origin"
        )
    engine.execute(_sql("log"), {"now": now})
    for name in ("released", "forget_merged", "merged", "absorbed"):
        engine.execute(_sql(name))


def _read_values(engine: Engine, rules: MergeRules, after: int) -> None:
    """Add what attributes say that were not read yet to the news."""
    pairs = [(kind, name) for kind, names in rules.read.items() for name in names]
    engine.execute(
        _sql("raw"),
        {
            "kinds": [kind for kind, _ in pairs],
            "names": [name for _, name in pairs],
            "countries": list(rules.sources.get(Field.COUNTRY, ())),
            "after": after,
        },
    )
    engine.execute(_sql("no_comparable"))
    rows = []
    for row in engine.query(_sql("raw_values")).to_pylist():
        found = comparable(Field(row["kind"]), row["raw"], row["country"], rules.region)
        if found is not None:
            rows.append({**row, "value": found.value, "placeholder": found.placeholder})
    if rows:
        engine.append("identity_comparable", pa.Table.from_pylist(rows, schema=COMPARABLE))
        engine.execute(_sql("stated"))
        engine.execute(_sql("placeholders"))


def count(engine: Engine, name: str) -> int:
    """Give the ``n`` that a statement about the graph counts."""
    return int(engine.query(_sql(name)).to_pylist()[0]["n"])


def _sql(name: str) -> str:
    return statement("graph", name)
