"""What can be read at the emulated Meta ("Custom Audience", "Custom Audience Session")."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import httpx

from dataout.testing.emulators.meta_replies import invalid
from dataout.testing.emulators.meta_state import (
    Audience,
    Rules,
    Session,
    delivery_status,
    operation_status,
    size,
    violations,
)
from dataout.testing.emulators.wire import Params, decoded


def audience_view(audience: Audience, rules: Rules, now: int) -> Params:
    """Show all that is known about an audience."""
    low, high = size(audience, rules, now)
    return {
        "id": audience.id,
        "account_id": audience.account.removeprefix("act_"),
        "name": audience.name,
        "description": audience.description,
        "subtype": "CUSTOM",
        "customer_file_source": audience.source,
        "is_value_based": audience.value_based,
        "approximate_count_lower_bound": low,
        "approximate_count_upper_bound": high,
        "delivery_status": _status(delivery_status(audience, rules, now)),
        "operation_status": _status(operation_status(audience, rules, now)),
        "fields_violating_integrity_policy": violations(audience, rules),
        "time_created": audience.created // 1000,
        "time_updated": audience.updated // 1000,
        "time_content_updated": audience.content_updated // 1000,
        "data_source": {"type": "FILE_IMPORTED", "sub_type": "HASHES"},
    }


def session_view(session: Session, rules: Rules, now: int) -> Params:
    """Show an upload session: every value is text; people are found after a while."""
    found = session.matched if now >= session.started + rules.delay_ms else 0
    return {
        "session_id": str(session.id),
        "start_time": str(session.started // 1000),
        "end_time": str((session.ended or 0) // 1000),
        "num_received": str(session.received),
        "num_matched": str(found),
        "num_invalid_entries": str(session.invalid),
        "progress": "100" if session.ended is not None else "0",
        "stage": "completed" if session.ended is not None else "uploading",
    }


def picked(known: Params, params: Params, node: str) -> Params:
    """Pick the fields that were asked for; without any, the id alone."""
    asked = decoded(params.get("fields", ""))
    names = asked if isinstance(asked, list) else [n for n in str(asked).split(",") if n]
    for name in names:
        if name not in known:
            raise invalid(f"Tried accessing nonexisting field ({name}) on node type ({node})")
    return {name: known[name] for name in dict.fromkeys([*map(str, names), "id"])}


def page(
    held: Sequence[Audience], request: httpx.Request, params: Params
) -> tuple[Sequence[Audience], Params]:
    """Cut one page out of a list, and say how to go on."""
    limit, after = str(params.get("limit", "25")), str(params.get("after", ""))
    if not limit.isdecimal() or int(limit) < 1:
        raise invalid("Param limit must be a positive integer.")
    start = next((n + 1 for n, one in enumerate(held) if _cursor(one) == after), 0)
    if after and not start:
        raise invalid("Invalid cursors values")
    shown = held[start : start + int(limit)]
    if not shown:
        return shown, {}
    paging: Params = {"cursors": {"before": _cursor(shown[0]), "after": _cursor(shown[-1])}}
    if start + len(shown) < len(held):
        paging["next"] = str(request.url.copy_merge_params({"after": _cursor(shown[-1])}))
    return shown, {"paging": paging}


def _cursor(audience: Audience) -> str:
    return base64.urlsafe_b64encode(audience.id.encode()).decode().rstrip("=")


def _status(status: tuple[int, str]) -> Params:
    return {"code": status[0], "description": status[1]}
