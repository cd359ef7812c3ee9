"""Sequences: the instants at which each step can end, one step after the other.

A chain exists when the last step has such an instant. For a step it is enough to look at the latest
end of the step before that is strictly earlier: if that is not near enough, no other is.
"""

from __future__ import annotations

from sqlglot import exp

from dataout.segments.atoms import Chain, Link, Source
from dataout.segments.orders import OrderRule
from dataout.segments.values import TimeTest
from dataout.sql.moments import written
from dataout.sql.scope import Scope
from dataout.sql.sources import rows_of
from dataout.sql.values import holds, parsed
from dataout.sql.windows import in_window

Rules = tuple[OrderRule, ...]


def satisfied(chain: Chain, rules: Rules, scope: Scope) -> exp.Select:
    """Select the slots for which some chain of events satisfies the steps."""
    ends = _first(chain, rules, scope).sql("duckdb", copy=False)
    for link in chain.then:
        ends = _next(ends, link, rules, scope)
    if chain.never is not None:
        ends = _undisturbed(ends, chain.never, rules, scope)
    return parsed(f"SELECT DISTINCT slot FROM ({ends}) AS ends")


def _times(source: Source, when: TimeTest | None, rules: Rules, scope: Scope) -> exp.Select:
    query = exp.select("slot", "event_time AS moment").from_(
        rows_of(source, rules, {}, scope).subquery("step", copy=False), copy=False
    )
    if when is not None:
        inside = holds(in_window(exp.column("event_time"), when, scope.now))
        query = query.where(inside, copy=False)
    return query


def _first(chain: Chain, rules: Rules, scope: Scope) -> exp.Select:
    if chain.which is None:
        return _times(chain.first, chain.when, rules, scope)
    function = "min" if chain.which == "first" else "max"
    picked = (
        exp.select("slot", f"{function}(moment) AS moment")
        .from_(_times(chain.first, None, rules, scope).subquery("all_of_them"))
        .group_by("slot")
    )
    query = exp.select("slot", "moment").from_(picked.subquery("picked"))
    if chain.when is not None:
        query = query.where(holds(in_window(exp.column("moment"), chain.when, scope.now)))
    return query


def _next(ends: str, link: Link, rules: Rules, scope: Scope) -> str:
    both = _both(ends, _times(link.source, link.when, rules, scope))
    near = "" if link.within is None else f"AND moment <= before + {int(link.within)}"
    return f"""
      SELECT DISTINCT slot, moment FROM (
        SELECT slot, moment, later, max(CASE WHEN NOT later THEN moment END) OVER (
          PARTITION BY slot ORDER BY moment RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS before
        FROM ({both}) AS both_steps
      ) AS step WHERE later AND before IS NOT NULL {near}"""


def _undisturbed(ends: str, never: Link, rules: Rules, scope: Scope) -> str:
    both = _both(ends, _times(never.source, None, rules, scope))
    quiet = "after IS NULL"
    if never.within is not None:
        within = int(never.within)
        now = written(scope.now).sql("duckdb", copy=False)
        quiet = f"moment + {within} <= {now} AND (after IS NULL OR after > moment + {within})"
    return f"""
      SELECT slot, moment FROM (
        SELECT slot, moment, later, min(CASE WHEN later THEN moment END) OVER (
          PARTITION BY slot ORDER BY moment RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS after
        FROM ({both}) AS both_steps
      ) AS step WHERE NOT later AND {quiet}"""


def _both(ends: str, later: exp.Select) -> str:
    return (
        f"SELECT slot, moment, FALSE AS later FROM ({ends}) AS ended "
        f"UNION ALL SELECT slot, moment, TRUE FROM ({later.sql('duckdb', copy=False)}) AS following"
    )
