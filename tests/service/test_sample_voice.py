"""The local voice says its lines and knows when it says each word."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from deploy.sample.narration import place
from deploy.sample.screenplay import SCENES, lay_out
from deploy.sample.voice import RATE, speak, words_of


async def test_every_line_fits_into_the_full_film(tmp_path: Path) -> None:
    lines = [line for scene in SCENES for line in scene.lines]
    spoken = await speak(lines, tmp_path)
    placed = place(lay_out(40, 30), spoken, 30)
    assert [line.spoken.text for line in placed] == lines


async def test_sound_is_where_the_words_are(tmp_path: Path) -> None:
    (line,) = await speak(["Wait for it, the train is late."], tmp_path)
    assert [word.text for word in line.words] == ["Wait", "for", "it,", "the", "train", "is", "late."]
    energy = {word.text: _level(line.samples, word.start, word.end) for word in line.words}
    comma = _level(line.samples, line.words[2].end + 0.05, line.words[3].start - 0.02)
    assert line.words[3].start - line.words[2].end > 0.15
    assert min(energy.values()) > 10 * comma


async def test_nothing_to_say_starts_nothing(tmp_path: Path) -> None:
    assert await speak([], tmp_path) == ()
    assert list(tmp_path.iterdir()) == []


def _level(samples: np.ndarray, start: float, end: float) -> float:
    return float(np.sqrt(np.mean(samples[round(start * RATE) : round(end * RATE)] ** 2)))


def test_words_run_together_by_the_voice_share_its_time() -> None:
    words = words_of("in the 1999 city.", [(0, 2, 0, 500), (7, 4, 500, 900), (7, 4, 900, 1400), (12, 4, 1450, 2000)])
    assert [(word.text, word.start, word.end) for word in words] == [
        ("in", 0.0, 0.2),
        ("the", 0.2, 0.5),
        ("1999", 0.5, 1.4),
        ("city.", 1.45, 2.0),
    ]
