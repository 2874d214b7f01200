"""Rendering a timeline file without a studio: what ``cutroom render`` does."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from deploy.interchange import digest_of, import_file, read_timeline
from deploy.scratch import kept_for, scratch
from services.gateway.domain import ratio as ratios
from services.renderer.domain.order import problems
from services.renderer.domain.sound import layout_of
from services.renderer.settings import RendererSettings
from services.renderer.tools.encoders import hardware
from services.renderer.tools.falling_back import render
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.film import Film
from services.renderer.tools.join import Tags
from services.renderer.tools.own_shelf import FolderShelf
from services.renderer.tools.parts import Order
from shared.contracts.interchange import Loss
from shared.contracts.timeline import Check, Output, RenderOptions, Timeline
from shared.errors import BadRequest

Told = Callable[[float, dict[str, float | int | str]], None]


@dataclass(frozen=True, slots=True)
class Opened:
    """A timeline and its media on this machine, by source; ``losses`` and ``missing`` of another editor's file."""

    timeline: Timeline
    media: Mapping[str, Path]
    losses: tuple[Loss, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file; ``seconds`` long."""

    path: Path
    output: Output
    seconds: float
    check: Check


async def open_file(path: Path, folder: Path, rate: Fraction | None = None) -> Opened:
    """Read a timeline of ours (``.json``) or another editor's file and find its media in ``folder``.

    Raises BadRequest: ``timeline_invalid``, ``interchange_invalid``, ``media_unlinked``.
    """
    if path.suffix.lower() == ".json":
        timeline = read_timeline(path)
        return Opened(timeline, await asyncio.to_thread(_located, timeline, folder))
    linked = await import_file(path, folder, rate)
    media = await asyncio.to_thread(_located, linked.timeline, folder)
    return Opened(linked.timeline, media, linked.losses, linked.missing)


def size_of(timeline: Timeline, shape: str | None, *, draft: bool) -> tuple[int, int]:
    """Return width and height of a file of ``shape`` such as ``9:16``; None: as the first clip's source, even."""
    if shape is not None:
        return ratios.size(shape, draft=draft)
    first = timeline.sources[timeline.video[0].source].media.video if timeline.video else None
    if first is None:
        return ratios.size("16:9", draft=draft)
    scale = min(1.0, ratios.DRAFT_SHORT_SIDE / min(first.width, first.height)) if draft else 1.0
    width, height = (max(16, 2 * round(side * scale / 2)) for side in (first.width, first.height))
    return width, height


async def render_files(
    opened: Opened, wanted: Mapping[Path, Output], options: RenderOptions, told: Told, settings: RendererSettings
) -> list[Made]:
    """Render every output to its path, which is whole or not there. Raises BadRequest ``timeline_invalid``.

    A render whose process was killed is gone on with where it was; one that ends otherwise leaves nothing.
    """
    outputs = tuple(wanted.values())
    layout = layout_of(opened.timeline, options.channels)
    opened = replace(opened, timeline=opened.timeline.model_copy(update={"layout": layout}))
    if found := problems(opened.timeline, outputs, settings.max_frames):
        message = f"{found[0].field}: {found[0].message}"
        raise BadRequest(message, code="timeline_invalid", remedy="Correct the named places and render again.")
    shelf = FolderShelf(await asyncio.to_thread(kept_for, next(iter(wanted)), settings.chunks_days))
    try:
        with scratch() as folder:
            codecs = frozenset(output.codec for output in outputs)
            bench = Bench(folder, settings, await hardware(settings, codecs))
            order = Order(opened.timeline, opened.media, outputs, options, Tags(options.title, "", datetime.now(UTC)))
            films = await render(bench, order, told, shelf)
            return [await asyncio.to_thread(_placed, film, path) for film, path in zip(films, wanted, strict=True)]
    finally:
        shelf.clear()


def _placed(film: Film, path: Path) -> Made:
    _moved(film.file, path)
    if film.poster is not None:
        _moved(film.poster, path.with_suffix(".jpg"))
    if film.ladder is not None:
        _moved_folder(film.ladder.folder, path.with_suffix(".hls"))
    return Made(path, film.output, film.seconds, film.check)


def _moved(file: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        shutil.copyfile(file, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _moved_folder(folder: Path, path: Path) -> None:
    """Files of a folder of that name are replaced one by one, the playlists last."""
    for file in sorted(folder.iterdir(), key=lambda file: file.suffix == ".m3u8"):
        _moved(file, path / file.name)


def _located(timeline: Timeline, folder: Path) -> dict[str, Path]:
    """Find each source by its content; a file of the same name is looked at first."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    found: dict[str, Path] = {}
    for key, source in timeline.sources.items():
        same = [path for path in files if path.stat().st_size == source.blob.size]
        same.sort(key=lambda path: path.name != source.name)
        match = next((path for path in same if digest_of(path) == source.blob.sha256), None)
        if match is None:
            label = source.name or f"the source {key}"
            raise BadRequest(
                f"{label} is not in {folder}, or is not the file that the timeline was made from.",
                code="media_unlinked",
                remedy="Name the folder that holds the media with --media.",
            )
        found[key] = match.absolute()
    return found
