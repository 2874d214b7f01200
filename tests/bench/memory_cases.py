"""The edits that memory is measured on: one of each kind that could hold many frames at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from shared.contracts.layout import lay_out
from shared.contracts.media import AudioStream, MediaInfo, VideoStream
from shared.contracts.time import MICROSECONDS
from shared.contracts.timeline import Output, RenderOptions, Timeline

PLAIN = RenderOptions(captions=False, loudness=None)
WIDE = Output(name="wide", width=1920, height=1080)
TALL = Output(name="tall", width=1080, height=1920)
SQUARE = Output(name="square", width=1080, height=1080)
SHAPES = (WIDE, TALL, SQUARE)
OVERLAP_S = Fraction(1, 2)
DRESSED = ({"name": "zoom"}, {"name": "vignette"}, {"name": "adjust", "parameters": {"contrast": 1.1}})
MOVING = [{"frame": 0, "value": 0.2}, {"frame": 200, "value": 0.8}]


@dataclass(frozen=True, slots=True)
class Case:
    """``cuts`` shots of ``seconds`` each, taken from all over ``film``; ``clip`` is what is done to each of them.

    ``dissolve``: every cut is one. ``cells``: where further shots lie over it (x, y, width). ``layer``: something that
    moves over it. ``words`` a shot, as captions.
    """

    cuts: int
    seconds: float
    film: str = "hd"
    outputs: Sequence[Output] = (WIDE,)
    clip: Mapping[str, Any] = field(default_factory=dict)
    dissolve: bool = False
    cells: Sequence[tuple[float, float, float]] = ()
    layer: bool = False
    words: int = 0
    options: Mapping[str, Any] = field(default_factory=dict)


EFFECTS = {"effects": DRESSED}
HALVES = ((0.75, 0.5, 0.5),)
THIRDS = ((0.5, 0.5, 0.34), (0.84, 0.5, 0.34))
QUARTERS = ((0.75, 0.25, 0.5), (0.25, 0.75, 0.5), (0.75, 0.75, 0.5))
RAMP = {"warp": [{"source": "1/1", "begin": "1/1", "end": "3/1"}, {"source": "1/1", "begin": "3/1", "end": "1/1"}]}
CASES = {
    "one shot": Case(1, 9),
    "20 cuts": Case(20, 1.2),
    "200 cuts": Case(200, 0.25),
    "60 short cuts with an effect": Case(60, 0.2, clip={"effects": [{"name": "mirror"}]}),
    "5 dissolves": Case(6, 1.0, dissolve=True),
    "effects": Case(4, 1.6, clip=EFFECTS),
    "effects and dissolves": Case(4, 1.2, clip=EFFECTS, dissolve=True),
    "three shapes": Case(4, 1.6, outputs=SHAPES),
    "three shapes with effects": Case(4, 1.6, outputs=SHAPES, clip=EFFECTS),
    "three shapes with effects and dissolves": Case(4, 1.2, outputs=SHAPES, clip=EFFECTS, dissolve=True),
    "moving overlay": Case(4, 2.5, layer=True),
    "captions": Case(5, 1.6, words=6, options={"captions": True}),
    "speed ramp": Case(4, 2, clip=RAMP),
    "reverse": Case(1, 8, clip={"reverse": True}),
    "reverse in three shapes": Case(1, 5, clip={"reverse": True}, outputs=SHAPES),
    "freeze": Case(1, 1, clip={"warp": [{"source": "1/1", "hold": "8/1"}]}),
    "two beside each other": Case(2, 4, cells=HALVES),
    "three beside each other": Case(2, 4, cells=THIRDS),
    "four beside each other": Case(2, 4, cells=QUARTERS),
    "ladder for HLS": Case(4, 2.5, outputs=(WIDE.model_copy(update={"hls": True}),)),
    "from 4K": Case(6, 1.0, film="uhd"),
    "60 frames/s": Case(6, 1.0, film="fast"),
    "60 frames/s with effects and dissolves": Case(5, 1.0, film="fast", clip=EFFECTS, dissolve=True),
}


def made(case: Case, path: Path, size: str, rate: int, seconds: int) -> Timeline:
    """Return the edit of a case over the film at ``path``."""
    return line_of(case, path.stat().st_size, size, rate, seconds)


def line_of(case: Case, large: int, size: str, rate: int, seconds: int) -> Timeline:
    """Return the edit of a case over a film of ``large`` bytes."""
    width, height = (int(side) for side in size.split("x"))
    video = VideoStream(
        index=0, codec="h264", width=width, height=height, coded_width=width, coded_height=height,
        frame_rate=f"{rate}/1", time_base="1/15360", duration=seconds, color_space="bt709", pixel_format="yuv420p",
    )  # fmt: skip
    audio = AudioStream(index=1, codec="aac", sample_rate=48000, channels=1, duration=seconds)
    media = MediaInfo(kind="video", container="mp4", duration=seconds, size=large, video=video, audio=audio)
    blob = {"key": "ingest/source.mp4", "sha256": "0" * 64, "size": large, "content_type": "video/mp4"}
    line = Timeline.model_validate({
        "rate": f"{rate}/1", "sources": {"a": {"blob": blob, "media": media.model_dump()}},
        "video": [_clip(case, number, seconds, rate) for number in range(case.cuts)],
    })  # fmt: skip
    line = line.model_copy(update={"video": lay_out(line.video, line.rate)})
    layers = [_cell(case, number, cell, line, seconds, rate) for number, cell in enumerate(case.cells)]
    if case.layer:
        layers.append({**_cell(case, 9, (0.5, 0.5, 0.4), line, seconds, rate), "x": MOVING, "rotation": MOVING})
    return Timeline.model_validate({**line.model_dump(), "overlays": layers})


def _clip(case: Case, number: int, seconds: int, rate: int, shift: int = 0) -> dict[str, Any]:
    """Shots lie in the film so that those that follow each other are far apart."""
    room = max(1, round((seconds - case.seconds) * rate))
    first = (number * 397 + shift) % room
    begin, end = (round(Fraction(n * 1_000_000, rate)) for n in (first, first + round(case.seconds * rate)))
    joined = {"transition_in": {"kind": "dissolve", "frames": round(OVERLAP_S * rate)}} if number else {}
    texts = [f"word{n}" for n in range(case.words)]
    words = [{"text": text, "start": begin / 1e6 + n / 5, "end": begin / 1e6 + n / 5 + 0.18}
             for n, text in enumerate(texts)]  # fmt: skip
    said = {"text": " ".join(texts), "start": begin / 1e6, "end": end / 1e6, "words": words}
    return {
        "id": f"c{number}", "name": f"cut {number}", "source": "a", "time_base": MICROSECONDS, "frames": 1,
        "start": begin, "end": end, "captions": [said] if words else [], **(joined if case.dissolve else {}),
        **case.clip,
    }  # fmt: skip


def _cell(
    case: Case, number: int, cell: tuple[float, float, float], line: Timeline, seconds: int, rate: int
) -> dict[str, Any]:
    x, y, width = cell
    whole = Case(1, min(seconds - 1, line.frames / rate), case.film)
    clip = {**_clip(whole, 0, seconds, rate, 31 * (number + 1)), "frames": line.frames}
    return {"id": f"o{number}", "start": 0, "frames": line.frames, "x": x, "y": y, "width": width, "clip": clip}
