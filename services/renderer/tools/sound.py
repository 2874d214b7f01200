"""The sound of the clips: each group of them decoded to raw samples, exactly as many as the grid asks for.

Raw sound is 32-bit floats, interleaved, without a header: its size is its length, and files can be strung
together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import ffmpeg

from services.renderer.domain.reading import Reading, audio_reading
from services.renderer.domain.sound import Stretch, tempo_steps
from services.renderer.tools.ffmpeg import OWN, Bench, Option, apart, file_url, seconds
from services.renderer.tools.seekable import APART, sound_path
from shared.contracts.timeline import Clip, Timeline

Node = Any
"""A stream of ffmpeg-python, which has no types."""
RAW: dict[str, Option] = {"f": "f32le", "acodec": "pcm_f32le", "map_metadata": -1}
BYTES = 4
"""Bytes of one sample of one channel."""
LEAST_HOLE_S = 0.03
"""Seconds by which sound may miss its own times: more than containers round by, less than is seen on lips."""
TIMED = {"async": 1, "first_pts": 0, "min_hard_comp": LEAST_HOLE_S}
"""Sound at its own times: a hole becomes silence, not a shift."""


class Heard(Protocol):
    """A way to read the sound of a source: see :func:`from_source`."""

    def __call__(self, path: Path, index: int, timeline: Timeline, reading: Reading, *, number: int) -> Node: ...


def clip_arguments(
    read: Heard, timeline: Timeline, sources: Mapping[str, Path], group: Sequence[Stretch], target: str
) -> list[str]:
    """Return ffmpeg's arguments that write the sound of a group of clips to the raw file ``target``.

    ``read`` opens the sources.
    """
    whole: Node | None = None
    for stretch in group:
        node = _clip(read, timeline, sources, stretch)
        if whole is None:
            whole = node
        elif stretch.overlap:
            whole = ffmpeg.filter([whole, node], "acrossfade", ns=stretch.overlap, c1="qsin", c2="qsin")
        else:
            whole = ffmpeg.concat(whole, node, v=0, a=1, n=2)
    built: list[str] = ffmpeg.output(whole, target, **RAW).get_args()
    return built


def _silence(samples: int, timeline: Timeline, number: int) -> Node:
    sample_rate = timeline.sample_rate
    length = seconds(Fraction(samples, sample_rate) + 1)
    made = ffmpeg.input(
        f"anullsrc=r={sample_rate}:cl={timeline.layout}", f="lavfi", format_whitelist="lavfi", t=length, **apart(number)
    )
    return made.audio.filter("atrim", end_sample=samples)


def from_source(bench: Bench, path: Path, index: int, timeline: Timeline, reading: Reading, *, number: int) -> Node:
    """Return sound in the timeline's rate and layout; ``number`` tells it from other inputs of the same program.

    A hole in the source becomes silence, not a shift. The program fails where the sound changes its form.
    """
    node = opened(bench, path, index, reading, number=number, reinit_filter=0)
    node = node.filter("aresample", timeline.sample_rate, **TIMED)
    return from_there(node.filter("aformat", sample_fmts="flt", channel_layouts=timeline.layout), reading)


def opened(bench: Bench, path: Path, index: int, reading: Reading, *, number: int, **more: Option) -> Node:
    """Return what is to be read of stream ``index`` as an input, with the options ``more``."""
    options = {"ss": seconds(reading.seek), "t": seconds(reading.length), "threads": 1, "vn": None, **more}
    safe = bench.hostile(number)
    if path.parent == bench.scratch and path.suffix == APART:
        safe |= {"format_whitelist": "nut", "seek_timestamp": 1}
    return ffmpeg.input(file_url(path), **safe, **options)[str(index)]


def from_there(node: Node, reading: Reading) -> Node:
    """Return sound that was read from ``reading.seek`` on from the first wanted sample on."""
    return node.filter("atrim", start_sample=reading.shift).filter("asetpts", expr="N/SR/TB")


def _clip(read: Heard, timeline: Timeline, sources: Mapping[str, Path], stretch: Stretch) -> Node:
    clip = timeline.video[stretch.clip]
    if timeline.sources[clip.source].media.audio is None:
        return _silence(stretch.samples, timeline, stretch.clip).filter("aformat", sample_fmts="flt")
    node = _run_through(read, timeline, sound_path(sources, clip.source), clip, stretch)
    node = node.filter("apad", whole_len=stretch.samples).filter("atrim", end_sample=stretch.samples)
    if stretch.fade_in:
        node = node.filter("afade", type="in", start_sample=0, nb_samples=stretch.fade_in, curve="qsin")
    if stretch.fade_out:
        begin = stretch.samples - stretch.fade_out
        node = node.filter("afade", type="out", start_sample=begin, nb_samples=stretch.fade_out, curve="qsin")
    return node


def bends(clip: Clip) -> bool:
    """Tell whether the sound of ``clip`` is made apart: at changing speeds, or backwards."""
    return bool(clip.warp) or clip.reverse


def bent_name(stretch: Stretch) -> str:
    """Return the name of the raw file with the sound of such a clip."""
    return f"bent_{stretch.clip:04d}.f32"


def raw_input(name: str, timeline: Timeline, number: int = 0) -> Node:
    """Return raw sound of ours as an input."""
    raw = {"f": "f32le", "ar": timeline.sample_rate, "ch_layout": timeline.layout}
    return ffmpeg.input(name, **OWN, **raw, **apart(number)).audio


def _run_through(read: Heard, timeline: Timeline, path: Path, clip: Clip, stretch: Stretch) -> Node:
    if bends(clip):
        return raw_input(bent_name(stretch), timeline, stretch.clip)
    node = _decoded(read, timeline, path, clip, stretch)
    for step in tempo_steps(Fraction(clip.speed)):
        if step != 1.0:
            node = node.filter("atempo", tempo=f"{step:.6f}")
    return node


def _decoded(read: Heard, timeline: Timeline, path: Path, clip: Clip, stretch: Stretch) -> Node:
    stream = timeline.sources[clip.source].media.audio
    if stream is None:
        raise ValueError(f"source {clip.source} has no sound")
    reading = audio_reading(clip, stretch.samples, stream, timeline.sample_rate)
    return read(path, stream.index, timeline, reading, number=stretch.clip)
