"""Frames and samples: every one of the output is identified."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from shared.contracts.time import sample_at
from tests.service.renderer_footage import clip, lag, numbered, numbers, pictures, rendered, sound, timeline


@pytest.mark.parametrize("rate", ["25/1", "30000/1001"])
async def test_twenty_cuts_are_exact_to_the_frame_and_the_sample(tmp_path: Path, rate: str) -> None:
    frames = Fraction(rate)
    footage = {"a": await numbered(tmp_path, 420, rate)}
    rng = np.random.default_rng(3)
    firsts = [int(n) for n in rng.permutation(20) * 20]
    lengths = [int(n) for n in rng.integers(5, 20, 20)]
    clips = [clip(i, a / frames, (a + n) / frames) for i, (a, n) in enumerate(zip(firsts, lengths, strict=True))]
    made = timeline(footage, clips, rate)
    (film,) = await rendered(tmp_path / "out", made, footage)
    assert film.check.passed, film.check.findings
    expected = [a + k for a, n in zip(firsts, lengths, strict=True) for k in range(n)]
    assert numbers(await pictures(film.file, (192, 108))) == expected
    heard = await sound(film.file)
    assert len(heard) == sample_at(len(expected), rate, 48000)
    at = 0
    for first, length in zip(firsts, lengths, strict=True):
        begin, end = sample_at(at, rate, 48000), sample_at(at + length, rate, 48000)
        source = round(first / frames * 48000)
        original = footage["a"].noise[source : source + end - begin]
        assert abs(lag(heard[begin:end, 0], original)) <= 1
        at += length
