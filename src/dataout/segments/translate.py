"""Checked definitions to atoms and formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import assert_never

from dataout.segments.atoms import (
    AttributeAtom,
    Chain,
    CountAtom,
    DaysAtom,
    DistinctAtom,
    FirstSeenAtom,
    KeyAtom,
    Link,
    ListAtom,
    NumberAtom,
    PickedAtom,
    RelatedAtom,
    SequenceAtom,
    SinceAtom,
    Source,
    TimeAtom,
)
from dataout.segments.formulas import (
    Always,
    And,
    Arithmetic,
    AtomValue,
    AverageExceeds,
    Computed,
    Constant,
    Exceeds,
    Formula,
    Happens,
    HeldFor,
    Listed,
    Negation,
    Or,
    PickedIn,
    PickedSince,
    Program,
    Quotient,
    RelatedTo,
    SeenFor,
    Value,
    ValueIs,
    as_program,
)
from dataout.segments.orders import Orders
from dataout.segments.simplify import simplified
from dataout.segments.tree import (
    AggregateIs,
    All,
    Anchor,
    AnyOf,
    AttributeIs,
    Condition,
    CountIs,
    DistinctDaysIs,
    DistinctIs,
    EventIs,
    Everyone,
    InList,
    InSegment,
    NextStep,
    NoStep,
    Not,
    PickIs,
    Related,
    SeenBefore,
    Sequence,
    Stream,
    Trait,
    TraitAggregate,
    TraitIs,
    TraitMath,
    TraitPick,
)


@dataclass(frozen=True, slots=True)
class Definitions:
    """What a program is made from: checked, so that nested names exist and form no circle."""

    segments: Mapping[str, Condition]
    traits: Mapping[str, Trait] = field(default_factory=dict)
    orders: Orders = field(default_factory=dict)


def program(definitions: Definitions, names: Iterable[str] | None = None) -> Program:
    """Translate segments; ``names`` says which of them are asked for (None: all)."""
    translation = _Translation(definitions)
    asked = definitions.segments if names is None else names
    return as_program({name: simplified(translation.segment(name)) for name in asked})


def trait_value(definitions: Definitions, name: str) -> Value:
    """Translate one trait to what it computes."""
    return _Translation(definitions).value(name)


@dataclass(frozen=True, slots=True)
class _Translation:
    definitions: Definitions
    done: dict[str, Formula] = field(default_factory=dict)

    def segment(self, name: str) -> Formula:
        if name not in self.done:
            self.done[name] = self.formula(self.definitions.segments[name])
        return self.done[name]

    def formula(self, condition: Condition) -> Formula:
        match condition:
            case Everyone():
                return Always()
            case All(of):
                return And(tuple(self.formula(part) for part in of))
            case AnyOf(of):
                return Or(tuple(self.formula(part) for part in of))
            case Not(part):
                return Negation(self.formula(part))
            case InSegment(name):
                return self.segment(name)
            case InList(name):
                return Listed(ListAtom(name))
            case AttributeIs(path, tests, span):
                if span is None:
                    return ValueIs(AttributeAtom(path[0]), path[1:], tests)
                return HeldFor(SinceAtom(path[0], path[1:], tests), span)
            case EventIs():
                return self.event(condition)
            case Sequence():
                return Happens(SequenceAtom(self.chain(condition)))
            case Related(type_, where, via, op, bound):
                return RelatedTo(RelatedAtom(type_, where, via), op, bound)
            case TraitIs(name, tests):
                return Computed(self.value(name), tests)
            case SeenBefore(span):
                return SeenFor(FirstSeenAtom(), span)
            case _:
                assert_never(condition)

    def source(self, stream: Stream) -> Source:
        """Read order events as orders, as the stream asks for."""
        if stream.orders == "lines":
            return Source(stream.names, stream.where)
        names = stream.names or tuple(self.definitions.orders)
        rules = [self.definitions.orders[name] for name in names if name in self.definitions.orders]
        if stream.orders == "gross":
            rules = [replace(rule, cancelled_by=()) for rule in rules]
        return Source(stream.names, stream.where, tuple(rules))

    def event(self, condition: EventIs) -> Formula:
        source, when = self.source(condition.stream), condition.when
        since = self.key(condition.since)
        measured: Formula
        match condition.measure:
            case CountIs(op, bound):
                measured = Exceeds(CountAtom(source, when, since), op, Decimal(bound))
            case AggregateIs("avg", path, op, limit, items):
                total = NumberAtom("sum", path, source, when, since, items)
                measured = AverageExceeds(total, replace(total, function="usable"), op, limit)
            case AggregateIs(("sum" | "min" | "max") as function, path, op, limit, items):
                number = NumberAtom(function, path, source, when, since, items)
                measured = Exceeds(number, op, limit)
            case AggregateIs():
                raise AssertionError(condition.measure)
            case DistinctIs(path, op, bound):
                measured = Exceeds(DistinctAtom(path, source, when, since), op, Decimal(bound))
            case DistinctDaysIs(op, bound, zone):
                measured = Exceeds(DaysAtom(zone, source, when, since), op, Decimal(bound))
            case PickIs(which) if since is None:
                return PickedIn(TimeAtom(source, which), when)
            case PickIs(which):
                return PickedSince(KeyAtom(source, which), when, since)
            case _:
                assert_never(condition.measure)
        if since is None:
            return measured
        return And((PickedIn(TimeAtom(since.source, since.which), None), measured))

    def key(self, anchor: Anchor | None) -> KeyAtom | None:
        return None if anchor is None else KeyAtom(self.source(anchor.stream), anchor.which)

    def chain(self, sequence: Sequence) -> Chain:
        first = sequence.first
        return Chain(
            self.source(first.stream),
            first.when,
            first.which,
            tuple(self.link(step) for step in sequence.then),
            None if sequence.never is None else self.link(sequence.never),
        )

    def link(self, step: NextStep | NoStep) -> Link:
        when = step.when if isinstance(step, NextStep) else None
        return Link(self.source(step.stream), step.within, when)

    def value(self, name: str | Decimal) -> Value:
        if isinstance(name, Decimal):
            return Constant(name)
        match self.definitions.traits[name]:
            case TraitAggregate() as trait:
                return self.aggregate(trait)
            case TraitPick(which, path, stream, when):
                return AtomValue(PickedAtom(path, which, self.source(stream), when))
            case TraitMath(operation, of):
                return Arithmetic(operation, tuple(self.value(part) for part in of))

    def aggregate(self, trait: TraitAggregate) -> Value:
        source, when, since = self.source(trait.stream), trait.when, self.key(trait.since)
        match trait.function:
            case "count":
                return AtomValue(CountAtom(source, when, since))
            case "distinct":
                return AtomValue(DistinctAtom(trait.path, source, when, since))
            case "avg":
                total = NumberAtom("sum", trait.path, source, when, since, trait.items)
                return Quotient(total, replace(total, function="usable"))
            case "sum" | "min" | "max":
                return AtomValue(
                    NumberAtom(trait.function, trait.path, source, when, since, trait.items)
                )
            case _:
                assert_never(trait.function)
