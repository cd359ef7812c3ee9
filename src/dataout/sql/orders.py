"""Orders: lines that share a key, and what has been taken off them.

``lines_of`` compiles a rule to one row per visible line of the order event:

* ``order_id``; ``event_time, received_at, landing`` are those of the order's earliest line,
  cancelled or not; ``line_time, line_received, line_landing`` the line's own
* ``is_left``: something of the line is left; ``line_left``: what the rest of it is worth
* ``touched``: something cancelled a part of the order; ``refunded``: the amounts taken off it

Cancelled units come off a stack: a person's lines of one kind are pushed in order of time, a return
pops. The height is the running sum of both; a line lies between the heights before and after it,
and keeps what stays below every later height. A return that finds nothing lowers the ground for
all that comes after it, and so takes nothing from that.

Lines travel without their properties, which cost more than all the rest; whoever needs those joins
them again by ``line_landing``.
"""

from __future__ import annotations

from sqlglot import exp

from dataout.segments.orders import CancelAmount, CancelOrder, CancelUnits, OrderRule, Path
from dataout.sql.named import text
from dataout.sql.scope import Scope
from dataout.sql.values import call, dig, parsed

PROPERTIES = exp.column("properties")


def lines_of(rule: OrderRule, scope: Scope) -> exp.Select:
    """Compile one rule."""
    netted = [cancel for cancel in rule.cancelled_by if isinstance(cancel, CancelUnits)]
    steps = [_lines(rule, netted, scope)]
    for cancel in rule.cancelled_by:
        if isinstance(cancel, CancelOrder):
            steps.append(_without_orders(f"lines_{len(steps) - 1}", cancel, scope))
    for number, units in enumerate(netted):
        steps.append(_without_units(f"lines_{len(steps) - 1}", units, number, scope))
    common = ", ".join(f"lines_{number} AS ({step})" for number, step in enumerate(steps))
    refunds = [cancel for cancel in rule.cancelled_by if isinstance(cancel, CancelAmount)]
    settled = _settled(f"lines_{len(steps) - 1}", refunds, scope, netted=bool(netted))
    return parsed(f"WITH {common} {settled}")


def _key(path: Path) -> str:
    return call("order_key", dig(PROPERTIES, path)).sql("duckdb")


def _kind(cancel: CancelUnits) -> str:
    return " || chr(31) || ".join(_key(path) for path in cancel.match)


def _number(path: Path | None, otherwise: str) -> str:
    if path is None:
        return otherwise
    return call("number_of", dig(PROPERTIES, path)).sql("duckdb")


def _visible(event: str, scope: Scope) -> str:
    seen = scope.visible("events", "event_time").sql("duckdb")
    return f"events.name = {text(event)} AND {seen}"


def _lines(rule: OrderRule, netted: list[CancelUnits], scope: Scope) -> str:
    units = f"coalesce({_number(netted[0].quantity, '1')}, 1)" if netted else "1"
    kinds = "".join(f"{_kind(cancel)} AS kind_{n}, " for n, cancel in enumerate(netted))
    # No key of an order begins like that of a line without one: see order_key.
    return f"""
      SELECT slot, event_time AS line_time, received_at AS line_received, landing AS line_landing,
        coalesce({_key(rule.key)}, 'line ' || landing) AS order_id,
        {_number(rule.amount, "NULL")} AS line_amount,
        CAST({units} AS DECIMAL(26, 6)) AS units,
        CAST(greatest({units}, 0) AS DECIMAL(26, 6)) AS units_left,
        {kinds}FALSE AS cancelled
      FROM events WHERE {_visible(rule.event, scope)}"""


def _without_orders(lines: str, cancel: CancelOrder, scope: Scope) -> str:
    return f"""
      SELECT l.* REPLACE (
        l.cancelled OR u.undone_key IS NOT NULL AS cancelled,
        CASE WHEN u.undone_key IS NULL THEN l.units_left ELSE 0 END AS units_left
      )
      FROM {lines} AS l
      LEFT JOIN (
        SELECT DISTINCT slot AS undone_slot, {_key(cancel.key)} AS undone_key
        FROM events WHERE {_visible(cancel.event, scope)}
      ) AS u ON u.undone_slot = l.slot AND u.undone_key = l.order_id"""


def _without_units(lines: str, cancel: CancelUnits, number: int, scope: Scope) -> str:
    taken = f"CAST(abs(coalesce({_number(cancel.quantity, '1')}, 1)) AS DECIMAL(26, 6))"
    inner = "(PARTITION BY slot, kind ORDER BY moment, turn, received, landing ROWS BETWEEN"
    # Only lines of which something is returned go onto a stack: few are.
    return f"""
      WITH returned AS (
        SELECT slot, {_kind(cancel)} AS kind, event_time AS moment, 1 AS turn,
          received_at AS received, landing, -{taken} AS units
        FROM events WHERE {_visible(cancel.event, scope)}
      ), moves AS (
        SELECT l.slot, l.kind_{number} AS kind, l.line_time AS moment, 0 AS turn,
          l.line_received AS received, l.line_landing AS landing, l.units_left AS units
        FROM {lines} AS l
        SEMI JOIN returned ON returned.slot = l.slot AND returned.kind = l.kind_{number}
        UNION ALL SELECT * FROM returned
      )
      SELECT l.* REPLACE (coalesce(s.stays, l.units_left) AS units_left)
      FROM {lines} AS l
      LEFT JOIN (
        SELECT slot AS stack_slot, landing AS stack_landing,
          greatest(lowest - (height - units), 0) AS stays
        FROM (
          SELECT *, min(height) OVER {inner} CURRENT ROW AND UNBOUNDED FOLLOWING) AS lowest
          FROM (
            SELECT *, sum(units) OVER {inner} UNBOUNDED PRECEDING AND CURRENT ROW) AS height
            FROM moves
          )
        ) WHERE turn = 0
      ) AS s ON s.stack_slot = l.slot AND s.stack_landing = l.line_landing"""


def _settled(lines: str, refunds: list[CancelAmount], scope: Scope, *, netted: bool) -> str:
    refunded = "CAST(NULL AS DECIMAL(38, 6))"
    joined = ""
    if refunds:
        back = " UNION ALL ".join(
            f"SELECT slot, {_key(refund.key)} AS back_key, "
            f"abs({_number(refund.amount, '0')}) AS back "
            f"FROM events WHERE {_visible(refund.event, scope)}"
            for refund in refunds
        )
        refunded = "r.back"
        joined = f"""LEFT JOIN (
          SELECT slot AS back_slot, back_key, coalesce(sum(back), 0) AS back FROM ({back}) AS backs
          GROUP BY slot, back_key
        ) AS r ON r.back_slot = l.slot AND r.back_key = l.order_id"""
    left = "units_left > 0" if netted else "NOT cancelled"
    worth = "share(line_amount, units_left, units)" if netted else "line_amount"
    return f"""
      SELECT slot, order_id, line_time, line_received, line_landing, touched, refunded,
        earliest.line_time AS event_time, earliest.line_received AS received_at,
        earliest.line_landing AS landing,
        CASE WHEN touched THEN {left} ELSE TRUE END AS is_left,
        CASE WHEN touched AND units > 0 THEN {worth} ELSE line_amount END AS line_left
      FROM (
        SELECT l.*, o.earliest, {refunded} AS refunded,
          o.shrunk OR {refunded} IS NOT NULL AS touched
        FROM {lines} AS l
        JOIN (
          SELECT slot AS of_slot, order_id AS of_order,
            bool_or(cancelled OR units_left < greatest(units, 0)) AS shrunk,
            min(struct_pack(
              line_time := line_time, line_received := line_received, line_landing := line_landing
            )) AS earliest
          FROM {lines} GROUP BY slot, order_id
        ) AS o ON o.of_slot = l.slot AND o.of_order = l.order_id
        {joined}
      ) AS settled"""
