"""The sound of an edit on the sample grid: how many samples each clip fills, where fades go, and how loud it gets.

A cut at frame n lies at sample ``round(n * sample_rate / rate)``; lengths are differences of such positions, so that
nothing drifts. Loudness: ITU-R BS.1770, EBU R 128.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal, NamedTuple

from services.renderer.domain.formats import sound_of
from shared.contracts.layout import starts
from shared.contracts.time import sample_at
from shared.contracts.timeline import AudioCodec, Clip, Output, SoundLayout, Timeline

FADE_MS = 4
CHANNELS: dict[SoundLayout, int] = {"mono": 1, "stereo": 2, "5.1": 6}
BITS: dict[SoundLayout, float] = {"mono": 0.6, "stereo": 1.0, "5.1": 2.0}
"""Bits a second of a lossy encoder, against those of stereo."""
WEIGHTS: dict[SoundLayout, tuple[float, ...]] = {
    "mono": (1.0,), "stereo": (0.5, 0.5), "5.1": (0.5, 0.5, 0.7071, 0.0, 0.3536, 0.3536),
}  # fmt: skip
"""What of each channel counts where a sound is listened to as one (ITU-R BS.775); the deep one counts nothing."""
PEAK_DBTP = -1.0
"""True peak of a film as it is heard, after decoding (EBU R128)."""
CEILING_DB = -1.5
"""True peak that the limiter keeps at first: half a dB lower, because AAC overshoots."""
SILENCE_LUFS = -60.0
MAX_GAIN_DB = 36.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """The sound of clip number ``clip``: ``samples`` long, the first ``overlap`` of them mixed with the clip before.

    ``fade_in`` and ``fade_out`` are in samples; 0 where the source goes on unbroken.
    """

    clip: int
    samples: int
    overlap: int
    fade_in: int
    fade_out: int


class Voice(NamedTuple):
    """A sound of the whole film: outputs that want the same share one."""

    codec: AudioCodec
    layout: SoundLayout


def voice_of(timeline: Timeline, output: Output) -> Voice:
    """Return the sound that goes with ``output``; its codec may be ``none``."""
    return Voice(sound_of(output), layout_of(timeline, output.channels))


def layout_of(timeline: Timeline, wanted: SoundLayout | Literal["auto"] | None) -> SoundLayout:
    """Return the layout that an edit is rendered in; ``auto``: 5.1 or mono where all clips that sound are so."""
    if wanted != "auto":
        return wanted or timeline.layout
    sources = (timeline.sources.get(clip.source) for clip in timeline.video)
    heard = {one.media.audio.channels for one in sources if one is not None and one.media.audio is not None}
    known: dict[frozenset[int], SoundLayout] = {frozenset({6}): "5.1", frozenset({1}): "mono"}
    return known.get(frozenset(heard), "stereo")


def stretches(timeline: Timeline) -> tuple[Stretch, ...]:
    """Return the sound of every clip, in order; their samples less the overlaps are those of the whole edit."""
    clips, at = timeline.video, starts(timeline.video)
    rate, sample_rate = timeline.rate, timeline.sample_rate
    fade = sample_rate * FADE_MS // 1000
    joined = [False, *(_unbroken(a, b, rate, sample_rate) for a, b in pairwise(clips)), False]
    result: list[Stretch] = []
    for i, (clip, first) in enumerate(zip(clips, at, strict=True)):
        begin = sample_at(first, rate, sample_rate)
        samples = sample_at(first + clip.frames, rate, sample_rate) - begin
        overlap = sample_at(first + clip.transition_in.frames, rate, sample_rate) - begin if clip.transition_in else 0
        into = clip.transition_in is not None or joined[i]
        out = joined[i + 1] or (i + 1 < len(clips) and clips[i + 1].transition_in is not None)
        short = min(fade, samples // 2)
        result.append(Stretch(i, samples, overlap, 0 if into else short, 0 if out else short))
    return tuple(result)


def _unbroken(before: Clip, after: Clip, rate: str, sample_rate: int) -> bool:
    """Tell whether ``after`` goes on where ``before`` stops, to the sample: then a fade would be a hole."""
    if any(clip.warp or clip.reverse for clip in (before, after)):
        return False
    if before.source != after.source or before.speed != after.speed or Fraction(before.speed) != 1:
        return False
    heard = before.source_start + before.frames / Fraction(rate)
    return after.transition_in is None and abs(heard - after.source_start) <= Fraction(1, sample_rate)


def groups(parts: Sequence[Stretch], most: int) -> tuple[tuple[Stretch, ...], ...]:
    """Divide the stretches into groups of about ``most`` that can be decoded apart; never at an overlap."""
    result: list[list[Stretch]] = []
    for part in parts:
        if not result or (len(result[-1]) >= most and not part.overlap):
            result.append([])
        result[-1].append(part)
    return tuple(tuple(group) for group in result)


def tempo_steps(speed: Fraction) -> tuple[float, ...]:
    """Return factors between 0.5 and 2 whose product is ``speed``: the range in which a tempo change sounds well."""
    left, steps = float(speed), []
    while left < 0.5:
        steps.append(0.5)
        left /= 0.5
    while left > 2.0:
        steps.append(2.0)
        left /= 2.0
    return tuple(steps) if steps and left == 1.0 else (*steps, left)


@dataclass(frozen=True, slots=True)
class Level:
    """Measured sound: ``integrated`` in LUFS, ``peak`` in dBTP."""

    integrated: float
    peak: float


def gain_db(measured: Level, target: float) -> float:
    """Return the linear gain in dB towards ``target`` LUFS; 0 for silence."""
    if not measured.integrated > SILENCE_LUFS:
        return 0.0
    return min(target - measured.integrated, MAX_GAIN_DB)


def needs_limiter(measured: Level, gain: float) -> bool:
    """Tell whether ``gain`` dB would push the true peak over the ceiling."""
    return measured.peak + gain > CEILING_DB
