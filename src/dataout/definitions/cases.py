"""The project's own tests: given these people, who has to be in at which instant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from dataout.definitions.project import (
    Expectation,
    GivenEvent,
    GivenPerson,
    LaterStep,
    TestDefinition,
)
from dataout.model.complaints import Mistake, nearest
from dataout.model.definitions import Place
from dataout.model.people import Instant
from dataout.model.readers import ANY_TEXT, INSTANT, JSON, TEXT, list_of, map_of
from dataout.model.reading import Body, Context, Key, Reader, Schema, Shape, expected, mapping_of
from dataout.model.times import INSTANT_PATTERN, OFFSET_PATTERN, parse_instant, parse_offset

if TYPE_CHECKING:
    from dataout.model.complaints import Path

NOWHERE = Place("", 0, 0)


@dataclass(frozen=True, slots=True)
class When:
    """An instant of a test, as written: so many milliseconds from its start, or absolute."""

    shift: int = 0
    absolute: Instant | None = None

    def after(self, start: Instant) -> Instant:
        """Answer the instant, for a test that starts at ``start``."""
        return Instant(start + self.shift) if self.absolute is None else self.absolute


def _when(value: object, path: Path, context: Context) -> When | None:
    if isinstance(value, str):
        if (shift := parse_offset(value)) is not None:
            return When(shift)
        if (instant := parse_instant(value, context.zone)) is not None:
            return When(absolute=instant)
    hint = "Such as -3h, 0h, 22h or 2026-03-01T12:00:00Z."
    expected("an instant, relative to the test's start or absolute", value, path, context, hint)
    return None


_OFFSET_OR_INSTANT = f"({OFFSET_PATTERN})|({INSTANT_PATTERN})"
WHEN: Reader[When] = Reader(_when, {"type": "string", "pattern": _OFFSET_OR_INSTANT})

EVENT = Key("event", TEXT, required=True)
AT = Key("at", WHEN, required=True)
EVENT_SCHEMA: Schema = {
    "type": "object",
    "properties": {EVENT.name: EVENT.reader.schema, AT.name: AT.reader.schema},
    "required": [EVENT.name, AT.name],
}
_EVENT_SHAPE = Shape("an event", (EVENT, AT))


@dataclass(frozen=True, slots=True)
class EventBody:
    """An event as written: what stands beside ``event`` and ``at`` are its properties."""

    event: str
    at: When
    properties: Mapping[str, object]

    def given(self, start: Instant) -> GivenEvent:
        """Make the event, in a test that starts at ``start``."""
        return GivenEvent(self.event, self.at.after(start), self.properties)


def _event(value: object, path: Path, context: Context) -> EventBody | None:
    mapping = mapping_of(value, path, "an event", context)
    if mapping is None:
        return None
    own = {key: item for key, item in mapping.items() if key in {EVENT.name, AT.name}}
    body = _EVENT_SHAPE.read(own, path, context)
    properties = {
        key: JSON.read(item, (*path, key), context)
        for key, item in mapping.items()
        if key not in own
    }
    if body is None or (name := body[EVENT]) is None or (at := body[AT]) is None:
        return None
    return EventBody(name, at, properties)


EVENTS = list_of(Reader(_event, EVENT_SCHEMA), "events", least=0)


def _attributes(value: object, path: Path, context: Context) -> Mapping[str, object] | None:
    mapping = mapping_of(value, path, "attributes", context)
    if mapping is None:
        return None
    return {key: JSON.read(item, (*path, key), context) for key, item in mapping.items()}


ATTRIBUTES = Key("attributes", Reader(_attributes, {"type": "object"}))
PERSON_EVENTS = Key("events", EVENTS)
LISTS = Key("lists", list_of(TEXT.mentioned("list"), "lists", least=0))
PERSON_SHAPE = Shape("a person", (ATTRIBUTES, PERSON_EVENTS, LISTS))


@dataclass(frozen=True, slots=True)
class PersonBody:
    """A person as written."""

    attributes: Mapping[str, object]
    events: tuple[EventBody, ...]
    lists: tuple[str, ...]


def _person(value: object, path: Path, context: Context) -> PersonBody | None:
    body = PERSON_SHAPE.read({} if value is None else value, path, context)
    if body is None:
        return None
    return PersonBody(body[ATTRIBUTES] or {}, body[PERSON_EVENTS] or (), body[LISTS] or ())


PEOPLE = list_of(TEXT, "people", least=0)
IN = Key("in", PEOPLE)
OUT = Key("out", PEOPLE)
EXPECT_SHAPE = Shape("an expectation", (AT, IN, OUT))
LATER_EXPECT_SHAPE = Shape("an expectation", (IN, OUT))


@dataclass(frozen=True, slots=True)
class ExpectationBody:
    """An expectation as written; without ``at`` it holds at its step's."""

    at: When
    inside: tuple[str, ...]
    outside: tuple[str, ...]
    path: Path

    def placed(self, start: Instant) -> Expectation:
        """Make the expectation, in a test that starts at ``start``."""
        return Expectation(self.at.after(start), self.inside, self.outside, NOWHERE)


def _expectation(shape: Shape) -> Reader[ExpectationBody]:
    def read(value: object, path: Path, context: Context) -> ExpectationBody | None:
        body = shape.read(value, path, context)
        if body is None or not body.sound():
            return None
        inside, outside = body[IN] or (), body[OUT] or ()
        for name in sorted(set(inside) & set(outside)):
            context.mistakes.add(path, f"'{name}' cannot be in and out at once.")
        if not inside and not outside:
            context.mistakes.add(path, "expects nothing: name somebody under 'in' or 'out'.")
        return ExpectationBody(body[AT] or When(), inside, outside, path)

    return Reader(read, shape.schema)


STEP_EVENTS = Key("events", map_of(TEXT, EVENTS, "events by person"))
STEP_EXPECT = Key("expect", _expectation(LATER_EXPECT_SHAPE))
STEP_SHAPE = Shape("a later step", (AT, STEP_EVENTS, STEP_EXPECT))


@dataclass(frozen=True, slots=True)
class StepBody:
    """A later step as written."""

    at: When
    events: Mapping[str, tuple[EventBody, ...]]
    expect: ExpectationBody | None
    path: Path


def _step(value: object, path: Path, context: Context) -> StepBody | None:
    body = STEP_SHAPE.read(value, path, context)
    if body is None or (at := body[AT]) is None:
        return None
    expect = body[STEP_EXPECT]
    if expect is not None:
        expect = replace(expect, at=at)
    return StepBody(at, body[STEP_EVENTS] or {}, expect, path)


SEGMENT = Key("segment", TEXT)
AUDIENCE = Key("audience", TEXT)
DESCRIPTION = Key("description", ANY_TEXT)
START = Key("start", INSTANT, required=True)
GIVEN = Key("given", map_of(TEXT, Reader(_person, PERSON_SHAPE.schema), "people"), required=True)
EXPECT = Key("expect", list_of(_expectation(EXPECT_SHAPE), "expectations", least=0))
THEN = Key("then", list_of(Reader(_step, STEP_SHAPE.schema), "later steps", least=0))
TEST_SHAPE = Shape(
    "a test",
    (SEGMENT, AUDIENCE, DESCRIPTION, START, GIVEN, EXPECT, THEN),
    frozenset({"control", "waiting"}),
)


@dataclass(frozen=True, slots=True)
class TestBody:
    """A test, and where its parts stand: in ``expect`` first, then in ``then``."""

    test: TestDefinition
    path: Path
    expect: tuple[Path, ...]
    then: tuple[tuple[Path, Path | None], ...]


def _subject(body: Body, context: Context) -> tuple[Literal["segment", "audience"], str] | None:
    if (SEGMENT.name in body.written) == (AUDIENCE.name in body.written):
        context.mistakes.add(body.path, "a test needs either 'segment' or 'audience'.")
        return None
    if (segment := body[SEGMENT]) is not None:
        return "segment", segment
    audience = body[AUDIENCE]
    return None if audience is None else ("audience", audience)


def _test(value: object, path: Path, context: Context) -> TestBody | None:
    body = TEST_SHAPE.read(value, path, context)
    if body is None:
        return None
    if not {EXPECT.name, THEN.name} & set(body.written):
        context.mistakes.add(path, "a test needs 'expect' or 'then'.")
    subject, start = _subject(body, context), body[START]
    people, expects, steps = body[GIVEN] or {}, body[EXPECT] or (), body[THEN] or ()
    _check_people(people, expects, steps, context)
    _check_order(steps, start, context)
    if subject is None or start is None:
        return None
    test = TestDefinition(
        name=str(path[-1]),
        kind=subject[0],
        subject=subject[1],
        start=start,
        given={name: _given(person, start) for name, person in people.items()},
        expect=tuple(each.placed(start) for each in expects),
        then=tuple(_later(step, start) for step in steps),
        place=NOWHERE,
    )
    later = tuple((step.path, step.expect.path if step.expect else None) for step in steps)
    return TestBody(test, path, tuple(each.path for each in expects), later)


def _given(person: PersonBody, start: Instant) -> GivenPerson:
    events = tuple(event.given(start) for event in person.events)
    return GivenPerson(person.attributes, events, person.lists)


def _later(step: StepBody, start: Instant) -> LaterStep:
    events = {
        name: tuple(event.given(start) for event in events) for name, events in step.events.items()
    }
    expect = None if step.expect is None else step.expect.placed(start)
    return LaterStep(step.at.after(start), events, expect, NOWHERE)


def _check_people(
    people: Mapping[str, PersonBody],
    expects: tuple[ExpectationBody, ...],
    steps: tuple[StepBody, ...],
    context: Context,
) -> None:
    known = set(people)
    later = known | {name for step in steps for name in step.events}
    checks = [(each, known) for each in expects]
    checks += [(step.expect, later) for step in steps if step.expect is not None]
    for each, names in checks:
        for key, persons in (("in", each.inside), ("out", each.outside)):
            for at, person in enumerate(persons):
                if person not in names:
                    message = f"'{person}' is not among the people given."
                    here = (*each.path, key, at)
                    context.mistakes.add(here, message, nearest(person, names))


def _check_order(steps: tuple[StepBody, ...], start: Instant | None, context: Context) -> None:
    if start is None:
        return
    instants = [step.at.after(start) for step in steps]
    for before, after, step in zip(instants, instants[1:], steps[1:], strict=False):
        if after < before:
            here = (*step.path, AT.name)
            context.mistakes.add(here, "later steps stand in the order of their 'at'.")
    for at, step in zip(instants, steps, strict=True):
        for events in step.events.values():
            if any(event.at.after(start) > at for event in events):
                message = "an event lies after the instant at which it becomes known."
                context.mistakes.found.append(Mistake(step.path, message))
                break


TESTS: Reader[Mapping[str, TestBody]] = map_of(TEXT, Reader(_test, TEST_SHAPE.schema), "tests")


def check_subjects(
    tests: Mapping[str, TestBody],
    segments: Collection[str],
    audiences: Collection[str],
    context: Context,
) -> None:
    """Report tests of segments and audiences that are not there."""
    for body in tests.values():
        kind, name = body.test.kind, body.test.subject
        known = segments if kind == "segment" else audiences
        if name not in known:
            message = f"there is no {kind} '{name}'."
            context.mistakes.add((*body.path, kind), message, nearest(name, known))


def placed(body: TestBody, place: Callable[[Path], Place]) -> TestDefinition:
    """Give a test and its expectations their places."""
    expect = tuple(
        replace(each, place=place(path))
        for each, path in zip(body.test.expect, body.expect, strict=True)
    )
    then = tuple(
        replace(
            step,
            place=place(path),
            expect=(
                None
                if step.expect is None or inner is None
                else replace(step.expect, place=place(inner))
            ),
        )
        for step, (path, inner) in zip(body.test.then, body.then, strict=True)
    )
    return replace(body.test, expect=expect, then=then, place=place(body.path))
