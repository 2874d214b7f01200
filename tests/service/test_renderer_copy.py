"""``fidelity: copy``: the source's own pictures where nothing is done to them, every frame and sample in its place."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from shared.contracts.time import sample_at
from shared.contracts.timeline import Output, RenderOptions
from shared.process import ffmpeg_path, run
from tests.service.renderer_footage import Footage, clip, lag, numbered, numbers, pictures, rendered, sound, timeline

WIDE = Output(name="wide", width=320, height=180)
COPY = RenderOptions(captions=False, loudness=None, fidelity="copy")
FRAMES = 600


async def coded(folder: Path, rate: str, *options: str) -> Footage:
    """Numbered frames in the given way of coding."""
    plain = await numbered(folder, FRAMES, rate, size=(320, 180))
    again = folder / "coded.mp4"
    codecs = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "14", *options, "-c:a", "copy"]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", "-i", str(plain.path), *codecs, str(again)])
    return replace(plain, path=again)


@pytest.mark.parametrize("rate", ["25/1", "30000/1001"])
@pytest.mark.parametrize(
    "options",
    [("-g", "25", "-bf", "0"), ("-g", "30", "-bf", "3"), ("-g", "30", "-bf", "3", "-x264-params", "open-gop=1")],
    ids=["no-b", "b", "open"],
)
async def test_copied_and_encoded_frames_are_all_in_their_places(
    tmp_path: Path, rate: str, options: tuple[str, ...]
) -> None:
    footage = {"a": await coded(tmp_path, rate, *options)}
    frames = Fraction(rate)
    rng = np.random.default_rng(5)
    spans, at = [], 0
    while at < FRAMES - 90:
        length = int(rng.integers(20, 110))
        spans.append((at, min(length, FRAMES - 2 - at)))
        at += length + int(rng.integers(3, 20))
    clips = [clip(i, a / frames, (a + n) / frames) for i, (a, n) in enumerate(spans)]
    made = timeline(footage, clips, rate)
    (film,) = await rendered(tmp_path / "out", made, footage, WIDE, options=COPY)
    assert film.check.passed and not film.check.findings, film.check.findings
    drawn = len(list((tmp_path / "out").glob("[0-9a-f]*.mp4")))
    assert drawn > 1
    shown = numbers(await pictures(film.file, (320, 180)))
    assert shown == [a + k for a, n in spans for k in range(n)]
    heard, place = (await sound(film.file))[:, 0], 0
    for first, length in spans:
        begin, end = sample_at(place, rate, 48000), sample_at(place + length, rate, 48000)
        source = round(first / frames * 48000)
        assert abs(lag(heard[begin:end], footage["a"].noise[source : source + end - begin])) <= 1
        place += length
    assert len(heard) == sample_at(place, rate, 48000)


async def test_what_cannot_be_copied_is_encoded_and_the_check_says_why(tmp_path: Path) -> None:
    footage = {"a": await numbered(tmp_path, 100, "25/1")}
    made = timeline(footage, [clip(0, 0.2, 1.8), clip(1, 2.4, 3.6)])
    (film,) = await rendered(tmp_path / "out", made, footage, options=COPY.model_copy(update={"watermark": "x"}))
    assert film.check.passed
    (finding,) = film.check.findings
    assert (finding.code, finding.severity) == ("copy_impossible", "note") and "drawn over" in finding.message
    (film,) = await rendered(tmp_path / "b", made, footage, options=COPY)
    assert [f.code for f in film.check.findings] == ["copy_impossible"]
    assert numbers(await pictures(film.file, (192, 108))) == [*range(5, 45), *range(60, 90)]


async def test_what_has_effects_is_encoded_between_copies(tmp_path: Path) -> None:
    footage = {"a": await coded(tmp_path, "25/1", "-g", "25", "-bf", "2")}
    clips = [clip(0, 0, 4), clip(1, 5, 6, speed="1/2", effects=[{"name": "slowmo"}]), clip(2, 8, 12)]
    made = timeline(footage, clips)
    (film,) = await rendered(tmp_path / "out", made, footage, WIDE, options=COPY)
    assert film.check.passed, film.check.findings
    slow = [125 + k // 2 for k in range(50)]
    assert numbers(await pictures(film.file, (320, 180))) == [*range(100), *slow, *range(200, 300)]
