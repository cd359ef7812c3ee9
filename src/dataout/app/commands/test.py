"""``test``: the project's own tests, in virtual time, over the data that they give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dataout.app.evidence import Branch, explain_condition
from dataout.app.memory import Memory
from dataout.app.present import value_text
from dataout.app.workspace import meaning_of
from dataout.audiences.evaluate import recall
from dataout.audiences.ready import Ticking
from dataout.audiences.stretches import Stretch, stretch
from dataout.audiences.ticks import members_of
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
from dataout.model.definitions import Audience
from dataout.model.people import Instant
from dataout.segments.describe import instant_text
from dataout.segments.translate import program
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


@dataclass(frozen=True, slots=True)
class _Trial:
    """A test on its way: the definitions it is about, and the world it gives."""

    definition: ProjectDefinition
    case: TestDefinition
    ready: Ticking
    memory: Memory

    @property
    def audience(self) -> Audience | None:
        """The audience that it asks for the desired of, where it is about one."""
        return self.definition.audiences[self.case.subject] if self.about_audience else None

    @property
    def about_audience(self) -> bool:
        return self.case.kind == "audience"


def _run(definition: ProjectDefinition, case: TestDefinition) -> Iterator[Failure]:
    trial = _begun(definition, case)
    for expectation in sorted(case.expect, key=lambda each: each.at):
        yield from _judge(trial, expectation)
    if case.then:
        trial = replace(trial, memory=_given(definition, case))
        for step in case.then:
            _arrive(trial.memory, step)
            trial.memory.tick(trial.ready, step.at)
            if step.expect is not None:
                yield from _judge(trial, step.expect)


def _begun(definition: ProjectDefinition, case: TestDefinition) -> _Trial:
    names = [case.subject]
    if case.kind == "audience":
        audience = definition.audiences[case.subject]
        names = [audience.segment, *audience.suppress, *(tier.segment for tier in audience.tiers)]
    memory = _given(definition, case)
    return _Trial(definition, case, memory.ready(program(meaning_of(definition), names)), memory)


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


def _judge(trial: _Trial, expected: Expectation) -> Iterator[Failure]:
    found = _members(trial, expected.at)
    subject, at = trial.case.subject, instant_text(expected.at)
    wrong = [
        (name, f"{name} should be in {subject} at {at}, and is out.")
        for name in expected.inside
        if name not in found
    ]
    wrong += [
        (name, f"{name} should be out of {subject} at {at}, and is in.")
        for name in expected.outside
        if name in found
    ]
    for name, message in wrong:
        evidence = tuple(_evidence(trial, name, expected.at))
        yield Failure(trial.case.name, str(expected.place), message, evidence)


def _members(trial: _Trial, at: Instant) -> frozenset[str]:
    """Tick to an instant; say who is in the segment then, or desired by the audience."""
    engine, audience = trial.memory.engine, trial.audience
    trial.memory.tick(trial.ready, at)
    if audience is None:
        return members_of(engine, trial.case.subject)
    columns = recall(engine, trial.ready.program.formulas)
    engine.execute(statement("desired", "funnel"))
    engine.execute(waterfall(audience, columns).sql(dialect=engine.dialect))
    rows = engine.query(statement("funnel", "desired_profiles"), {"audience": audience.name})
    return frozenset(rows.column("profile_id").to_pylist())


def _evidence(trial: _Trial, name: str, at: Instant) -> Iterator[str]:
    """Spell the condition's tree, and for an audience that of each suppression; then the edges."""
    audience = trial.audience
    subjects = [trial.case.subject] if audience is None else [audience.segment, *audience.suppress]
    engine, scope = trial.memory.engine, trial.memory.scope(at)
    slot = trial.memory.slot(name)
    for subject in subjects:
        branch = explain_condition(engine, subject, meaning_of(trial.definition), slot, scope)
        yield from _lines(branch, subject, 0)
        formula = trial.ready.program.formulas[subject]
        yield _edges(subject, branch, stretch(engine, formula, slot, scope, holds=branch.holds))


def _edges(subject: str, branch: Branch, around: Stretch) -> str:
    side = "in" if branch.holds else "not in"
    since = "" if around.since is None else f" since {instant_text(around.since)}"
    until = "" if around.until is None else f", until {instant_text(around.until)}"
    return f"→ {side} {subject}{since}{until or ', until something arrives'}"


def _lines(branch: Branch, title: str, depth: int) -> Iterator[str]:
    mark = "✓" if branch.holds else "✗"
    name = f"{title}: " if title else ""
    yield f"{'  ' * depth}{mark} {name}{branch.condition}"
    for trait in branch.traits:
        yield f"{'  ' * (depth + 1)}· trait {trait.name} = {value_text(trait.value)}"
    for seen in branch.evidence:
        yield f"{'  ' * (depth + 1)}· {seen.what} at {instant_text(seen.at)}"
    for part in branch.of:
        yield from _lines(part, "", depth + 1)
