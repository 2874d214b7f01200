"""Sound that changes its channels or its rate inside a source, as broadcasts do: brought to one form before it is used.

A filter graph is made for sound of one form and refuses another. Beginning it anew would begin its counts anew, so what
is read of such a source is written out first, each form by a graph of its own, and then read as any raw sound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ffmpeg

from services.renderer.domain.reading import Reading
from services.renderer.tools.ffmpeg import OWN, Bench, Option
from services.renderer.tools.sound import RAW, TIMED, Heard, from_source, from_there, opened, raw_input
from shared.contracts.timeline import Timeline
from shared.process import ProcessFailed

Node = Any
"""A stream of ffmpeg-python, which has no types."""
REFUSED = "Changing audio frame properties on the fly"
"""What ffmpeg says where sound of another form comes into a graph."""
SPAN: dict[str, Option] = {"f": "nut", "acodec": "pcm_f32le", "map_metadata": -1}
"""A container that keeps the times of sound to the sample."""
EXACT = {**TIMED, "min_hard_comp": 0.001}
"""Where one form follows another the times count, to a millisecond: within one they were made even in decoding."""
_RATES = re.compile(r"(?:Audio: aac[^\n]*?|parameters changed to )(\d+) Hz")


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
        made.clear()


@dataclass(slots=True)
class _Evened:
    """The readings of one program, each as a raw file."""

    bench: Bench
    timeline: Timeline
    wanted: dict[str, tuple[Path, int, Reading]] = field(default_factory=dict)

    def read(self, path: Path, index: int, timeline: Timeline, reading: Reading, *, number: int) -> Node:
        """Note what is read, and return it as it will be."""
        name = f"even_{number:04d}"
        self.wanted[name] = (path, index, reading)
        return from_there(raw_input(f"{name}.f32", timeline, number), reading)

    async def write(self) -> None:
        """Write all files."""
        for name, (path, index, reading) in self.wanted.items():
            span = _span(self.bench, path, index, self.timeline, reading, f"{name}.nut")
            done = await self.bench.ffmpeg(["-loglevel", "info", "-nostats", *span])
            timed = TIMED if _uneven(done.stderr_tail) else EXACT
            await self.bench.ffmpeg(_filled(f"{name}.nut", self.timeline, f"{name}.f32", timed))
            (self.bench.scratch / f"{name}.nut").unlink()

    def clear(self) -> None:
        """Remove the files: those of a long film would take as much room as all of its sound."""
        for name in self.wanted:
            (self.bench.scratch / f"{name}.f32").unlink()


def _uneven(said: str) -> bool:
    """Tell whether times are off within a form: those of AAC at another rate than the first are reckoned by that."""
    return len(set(_RATES.findall(said))) > 1 and "Audio: aac" in said


def _span(bench: Bench, path: Path, index: int, timeline: Timeline, reading: Reading, target: str) -> list[str]:
    """Each form is brought into the layout and the rate by a graph of its own, at its own times."""
    node = opened(bench, path, index, reading, number=0).filter("aresample", timeline.sample_rate)
    node = node.filter("aformat", sample_fmts="flt", channel_layouts=timeline.layout)
    built: list[str] = ffmpeg.output(node, target, **SPAN).get_args()
    return built


def _filled(span: str, timeline: Timeline, target: str, timed: Mapping[str, float]) -> list[str]:
    """Silence where there is no sound, from the place on that was sought; times are taken as they stand there."""
    node = ffmpeg.input(span, **OWN).audio.filter("aresample", timeline.sample_rate, **timed)
    built: list[str] = ffmpeg.output(node, target, **RAW).global_args("-copyts").get_args()
    return built
