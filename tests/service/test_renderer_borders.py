"""What moves goes on over the border of a chunk: an edit cut into many chunks looks like one cut into few."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from services.renderer.settings import RendererSettings
from shared.contracts.media import Caption, Word
from shared.contracts.timeline import CaptionStyle, Output, RenderOptions
from tests.service.renderer_footage import clip, pictures, rendered, timeline
from tests.service.renderer_golden import SIZE, logo, scene


def keys(*points: tuple[int, float]) -> list[dict[str, Any]]:
    return [{"frame": frame, "value": value, "ease": "ease_in_out"} for frame, value in points]


async def test_effects_overlays_and_captions_do_not_notice_chunks(tmp_path: Path) -> None:
    footage = {"a": await scene(tmp_path, "a", (240, 220, 60), 120), "logo": logo(tmp_path)}
    effects = [
        {"name": "shake", "parameters": {"strength": 0.05}},
        {"name": "fade_in", "parameters": {"duration": 9.0, "colour": "#2040ff"}},
        {"name": "fade_out", "parameters": {"duration": 7.0}},
        {"name": "punch_in", "parameters": {"at": [3.9, 4.1, 8.5], "scale": 1.4}},
    ]
    words = tuple(Word(text=f"word{i}", start=i / 20, end=i / 20 + 0.04) for i in range(20))
    said = Caption(text=" ".join(word.text for word in words), start=0, end=1, words=words)
    slow = clip(0, 0, 0.9, warp=[{"source": "9/10", "begin": "1/20", "end": "1/20"}], effects=effects, captions=[said])
    spin = {"id": "s", "start": 5, "frames": 170, "width": 0.3, "rotation": keys((0, 0), (170, 720))}
    drop = {
        "id": "t",
        "start": 30,
        "frames": 140,
        "text": {"text": "Drop", "size": 0.2},
        "y": keys((0, 0.1), (140, 0.6)),
    }
    still = timeline(footage, [clip(9, 0, 17, "logo")], "10/1").video[0].model_dump(mode="json")
    fades = {"opacity": keys((0, 0.2), (90, 1.0), (170, 0.1)), "x": keys((0, 0.1), (170, 0.9))}
    made = timeline(footage, [slow], "10/1", overlays=[{**spin, **fades, "clip": still}, drop])
    assert made.frames == 180
    options = RenderOptions(captions=True, caption_style=CaptionStyle(name="pop"), loudness=None)
    shown = []
    for parallel in (1, 3):
        settings = RendererSettings(preset="ultrafast", crf=4, parallel=parallel, threads=1)
        folder, output = tmp_path / f"out{parallel}", Output(name="o", width=SIZE[0], height=SIZE[1])
        (film,) = await rendered(folder, made, footage, output, options=options, settings=settings)
        shown.append((await pictures(film.file, SIZE, "rgb24")).astype(np.int16))
        assert len(list(folder.glob("*.mp4"))) > (6 if parallel == 3 else 2)
    off = np.abs(shown[0] - shown[1])
    assert off.mean(axis=(1, 2, 3)).max() < 1.5, "no frame differs by more than its encoding"
    assert np.percentile(off, 99.9) < 20
