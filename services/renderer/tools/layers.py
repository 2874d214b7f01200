"""Laying overlays on a chunk: films and pictures by ``overlay``, texts and shapes by libass, in their order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from services.renderer.domain.chunks import Chunk
from services.renderer.domain.layers import (
    Shown,
    box,
    corner,
    corners,
    grown,
    opacity_commands,
    places,
    sheet,
    shown,
    stands_still,
)
from services.renderer.domain.lettering import lettering
from services.renderer.domain.shapes import language
from services.renderer.tools.dressing import dressed
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.fonts import FOLDER
from services.renderer.tools.placing import placed, transparent
from services.renderer.tools.sources import lasting, picture_of, read
from services.renderer.tools.transitions import on_grid
from shared.contracts.easing import moves, value_at
from shared.contracts.timeline import Output, Source, Timeline

Node = Any
"""A stream of ffmpeg-python, which has no types."""
INPUTS = 2000
"""Overlays' inputs are numbered from here on, to be unlike those of the clips."""
CLEAR = "yuva444p"


def opened(
    bench: Bench, timeline: Timeline, sources: Mapping[str, Path], chunk: Chunk
) -> Sequence[tuple[Shown, Node | None]]:
    """Return what is seen of the overlays on ``chunk``, films and pictures with their frames."""
    found: list[tuple[Shown, Node | None]] = []
    for number, one in enumerate(shown(timeline.overlays, chunk)):
        clip = one.overlay.clip
        video = None
        if clip is not None:
            source, path = timeline.sources[clip.source], sources[clip.source]
            video = read(bench, source, path, clip, one.piece, rate=timeline.rate, number=INPUTS + number)
        found.append((one, video))
    return found


def layered(
    bench: Bench, video: Node, layers: Iterable[tuple[Shown, Node | None]], timeline: Timeline, output: Output
) -> Node:
    """Return ``video``, which is on the grid, with the layers over it."""
    for is_film, group in groupby(layers, lambda layer: layer[1] is not None):
        if is_film:
            for one, film in group:
                video = _laid(bench, on_grid(video, timeline.rate), one, film, timeline, output)
        else:
            script = lettering([one for one, _ in group], output, timeline.rate, language(timeline))
            name = f"layer_{hashlib.sha256(script.encode()).hexdigest()[:24]}.ass"
            (bench.scratch / name).write_text(script, encoding="utf-8")
            video = on_grid(video, timeline.rate).filter("ass", filename=name, fontsdir=FOLDER)
    return video


def _laid(bench: Bench, video: Node, one: Shown, film: Node, timeline: Timeline, output: Output) -> Node:
    clip = one.overlay.clip
    if clip is None:
        return video
    source, rate = timeline.sources[clip.source], timeline.rate
    size = box(one.overlay, picture_of(source), output)
    large = grown(one, size, picture_of(source), output)
    cell = Output.model_construct(name="cell", width=large[0], height=large[1], fit=one.overlay.fit, draft=False)
    content = _content(film, source, one, cell, rate)
    content = content.filter("tpad", stop_mode="clone", stop=-1).filter("trim", end_frame=one.frames)
    content = on_grid(_faded(bench, content, one, rate), rate)
    x: str | int
    y: str | int
    if stands_still(one.overlay):
        x, y = corner(one.overlay, large, output)
    else:
        made = sheet(one, size, large, output)
        room = {"w": made.size[0], "h": made.size[1], "x": "(ow-iw)/2", "y": "(oh-ih)/2", "color": "black@0"}
        moved = {**corners(one, made, output), "interpolation": "linear", "sense": "destination", "eval": "frame"}
        content = content.filter("pad", **room).filter("perspective", **moved)
        x, y = places(one, made, output, rate)
    content = content.filter("setpts", expr=f"PTS+{one.at}")
    return video.overlay(content, x=x, y=y, eof_action="pass", repeatlast=0, format="yuv420")


def _content(film: Node, source: Source, one: Shown, cell: Output, rate: str) -> Node:
    """The film in its box, with what is transparent in it."""
    clip = one.overlay.clip
    if clip is None:
        return film
    if source.media.kind != "image" and not transparent(picture_of(source)):
        shaped = lasting(placed(film, picture_of(source), cell), source, clip, one.piece, rate)
        return dressed(shaped, clip, one.piece, cell, rate, opaque=False).filter("format", CLEAR)
    grow = "increase" if cell.fit == "crop" else "decrease"
    size = {"w": cell.width, "h": cell.height}
    still = film.filter("format", "rgba").filter("scale", **size, flags="bicubic", force_original_aspect_ratio=grow)
    still = still.filter("scale", out_color_matrix="bt709", out_range="tv").filter("format", CLEAR)
    still = still.filter("setsar", "1")
    if cell.fit == "crop":
        still = still.filter("crop", **size)
    else:
        still = still.filter("pad", **size, x="(ow-iw)/2", y="(oh-ih)/2", color="black@0")
    still = lasting(still, source, clip, one.piece, rate)
    if not clip.effects:
        return still
    both = still.split()
    coloured = dressed(both[0].filter("format", "yuv420p"), clip, one.piece, cell, rate)
    return (
        coloured.filter("format", "yuv444p").filter("setparams", range="tv").alphamerge(both[1].filter("alphaextract"))
    )


def _faded(bench: Bench, content: Node, one: Shown, rate: str) -> Node:
    opacity = value_at(one.overlay.opacity, one.first)
    if not moves(one.overlay.opacity):
        return content if opacity >= 1 else content.filter("lutyuv", a=f"val*{max(0.0, opacity):.4f}")
    name = f"lutyuv@{hashlib.sha256(one.overlay.id.encode()).hexdigest()[:12]}"
    script = opacity_commands(one, rate, name)
    file = f"opacity_{hashlib.sha256(script.encode()).hexdigest()[:24]}.txt"
    (bench.scratch / file).write_text(script)
    return on_grid(content, rate).filter("sendcmd", filename=file).filter(name, a=f"val*{max(0.0, opacity):.4f}")
