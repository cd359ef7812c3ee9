"""Commands that ask: status, explain, verify, rejects."""

from __future__ import annotations

from pathlib import Path

import typer

from dataout.cli.session import Session, head, instant

PANEL = "Ask"


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    for command in (status, explain, verify):
        app.command(rich_help_panel=PANEL)(command)
    rejects = typer.Typer(
        no_args_is_help=True,
        help="Records that could not be taken in: list them, replay them.",
        rich_markup_mode=None,
    )
    rejects.command("list")(rejects_list)
    rejects.command("replay")(rejects_replay)
    rejects.command("drop")(rejects_drop)
    app.add_typer(rejects, name="rejects", rich_help_panel=PANEL)
    identity = typer.Typer(
        no_args_is_help=True,
        help="Who is one person: undo a merge.",
        rich_markup_mode=None,
    )
    identity.command("split")(identity_split)
    app.add_typer(identity, name="identity", rich_help_panel=PANEL)


def status(context: typer.Context) -> int:
    """Show what arrived, what destinations hold, and how the last runs ended."""
    session: Session = context.obj
    with session.workspace() as work:
        from dataout.app.commands import status as command
        from dataout.cli.render import status_tables

        result = command.status(work)
        title = head(work)
        session.answer(result, lambda out: status_tables(out, title, result))
    return 1 if result.attention else 0


def explain(
    context: typer.Context,
    person: str = typer.Argument(help="A profile id, or KIND:VALUE."),
    subject: str = typer.Argument(metavar="AUDIENCE_OR_SEGMENT"),
    at: str = typer.Option(None, help="The instant of truth: ISO-8601, or relative as in -3h."),
    as_known_at: str = typer.Option(None, help="With what had been received by then."),
) -> None:
    """Say why somebody is in or not, on what evidence, and what was sent."""
    session: Session = context.obj
    with session.workspace() as work:
        from dataout.app.commands import explain as command
        from dataout.cli.explanation import explanation

        result = command.explain(
            work, person, subject, instant(work, at), instant(work, as_known_at)
        )
        title = head(work, result.at)
        session.answer(result, lambda out: explanation(out, title, result))


def verify(
    context: typer.Context,
    full: bool = typer.Option(False, "--full", help="Compare everybody, not only a sample."),
) -> int:
    """Compare the memberships kept from run to run with an evaluation from scratch."""
    session: Session = context.obj
    with session.workspace() as work:
        from dataout.app.commands.verify import verify as command
        from dataout.cli.render import verified

        result = command(work, full=full)
        title = head(work, result.at)
        session.answer(result, lambda out: verified(out, title, result))
    return 0 if result.ok else 1


def identity_split(
    context: typer.Context,
    person: str = typer.Argument(help="A merged profile's id, or KIND:VALUE of what merged."),
) -> None:
    """Undo a merge, for good: the profile leaves, or those whom a value merged leave each other."""
    session: Session = context.obj
    with session.workspace() as work:
        from rich.markup import escape

        from dataout.app.commands import identity as command

        result = command.split_person(work, person)
        title = head(work)
        people = ", ".join(result.people)
        session.answer(result, lambda out: out.print(escape(f"{title}: now {people}")))


def rejects_list(context: typer.Context) -> None:
    """Show the records that could not be taken in, with their reasons."""
    session: Session = context.obj
    with session.workspace() as work:
        from dataout.app.commands import load as command
        from dataout.cli.render import rejected_records

        result = command.rejects(work)
        title = head(work)
        session.answer(result, lambda out: rejected_records(out, title, result))


def rejects_drop(
    context: typer.Context,
    file: str = typer.Argument(help="The file's name, as the list shows it."),
) -> None:
    """Let go of the rejects of a file that was mended and loaded again."""
    session: Session = context.obj
    with session.workspace() as work:
        from dataout.app.commands import load as command

        result = command.drop(work, file)
        session.answer(result, lambda out: out.print(f"{result.dropped:,} rejects dropped."))


def rejects_replay(
    context: typer.Context,
    mapping: Path = typer.Option(None, help="Another mapping than they came with."),
) -> int:
    """Try the rejected records again, after a mapping or the project was mended."""
    session: Session = context.obj
    with session.workspace() as work:
        from dataout.app.commands import load as command
        from dataout.cli.render import loaded

        result = command.replay(work, mapping)
        title = head(work)
        session.answer(result, lambda out: loaded(out, title, result))
    return 1 if result.rejected else 0
