"""One chunk of the picture: a filter graph over one input for each piece, encoded without sound, once for each output.

Every output is drawn from the same decoded frames. On its way into the encoder each frame leaves a small grey copy, so
that the check need not decode all of the film again.

The graph is a value of ffmpeg-python; nothing of a user's stands in it but numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ffmpeg

from services.renderer.domain.chunks import Chunk, Piece
from services.renderer.domain.formats import Option, chunk_muxer
from services.renderer.domain.reframe import course
from services.renderer.tools.dressing import dressed
from services.renderer.tools.encoders import device, encoder, uploads
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.fonts import FOLDER
from services.renderer.tools.layers import layered, opened
from services.renderer.tools.nearing import drawn_large, neared
from services.renderer.tools.placing import placed
from services.renderer.tools.sources import lasting, picture_of, read
from services.renderer.tools.transitions import joined, on_grid
from shared.contracts.timeline import Output, Timeline

Node = Any
"""A stream of ffmpeg-python, which has no types."""
SMALL = (64, 36)
"""Width and height of the small grey copies."""
SDR = {"range": "tv", "color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709"}


@dataclass(frozen=True, slots=True)
class Canvas:
    """What a chunk is drawn from and on."""

    timeline: Timeline
    sources: Mapping[str, Path]
    output: Output


@dataclass(frozen=True, slots=True)
class Drawing:
    """One output of a chunk: the script that is drawn over it, and the files to write, all in the scratch folder.

    ``own``: encoder options of its own.
    """

    output: Output
    subtitles: str | None
    target: str
    small: str
    own: Mapping[str, Option] = field(default_factory=dict)


def arguments(
    bench: Bench, timeline: Timeline, sources: Mapping[str, Path], drawings: Sequence[Drawing], chunk: Chunk
) -> list[str]:
    """Return ffmpeg's arguments that render ``chunk`` to every drawing's files, from one decoding of the sources."""
    read_ = [_read(bench, timeline, sources, piece, number) for number, piece in enumerate(chunk.pieces)]
    fans = [_fanned(video, len(drawings)) for video in read_]
    layers = [
        (one, _fanned(film, len(drawings)) if film else None) for one, film in opened(bench, timeline, sources, chunk)
    ]
    made = []
    for number, drawing in enumerate(drawings):
        canvas = Canvas(timeline, sources, drawing.output)
        pieces = [_drawn(fan[number], canvas, piece) for fan, piece in zip(fans, chunk.pieces, strict=True)]
        over = [(one, films[number] if films else None) for one, films in layers]
        video = layered(bench, joined(pieces, timeline, chunk), over, timeline, drawing.output)
        made += _written(bench, video, canvas, drawing, chunk)
    built: list[str] = ffmpeg.merge_outputs(*made).get_args()
    families = frozenset(bench.hardware[d.output.codec] for d in drawings if d.output.codec in bench.hardware)
    return [*device(bench.settings, families), "-filter_complex_threads", str(bench.settings.chunk_threads()), *built]


def _read(bench: Bench, timeline: Timeline, sources: Mapping[str, Path], piece: Piece, number: int) -> Node:
    clip = timeline.video[piece.clip]
    source = timeline.sources[clip.source]
    return read(bench, source, sources[clip.source], clip, piece, rate=timeline.rate, number=number)


def _written(bench: Bench, video: Node, canvas: Canvas, drawing: Drawing, chunk: Chunk) -> list[Node]:
    rate = canvas.timeline.rate
    video = on_grid(video, rate)
    if drawing.subtitles:
        video = video.filter("ass", filename=drawing.subtitles, fontsdir=FOLDER)
    both = on_grid(video.filter("format", "yuv420p").filter("setparams", **SDR), rate).split()
    bounds = {"frames:v": chunk.frames, "fps_mode": "passthrough"}
    family = bench.hardware.get(canvas.output.codec)
    chosen = {**encoder(bench.settings, canvas.output, rate, family), **drawing.own}
    options = {**chosen, **bounds, "map_metadata": -1, "map_chapters": -1}
    encoded = both[0].filter("format", "nv12").filter("hwupload") if uploads(family) else both[0]
    small = both[1].filter("extractplanes", "y").filter("scale", *SMALL, flags="area")
    return [
        ffmpeg.output(encoded, drawing.target, **options, f=chunk_muxer(canvas.output)),
        ffmpeg.output(small, drawing.small, **bounds, f="rawvideo"),
    ]


def _fanned(video: Node, count: int) -> Sequence[Node]:
    split = video.filter_multi_output("split", count)
    return [video] if count == 1 else [split[i] for i in range(count)]


def _drawn(video: Node, canvas: Canvas, piece: Piece) -> Node:
    clip = canvas.timeline.video[piece.clip]
    source = canvas.timeline.sources[clip.source]
    way = course(source, clip, piece, canvas.output, canvas.timeline.rate)
    if way is None and (near := neared(source, clip, canvas.output)) is not None:
        return drawn_large(video, near, source, clip, piece, canvas.output, canvas.timeline.rate)
    filled = placed(video, picture_of(source), canvas.output, way)
    shaped = lasting(filled, source, clip, piece, canvas.timeline.rate)
    return dressed(shaped, clip, piece, canvas.output, canvas.timeline.rate)
