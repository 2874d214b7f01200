"""Pictures that move over the edit: they do not shake, lose no edge, and are as sharp as their file lets them be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from services.renderer.settings import RendererSettings
from shared.contracts.timeline import Output
from tests.service.renderer_footage import Footage, Grey, clip, film, pictures, rendered, timeline
from tests.service.renderer_golden import logo

SIZE, FRAMES = (320, 180), 50
FINE = RendererSettings(preset="ultrafast", crf=2)


def _keys(first: float, last: float) -> list[dict[str, Any]]:
    return [{"frame": 0, "value": first}, {"frame": FRAMES, "value": last}]


def _picture(folder: Path, made: Grey) -> Footage:
    """A still picture of these grey levels."""
    like = logo(folder)
    path = folder / "still.png"
    Image.fromarray(made).convert("RGBA").save(path)
    assert like.media.video is not None
    size = {"width": made.shape[1], "height": made.shape[0]}
    size |= {"coded_width": size["width"], "coded_height": size["height"]}
    media = like.media.model_copy(update={"video": like.media.video.model_copy(update=size)})
    return replace(like, path=path, media=media)


async def _laid(folder: Path, still: Footage, **overlay: Any) -> Grey:
    """The frames of a black film with ``still`` laid over it."""
    black = np.full(SIZE[0] * SIZE[1] * FRAMES, 16, np.uint8).tobytes()
    footage = {"a": await film(folder, black, None, "25/1", SIZE, "black"), "still": still}
    shown = timeline(footage, [clip(9, 0, FRAMES / 25, "still")]).video[0].model_dump(mode="json")
    laid = {"id": "o", "start": 0, "frames": FRAMES, "clip": shown, **overlay}
    made = timeline(footage, [clip(0, 0, FRAMES / 25)], overlays=[laid])
    (done,) = await rendered(folder / "out", made, footage, Output(name="o", width=320, height=180), settings=FINE)
    return await pictures(done.file, SIZE)


async def test_a_picture_drifts_by_fractions_of_a_pixel_and_stays_whole(tmp_path: Path) -> None:
    white = _picture(tmp_path, np.full((40, 60), 255, np.uint8))
    frames = await _laid(tmp_path, white, x=_keys(0.2, 0.3), y=_keys(0.5, 0.55), width=0.25)
    levels = frames.astype(float) - 16
    columns, rows = levels.sum(axis=1), levels.sum(axis=2)
    across = (columns * (np.arange(SIZE[0]) + 0.5)).sum(axis=1) / columns.sum(axis=1)
    along = (rows * (np.arange(SIZE[1]) + 0.5)).sum(axis=1) / rows.sum(axis=1)
    way = np.arange(FRAMES) / FRAMES
    assert np.abs(across - SIZE[0] * (0.2 + 0.1 * way)).max() < 0.6, "where it was asked for"
    for found, pace in ((across, 0.1 * SIZE[0] / FRAMES), (along, 0.05 * SIZE[1] / FRAMES)):
        assert np.abs(np.diff(found) - pace).max() < 0.1, "no shaking"
    whole = levels.sum(axis=(1, 2)) / (255 - 16)
    assert np.abs(whole / (80 * 54) - 1).max() < 0.02, "nothing is cut off"


async def test_a_picture_that_comes_nearer_is_as_sharp_as_its_file(tmp_path: Path) -> None:
    stripes = np.repeat(np.tile(np.array([0, 255], np.uint8), 40)[None], 160, axis=0).repeat(4, axis=1)
    still = _picture(tmp_path, stripes)
    frames = await _laid(tmp_path, still, scale=_keys(1.0, 4.0), width=0.25)
    row = frames[-1, 90, 100:220].astype(float)
    assert np.percentile(row, 90) - np.percentile(row, 10) > 190, "stripes of four pixels are black and white"


async def test_a_picture_that_stands_is_as_large_as_its_scale_says(tmp_path: Path) -> None:
    white = _picture(tmp_path, np.full((40, 60), 255, np.uint8))
    (seen,) = (await _laid(tmp_path, white, scale=1.5, width=0.25))[-1:]
    rows, columns = (np.flatnonzero((seen > 125).any(axis=axis)) for axis in (1, 0))
    assert (len(columns), len(rows)) == (120, 80)


async def test_a_still_picture_that_is_zoomed_into_is_as_sharp_as_its_file(tmp_path: Path) -> None:
    wide = np.repeat(np.tile(np.array([30, 220], np.uint8), 160)[None], 540, axis=0).repeat(3, axis=1)
    footage = {"a": _picture(tmp_path, wide)}
    near = [{"name": "zoom", "parameters": {"from": 1.0, "to": 3.0}}]
    made = timeline(footage, [clip(0, 0, 1, effects=near)])
    (done,) = await rendered(tmp_path / "out", made, footage, Output(name="o", width=320, height=180), settings=FINE)
    row = (await pictures(done.file, SIZE))[-1, 90].astype(float)
    assert np.percentile(row, 90) - np.percentile(row, 10) > 150, "stripes of three pixels are dark and bright"
