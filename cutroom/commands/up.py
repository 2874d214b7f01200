"""``cutroom up``: the whole studio in one process."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from cutroom.commands.options import Data
from cutroom.exits import Exit, Stopped, innermost, misuse
from cutroom.places import announced, data_folder
from cutroom.running import run
from cutroom.screen import Screen
from shared.errors import CutroomError

if TYPE_CHECKING:
    from deploy.embedded import Studio

LEVELS = ("debug", "info", "warning", "error")


def up(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8000,
    data: Data = None,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "warning",
) -> None:
    """Run the studio until Ctrl-C."""
    from deploy.embedded import run_forever
    from shared import log

    if log_level.lower() not in LEVELS:
        raise misuse(f"There is no log level {log_level}.", f"Take one of {', '.join(LEVELS)}.")
    screen, folder = Screen(), data_folder(data)
    log.configure(log_level, "console")
    screen.say(f"Starting the studio in {folder}")
    with ExitStack() as stack:

        def ready(studio: Studio) -> None:
            stack.enter_context(announced(studio.url, folder))
            screen.result(f"Cutroom is up at {studio.url} (API: {studio.url}/docs). Ctrl-C stops it.")

        try:
            run(run_forever(folder, host, port, ready))
        except (CutroomError, ExceptionGroup) as failed:
            error = innermost(failed)
            if not isinstance(error, CutroomError):
                raise
            raise Stopped(Exit.UNREACHABLE, error.code, error.message, error.remedy) from error
    screen.say("The studio has stopped.")
