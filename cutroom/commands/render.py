"""``cutroom render``: a timeline file in, finished files out, without a studio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cutroom.commands.options import Quiet
from cutroom.endings import CODECS, ENDINGS, codecs
from cutroom.exits import misuse
from cutroom.ratios import checked
from cutroom.running import run
from cutroom.screen import Screen
from cutroom.targets import writable
from shared.contracts.time import fraction

if TYPE_CHECKING:
    from deploy.rendering import Made
    from shared.contracts.timeline import Output

CHANNELS = ("auto", "mono", "stereo", "5.1")
QUALITIES = ("low", "standard", "high")


def render(
    timeline: Annotated[
        Path, typer.Argument(metavar="TIMELINE", help="A timeline (JSON), or an OTIO, FCPXML, FCP7 XML or EDL file.")
    ],
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help=f"File; its ending says what is made: {' '.join(ENDINGS)}.")],
    media: Annotated[Path | None, typer.Option("--media", help="Folder with the films. Default: its own.")] = None,
    ratio: Annotated[list[str] | None, typer.Option(help="Such as 9:16; again for more. Default: as it is.")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Small and quick.")] = False,
    codec: Annotated[str | None, typer.Option(help=f"{', '.join(CODECS)}. Default: as the ending says.")] = None,
    quality: Annotated[str, typer.Option(help=", ".join(QUALITIES))] = "standard",
    captions: Annotated[bool, typer.Option(help="Draw captions into the picture.")] = True,
    copy: Annotated[bool, typer.Option("--copy", help="Take pictures over as they are where nothing is done.")] = False,
    poster: Annotated[bool, typer.Option("--poster", help="Write a still picture beside the film.")] = False,
    channels: Annotated[str, typer.Option(help=f"{', '.join(CHANNELS)}; auto: as the films.")] = "",
    hls: Annotated[bool, typer.Option("--hls", help="Write a folder for streaming too, with master.m3u8.")] = False,
    loudness: Annotated[float, typer.Option(min=-40, max=-5, help="In LUFS.")] = -14.0,
    rate: Annotated[str | None, typer.Option(help="Frame rate of a list that tells none, such as 30000/1001.")] = None,
    quiet: Quiet = False,
) -> None:
    """Render a timeline: several shapes come from one decoding of the films. What the check finds is shown."""
    if not timeline.is_file():
        what = f"{timeline} is no file." if timeline.exists() else f"There is no file {timeline}."
        raise misuse(what, "Make a timeline with `cutroom plan` or `cutroom import`.")
    folder = media or timeline.parent
    if not folder.is_dir():
        raise misuse(f"There is no folder {folder}.", "Name the folder that holds the films with --media.")
    if quality not in QUALITIES:
        raise misuse(f"There is no quality {quality}.", f"Use one of {', '.join(QUALITIES)}.")
    if channels and channels not in CHANNELS:
        raise misuse(f"There is no sound of {channels} channels.", f"Use one of {', '.join(CHANNELS)}.")
    shapes = checked(ratio) if ratio else []
    shown: Sequence[str | None] = shapes or [None]
    files = {writable(_file(out, shape, several=len(shapes) > 1)): shape for shape in shown}
    screen = Screen(quiet=quiet)
    options = {
        "captions": captions, "fidelity": "copy" if copy else "encode", "loudness": loudness, "title": out.stem,
        "channels": channels or None,
    }  # fmt: skip
    common = {"draft": draft, "quality": quality, "poster": poster, "hls": hls, **codecs(out, codec, hls=hls)}
    for made in run(_render(timeline, folder, files, common, options, _rate(rate), screen)):
        _report(made, screen)


async def _render(
    path: Path, folder: Path, files: Mapping[Path, str | None], common: Mapping[str, object],
    options: Mapping[str, object],
    rate: Fraction | None, screen: Screen,
) -> list[Made]:  # fmt: skip
    from deploy.rendering import open_file, render_files, size_of
    from services.renderer.settings import RendererSettings
    from shared.contracts.timeline import Output, RenderOptions

    opened = await open_file(path, folder, rate)
    for loss in opened.losses:
        screen.say(f"  lost {loss.count}x {loss.code}: {loss.message}")
    for name in opened.missing:
        screen.say(f"  not found: {name}; its clips are left out")
    wanted: dict[Path, Output] = {}
    for number, (target, shape) in enumerate(files.items()):
        width, height = size_of(opened.timeline, shape, draft=bool(common["draft"]))
        output = {"name": f"film_{number}", "width": width, "height": height, **common}
        wanted[target] = Output.model_validate(output)
    with screen.bar(f"Rendering {path.name}") as bar:

        def told(fraction: float, detail: dict[str, float | int | str]) -> None:
            left = detail.get("eta_seconds")
            bar.to(100 * fraction, f"{left:.0f} s left" if isinstance(left, float) and fraction < 1 else "")

        return await render_files(opened, wanted, RenderOptions.model_validate(options), told, RendererSettings())


def _file(out: Path, shape: str | None, *, several: bool = False) -> Path:
    return out.with_name(f"{out.stem}_{(shape or '').replace(':', '_')}{out.suffix}") if several else out


def _rate(text: str | None) -> Fraction | None:
    try:
        rate = fraction(text) if text is not None else None
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if rate is not None and not 1 <= rate <= 120:
        raise misuse(f"{text} is no frame rate.", "Give it as 25 or 30000/1001.")
    return rate


def _report(made: Made, screen: Screen) -> None:
    shape = "" if made.output.codec == "none" else f"  {made.output.width}x{made.output.height}"
    screen.result(f"{made.path}{shape}  {made.seconds:.1f} s")
    if made.output.hls:
        screen.result(f"{made.path.with_suffix('.hls') / 'master.m3u8'}")
    for finding in made.check.findings:
        at = f" at {finding.at:.2f} s" if finding.at is not None else ""
        screen.result(f"  check, {finding.severity}{at}: {finding.message}")
