"""Orders: lines that share a key, and what has been taken off them.

``lines_of`` compiles a rule to one row per visible line of the order event:

* ``order_id``; ``event_time, received_at, landing`` are those of the order's earliest line,
  cancelled or not; ``line_time, line_landing`` the line's own
* ``is_left``: something of the line is left; ``line_left``: what the rest of it is worth
* ``touched``: something cancelled a part of the order; ``refunded``: the amounts taken off it

Cancelled units come off a stack: a person's lines of one kind are pushed in order of time, a return
pops. With S the running sum of pushes and pops, the height of the stack is W = S - min(0, least S
so far), and a line that lies between two heights keeps what stays below every later W.
"""

from __future__ import annotations

from sqlglot import exp

from dataout.segments.orders import CancelAmount, CancelOrder, CancelUnits, OrderRule, Path
from dataout.sql.scope import Scope
from dataout.sql.values import call, dig, parsed

PROPERTIES = exp.column("properties")


def lines_of(rule: OrderRule, scope: Scope) -> exp.Select:
    """Compile one rule."""
    query = _lines(rule, scope)
    for cancel in rule.cancelled_by:
        if isinstance(cancel, CancelOrder):
            query = _without_orders(query, cancel, scope)
    netted = [cancel for cancel in rule.cancelled_by if isinstance(cancel, CancelUnits)]
    for number, units in enumerate(netted):
        query = _without_units(query, units, number, scope)
    refunds = [cancel for cancel in rule.cancelled_by if isinstance(cancel, CancelAmount)]
    return _settled(query, refunds, scope, netted=bool(netted))


def _key(path: Path) -> str:
    return call("distinct_key", dig(PROPERTIES, path)).sql("duckdb")


def _number(path: Path | None, otherwise: str) -> str:
    if path is None:
        return otherwise
    return call("number_of", dig(PROPERTIES, path)).sql("duckdb")


def _text(value: str) -> str:
    return exp.Literal.string(value).sql("duckdb")


def _visible(event: str, scope: Scope) -> str:
    seen = scope.visible("events", "event_time").sql("duckdb")
    return f"events.name = {_text(event)} AND {seen}"


def _lines(rule: OrderRule, scope: Scope) -> str:
    quantities = [c.quantity for c in rule.cancelled_by if isinstance(c, CancelUnits)]
    units = f"coalesce({_number(quantities[0], '1')}, 1)" if quantities else "1"
    return f"""
      SELECT slot, name, event_time AS line_time, received_at AS line_received,
        landing AS line_landing, properties,
        {_key(rule.key)} AS order_key,
        coalesce({_key(rule.key)}, 'line ' || landing) AS order_id,
        {_number(rule.amount, "NULL")} AS line_amount,
        CAST({units} AS DECIMAL(26, 6)) AS units,
        CAST(greatest({units}, 0) AS DECIMAL(26, 6)) AS units_left,
        FALSE AS cancelled
      FROM events WHERE {_visible(rule.event, scope)}"""


def _without_orders(query: str, cancel: CancelOrder, scope: Scope) -> str:
    undone = f"""
      SELECT DISTINCT slot AS undone_slot, {_key(cancel.key)} AS undone_key
      FROM events WHERE {_visible(cancel.event, scope)}"""
    return f"""
      SELECT l.* REPLACE (
        l.cancelled OR u.undone_key IS NOT NULL AS cancelled,
        CASE WHEN u.undone_key IS NULL THEN l.units_left ELSE 0 END AS units_left
      )
      FROM ({query}) AS l
      LEFT JOIN ({undone}) AS u ON u.undone_slot = l.slot AND u.undone_key = l.order_key"""


def _without_units(query: str, cancel: CancelUnits, number: int, scope: Scope) -> str:
    kind = " || chr(31) || ".join(_key(path) for path in cancel.match)
    taken = f"CAST(abs(coalesce({_number(cancel.quantity, '1')}, 1)) AS DECIMAL(26, 6))"
    moves = f"""
      SELECT slot, {kind} AS kind, line_time AS moment, 0 AS turn, line_landing AS landing,
        line_received AS received, units_left AS units
      FROM ({query}) AS l WHERE units_left > 0
      UNION ALL
      SELECT slot, {kind}, event_time, 1, landing, received_at, -{taken}
      FROM events WHERE {_visible(cancel.event, scope)}"""
    inner = "(PARTITION BY slot, kind ORDER BY moment, turn, received, landing ROWS BETWEEN"
    return f"""
      SELECT l.* REPLACE (coalesce(s.stays, l.units_left) AS units_left)
      FROM ({query}) AS l
      LEFT JOIN (
        SELECT slot AS stack_slot, landing AS stack_landing,
          greatest(least(height, lowest) - (height - units), 0) AS stays
        FROM (
          SELECT *, min(height) OVER {inner} CURRENT ROW AND UNBOUNDED FOLLOWING) AS lowest
          FROM (
            SELECT *, total - least(
              0, min(total) OVER {inner} UNBOUNDED PRECEDING AND CURRENT ROW)
            ) AS height
            FROM (
              SELECT *, sum(units) OVER {inner} UNBOUNDED PRECEDING AND CURRENT ROW) AS total
              FROM ({moves}) AS moves_{number} WHERE kind IS NOT NULL
            )
          )
        ) WHERE turn = 0
      ) AS s ON s.stack_slot = l.slot AND s.stack_landing = l.line_landing"""


def _settled(query: str, refunds: list[CancelAmount], scope: Scope, *, netted: bool) -> exp.Select:
    back = " UNION ALL ".join(
        f"SELECT slot, {_key(refund.key)} AS back_key, {_number(refund.amount, '0')} AS back "
        f"FROM events WHERE {_visible(refund.event, scope)}"
        for refund in refunds
    )
    refunded = "CAST(NULL AS DECIMAL(38, 6))"
    joined = ""
    if back:
        refunded = "r.back"
        joined = f"""LEFT JOIN (
          SELECT slot AS back_slot, back_key, sum(back) AS back FROM ({back}) AS backs
          GROUP BY slot, back_key
        ) AS r ON r.back_slot = l.slot AND r.back_key = l.order_key"""
    of_order = "OVER (PARTITION BY slot, order_id)"
    first = "OVER (PARTITION BY slot, order_id ORDER BY line_time, line_received, line_landing)"
    touched = (
        f"bool_or(cancelled OR units_left < greatest(units, 0)) {of_order} OR refunded IS NOT NULL"
    )
    left = "units_left > 0" if netted else "NOT cancelled"
    worth = "share(line_amount, units_left, units)" if netted else "line_amount"
    return parsed(f"""
      SELECT slot, name, properties, order_id, line_time, line_landing, touched, refunded,
        event_time, received_at, landing,
        CASE WHEN touched THEN {left} ELSE TRUE END AS is_left,
        CASE WHEN touched AND units > 0 THEN {worth} ELSE line_amount END AS line_left
      FROM (
        SELECT *, {touched} AS touched,
          first_value(line_time) {first} AS event_time,
          first_value(line_received) {first} AS received_at,
          first_value(line_landing) {first} AS landing
        FROM (SELECT l.*, {refunded} AS refunded FROM ({query}) AS l {joined}) AS r
      ) AS o""")
