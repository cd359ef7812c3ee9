"""What a paragraph says at its end of the orders in it: that what cancels them is taken off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dataout.segments.describe.streams import many
from dataout.segments.describe.values import joined
from dataout.segments.nesting import leaves, traits_within
from dataout.segments.orders import OrderRule, Orders
from dataout.segments.tree import (
    Condition,
    EventIs,
    InSegment,
    Sequence,
    Stream,
    Trait,
    TraitAggregate,
    TraitIs,
    TraitPick,
)


def cancelled_words(
    condition: Condition,
    segments: Mapping[str, Condition],
    traits: Mapping[str, Trait],
    orders: Orders,
) -> str:
    """Say what is taken off which orders; nothing, where no order that can be cancelled counts.

    Segments and traits inside the condition are looked into. Where other orders of the paragraph
    are taken gross or by their lines, that stands with them.
    """
    streams = list(_streams(condition, segments, traits))
    rules = [rule for rule in orders.values() if rule.cancelled_by]
    net = [rule for rule in rules if any(_is_in(rule, each, "net") for each in streams)]
    if not net:
        return ""
    otherwise = any(_is_in(rule, each, "gross", "lines") for rule in net for each in streams)
    where = ", where nothing else is said" if otherwise else ""
    what = ", and ".join(_taken_back(rule) for rule in net)
    return f"Cancellations are taken off{where}: {what} does not count."


def _taken_back(rule: OrderRule) -> str:
    events = dict.fromkeys(many(Stream((cancel.event,))) for cancel in rule.cancelled_by)
    return f"what {joined([*events], 'and')} took back of their {many(Stream((rule.event,)))}"


def _is_in(rule: OrderRule, stream: Stream, *ways: str) -> bool:
    return stream.orders in ways and (not stream.names or rule.event in stream.names)


def _streams(
    condition: Condition, segments: Mapping[str, Condition], traits: Mapping[str, Trait]
) -> Iterator[Stream]:
    told: set[str] = set()
    waiting = [condition]
    while waiting:
        for leaf in leaves(waiting.pop()):
            match leaf:
                case InSegment(name) if name in segments and name not in told:
                    told.add(name)
                    waiting.append(segments[name])
                case EventIs(stream, since=since):
                    yield stream
                    if since is not None:
                        yield since.stream
                case Sequence(first, then, never):
                    last = () if never is None else (never,)
                    yield from (first.stream, *(step.stream for step in (*then, *last)))
                case TraitIs(name):
                    for inside in traits_within(name, traits):
                        yield from _of_trait(traits[inside])
                case _:
                    pass


def _of_trait(trait: Trait) -> Iterator[Stream]:
    if isinstance(trait, TraitAggregate | TraitPick):
        yield trait.stream
    if isinstance(trait, TraitAggregate) and trait.since is not None:
        yield trait.since.stream
