"""Sound that changes its channels and its rate inside a file is heard where it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from services.analyzer.tools.sound import RATE, extract
from tests.service.analyzer_stage import facts_of, ffmpeg, info_of
from tests.service.renderer_footage import Floats, lag

FORMS = {"pair": ("stereo", 48000), "wide": ("5.1", 48000), "one": ("mono", 44100)}
SECONDS = 2
NEAR_S = 0.02
"""The last frame of a form reaches so far into the next one."""


async def heard(path: Path, folder: Path, seconds: float) -> tuple[Floats, float]:
    """What the analyzer listens to, and how loud it finds it."""
    facts = await facts_of(path, folder)
    (index,) = (stream.index for stream in facts.streams if stream.type == "audio")
    target = folder / f"{path.stem}.f32"
    found = await extract(path, facts, index, seconds=seconds, target=target, on_time=lambda time: None)
    assert found.loudness is not None and not found.notes
    assert not list(folder.glob("*.nut"))
    return np.fromfile(target, np.float32), found.loudness.integrated


async def test_every_form_is_heard_in_its_place(tmp_path: Path) -> None:
    for number, (name, (layout, rate)) in enumerate(FORMS.items()):
        noise = f"anoisesrc=r={rate}:a=0.2:d={SECONDS}:seed={number},aformat=channel_layouts={layout}"
        await ffmpeg("-f", "lavfi", "-i", noise, "-c:a", "ac3", "-b:a", "448k", tmp_path / f"{name}.ts")
    (tmp_path / "pieces.txt").write_text("".join(f"file {name}.ts\nduration {SECONDS}\n" for name in FORMS))
    await ffmpeg("-f", "concat", "-i", tmp_path / "pieces.txt", "-c", "copy", tmp_path / "all.ts")
    info = await info_of(tmp_path / "all.ts", tmp_path)
    assert info.audio and info.duration == pytest.approx(3 * SECONDS, abs=0.1)
    whole, loud = await heard(tmp_path / "all.ts", tmp_path, info.duration)
    assert len(whole) == pytest.approx(info.duration * RATE, abs=RATE / 20)
    alone = [await heard(tmp_path / f"{name}.ts", tmp_path, SECONDS) for name in FORMS]
    for number, (samples, _) in enumerate(alone):
        inside, at = slice(RATE // 5, (SECONDS * 10 - 2) * RATE // 10), number * SECONDS * RATE
        found, wanted = whole[at:][inside], samples[inside]
        assert np.abs(found).mean() == pytest.approx(np.abs(wanted).mean(), rel=0.02)
        assert abs(lag(found, wanted)) <= NEAR_S * RATE, list(FORMS)[number]
    assert min(level for _, level in alone) - 1 < loud < max(level for _, level in alone) + 1
