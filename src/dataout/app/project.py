"""The Python interface: what the commands do, as methods."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dataout.app.commands import check as checking
from dataout.app.commands import deliver, load
from dataout.app.commands.check import CheckResult
from dataout.app.commands.deliver import RunResult
from dataout.app.commands.explain import Explanation, explain
from dataout.app.commands.identifiers import identifiers
from dataout.app.commands.load import LoadResult
from dataout.app.commands.preview import PreviewResult, preview
from dataout.app.commands.segments import SegmentsResult, segments
from dataout.app.commands.status import StatusResult, status
from dataout.app.commands.test import TestResult, run_tests
from dataout.app.commands.verify import VerifyResult, verify
from dataout.app.instants import When, read_instant
from dataout.app.wiring import Surroundings
from dataout.app.workspace import Workspace, chosen_environment, opened
from dataout.audiences.coverage import Coverage
from dataout.definitions import ProjectDefinition
from dataout.model.definitions import Environment
from dataout.model.people import Instant
from dataout.sync.plan import Plan, read_plan


class _Load:
    """Lets ``Project.load(path)`` open a project, and ``project.load(files, …)`` load data."""

    def __get__(self, project: Project | None, owner: type[Project]) -> Any:
        return owner.open if project is None else project.load_files


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder in one of its environments.

    Every method opens the environment's state, works, and gives it back. Each may raise
    ``ProjectError``, ``UsageError``, ``SecretMissing`` and ``StateError``.
    """

    folder: Path
    environment: str
    surroundings: Surroundings

    load = _Load()
    """``Project.load(path, env="dev")`` opens; ``project.load(files, kind)`` loads data."""

    @classmethod
    def open(
        cls, path: str | Path, env: str = "dev", surroundings: Surroundings | None = None
    ) -> Project:
        """Open a project folder; mistakes in it are raised by what needs it first."""
        return cls(Path(path), env, surroundings or Surroundings(os.environ))

    def check(self) -> CheckResult:
        """Find mistakes and advice; looks at the environment's data where there is any."""
        return checking.check(self.folder, self.environment, self._opened)

    def test(self, names: Sequence[str] = ()) -> TestResult:
        """Run the project's own tests."""
        return run_tests(checking.read(self.folder), names)

    def load_files(
        self, files: Sequence[str | Path], kind: str, mapping: str | Path | None = None
    ) -> LoadResult:
        """Bring in files as ``events``, ``profiles``, ``objects`` … or ``list:NAME``."""
        with self._work() as work:
            return load.load(work, files, kind, Path(mapping) if mapping else None)

    def segments(
        self,
        names: Sequence[str] = (),
        at: When = None,
        as_known_at: When = None,
        *,
        ids: bool = False,
    ) -> SegmentsResult:
        """Count who is in which segment, and with ``ids`` list them."""
        with self._work() as work:
            return segments(work, names, _at(work, at), _at(work, as_known_at), ids=ids)

    def preview(self, audience: str, at: When = None) -> PreviewResult:
        """Count an audience at every step."""
        with self._work() as work:
            return preview(work, audience, _at(work, at))

    def identifiers(self, audience: str | None = None, at: When = None) -> Mapping[str, Coverage]:
        """Forecast per destination whom it could recognise, and why not everybody."""
        with self._work() as work:
            return identifiers(work, audience, _at(work, at))

    def plan(self, syncs: Sequence[str] = (), out: str | Path | None = None) -> Plan:
        """Work out what would change; ``out`` keeps the plan in a file."""
        with self._work() as work:
            made = deliver.plan(work, syncs)
            if out is not None:
                Path(out).write_text(deliver.spelled(work, made), encoding="utf-8")
            return made

    def apply(self, plan: str | Path) -> RunResult:
        """Deliver what still holds of a kept plan."""
        with self._work() as work:
            return deliver.apply(work, read_plan(Path(plan).read_text(encoding="utf-8")))

    def run(self, syncs: Sequence[str] = (), at: When = None) -> RunResult:
        """Make one pass: evaluate, plan, deliver, record."""
        with self._work() as work:
            return deliver.run(work, syncs, _at(work, at))

    def explain(
        self, person: str, subject: str, at: When = None, as_known_at: When = None
    ) -> Explanation:
        """Say why somebody is in, or not."""
        with self._work() as work:
            return explain(work, person, subject, _at(work, at), _at(work, as_known_at))

    def verify(self, *, full: bool = False) -> VerifyResult:
        """Compare the memberships kept from run to run with an evaluation from scratch."""
        with self._work() as work:
            return verify(work, full=full)

    def status(self) -> StatusResult:
        """Read the environment's state."""
        with self._work() as work:
            return status(work)

    @contextmanager
    def _work(self) -> Iterator[Workspace]:
        definition = checking.read(self.folder)
        environment = chosen_environment(definition, self.environment)
        with self._opened(definition, environment) as work:
            yield work

    def _opened(
        self, definition: ProjectDefinition, environment: Environment
    ) -> AbstractContextManager[Workspace]:
        return opened(definition, environment, self.surroundings)


def _at(work: Workspace, when: When) -> Instant | None:
    if when is None:
        return None
    return read_instant(when, work.clock.now(), work.definition.timezone)
