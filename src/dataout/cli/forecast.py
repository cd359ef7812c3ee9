"""The forecast of ``identifiers`` as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Column, Table

if TYPE_CHECKING:
    from rich.console import Console

    from dataout.audiences.coverage import Coverage


def forecast(out: Console, title: str, result: Mapping[str, Coverage]) -> None:
    """Show each destination: its fields, then the reasons, those that lose most first."""
    if not result:
        out.print("There is no destination yet: add one under destinations: in the project.")
    for destination, found in result.items():
        out.print(_fields(f"{title} · {destination}", found))
        loss = f"{found.match_loss:.1%} of {found.people:,} people cannot match: no usable key."
        out.print(loss if found.people else "There is nobody.")
        if found.reasons:
            out.print(_reasons(found))


def _fields(title: str, found: Coverage) -> Table:
    table = Table("field", _right("usable"), _right("share"), _right("of no use"), _right("absent"))
    table.title, table.title_justify = escape(title), "left"
    for field, each in found.fields.items():
        share = f"{each.usable / found.people:.1%}" if found.people else ""
        table.add_row(
            field.value, f"{each.usable:,}", share, f"{each.unusable:,}", f"{each.absent:,}"
        )
    share = f"{found.usable / found.people:.1%}" if found.people else ""
    table.add_row("[bold]any key[/]", f"[bold]{found.usable:,}[/]", share, "", "")
    return table


def _reasons(found: Coverage) -> Table:
    table = Table("of no use because", _right("people"), _right("lost"), "such as")
    ordered = sorted(found.reasons.items(), key=lambda item: (-item[1].lost, -item[1].people))
    for reason, each in ordered:
        table.add_row(
            escape(reason), f"{each.people:,}", f"{each.lost:,}", escape("  ".join(each.examples))
        )
    return table


def _right(name: str) -> Column:
    return Column(name, justify="right")
