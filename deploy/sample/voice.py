"""The narrator: text in, samples and true word times out. espeak-ng does the speaking, in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

from shared import process
from shared.contracts.speech import Word
from shared.errors import CapabilityMissing

RATE = 48_000
VOICE = "en-us"
WORDS_PER_MINUTE = 165
_SPEAKER = Path(__file__).with_name("speak.py")

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Spoken:
    """One spoken line: mono samples at 48 kHz in -1..1, and its words with seconds from the line's start."""

    text: str
    samples: Samples
    words: tuple[Word, ...]

    @property
    def seconds(self) -> float:
        """How long the line lasts, to the end of its last word."""
        return self.words[-1].end if self.words else 0.0


async def speak(lines: Sequence[str], scratch: Path) -> tuple[Spoken, ...]:
    """Speak ``lines`` one after the other; ``scratch`` is a folder for the raw samples.

    Raises CapabilityMissing where the voice is not installed, ProcessFailed where it breaks.
    """
    if not lines:
        return ()
    if importlib.util.find_spec("espeakng_loader") is None:
        raise CapabilityMissing(
            "The local voice is not installed.",
            code="voice_missing",
            remedy="Install the package espeakng-loader (`make setup` does).",
        )
    pcm = scratch / "narration.pcm"
    done = await process.run(
        [sys.executable, str(_SPEAKER), str(pcm), str(WORDS_PER_MINUTE), VOICE],
        limits=process.Limits(wall_s=120, cpu_s=60),
        stdin=json.dumps(list(lines)).encode(),
    )
    answer = json.loads(done.stdout)
    return _cut(lines, answer["lines"], np.fromfile(pcm, dtype="<i2"), int(answer["rate"]))


def _cut(
    lines: Sequence[str], answers: list[dict[str, object]], pcm: npt.NDArray[np.int16], rate: int
) -> tuple[Spoken, ...]:
    spoken: list[Spoken] = []
    start = 0
    for text, answer in zip(lines, answers, strict=True):
        count, raw = answer["samples"], answer["words"]
        assert isinstance(count, int) and isinstance(raw, list)
        piece = pcm[start : start + count].astype(np.float32) / 32768
        start += count
        words = tuple(words_of(text, raw))
        spoken.append(Spoken(text, soxr.resample(piece, rate, RATE).astype(np.float32), words))
    return tuple(spoken)


def words_of(text: str, events: Sequence[Sequence[int]]) -> list[Word]:
    """Return the words of ``text``, as spaces part it, with their times in seconds.

    ``events`` are (characters before, length, start ms, end ms) as the voice gave them. It runs small words together
    ("in the" is one event) and parts others (a number has many): words without an event share the one before them by
    their lengths, events within one word are one.
    """
    heard: list[tuple[list[str], int, int]] = []
    for match in re.finditer(r"\S+", text):
        own = [event for event in events if match.start() <= event[0] < match.end()]
        if own or not heard:
            heard.append(([match.group()], own[0][2] if own else 0, own[-1][3] if own else 0))
        else:
            heard[-1][0].append(match.group())
    return [word for words, start, end in heard for word in _shared(words, start / 1000, end / 1000)]


def _shared(words: list[str], start: float, end: float) -> Iterator[Word]:
    length = sum(map(len, words))
    done = 0
    for word in words:
        left, right = (start + (end - start) * part / length for part in (done, done + len(word)))
        yield Word(text=word, start=round(left, 3), end=round(right, 3))
        done += len(word)
