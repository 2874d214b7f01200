"""``cutroom demo``: the whole way once, from footage to a finished film and a contact sheet of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cutroom.editing import Made, Order, edit
from cutroom.footage import Film, films
from cutroom.places import data_folder, embedded
from cutroom.ratios import DEFAULT, files
from cutroom.running import run
from cutroom.screen import Screen
from shared.contracts.plan import Wishes


def demo(
    video: Annotated[Path | None, typer.Argument(metavar="VIDEO", help="Your own footage. Default: made here.")] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the results go.")] = Path("out"),
) -> None:
    """Show the whole way: footage in, finished video out, with a contact sheet.

    With a VIDEO of your own you say that the people in it agree to its being edited.
    """
    screen = Screen()
    made = run(_demo(video, out, screen))
    check = made.output.check
    screen.result(f"video          {made.path}")
    screen.result(f"contact sheet  {made.path.with_suffix('.png')}")
    screen.result(f"duration       {made.output.duration:.2f} s at {made.output.width}x{made.output.height}")
    screen.result(f"check          {'passed' if check.passed else 'NOT PASSED'}")
    for finding in check.findings:
        screen.result(f"  {finding.severity}: {finding.message}")


async def _demo(video: Path | None, out: Path, screen: Screen) -> Made:
    from deploy.contact_sheet import contact_sheet

    (film,) = films([video], None) if video is not None else [await _sample(out / "sample", screen)]
    order = Order([film], files(str(out / "demo.mp4"), [DEFAULT], [film.path]), Wishes())
    async with embedded(data_folder(out / "studio"), screen) as client:
        (made,) = await edit(client, order, screen)
    await contact_sheet(made.path, made.path.with_suffix(".png"))
    return made


async def _sample(folder: Path, screen: Screen) -> Film:
    from deploy.sample import make_sample

    screen.say("Drawing demo footage, speaking over it, and playing music to it")
    made = await make_sample(folder)
    return Film(made.video, made.captions)
