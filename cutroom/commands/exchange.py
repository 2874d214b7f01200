"""``cutroom plan``, ``cutroom export``, ``cutroom import``: timelines as files."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from cutroom.commands.options import Data, Hotwords, Language, Quiet, Server, SpeechModel, speech_wishes
from cutroom.exits import misuse
from cutroom.footage import films
from cutroom.places import data_folder, studio
from cutroom.planning import PlanOrder, plan_films
from cutroom.running import run
from cutroom.screen import Screen
from cutroom.targets import PIPE, piped, writable, write
from shared.contracts.expression import parse
from shared.contracts.expression_tokens import ExpressionError
from shared.contracts.ids import is_id
from shared.contracts.interchange import EXPORTS, MODES, ExportFormat, ExportMode, Loss
from shared.contracts.plan import TEMPLATES, Wishes
from shared.contracts.time import fraction

Pace = Literal["calm", "normal", "fast"]
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)(s|ms)?")


def plan(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="INPUT", help="Films; several become one edit.", show_default=False)
    ],
    *,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Where the timeline goes, as JSON; - prints it.", show_default=False)
    ],
    duration: Annotated[float | None, typer.Option(min=0.5, max=86400, help="Wished length in seconds.")] = None,
    story: Annotated[str | None, typer.Option(help="What the edit should be about.")] = None,
    template: Annotated[str | None, typer.Option(help=f"Style: {', '.join(TEMPLATES)}.")] = None,
    pace: Annotated[str | None, typer.Option(help=f"{', '.join(get_args(Pace))}.")] = None,
    edit: Annotated[
        str | None, typer.Option("--edit", help="What is kept, such as 'audio:-30dB or motion:0.02'.")
    ] = None,
    margin: Annotated[str | None, typer.Option(help="Time kept around it, such as 0.2s.")] = None,
    subtitles: Annotated[Path | None, typer.Option(help="Subtitles (SRT, VTT, ASS, JSON).")] = None,
    language: Language = None,
    hotwords: Hotwords = None,
    speech_model: SpeechModel = None,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The same seed gives the same edit.")] = 0,
    server: Server = None,
    data: Data = None,
    quiet: Quiet = False,
) -> None:
    """Plan an edit and write it as a timeline, rendering nothing. `cutroom export` gives it to other editors."""
    if template is not None and template not in TEMPLATES:
        raise misuse(f"There is no template {template}.", f"Take one of {', '.join(TEMPLATES)}.")
    if pace is not None and pace not in get_args(Pace):
        raise misuse(f"There is no pace {pace}.", f"Take one of {', '.join(get_args(Pace))}.")
    wishes = Wishes.model_validate(
        {
            "template_name": template, "target_duration": duration, "pace": pace, "story": story, "seed": seed,
            "edit": _expression(edit), "margin": _seconds(margin),
        }
    )  # fmt: skip
    screen = Screen(quiet=quiet or out == PIPE)
    speech = speech_wishes(language, hotwords, speech_model)
    given = films(inputs, subtitles)
    with piped(writable(out)) as target:
        run(_plan(PlanOrder(given, wishes, target, speech), server, data_folder(data), screen))
    if out != PIPE:
        screen.result(str(out))


async def _plan(order: PlanOrder, server: str | None, data: Path, screen: Screen) -> None:
    async with studio(server, data, screen) as client:
        await plan_films(client, order, screen)


def export(
    timeline: Annotated[str, typer.Argument(metavar="TIMELINE", help="A timeline file, or the id of a project.")],
    *,
    to: Annotated[str, typer.Option("--to", help=f"{', '.join(EXPORTS)}.", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Default: beside the timeline; - prints it.")] = None,
    mode: Annotated[str, typer.Option(help=" ".join(f"{name}: {what}" for name, what in MODES.items()))] = "edit",
    server: Server = None,
    data: Data = None,
    quiet: Quiet = False,
) -> None:
    """Write a timeline as a file for another editor, and say what that cannot carry."""
    if to not in EXPORTS or mode not in MODES:
        raise misuse(f"There is no format {to} with the mode {mode}.", f"Formats: {', '.join(EXPORTS)}.")
    form: ExportFormat = next(name for name in EXPORTS if name == to)
    how: ExportMode = next(name for name in MODES if name == mode)
    screen = Screen(quiet=quiet or out == PIPE)
    source = Path(timeline)
    if not source.exists() and is_id(timeline):
        target = writable(out or Path(f"{timeline}.{EXPORTS[form][0]}"))
        with piped(target) as path:
            run(_fetch(timeline, form, how, path, server, data_folder(data), screen))
        if out != PIPE:
            screen.result(str(target))
        return
    if how == "mark_silence":
        raise misuse(
            "A timeline file does not say where its films are silent.",
            "Export a project by its id, or use --mode slices: what the edit leaves out is disabled there.",
        )
    from deploy.interchange import export_file

    text, losses = export_file(source, form, how, source.stem)
    target = out or source.with_suffix(f".{EXPORTS[form][0]}")
    if target.resolve() == source.resolve():
        raise misuse(f"{target} is the timeline itself.", "Say where the file goes with -o.")
    write(writable(target), text)
    _tell(losses, screen)
    if out != PIPE:
        screen.result(str(target))


async def _fetch(
    project: str, form: ExportFormat, mode: ExportMode, out: Path, server: str | None, data: Path, screen: Screen
) -> None:
    async with studio(server, data, screen) as client:
        await client.download(f"/api/timeline/{project}/export?to={form}&mode={mode}&wait=60", out)


def import_timeline(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="OTIO, FCPXML, FCP7 XML, EDL or a timeline of ours.")],
    *,
    media: Annotated[Path, typer.Option("--media", help="Folder with the films.", file_okay=False)] = Path(),
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Default: beside the file, as .json; - prints it.")
    ] = None,
    rate: Annotated[str | None, typer.Option(help="Frame rate of a list that tells none, such as 30000/1001.")] = None,
    quiet: Quiet = False,
) -> None:
    """Read another editor's file, find its films, and write it as a timeline."""
    from deploy.interchange import import_file

    screen = Screen(quiet=quiet or out == PIPE)
    target = writable(out or file.with_suffix(".json"))
    found = run(import_file(file, media, _rate(rate)))
    if target.resolve() == file.resolve():
        raise misuse(f"{target} is the file itself.", "Say where the timeline goes with -o.")
    write(target, found.timeline.model_dump_json(indent=1) + "\n")
    _tell(found.losses, screen)
    for name in found.missing:
        screen.say(f"  not found: {name}; its clips are left out")
    if out != PIPE:
        screen.result(str(target))


def _tell(losses: tuple[Loss, ...], screen: Screen) -> None:
    for loss in losses:
        where = f" (first: {loss.first})" if loss.first else ""
        screen.say(f"  lost {loss.count}x {loss.code}: {loss.message}{where}")


def _expression(text: str | None) -> str | None:
    try:
        if text is not None:
            parse(text)
    except ExpressionError as wrong:
        raise misuse(f"--edit: {wrong}.", f"{wrong.remedy[:1].upper()}{wrong.remedy[1:]}.", "edit_invalid") from None
    return text


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    found = _SECONDS.fullmatch(text.strip())
    seconds = float(found[1]) / (1000 if found[2] == "ms" else 1) if found else -1.0
    if not 0 <= seconds <= 10:
        raise misuse(f"{text} is no margin.", "Give it in seconds up to 10, such as 0.2s.")
    return seconds


def _rate(text: str | None) -> Fraction | None:
    if text is None:
        return None
    try:
        rate = fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 1 <= rate <= 1000:
        raise misuse(f"{text} is no frame rate.", "Give it as 25 or 30000/1001.")
    return rate
