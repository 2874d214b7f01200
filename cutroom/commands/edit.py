"""``cutroom edit``: films in, finished films out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cutroom.commands.options import Data, Hotwords, Language, Quiet, Server, SpeechModel, Subtitles, speech_wishes
from cutroom.editing import Made, Order
from cutroom.editing import edit as make_edit
from cutroom.exits import misuse
from cutroom.footage import films
from cutroom.places import data_folder, studio
from cutroom.ratios import checked, files
from cutroom.running import run
from cutroom.screen import Screen
from shared.contracts.plan import TEMPLATES, Wishes

PACES = ("calm", "normal", "fast")


def edit(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="INPUT", help="Films; several become one edit.", show_default=False)
    ],
    *,
    out: Annotated[
        str, typer.Option("--out", "-o", help="File, folder, or name with {ratio} in it.", show_default=False)
    ],
    ratio: Annotated[list[str] | None, typer.Option(help="Shape such as 9:16; again for more. Default: 16:9.")] = None,
    duration: Annotated[float | None, typer.Option(min=0.5, max=86400, help="Wished length in seconds.")] = None,
    story: Annotated[str | None, typer.Option(help="What the film should be about.")] = None,
    template: Annotated[str | None, typer.Option(help=f"Style: {', '.join(TEMPLATES)}.")] = None,
    pace: Annotated[str | None, typer.Option(help=f"{', '.join(PACES)}.")] = None,
    captions: Annotated[bool, typer.Option(help="Draw captions into the picture.")] = True,
    subtitles: Subtitles = None,
    language: Language = None,
    hotwords: Hotwords = None,
    speech_model: SpeechModel = None,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The same seed gives the same edit.")] = 0,
    draft: Annotated[bool, typer.Option("--draft", help="Small and quick.")] = False,
    consent: Annotated[bool, typer.Option("--consent", help="The people in the films agree to this edit.")] = False,
    server: Server = None,
    data: Data = None,
    quiet: Quiet = False,
) -> None:
    """Edit films: cut out what is dead, keep the best, draw captions, and write a finished mp4 for each ratio.

    Without --server a studio is started for it. The people in the films must agree: say --consent or answer when asked.
    """
    screen = Screen(quiet=quiet)
    ratios = checked(ratio or [])
    _check_choices(template, pace, several=len(inputs) > 1, plain=captions and not draft)
    wishes = Wishes(template_name=template, target_duration=duration, pace=pace, story=story, seed=seed)
    order = Order(
        films(inputs, subtitles), files(out, ratios, inputs), wishes, captions=captions, draft=draft,
        speech=speech_wishes(language, hotwords, speech_model),
    )  # fmt: skip
    _agreed(consent)
    for made in run(_make(order, server, data_folder(data), screen)):
        _report(made, screen, quiet=quiet)


async def _make(order: Order, server: str | None, data: Path, screen: Screen) -> list[Made]:
    async with studio(server, data, screen) as client:
        return await make_edit(client, order, screen)


def _check_choices(template: str | None, pace: str | None, *, several: bool, plain: bool) -> None:
    if template is not None and template not in TEMPLATES:
        raise misuse(f"There is no template {template}.", f"Take one of {', '.join(TEMPLATES)}.")
    if pace is not None and pace not in PACES:
        raise misuse(f"There is no pace {pace}.", f"Take one of {', '.join(PACES)}.")
    if several and (template or pace or not plain):
        raise misuse(
            "--template, --pace, --draft and --no-captions go with one input.", "Leave them out, or edit one film."
        )


def _agreed(consent: bool) -> None:
    """Ask once, where there is somebody to ask."""
    if consent:
        return
    if sys.stdin.isatty() and sys.stdout.isatty():
        consent = typer.confirm("Do the people who are seen or heard in this footage agree to its being edited?")
    if not consent:
        raise misuse(
            "The people in the footage must agree to the edit.",
            "If they do, or if there are none, run the same command with --consent.",
            "consent_required",
        )


def _report(made: Made, screen: Screen, *, quiet: bool) -> None:
    if quiet:
        screen.result(str(made.path))
        return
    output = made.output
    screen.result(f"{made.path}  {output.width}x{output.height}  {output.duration:.1f} s")
    if not output.check.passed:
        for finding in output.check.findings:
            screen.result(f"  check: {finding.message}")
