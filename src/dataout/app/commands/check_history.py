"""The part of ``check`` that counts whom ``history: required`` keeps out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from dataout.app.commands.findings import Finding, finding
from dataout.app.workspace import Workspace
from dataout.audiences.evaluate import counts, evaluate
from dataout.segments.history import without_history
from dataout.segments.translate import program
from dataout.segments.tree import All, Condition, Everyone, InSegment, Not

HISTORY_CODES = ("history-required",)

EVERYBODY = "every profile"
WITHOUT, OUT, IN = "without history", "kept out", "let in"
"""Ends of names that stand beside those of segments; no name in the files holds a space."""


def history_findings(work: Workspace) -> Iterator[Finding]:
    """Evaluate segments that ask for a history with it and without it; count who differs.

    Now, over all people of the environment; nothing is said where there are none, and nothing of
    segments that merely nest such a one. Writes nothing.
    """
    meaning = work.meaning
    loose = {
        name: without
        for name, condition in meaning.segments.items()
        if (without := without_history(condition)) != condition
    }
    if not loose:
        return
    asked: dict[str, Condition] = {EVERYBODY: Everyone()}
    for name, without in loose.items():
        asked |= _compared(name, without)
    wider = replace(meaning, segments={**meaning.segments, **asked})
    scope = work.scope(work.clock.now())
    found = counts(work.engine, evaluate(work.engine, program(wider, asked), scope))
    if found[EVERYBODY]:
        yield from (_told(work, name, found) for name in loose)


def _compared(name: str, without: Condition) -> Mapping[str, Condition]:
    required = InSegment(name)
    return {
        f"{name} {WITHOUT}": without,
        f"{name} {OUT}": All((without, Not(required))),
        f"{name} {IN}": All((required, Not(without))),
    }


def _told(work: Workspace, name: str, found: Mapping[str, int]) -> Finding:
    candidates, out, more = (found[f"{name} {end}"] for end in (WITHOUT, OUT, IN))
    message = (
        f"segment {name}: history: required leaves out {out:,} of {candidates:,} who would be in "
        "without it"
    )
    # Below another not, the option widens what it stands in.
    message += f", and lets in {more:,} who would be out." if more else "."
    hint = "They were first seen after the window began, if at all." if out else ""
    place = work.definition.segments[name].place
    return finding("note", "history-required", message, place, hint)
