"""Commands that build: init, check, test, segments, preview, identifiers, schema."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import typer

from dataout.cli.session import Session, head, instant

PANEL = "Build"


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    for command in (init, check, test, segments, preview, identifiers, schema):
        app.command(rich_help_panel=PANEL)(command)


def init(
    context: typer.Context,
    directory: Path = typer.Argument(help="The folder to write."),
    template: str = typer.Option("cart-recovery", help="What to start from."),
) -> None:
    """Write a project folder that passes check and its own tests."""
    from dataout.app.commands.init import init as write

    session: Session = context.obj
    result = write(directory, template)
    session.answer(
        result,
        lambda out: out.print(
            f"Wrote {len(result.created)} files to {directory}. "
            f"Next: cd {directory} && dataout check"
        ),
    )


def check(context: typer.Context) -> int:
    """Report mistakes and advice, each with file and line."""
    session: Session = context.obj
    session.reach.hand_over(session)
    from dataout.app.commands.check import check as judge
    from dataout.cli.render import findings

    result = judge(session.folder, session.environment, session.reach.opened)
    session.answer(result, lambda out: findings(out, result))
    return 2 if result.broken else 1 if result.attention else 0


def test(
    context: typer.Context,
    names: list[str] = typer.Argument(None, metavar="[NAME]..."),
) -> int:
    """Run the project's own segment tests in virtual time."""
    from dataout.app.commands.test import run_tests as run
    from dataout.cli.render import test_results

    session: Session = context.obj
    result = run(session.definition(), names or ())
    session.answer(result, lambda out: test_results(out, result))
    return 1 if result.failed else 0


def segments(  # noqa: PLR0913, PLR0917 - Typer reads options from the signature
    context: typer.Context,
    names: list[str] = typer.Argument(None, metavar="[NAME]..."),
    at: str = typer.Option(None, help="The instant of truth: ISO-8601, or relative as in -3h."),
    as_known_at: str = typer.Option(None, help="With what had been received by then."),
    ids: bool = typer.Option(False, "--ids", help="List the members."),
    sql: bool = typer.Option(False, "--sql", help="Print the query."),
    describe: bool = typer.Option(False, "--describe", help="Say the rules in plain English."),
) -> None:
    """Count who is in which segment, at any instant."""
    session: Session = context.obj
    if describe:
        _describe(session, names or ())
        return
    with session.workspace() as work:
        from dataout.app.commands import segments as command
        from dataout.cli.render import segment_counts

        if sql:
            queries = {
                name: command.compiled(work, name) + ";"
                for name in names or work.definition.segments
            }
            print(json.dumps({"sql": queries}) if session.as_json else "\n".join(queries.values()))
            return
        result = command.segments(
            work, names or (), instant(work, at), instant(work, as_known_at), ids=ids
        )
        title = head(work, result.at)
        session.answer(result, lambda out: segment_counts(out, title, result))


def _describe(session: Session, names: Sequence[str]) -> None:
    from dataout.app.commands.segments import described
    from dataout.cli.render import descriptions

    texts = described(session.definition(), names)
    session.answer(texts, lambda out: descriptions(out, texts))


def preview(
    context: typer.Context,
    audience: str = typer.Argument(),
    at: str = typer.Option(None, help="The instant: ISO-8601, or relative as in -3h."),
) -> None:
    """Count an audience at every step, with a sample. Writes nothing, sends nothing."""
    session: Session = context.obj
    with session.workspace() as work:
        from dataout.app.commands import preview as command
        from dataout.cli.render import waterfall

        result = command.preview(work, audience, instant(work, at))
        title = head(work, result.at)
        session.answer(result, lambda out: waterfall(out, title, result))


def identifiers(
    context: typer.Context,
    audience: str = typer.Argument(None),
    at: str = typer.Option(None, help="The instant: ISO-8601, or relative as in -3h."),
) -> None:
    """Forecast whom each destination could recognise, and why not everybody. Sends nothing."""
    session: Session = context.obj
    with session.workspace() as work:
        from dataout.app.commands import identifiers as command
        from dataout.cli.forecast import forecast

        moment = instant(work, at)
        result = command.identifiers(work, audience, moment)
        title = head(work, moment)
        session.answer(result, lambda out: forecast(out, title, result))


def schema() -> None:
    """Print the JSON Schema of the project's files, for editors."""
    from dataout.app.commands.schema import schema as make

    print(json.dumps(make(), indent=2, ensure_ascii=False))
