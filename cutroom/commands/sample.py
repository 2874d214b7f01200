"""``cutroom sample``: demo footage to try the studio with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cutroom.commands.options import Quiet
from cutroom.exits import misuse
from cutroom.running import run
from cutroom.screen import Screen


def sample(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to put it.", show_default=False)],
    *,
    seconds: Annotated[float, typer.Option(min=6, max=600, help="Length of the film.")] = 40.0,
    size: Annotated[str, typer.Option(metavar="WxH", help="Size of the picture.")] = "1280x720",
    fps: Annotated[int, typer.Option(min=1, max=120, help="Frames a second.")] = 30,
    seed: Annotated[int, typer.Option(min=0, help="Another seed draws another film.")] = 7,
    quiet: Quiet = False,
) -> None:
    """Make demo footage: several shots, a spoken narration, music with a beat, subtitles, and the truth about it."""
    from deploy.sample import make_sample

    width, cross, height = size.partition("x")
    if not (cross and width.isascii() and width.isdigit() and height.isascii() and height.isdigit()):
        raise misuse(f"{size} is no size.", "Give --size as width x height, such as 1280x720.")
    screen = Screen(quiet=quiet)
    screen.say(f"Drawing {seconds:g} seconds of film")
    made = run(make_sample(folder, seed=seed, seconds=seconds, size=(int(width), int(height)), fps=fps))
    for path in (made.video, made.subtitles, made.captions, made.music, made.truth):
        if not quiet or path == made.video:
            screen.result(str(path))
