"""What conditions and traits name, held against what is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from dataout.model.complaints import nearest

if TYPE_CHECKING:
    from dataout.catalog.events import Catalog
    from dataout.model.complaints import Mistakes
    from dataout.model.reading import Context, Mention


def check_mentions(
    names: Mapping[str, Collection[str] | None], catalog: Catalog, context: Context
) -> None:
    """Report names that are not there, or that a strict catalog lacks.

    ``names`` holds what is there, by kind; nothing is said of a kind that it lacks or has None
    for. Types of objects are what the catalog lists, if it lists any or is strict.
    """
    known = {**names}
    if catalog.strict or catalog.objects:
        known["object"] = catalog.objects
    if catalog.strict:
        known["event"] = catalog.events
    for mention in context.mentions:
        if mention.kind == "attribute":
            _check_attribute(mention, catalog, context.mistakes)
        else:
            _check_name(mention, known.get(mention.kind), context.mistakes)


def _check_name(mention: Mention, known: Collection[str] | None, mistakes: Mistakes) -> None:
    if known is not None and mention.name not in known:
        message = f"there is no {mention.kind} '{mention.name}'."
        mistakes.add(mention.path, message, nearest(mention.name, known))


def _check_attribute(mention: Mention, catalog: Catalog, mistakes: Mistakes) -> None:
    if catalog.strict and not catalog.knows_attribute(mention.name):
        message = f"the catalog is strict and has no attribute '{mention.name}'."
        mistakes.add(mention.path, message, nearest(mention.name, catalog.attributes))
