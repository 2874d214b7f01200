"""``cutroom``: what a person types."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Annotated

import typer

from cutroom.commands import analyze, demo, doctor, edit, exchange, jobs, keys, models, render, sample, up
from cutroom.exits import Exit, innermost, told
from cutroom.screen import complain

HELP = """Cutroom: footage in, finished video out.

Exit codes: 0 done; 1 the job failed, or something needed is missing; 2 wrong use or bad input; 3 no studio answers; \
4 the job was cancelled; 130 interrupted, 143 terminated.
"""


@dataclass(slots=True)
class Session:
    """What holds for all commands."""

    debug: bool = False


def build(session: Session) -> typer.Typer:
    """Return the command line; what its global options say is written into ``session``."""
    app = typer.Typer(
        name="cutroom", help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )

    @app.callback()
    def root(
        debug: Annotated[
            bool, typer.Option("--debug", envvar="CUTROOM_DEBUG", help="Show where an error comes from.")
        ] = False,
        show_version: Annotated[
            bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
        ] = False,
    ) -> None:
        session.debug = debug

    for command in (
        up.up,
        edit.edit,
        render.render,
        analyze.analyze,
        sample.sample,
        demo.demo,
        jobs.jobs,
        jobs.watch,
        jobs.cancel,
        doctor.doctor,
    ):
        app.command()(command)
    app.command("plan")(exchange.plan)
    app.command("export")(exchange.export)
    app.command("import")(exchange.import_timeline)
    app.add_typer(keys.keys, name="keys")
    app.add_typer(models.models, name="models")
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cutroom {version('cutroom')}")
        raise typer.Exit


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code. An expected error is one line with its remedy, never a traceback."""
    session = Session()
    try:
        build(session)(args=arguments, prog_name="cutroom")
    except Exception as error:
        if session.debug:
            raise
        sys.exit(explain(error))


def explain(error: Exception) -> int:
    """Say on stderr what went wrong and return the exit code."""
    error = innermost(error)
    known = told(error)
    if known is None:
        remedy = "Run the command again as `cutroom --debug …` and report what it prints."
        complain("internal_error", f"Something unexpected happened: {type(error).__name__}: {error}", remedy)
        return Exit.FAILED
    complain(known.code, known.message, known.remedy)
    return known.exit_code


if __name__ == "__main__":
    main()
