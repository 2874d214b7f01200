"""Sound that changes its channels or its rate inside a source, as broadcasts do: brought to one form before it is used.

A filter graph is made for sound of one form and refuses another. Beginning it anew would begin its counts anew, so what
is read of such a source is written out first, each form by a graph of its own, and then read as any raw sound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ffmpeg

from services.renderer.domain.reading import Reading
from services.renderer.tools.ffmpeg import OWN, Bench, Option, file_url, seconds
from services.renderer.tools.sound import RAW, TIMED, Heard, from_source, from_there, raw_input
from shared.contracts.timeline import Timeline
from shared.process import ProcessFailed

Node = Any
"""A stream of ffmpeg-python, which has no types."""
REFUSED = "Changing audio frame properties on the fly"
"""What ffmpeg says where sound of another form comes into a graph."""
SPAN: dict[str, Option] = {"f": "nut", "acodec": "pcm_f32le", "map_metadata": -1}
"""A container that keeps the times of sound to the sample."""


async def evened(bench: Bench, timeline: Timeline, arguments: Callable[[Heard], list[str]]) -> None:
    """Run the program that ``arguments`` makes of a way to read sound; where that changes, over what was evened out.

    Raises ProcessFailed.
    """
    try:
        await bench.ffmpeg(arguments(lambda *what, **more: from_source(bench, *what, **more)))
    except ProcessFailed as failed:
        if REFUSED not in failed.stderr_tail:
            raise
        made = _Evened(bench, timeline)
        built = arguments(made.read)
        await made.write()
        await bench.ffmpeg(built)


@dataclass(slots=True)
class _Evened:
    """The readings of one program, each as a raw file."""

    bench: Bench
    timeline: Timeline
    wanted: dict[str, list[list[str]]] = field(default_factory=dict)
    """The programs that write each file."""

    def read(self, path: Path, index: int, timeline: Timeline, reading: Reading, *, number: int) -> Node:
        """Note what is read, and return it as it will be."""
        name = f"even_{number:04d}"
        self.wanted[f"{name}.f32"] = [
            _span(self.bench, path, index, timeline, reading, f"{name}.nut"),
            _filled(f"{name}.nut", timeline, f"{name}.f32"),
        ]
        return from_there(raw_input(f"{name}.f32", timeline, number), reading)

    async def write(self) -> None:
        """Write all files."""
        for steps in self.wanted.values():
            for step in steps:
                await self.bench.ffmpeg(step)


def _span(bench: Bench, path: Path, index: int, timeline: Timeline, reading: Reading, target: str) -> list[str]:
    """Each form is brought into the layout and the rate by a graph of its own, at its own times."""
    options = {"ss": seconds(reading.seek), "t": seconds(reading.length), "threads": 1, "vn": None}
    node = ffmpeg.input(file_url(path), **bench.hostile(0), **options)[str(index)]
    node = node.filter("aresample", timeline.sample_rate)
    node = node.filter("aformat", sample_fmts="flt", channel_layouts=timeline.layout)
    built: list[str] = ffmpeg.output(node, target, **SPAN).get_args()
    return built


def _filled(span: str, timeline: Timeline, target: str) -> list[str]:
    """Silence where there is no sound, from the place on that was sought; times are taken as they stand there."""
    node = ffmpeg.input(span, **OWN).audio.filter("aresample", timeline.sample_rate, **TIMED)
    built: list[str] = ffmpeg.output(node, target, **RAW).global_args("-copyts").get_args()
    return built
