"""An audience's waterfall over evaluated segments: at which step each eligible profile ends."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from dataout.model.definitions import Audience


def waterfall(audience: Audience, columns: Mapping[str, str]) -> exp.Insert:
    """Fill ``funnel`` for one audience; the first suppression and the first tier that match win."""
    suppressed = [(columns[name], name) for name in audience.suppress]
    tiers = [(columns[tier.segment], tier.name) for tier in audience.tiers]
    stops: list[tuple[exp.Expr, str]] = [(_any(suppressed), "suppressed")] if suppressed else []
    if tiers:
        stops.append((exp.not_(exp.paren(_any(tiers))), "no tier"))
    query = (
        exp.select(
            exp.alias_(_text(audience.name), "audience"),
            exp.column("slot"),
            exp.alias_(_first(stops, _text("desired")), "step"),
            exp.alias_(_first(_columns(suppressed), exp.null()), "because"),
            exp.alias_(_first(_columns(tiers), exp.null()), "tier"),
        )
        .from_("evaluation")
        .where(exp.column(columns[audience.segment]))
    )
    return exp.insert(query, "funnel")


def _any(named: list[tuple[str, str]]) -> exp.Expr:
    return exp.or_(*(exp.column(column) for column, _ in named))


def _columns(named: list[tuple[str, str]]) -> list[tuple[exp.Expr, str]]:
    return [(exp.column(column), name) for column, name in named]


def _first(cases: list[tuple[exp.Expr, str]], otherwise: exp.Expr) -> exp.Expr:
    if not cases:
        return otherwise
    case = exp.Case()
    for condition, name in cases:
        case = case.when(condition, _text(name))
    return case.else_(otherwise)


def _text(value: str) -> exp.Expr:
    return exp.Literal.string(value)
