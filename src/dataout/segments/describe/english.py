"""A rule as one paragraph of plain English that can be checked by whoever ordered it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, assert_never

from dataout.segments.describe.cancelled import cancelled_words
from dataout.segments.describe.deeds import OPPOSITE, event_clause, sequence_clause
from dataout.segments.describe.times import span_words
from dataout.segments.describe.traits import trait_words
from dataout.segments.describe.values import COMPARED, filter_words, path_words, predicate, quoted
from dataout.segments.orders import Orders
from dataout.segments.tree import (
    All,
    AnyOf,
    AttributeIs,
    Condition,
    CountIs,
    EventIs,
    Everyone,
    InList,
    InSegment,
    Not,
    Related,
    SeenBefore,
    Stream,
    Trait,
    TraitIs,
)
from dataout.segments.tree import Sequence as Chain
from dataout.segments.values import Filter

NOTHING: frozenset[Stream] = frozenset()


def describe(
    condition: Condition,
    segments: Mapping[str, Condition],
    traits: Mapping[str, Trait],
    orders: Orders,
) -> str:
    """Say in English who fulfils a condition; other segments and traits are explained once each.

    ``orders`` says which events are orders: of those that can be cancelled the paragraph tells at
    its end that cancellations are taken off.

    >>> cart, bought = (
    ...     EventIs(Stream((name,)), CountIs("gte", 1)) for name in ("cart_started", "purchase")
    ... )
    >>> describe(All((cart, Not(bought))), {}, {}, {})
    'People who have started a cart, and who have never made a purchase.'
    """
    words = _Teller(segments, traits).people(condition)
    sentences = [f"{words[0].upper()}{words[1:]}."]
    if cancelled := cancelled_words(condition, segments, traits, orders):
        sentences.append(cancelled)
    return " ".join(sentences)


@dataclass(frozen=True, slots=True)
class _Teller:
    """What may be named, what was explained before, and what conditions beside this one imply."""

    segments: Mapping[str, Condition]
    traits: Mapping[str, Trait]
    told: set[str] = field(default_factory=set)
    told_traits: set[str] = field(default_factory=set)
    known: Collection[Stream] = NOTHING

    def people(self, condition: Condition) -> str:
        word, parts = _split(condition, holds=True)
        if len(parts) > 1:
            return f"people {self._list(word, parts)}"
        part, holds = parts[0]
        if isinstance(part, Everyone):
            return "everybody" if holds else "nobody"
        return f"people {self.clause(part, holds=holds)}"

    def _list(self, word: str, parts: Sequence[tuple[Condition, bool]]) -> str:
        known = _implied(parts) if word == "and" else NOTHING
        teller = replace(self, known=frozenset((*self.known, *known)))
        clauses = [teller.clause(part, holds=holds) for part, holds in parts]
        return f"{', '.join(clauses[:-1])}, {word} {clauses[-1]}"

    def clause(self, condition: Condition, *, holds: bool) -> str:
        negation = "" if holds else "not "
        match condition:
            case Everyone():
                return "who are anybody at all" if holds else "who are nobody (this never holds)"
            case All() | AnyOf() | Not():
                return self._group(condition, holds=holds)
            case InSegment(name):
                return f"who are {negation}in the segment {self._segment(name)}"
            case InList(name):
                return f"who are {negation}on the list {quoted(name)}"
            case AttributeIs():
                return _attribute(condition, holds=holds)
            case TraitIs(name, tests):
                trait = trait_words(name, self.traits, self.told_traits)
                return f"for whom {trait} {predicate(tests, holds=holds)}"
            case SeenBefore(span):
                return f"who were {negation}first seen at least {span_words(span)} ago"
            case EventIs():
                return event_clause(condition, self.known, holds=holds)
            case Chain():
                return sequence_clause(condition, holds=holds)
            case Related():
                return _related(condition, holds=holds)
            case _:
                assert_never(condition)

    def _group(self, condition: Condition, *, holds: bool) -> str:
        word, parts = _split(condition, holds=holds)
        if len(parts) > 1:
            return f"({self._list(word, parts)})"
        part, truth = parts[0]
        return self.clause(part, holds=truth)

    def _segment(self, name: str) -> str:
        rule = self.segments.get(name)
        if rule is None or name in self.told:
            return quoted(name)
        self.told.add(name)
        return f"{quoted(name)} ({replace(self, known=NOTHING).people(rule)})"


def _split(
    condition: Condition, *, holds: bool
) -> tuple[Literal["and", "or"], list[tuple[Condition, bool]]]:
    """Take apart what is joined by one word, with ``not`` pushed down to the single conditions."""
    while isinstance(condition, Not):
        condition, holds = condition.of, not holds
    match condition:
        case All(of) | AnyOf(of) if of:
            together = isinstance(condition, All) is holds
        case All() | AnyOf():
            return "and", [(Everyone(), isinstance(condition, All) is holds)]
        case _:
            return "and", [(condition, holds)]
    word: Literal["and", "or"] = "and" if together else "or"
    parts: list[tuple[Condition, bool]] = []
    for part in of:
        inner_word, inner = _split(part, holds=holds)
        if inner_word == word or len(inner) == 1:
            parts += inner
        else:
            parts.append((part, holds))
    return word, list(dict.fromkeys(parts))


def _implied(parts: Sequence[tuple[Condition, bool]]) -> frozenset[Stream]:
    """Find the streams of which somebody in all parts has an event for certain."""
    found = []
    for part, holds in parts:
        match part:
            case EventIs(stream, CountIs("gte" | "is", bound)) if holds and bound > 0:
                found.append(stream)
            case Chain(first) if holds:
                found.append(first.stream)
    return frozenset(found)


def _attribute(condition: AttributeIs, *, holds: bool) -> str:
    name = path_words(condition.path)
    if condition.true_for is None:
        return f"whose {name} {predicate(condition.tests, holds=holds)}"
    lasting = f"without a break for the past {span_words(condition.true_for)}"
    words = f"{name} {predicate(condition.tests)} ({lasting})"
    return f"whose {words}" if holds else f"for whom it is not true that their {words}"


def _related(condition: Related, *, holds: bool) -> str:
    kind, op, bound = condition.type, condition.op, condition.bound
    filters = f"{_with(condition.where)}{_via(condition.via)}"
    number = f"{COMPARED[op] if op != 'is' else 'exactly '}{bound}"
    if not holds:
        number = f"any number but {bound}" if op == "is" else f"{COMPARED[OPPOSITE[op]]}{bound}"
    if number in {"exactly 0", "at most 0", "less than 1"}:
        number = "no"
    return f"who have {number} related {quoted(kind)}{filters}"


def _with(where: Filter | None) -> str:
    return "" if where is None else f" {filter_words(where)}"


def _via(via: Filter | None) -> str:
    return "" if via is None else f", in a relation {filter_words(via)}"
