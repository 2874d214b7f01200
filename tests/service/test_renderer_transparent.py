"""What is transparent: black where it lies under everything, clear where it lies over something."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shared.contracts.timeline import Output
from shared.process import ffmpeg_path, run
from tests.service.renderer_footage import Footage, clip, film, pictures, rendered, timeline

SIZE = (160, 90)
WIDE = Output(name="a", width=SIZE[0], height=SIZE[1])


async def half(folder: Path, kind: str) -> Footage:
    """A second of red at the left; at the right of green that is wholly transparent."""
    grey = await film(folder, np.full((10, 90, 160), 160, np.uint8).tobytes(), None, "10/1", SIZE, "grey")
    path = folder / ("half.mov" if kind == "video" else "half.png")
    drawn = "color=c=red:s=160x90:r=10:d=1,format=gbrap,geq=r='255*lt(X,80)':g='255*gte(X,80)':b=0:a='255*lt(X,80)'"
    codec = ["-c:v", "prores_ks", "-profile:v", "4444"] if kind == "video" else ["-frames:v", "1"]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", "-f", "lavfi", "-i", drawn, *codec, str(path)])
    video = grey.media.video
    assert video is not None
    pixels = "yuva444p12le" if kind == "video" else "rgba"
    codec_of = {"codec": "prores" if kind == "video" else "png", "pixel_format": pixels}
    stream = video.model_copy(update={**codec_of, "color_space": ""})
    container = "mov" if kind == "video" else "png"
    media = grey.media.model_copy(update={"kind": kind, "container": container, "video": stream})
    return replace(grey, path=path, media=media)


@pytest.mark.parametrize("kind", ["video", "image"])
async def test_what_is_transparent_is_black_below_and_clear_above(tmp_path: Path, kind: str) -> None:
    grey = await film(tmp_path, np.full((10, 90, 160), 160, np.uint8).tobytes(), None, "10/1", SIZE, "grey")
    footage = {"a": grey, "b": await half(tmp_path, kind)}
    over = timeline(footage, [clip(9, 0, 1, "b")], "10/1").video[0].model_dump(mode="json")
    laid = [{"id": "o", "start": 10, "frames": 10, "clip": over, "width": 1.0, "height": 1.0}]
    made = timeline(footage, [clip(0, 0, 1, "b"), clip(1, 0, 1)], "10/1", overlays=laid)
    (done,) = await rendered(tmp_path / "out", made, footage, WIDE)
    frames = (await pictures(done.file, SIZE, "rgb24")).astype(int)
    for frame, behind in ((5, (0, 0, 0)), (15, (160, 160, 160))):
        assert np.abs(frames[frame, 45, 40] - (255, 0, 0)).max() < 25, "what is opaque is as it was"
        assert np.abs(frames[frame, 45, 120] - behind).max() < 12, "what is transparent shows nothing of its own"
