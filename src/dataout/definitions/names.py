"""Names across the files: each once, each known where it is used, no segment inside itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Literal

from dataout.definitions.project import Reference
from dataout.model.complaints import Mistake, spell
from dataout.segments.nesting import SIMPLER, cycles, outgrown

if TYPE_CHECKING:
    from dataout.model.complaints import Path
    from dataout.model.definitions import Place
    from dataout.model.reading import Context
    from dataout.settings.documents import Spot

NAMED = ("segments", "traits", "lists", "audiences", "destinations")
"""Sections whose names share one space: any of them may be asked for by its name alone."""


def check_unique(
    names: Mapping[str, Collection[str]], spots: Mapping[Path, Spot], context: Context
) -> None:
    """Report names that stand in two sections; names of one section were joined before."""
    first: dict[str, str] = {}
    for section in NAMED:
        for name in names[section]:
            if name not in first:
                first[name] = section
                continue
            other = first[name]
            where = spots.get((other, name))
            at = f" at {where.key}" if where else ""
            message = f"'{name}' is also the name of one of the {other}{at}."
            hint = "Names are unique over the whole project."
            context.mistakes.found.append(Mistake((section, name), message, hint, at_key=True))


def owner(path: Path) -> str:
    """Name the segment or trait that stands at ``path``; a tier's segment is ``AUDIENCE.TIER``.

    >>> owner(("segments", "vip", "who", "event"))
    'vip'
    >>> owner(("audiences", "cart", "tiers", "high", "who", "event"))
    'cart.high'
    """
    match path:
        case ("segments" | "traits", str(name), *_):
            return name
        case ("audiences", str(name), "tiers", str(tier), *_):
            return f"{name}.{tier}"
        case _:
            return ""


def check_circles(
    kind: Literal["segment", "trait"], names: Collection[str], context: Context
) -> None:
    """Report segments or traits that stand inside themselves, each circle once."""
    needs: dict[str, list[str]] = {name: [] for name in names}
    first: dict[tuple[str, str], Path] = {}
    for mention in context.mentions:
        name = owner(mention.path)
        if mention.kind == kind and name in needs:
            needs[name].append(mention.name)
            first.setdefault((name, mention.name), mention.path)
    for circle in cycles(needs):
        message = f"{kind}s in a circle: {' → '.join(circle)}."
        context.mistakes.add(first[circle[0], circle[1]], message)
    for name, what in outgrown(needs):
        message = f"the {kind} '{name}' comes to {what} with all that stands inside it."
        context.mistakes.add(first[name, needs[name][0]], message, SIMPLER)


def references(context: Context, place_of: Callable[[Path], Place]) -> tuple[Reference, ...]:
    """Say what conditions and traits name, and where."""
    return tuple(
        Reference(
            kind=mention.kind,
            name=mention.name,
            segment=name,
            path=spell(mention.path),
            place=place_of(mention.path),
            of=mention.of,
            by="trait" if mention.path[0] == "traits" else "segment",
        )
        for mention in context.mentions
        if (name := owner(mention.path))
    )
