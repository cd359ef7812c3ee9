"""Results as people read them: tables and trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Column, Table

from dataout.cli.session import console, counts_text, sentence
from dataout.segments.describe import instant_text

if TYPE_CHECKING:
    from rich.console import Console

    from dataout.app.commands.check import CheckResult
    from dataout.app.commands.deliver import RunResult, SyncResult
    from dataout.app.commands.load import LoadResult, RejectsResult
    from dataout.app.commands.preview import PreviewResult
    from dataout.app.commands.segments import SegmentsResult
    from dataout.app.commands.status import StatusResult
    from dataout.app.commands.test import TestResult
    from dataout.app.commands.verify import VerifyResult
    from dataout.audiences.funnel import Step
    from dataout.model.people import Instant
    from dataout.sync.plan import Plan

TOTALS = frozenset({"eligible", "desired", "identifiable", "sent", "accepted"})
"""The steps of the waterfall that are sums, not subtractions."""


@contextmanager
def progress(what: str, *, shown: bool) -> Iterator[Callable[[int, int | None], None]]:
    """Show a progress bar on standard error, where somebody sees it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    screen = console(errors=True)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, console=screen, transient=True, disable=not (shown and screen.is_terminal)
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def findings(out: Console, result: CheckResult) -> None:
    """List what check found."""
    for finding in result.findings:
        where = f"{finding.file}:{finding.line}:{finding.column}"
        out.print(f"[bold]{finding.level}[/] {escape(where)} \\[{finding.code}]")
        out.print(escape(f"  {finding.message} {finding.hint}".rstrip()))
    count = len(result.findings)
    out.print(f"{count} finding{'s' * (count != 1)}." if count else "No findings.")


def test_results(out: Console, result: TestResult) -> None:
    """List failed tests with the evidence, then the score."""
    for failure in result.failures:
        out.print(f"[bold]FAILED[/] {escape(failure.test)} ({failure.place})")
        out.print(escape(f"  {failure.message}"))
        for line in failure.evidence:
            out.print(escape(f"    {line}"))
    out.print(f"{result.passed} passed, {result.failed} failed")


def segment_counts(out: Console, title: str, result: SegmentsResult) -> None:
    """Show every segment with its size."""
    table = Table("segment", _right("people"), title=title, title_justify="left")
    for name, found in result.segments.items():
        table.add_row(escape(name), f"{found.count:,}")
    out.print(table)
    for name, found in result.segments.items():
        if found.ids is not None:
            out.print(escape(f"{name}: {' '.join(found.ids)}"))


def descriptions(out: Console, texts: Mapping[str, str]) -> None:
    """Show every rule as its paragraph."""
    for number, (name, text) in enumerate(texts.items()):
        if number:
            out.print()
        out.print(escape(name), style="bold")
        out.print(escape(text))


def waterfall(out: Console, title: str, result: PreviewResult) -> None:
    """Draw an audience's waterfall, its syncs below it."""
    table = Table("step", _right("people"), _right("minus"), "because", title_justify="left")
    table.title = escape(f"{title} · audience {result.audience}")
    sync = ""
    for step in result.funnel:
        if step.sync != sync:
            sync = step.sync
            table.add_section()
            table.add_row(f"[bold]{escape(sync)}[/]", "", "", "")
        table.add_row(*_step(step))
    out.print(table)
    for step in result.funnel:
        if step.hint:
            out.print(escape(f"{step.step}: {step.hint}"))


def _step(step: Step) -> tuple[str, str, str, str]:
    minus = f"−{step.minus:,}" if step.minus else ""
    if step.step in TOTALS:
        return (f"[bold]{step.step}[/]", f"[bold]{step.count:,}[/]", minus, "")
    return (f"  {step.step}", "", minus or "0", escape(counts_text(step.because)))


def plan_table(out: Console, title: str, result: Plan) -> None:
    """Show a plan, one line per sync."""
    columns = ("add", "remove", "update", "unchanged", "waiting", "open", "overdue")
    table = Table("sync", *map(_right, columns), title_justify="left")
    table.title = escape(f"{title} · plan {result.plan_id}")
    for sync in result.syncs:
        table.add_row(escape(sync.sync), *(f"{getattr(sync, name):,}" for name in columns))
    out.print(table)


def run_table(out: Console, title: str, result: RunResult) -> None:
    """Show what a run did, one line per sync, then every trouble with its way out."""
    columns = ("sent", "accepted", "rejected", "deferred")
    table = Table("sync", *map(_right, columns), "status", title_justify="left")
    table.title = escape(f"{title} · run {result.run_id}")
    for sync in result.syncs:
        numbers = (f"{getattr(sync, name):,}" for name in columns)
        table.add_row(escape(sync.sync), *numbers, sync.status)
    out.print(table)
    for sync in result.syncs:
        for line in _remarks(sync):
            out.print(escape(f"{sync.sync}: {line}"))


def _remarks(sync: SyncResult) -> Iterator[str]:
    if sync.error:
        yield f"{sentence(sync.error)} {sync.hint}".strip()
    if sync.reasons:
        yield f"rejected: {counts_text(sync.reasons)}"
    if sync.unnamed:
        yield f"{sync.unnamed:,} more were rejected without saying whom."
    if sync.held_back:
        yield f"{sync.held_back:,} additions wait until the removal of the same person is settled."
    if sync.released:
        yield f"{sync.released:,} removals needed no call: others who stay share the identifiers."
    if sync.moved_on:
        yield f"{sync.moved_on:,} planned changes no longer hold and were left out."


def loaded(out: Console, title: str, result: LoadResult) -> None:
    """Say what a load came to."""
    out.print(escape(title))
    out.print(
        f"{result.loaded:,} loaded, {result.duplicates:,} duplicates, "
        f"{result.rejected:,} rejected, {result.skipped:,} skipped"
    )
    for reason, count in (*result.reasons.items(), *result.notes.items()):
        out.print(escape(f"  {count:,} × {reason}"))
    if result.rejected:
        out.print("Rejected records are kept: dataout rejects list")


def rejected_records(out: Console, title: str, result: RejectsResult) -> None:
    """List rejects by reason, with masked examples."""
    out.print(escape(f"{title}: rejects" if result.rejects else f"{title}: no rejects"))
    for group in result.rejects:
        out.print(escape(f"{group.count:,} {group.kind}: {group.reason}"), style="bold")
        for example in group.examples:
            out.print(escape(f"  {example.file}:{example.line} {example.shape}"))


def status_tables(out: Console, title: str, result: StatusResult) -> None:
    """Show an environment at a glance."""
    out.print(escape(f"{title}: {result.profiles:,} profiles, {result.rejects:,} rejects"))
    if result.merged:
        out.print(escape(f"{result.merged:,} more profiles are part of one of these people"))
    for each in result.quarantined:
        out.print(escape(each.told))
    streams = Table("event", "source", _right("events"), "newest", "received")
    for stream in result.streams:
        streams.add_row(
            escape(stream.event),
            escape(stream.source),
            f"{stream.count:,}",
            instant_text(stream.newest_event_time),
            instant_text(stream.newest_received_at),
        )
    out.print(streams)
    syncs = Table("sync", _right("held"), _right("open"), _right("rejected"), "acknowledged")
    for sync in result.syncs:
        numbers = (f"{sync.held:,}", f"{sync.open:,}", f"{sync.rejected:,}")
        syncs.add_row(escape(sync.sync), *numbers, _when(sync.last_acknowledged))
    out.print(syncs)
    for run in result.runs:
        out.print(f"{run.command} {run.run_id} at {instant_text(run.at)}: {run.status}")


def verified(out: Console, title: str, result: VerifyResult) -> None:
    """Say whether the memberships kept are right, and where they are not."""
    looked = f"{result.people:,} people, {result.segments:,} segments"
    out.print(escape(f"{title}: {looked}, {'no difference' if result.ok else 'DIFFERENCES'}"))
    for each in result.differences:
        missing, extra = f"{each.missing:,} missing", f"{each.extra:,} too many"
        out.print(escape(f"  {each.segment}: {missing}, {extra}: {', '.join(each.examples)}"))
    if not result.ok:
        out.print("This is a mistake of dataout's own: please report it.")


def _when(at: Instant | None) -> str:
    return "" if at is None else instant_text(at)


def _right(name: str) -> Column:
    return Column(name, justify="right")
