"""One chunk of the picture: a filter graph over one input for each piece, encoded without sound, once for each output.

Every output is drawn from the same decoded frames. On its way into the encoder each frame leaves a small grey copy, so
that the check need not decode all of the film again.

The graph is a value of ffmpeg-python; nothing of a user's stands in it but numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from services.renderer.domain.chunks import Chunk, Piece
from services.renderer.domain.reading import TICKS, video_reading
from services.renderer.settings import RendererSettings
from services.renderer.tools.ffmpeg import Bench, Option, file_url, seconds
from services.renderer.tools.fonts import FOLDER
from services.renderer.tools.placing import placed
from shared.contracts.media import VideoStream
from shared.contracts.timeline import Clip, Output, Timeline

Node = Any
"""A stream of ffmpeg-python, which has no types."""
ZOOM = (1.0, 1.2)
SMALL = (64, 36)
"""Width and height of the small grey copies."""
SDR = {"range": "tv", "color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709"}


@dataclass(frozen=True, slots=True)
class Canvas:
    """What a chunk is drawn from and on."""

    timeline: Timeline
    sources: Mapping[str, Path]
    output: Output


def encoder(settings: RendererSettings, output: Output, rate: str) -> dict[str, Option]:
    """Return the encoder's options: the same for every chunk, so that they can be joined by stream copy."""
    return {
        "vcodec": "libx264",
        "preset": settings.draft_preset if output.draft else settings.preset,
        "crf": settings.draft_crf if output.draft else settings.crf,
        "profile:v": "high",
        "pix_fmt": "yuv420p",
        "g": max(1, round(Fraction(rate) * Fraction(settings.keyframe_seconds))),
        "flags": "+cgop",
        "threads": settings.chunk_threads(),
        "video_track_timescale": timescale(rate),
    }


def timescale(rate: str) -> int:
    """Return ticks a second in which a frame of ``rate`` is a whole number, at least 10,000 of them."""
    ticks = Fraction(rate).numerator
    while ticks < 10_000:
        ticks *= 2
    return ticks


@dataclass(frozen=True, slots=True)
class Drawing:
    """One output of a chunk: the script that is drawn over it, and the files to write, all in the scratch folder."""

    output: Output
    subtitles: str | None
    target: str
    small: str


def arguments(
    bench: Bench, timeline: Timeline, sources: Mapping[str, Path], drawings: Sequence[Drawing], chunk: Chunk
) -> list[str]:
    """Return ffmpeg's arguments that render ``chunk`` to every drawing's files, from one decoding of the sources."""
    fans = [_fanned(_read(bench, timeline, sources, piece, i), len(drawings)) for i, piece in enumerate(chunk.pieces)]
    made = []
    for number, drawing in enumerate(drawings):
        canvas = Canvas(timeline, sources, drawing.output)
        pieces = [_drawn(fan[number], canvas, piece) for fan, piece in zip(fans, chunk.pieces, strict=True)]
        made += _written(bench, _joined(pieces, chunk, timeline.rate), canvas, drawing, chunk)
    built: list[str] = ffmpeg.merge_outputs(*made).get_args()
    return ["-filter_complex_threads", str(bench.settings.chunk_threads()), *built]


def _written(bench: Bench, video: Node, canvas: Canvas, drawing: Drawing, chunk: Chunk) -> list[Node]:
    rate = canvas.timeline.rate
    video = _on_grid(video, rate)
    if drawing.subtitles:
        video = video.filter("ass", filename=drawing.subtitles, fontsdir=FOLDER)
    both = _on_grid(video.filter("format", "yuv420p").filter("setparams", **SDR), rate).split()
    bounds = {"frames:v": chunk.frames, "fps_mode": "passthrough"}
    options = {**encoder(bench.settings, canvas.output, rate), **bounds, "map_metadata": -1, "map_chapters": -1}
    small = both[1].filter("extractplanes", "y").filter("scale", *SMALL, flags="area")
    return [
        ffmpeg.output(both[0], drawing.target, **options, f="mp4"),
        ffmpeg.output(small, drawing.small, **bounds, f="rawvideo"),
    ]


def _fanned(video: Node, count: int) -> Sequence[Node]:
    split = video.filter_multi_output("split", count)
    return [video] if count == 1 else [split[i] for i in range(count)]


def _on_grid(video: Node, rate: str) -> Node:
    frame = 1 / Fraction(rate)
    return video.filter("settb", expr=f"{frame.numerator}/{frame.denominator}").filter("setpts", expr="N")


def _read(bench: Bench, timeline: Timeline, sources: Mapping[str, Path], piece: Piece, number: int) -> Node:
    """The source's frames on the output's grid, as they are."""
    clip = timeline.video[piece.clip]
    rate, stream = timeline.rate, _stream(timeline, clip)
    reading = video_reading(clip, piece, stream, rate)
    options = {"ss": seconds(reading.seek), "t": seconds(reading.length), "threads": bench.settings.chunk_threads()}
    source = ffmpeg.input(file_url(sources[clip.source]), **bench.hostile(number), **options)
    speed = Fraction(clip.speed)
    return (
        source[str(stream.index)]
        .filter("settb", expr=f"1/{TICKS}")
        .filter("setpts", expr=f"(PTS-{reading.shift})*{speed.denominator}/{speed.numerator}")
        .filter("fps", fps=rate, round="up", start_time=0)
        .filter("tpad", stop_mode="clone", stop=-1)
        .filter("trim", end_frame=piece.frames)
    )


def _drawn(video: Node, canvas: Canvas, piece: Piece) -> Node:
    clip = canvas.timeline.video[piece.clip]
    return _effects(placed(video, _stream(canvas.timeline, clip), canvas.output), clip, piece, canvas.output)


def _stream(timeline: Timeline, clip: Clip) -> VideoStream:
    stream = timeline.sources[clip.source].media.video
    if stream is None:
        raise ValueError(f"source {clip.source} has no picture")
    return stream


def _effects(video: Node, clip: Clip, piece: Piece, output: Output) -> Node:
    for effect in clip.effects:
        if effect.name == "zoom":
            low, high = effect.parameters.get("from", ZOOM[0]), effect.parameters.get("to", ZOOM[1])
            video = _zoomed(video, clip, piece, (low, high))
    return video


def _zoomed(video: Node, clip: Clip, piece: Piece, zoom: tuple[float, float]) -> Node:
    """Sub-pixel movement: ``perspective`` moves by fractions where ``zoompan`` jumps. It counts frames from 1."""
    low, high = (min(max(value, 1.0), 4.0) for value in zoom)
    share = f"min(1,(in-1+{piece.first})/{max(1, clip.frames - 1)})"
    margin = f"(1-1/({low:.6f}+{high - low:.6f}*{share}))/2"
    left, right, top, bottom = f"W*{margin}", f"W-W*{margin}", f"H*{margin}", f"H-H*{margin}"
    corners = {"x0": left, "y0": top, "x1": right, "y1": top, "x2": left, "y2": bottom, "x3": right, "y3": bottom}
    return video.filter("perspective", **corners, interpolation="linear", eval="frame")


def _joined(pieces: list[Node], chunk: Chunk, rate: str) -> Node:
    """Join hard cuts by ``concat``, overlaps by ``xfade``."""
    runs: list[list[Node]] = []
    lengths: list[int] = []
    overlaps: list[int] = []
    for node, piece in zip(pieces, chunk.pieces, strict=True):
        if not runs or piece.overlap:
            runs.append([])
            lengths.append(0)
            overlaps.append(piece.overlap)
        runs[-1].append(node)
        lengths[-1] += piece.frames
    joined = [run[0] if len(run) == 1 else ffmpeg.concat(*run, v=1, a=0, n=len(run)) for run in runs]
    whole, length = joined[0], lengths[0]
    for node, frames, overlap in zip(joined[1:], lengths[1:], overlaps[1:], strict=True):
        duration = seconds(overlap / Fraction(rate))
        offset = seconds((length - overlap) / Fraction(rate))
        grids = [_steady(side, rate) for side in (whole, node)]
        whole = ffmpeg.filter(grids, "xfade", transition="fade", duration=duration, offset=offset)
        length += frames - overlap
    return whole


def _steady(video: Node, rate: str) -> Node:
    return _on_grid(video, rate).filter("fps", fps=rate)
