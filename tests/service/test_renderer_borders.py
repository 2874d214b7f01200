"""What moves goes on over the border of a chunk: an edit cut into many chunks looks like one cut into few."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from services.renderer.settings import RendererSettings
from shared.contracts.speech import Caption, Word
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


@pytest.mark.parametrize("where", ["track", "file"])
async def test_captions_go_into_a_track_or_a_file_at_the_frames_of_their_words(tmp_path: Path, where: str) -> None:
    footage = {"a": await scene(tmp_path, "a", (240, 220, 60), 120)}
    words = (Word(text="--> one", start=0.2, end=0.4), Word(text="<b>two", start=0.4, end=0.8))
    said = Caption(text="--> one <b>two", start=0.2, end=0.8, words=words)
    made = timeline(footage, [clip(0, 0.5, 1), clip(1, 0, 1, speed="1/2", captions=[said])])
    options = RenderOptions.model_validate({"subtitles": where, "loudness": None})
    (film,) = await rendered(tmp_path / "out", made, footage, options=options)
    assert film.check.passed and film.subtitles is not None
    written = film.subtitles.read_text()
    assert "00:00:00,880 --> 00:00:02,080" in written and "two" in written
    with av.open(str(film.file)) as container:
        tracks = container.streams.subtitles
        assert len(tracks) == (1 if where == "track" else 0)
        if tracks:
            first = next(packet for packet in container.demux(tracks[0]) if packet.size > 2)
            assert first.pts is not None and tracks[0].time_base is not None
            assert float(first.pts * tracks[0].time_base) == pytest.approx(0.88, abs=0.001)
    drawn = await pictures(film.file, (192, 108), "rgb24")
    assert len(drawn) == made.frames and np.abs(drawn[30, 80:] - drawn[45, 80:].astype(int)).max() < 60, "nothing drawn"


async def test_hundreds_of_moments_fit_into_one_graph(tmp_path: Path) -> None:
    footage = {"a": await scene(tmp_path, "a", (240, 220, 60), 120)}
    flashes = {"name": "punch_in", "parameters": {"at": [0.08 * i for i in range(400)], "duration": 0.04}}
    slow = clip(0, 0, 0.24, speed="1/10", effects=[flashes] * 2)
    inset = timeline(footage, [slow]).video[0].model_copy(update={"effects": ()}).model_dump(mode="json")
    way = [{"frame": 2 * i, "value": 0.2 + 0.6 * (i % 2), "ease": "bounce"} for i in range(100)]
    overlay = {
        "id": "o",
        "start": 0,
        "frames": 250,
        "clip": inset,
        "width": 0.3,
        "x": way,
        "rotation": way,
        "scale": way,
    }
    (film,) = await rendered(tmp_path / "out", timeline(footage, [slow], overlays=[overlay]), footage)
    assert film.check.passed
    assert list((tmp_path / "out").glob("graph_*.txt")), "one argument would have been too long"
