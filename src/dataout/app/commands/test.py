"""``test``: the project's own tests, in virtual time, over the data that they give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dataout.app.evidence import Branch, explain_condition
from dataout.app.memory import Memory
from dataout.app.workspace import meaning_of
from dataout.definitions import ProjectDefinition
from dataout.definitions.project import (
    Expectation,
    GivenEvent,
    GivenPerson,
    LaterStep,
    TestDefinition,
)
from dataout.errors import UsageError
from dataout.model.complaints import nearest
from dataout.model.people import Instant
from dataout.segments.describe import instant_text
from dataout.sql.named import statement
from dataout.sql.waterfall import waterfall


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that did not come true: who, where it stands, and the evidence."""

    test: str
    place: str
    message: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TestResult:
    """How many tests passed; what failed in the others."""

    passed: int
    failed: int
    failures: tuple[Failure, ...]


def run_tests(definition: ProjectDefinition, names: Sequence[str] = ()) -> TestResult:
    """Run the tests of these names (none: all). Raises ``UsageError`` for an unknown one."""
    for name in names:
        if name not in definition.tests:
            raise UsageError(f"There is no test '{name}'.", nearest(name, definition.tests))
    chosen = [definition.tests[name] for name in names or definition.tests]
    outcomes = [tuple(_run(definition, each)) for each in chosen]
    failures = tuple(failure for outcome in outcomes for failure in outcome)
    failed = sum(1 for outcome in outcomes if outcome)
    return TestResult(len(outcomes) - failed, failed, failures)


def _run(definition: ProjectDefinition, case: TestDefinition) -> Iterator[Failure]:
    memory = _given(definition, case)
    for expectation in case.expect:
        yield from _judge(definition, case, memory, expectation)
    if case.then:
        memory = _given(definition, case)
        for step in case.then:
            _arrive(memory, step)
            if step.expect is not None:
                yield from _judge(definition, case, memory, step.expect)


def _given(definition: ProjectDefinition, case: TestDefinition) -> Memory:
    memory = Memory(definition.timezone)
    memory.add_profiles(
        {"profile_id": name, "attributes": person.attributes} for name, person in case.given.items()
    )
    memory.add_events(
        row for name, person in case.given.items() for row in _events(name, person.events)
    )
    for name in {name for person in case.given.values() for name in person.lists}:
        memory.add_list(name, _on_list(case.given, name))
    return memory


def _on_list(given: Mapping[str, GivenPerson], name: str) -> list[Mapping[str, Any]]:
    return [{"profile_id": who} for who, person in given.items() if name in person.lists]


def _arrive(memory: Memory, step: LaterStep) -> None:
    received = {"received_at": instant_text(step.at)}
    memory.add_events(
        {**row, **received} for name, events in step.events.items() for row in _events(name, events)
    )


def _events(name: str, events: Sequence[GivenEvent]) -> Iterator[Mapping[str, Any]]:
    for event in events:
        yield {
            "profile_id": name,
            "event": event.event,
            "event_time": instant_text(event.at),
            "properties": event.properties,
        }


def _judge(
    definition: ProjectDefinition, case: TestDefinition, memory: Memory, expected: Expectation
) -> Iterator[Failure]:
    found = _members(definition, case, memory, expected.at)
    wrong = [(name, "in", "out") for name in expected.inside if name not in found]
    wrong += [(name, "out", "in") for name in expected.outside if name in found]
    for name, wanted, got in wrong:
        at = instant_text(expected.at)
        yield Failure(
            case.name,
            str(expected.place),
            f"{name} should be {wanted} of {case.subject} at {at}, and is {got}."
            if wanted == "out"
            else f"{name} should be {wanted} {case.subject} at {at}, and is {got}.",
            tuple(_evidence(definition, case, memory, name, expected.at)),
        )


def _members(
    definition: ProjectDefinition, case: TestDefinition, memory: Memory, at: Instant
) -> frozenset[str]:
    """Say who is in the segment, or desired by the audience."""
    meaning = meaning_of(definition)
    if case.kind == "segment":
        columns = memory.evaluate(meaning, at, names=[case.subject])
        return memory.members(columns, [case.subject])[case.subject]
    audience = definition.audiences[case.subject]
    tiers = (tier.segment for tier in audience.tiers)
    columns = memory.evaluate(meaning, at, names=[audience.segment, *audience.suppress, *tiers])
    memory.engine.execute(statement("desired", "funnel"))
    memory.engine.execute(waterfall(audience, columns).sql(dialect=memory.engine.dialect))
    rows = memory.engine.query(statement("funnel", "desired_profiles"), {"audience": audience.name})
    return frozenset(rows.column("profile_id").to_pylist())


def _evidence(
    definition: ProjectDefinition, case: TestDefinition, memory: Memory, name: str, at: Instant
) -> Iterator[str]:
    """Spell the condition's tree, and for an audience that of each suppression."""
    meaning = meaning_of(definition)
    subjects = [case.subject]
    if case.kind == "audience":
        audience = definition.audiences[case.subject]
        subjects = [audience.segment, *audience.suppress]
    slot = memory.slot(name)
    for subject in subjects:
        branch = explain_condition(memory.engine, subject, meaning, slot, memory.scope(at))
        yield from _lines(branch, subject, 0)


def _lines(branch: Branch, title: str, depth: int) -> Iterator[str]:
    mark = "✓" if branch.holds else "✗"
    name = f"{title}: " if title else ""
    yield f"{'  ' * depth}{mark} {name}{branch.condition}"
    for seen in branch.evidence:
        yield f"{'  ' * (depth + 1)}· {seen.what} at {instant_text(seen.at)}"
    for part in branch.of:
        yield from _lines(part, "", depth + 1)
