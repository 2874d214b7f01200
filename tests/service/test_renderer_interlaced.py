"""Interlaced footage: found by the probe, and drawn without combs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from shared.contracts.timeline import Output
from shared.process import ffmpeg_path, run
from tests.service.analyzer_stage import info_of
from tests.service.renderer_footage import Footage, Grey, clip, film, pictures, rendered, timeline

SIZE = (320, 180)


async def bar(folder: Path) -> Footage:
    """A second of a white bar that runs through 10 pixels from field to field, on black, at 25 frames a second."""
    frames = np.zeros((50, SIZE[1], SIZE[0]), np.uint8)
    for i, frame in enumerate(frames):
        frame[:, (i * 10) % 300 : (i * 10) % 300 + 20] = 235
    whole = await film(folder, frames.tobytes(), None, "50/1", SIZE, "fields")
    path = folder / "interlaced.mp4"
    woven = ["-vf", "tinterlace=interleave_top,setfield=tff", "-r", "25"]
    codec = ["-c:v", "libx264", "-crf", "5", "-flags", "+ilme+ildct", "-x264opts", "tff=1", "-pix_fmt", "yuv420p"]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", "-i", str(whole.path), *woven, *codec, str(path)])
    return replace(whole, path=path)


def combed(frames: Grey) -> float:
    """How much neighbouring lines differ from each other and not from the next but one."""
    rows = frames[5:20].astype(int)
    return float(np.abs(rows[:, 1:-1] * 2 - rows[:, :-2] - rows[:, 2:]).mean())


async def test_fields_become_whole_pictures(tmp_path: Path) -> None:
    woven = await bar(tmp_path)
    info = await info_of(woven.path, tmp_path)
    assert info.video is not None and info.video.interlaced
    assert "interlaced" in {note.code for note in info.notes}
    made = timeline({"a": replace(woven, media=info)}, [clip(0, 0, 1)])
    wide = Output(name="a", width=SIZE[0], height=SIZE[1])
    (done,) = await rendered(tmp_path / "out", made, {"a": replace(woven, media=info)}, wide)
    plain = await pictures(woven.path, SIZE)
    drawn = await pictures(done.file, SIZE)
    assert done.check.passed and len(drawn) == 25
    assert combed(plain) > 15 and combed(drawn) < combed(plain) / 5
