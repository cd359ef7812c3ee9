"""One person explained, as people read it: the tree with its evidence, then what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.tree import Tree

from dataout.app.present import value_text
from dataout.segments.describe import instant_text

if TYPE_CHECKING:
    from rich.console import Console

    from dataout.app.commands.explain import Explanation, LedgerState
    from dataout.app.evidence import Branch, Seen

SHOWN = 3
"""Traits, and pieces of evidence, per condition; --json has them all."""


def explanation(out: Console, title: str, result: Explanation) -> None:
    """Draw the whole explanation."""
    verdict = "in" if result.inside else "not in"
    out.print(escape(f"{title}: {result.person} is {verdict} {result.subject}"), style="bold")
    out.print(escape(_stretch(result)))
    for profile in result.merged:
        because = ", ".join(f"{each.kind} {each.value}" for each in profile.because)
        out.print(escape(f"one person: {profile.profile_id} by {because or 'nothing of its own'}"))
    if result.funnel is not None:
        because = f" by {result.funnel.because}" if result.funnel.because else ""
        tier = f", tier {result.funnel.tier}" if result.funnel.tier else ""
        out.print(escape(f"waterfall: {result.funnel.step}{because}{tier}"))
    out.print(tree(result.tree, "segment"))
    for suppression in result.suppressions:
        out.print(tree(suppression, "suppression"))
    if result.identifiers:
        usable = ", ".join(each.field for each in result.identifiers if each.usable)
        out.print(escape(f"identifiers: {usable or 'none usable'}"))
        for each in result.identifiers:
            if not each.usable:
                out.print(escape(f"  unusable for {each.platform}: {each.reason}"))
    for state in result.ledger:
        out.print(escape(f"ledger {state.sync}: {_state(state)}"))
    for batch in result.batches:
        reason = f" ({batch.reason})" if batch.reason else ""
        what = f"{batch.op} {batch.outcome}{reason}"
        out.print(escape(f"  {instant_text(batch.at)} {what} in batch {batch.batch_id}"))


def _stretch(result: Explanation) -> str:
    since = "as far back as data goes"
    until = "until something arrives"
    if result.since is not None:
        since = f"since {instant_text(result.since)}"
    if result.until is not None:
        until = f"until {instant_text(result.until)} if nothing arrives before"
    return f"{since}, {until}"


def _state(state: LedgerState) -> str:
    wish = "desired" if state.desired else "not desired"
    open_ = f", {state.open} without an answer" if state.open else ""
    rejected = f", {state.rejected} rejected: {state.reason}" if state.rejected else ""
    return f"{wish}, {state.held}{open_}{rejected}"


def tree(branch: Branch, what: str) -> Tree:
    """Draw a condition's tree under its name."""
    root = Tree(f"{what} {_line(branch)}")
    _grow(root, branch)
    return root


def _grow(node: Tree, branch: Branch) -> None:
    for trait in branch.traits[:SHOWN]:
        node.add(escape(f"· trait {trait.name} = {value_text(trait.value)}"))
    for seen in branch.evidence[:SHOWN]:
        node.add(_evidence(seen))
    for part in branch.of:
        _grow(node.add(_line(part)), part)


def _line(branch: Branch) -> str:
    mark = "[green]✓[/]" if branch.holds else "[red]✗[/]"
    return f"{mark} {escape(branch.condition)}"


def _evidence(seen: Seen) -> str:
    value = "" if seen.value in (None, {}) else f" {value_text(seen.value)}"
    late = ""
    if seen.received_at is not None and seen.received_at > seen.at:
        late = f", received {instant_text(seen.received_at)}"
    at = "always" if seen.at < 0 else instant_text(seen.at)
    return escape(f"· {seen.what} at {at}{late}{value}")
