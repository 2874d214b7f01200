"""Place the spoken lines in the film and mix them with the music."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deploy.sample.music import Music
from deploy.sample.screenplay import Shot
from deploy.sample.voice import RATE, Samples, Spoken
from shared.contracts.media import Span
from shared.contracts.speech import Caption, Word

LEAD_S = 0.4
"""Quiet before the first line of a shot, in seconds."""
GAP_S = 0.45
"""Pause between two lines of a shot."""
TAIL_S = 0.15
_DUCKED = 0.26
_VOICE_GAIN = 0.9


@dataclass(frozen=True, slots=True)
class Placed:
    """A line at its place: seconds from the film's start."""

    spoken: Spoken
    start: float

    @property
    def end(self) -> float:
        """The end of its last word."""
        return self.start + self.spoken.seconds

    def caption(self) -> Caption:
        """Return the line as a caption with its words' times in the film."""
        words = tuple(
            Word(text=word.text, start=round(self.start + word.start, 3), end=round(self.start + word.end, 3))
            for word in self.spoken.words
        )
        return Caption(text=self.spoken.text, start=words[0].start, end=words[-1].end, words=words)


def place(shots: Sequence[Shot], spoken: Sequence[Spoken], fps: int) -> tuple[Placed, ...]:
    """Put every line into its own shot, one after the other; a line that does not fit into its shot is left out."""
    by_text = {line.text: line for line in spoken}
    placed: list[Placed] = []
    for shot in shots:
        at = shot.start / fps + LEAD_S
        for text in shot.scene.lines:
            line = by_text[text]
            if at + line.seconds > shot.end / fps - TAIL_S:
                break
            placed.append(Placed(line, at))
            at += line.seconds + GAP_S
    return tuple(placed)


def pauses(placed: Sequence[Placed], seconds: float) -> tuple[Span, ...]:
    """Return the spans of the film in which nobody speaks."""
    edges = [0.0, *(edge for line in placed for edge in (line.start, line.end)), seconds]
    spans = zip(edges[::2], edges[1::2], strict=True)
    return tuple(Span(start=round(start, 3), end=round(end, 3)) for start, end in spans)


def mix(placed: Sequence[Placed], music: Music, silences: Sequence[Span]) -> tuple[Samples, Samples]:
    """Return the film's sound and the music alone, stereo; music steps back under speech, all stops in silences."""
    length = len(music.samples)
    open_ = _gate(length, silences)
    bed = music.samples * open_[:, None]
    voice = np.zeros(length, dtype=np.float32)
    for line in placed:
        start = round(line.start * RATE)
        piece = line.spoken.samples[: length - start]
        voice[start : start + len(piece)] += piece
    loud = bed * _ducking(length, placed)[:, None] + _room(voice)[:, None] * np.float32(_VOICE_GAIN)
    return _soften(loud * open_[:, None]), _soften(bed)


def _gate(length: int, silences: Sequence[Span]) -> npt.NDArray[np.float32]:
    gate = np.ones(length, dtype=np.float32)
    for span in silences:
        gate[round(span.start * RATE) : round(span.end * RATE)] = 0
    # The ramp lies outside the silence, so that the silence is complete.
    ramp = round(0.02 * RATE)
    for span in silences:
        start, end = round(span.start * RATE), round(span.end * RATE)
        before, after = gate[max(0, start - ramp) : start], gate[end : end + ramp]
        before *= np.linspace(1, 0, ramp, dtype=np.float32)[ramp - len(before) :]
        after *= np.linspace(0, 1, ramp, dtype=np.float32)[: len(after)]
    return gate


def _ducking(length: int, placed: Sequence[Placed]) -> npt.NDArray[np.float32]:
    """Gain of the music: down 0.15 s before a line, up again 0.3 s after it, without a click."""
    points: list[tuple[float, float]] = [(-1.0, 1.0)]
    for line in placed:
        points += [(line.start - 0.15, 1.0), (line.start, _DUCKED), (line.end, _DUCKED), (line.end + 0.3, 1.0)]
    points.append((length / RATE + 10, 1.0))
    times = np.maximum.accumulate([time for time, _ in points])
    return np.interp(np.arange(length) / RATE, times, [gain for _, gain in points]).astype(np.float32)


def _room(voice: Samples) -> Samples:
    """A few early reflections: the bare synthetic voice sounds as if it came from nowhere."""
    room = voice.copy()
    for delay_s, gain in ((0.011, 0.18), (0.019, 0.12), (0.031, 0.08)):
        delay = round(delay_s * RATE)
        room[delay:] += voice[:-delay] * np.float32(gain)
    return room


def _soften(samples: npt.NDArray[np.float32]) -> Samples:
    """Keep peaks under -2.5 dBFS, which leaves room for what a lossy codec adds, without clipping."""
    ceiling = np.float32(0.75)
    return np.asarray(np.tanh(samples / ceiling) * ceiling, dtype=np.float32)
