"""ffmpeg's command lines that decode a medium's sound for listening to it, also sound that changes its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import ffmpeg

from services.analyzer.tools.opening import MAX_STREAMS
from shared.process import ffmpeg_path

RATE = 16_000
_LOWEST_HZ = 10
_UNBOUNDED = ("pcm_f", "pcm_s64")
_BOUNDED = "if(isnan(val(ch))+isinf(val(ch)),0,clip(val(ch),-16,16))"
"""Floating-point sound may hold anything. One NaN would stay in the memory of every filter behind it."""
Mix = Literal["all", "left"]
REFUSED = "Changing audio frame properties on the fly"
"""What ffmpeg says where sound changes its channels or its rate: a graph of filters is made for one form."""
EVEN = {"stereo": 48_000, "mono": RATE}
"""What sound that changes its form is measured in, and what is kept of it, with their rates."""
MIXES: dict[str, Mix] = {"stereo": "all", "mono": "left"}
AS_THEY_STAND = {"ss": 0, "seek_timestamp": 1}
"""Times that are not reckoned from the first sample on, which may come late."""
SEAM_S = 0.012
"""Less than the last frame of one form reaches into the next, more than AAC's times are off where its rate changes."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A stream of a file, and what may open it; ``more`` are options of the input.

    ``hole``: seconds by which sound may miss its own times.
    """

    path: Path
    demuxers: str
    index: int
    codec: str
    more: Mapping[str, int]
    hole: float = 0.1

    def sound(self) -> Any:  # ffmpeg-python has no types
        """Return it as an input."""
        safe = {"format_whitelist": self.demuxers, "protocol_whitelist": "file", "max_streams": MAX_STREAMS}
        source = ffmpeg.input(f"file:{self.path}", **safe, vn=None, sn=None, dn=None, **self.more)
        return source[str(self.index)]


def _argv(output: Any) -> list[str]:  # ffmpeg-python has no types
    return [ffmpeg_path(), "-hide_banner", "-nostdin", "-nostats", "-progress", "pipe:1", "-y", *output.get_args()]


def evening(read: Reading, targets: Mapping[str, Path]) -> list[str]:
    """Every form is brought to each layout of ``targets`` by graphs of its own, at its own times."""
    split = read.sound().filter_multi_output("asplit", len(targets))
    even = [
        split[number].filter("aresample", rate).filter("aformat", sample_fmts="flt", channel_layouts=layout)
        for number, (layout, rate) in enumerate(EVEN.items())
    ]
    files = zip(even, targets.values(), strict=True)
    written = [ffmpeg.output(one, f"file:{path}", f="nut", acodec="pcm_f32le") for one, path in files]
    return _argv(ffmpeg.merge_outputs(*written))


def listening(read: Reading, seconds: float, target: Path, mix: Mix) -> list[str]:
    """Return the program that writes ``seconds`` of mono to ``target``; with ``all`` it also tells how loud that is."""
    sound, outputs = read.sound(), []
    if read.codec.startswith(_UNBOUNDED):
        sound = sound.filter("aeval", _BOUNDED, c="same")
    if mix == "left":
        sound = sound.filter("channelmap", map="0", channel_layout="mono")
    else:  # measured in the stream's own channels and rate, not in the mono that is kept
        split = sound.filter_multi_output("asplit", 2)
        sound = split[0]
        measured = split[1].filter("ebur128", peak="true", framelog="quiet")
        outputs.append(ffmpeg.output(measured, "pipe:", f="null", t=f"{seconds:.3f}"))
    timed = {"async": 1, "first_pts": 0, "min_hard_comp": read.hole}
    kept = sound.filter("aresample", RATE, **timed).filter("aformat", channel_layouts="mono")
    kept = kept.filter("highpass", _LOWEST_HZ)  # a constant offset is not heard, and would be the level of every pause
    kept = kept.filter("astats", measure_perchannel="none", measure_overall="RMS_peak")
    samples = ffmpeg.output(kept, f"file:{target}", f="f32le", ac=1, ar=RATE, t=f"{seconds:.3f}")
    return _argv(ffmpeg.merge_outputs(samples, *outputs))
