"""The contact sheet shows the film's frames in order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deploy.contact_sheet import contact_sheet
from shared import process
from shared.errors import BadMedia


async def _film(target: Path, *sources: str) -> Path:
    inputs = [part for source in sources for part in ("-f", "lavfi", "-i", source)]
    joined = f"concat=n={len(sources)}"
    await process.run(
        [process.ffmpeg_path(), "-v", "error", *inputs, "-filter_complex", joined, "-c:v", "libx264", str(target)]
    )
    return target


async def test_frames_stand_in_rows_in_order(tmp_path: Path) -> None:
    colours = ("red", "lime", "blue", "white")
    film = await _film(tmp_path / "film.mp4", *(f"color=c={colour}:s=64x36:r=10:d=1" for colour in colours))
    sheet = await contact_sheet(film, tmp_path / "out" / "sheet.png", frames=4, columns=2, width=64)
    picture = _pixels(sheet)
    middles = [picture[8 + 18, 8 + 32], picture[8 + 18, 80 + 32]]
    low = picture.shape[0] // 2 + 18
    middles += [picture[low, 8 + 32], picture[low, 80 + 32]]
    expected = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]
    assert all(np.abs(seen - np.array(colour)).max() < 24 for seen, colour in zip(middles, expected, strict=True))


async def test_times_are_written_under_the_frames(tmp_path: Path) -> None:
    film = await _film(tmp_path / "film.mp4", "color=c=black:s=64x36:r=10:d=2")
    sheet = _pixels(await contact_sheet(film, tmp_path / "sheet.png", frames=1, columns=1, width=160))
    label = sheet[8 + 90 :, :, 0]
    assert label.max() > 200


async def test_what_is_no_film_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "film.mp4"
    text.write_text("no film")
    with pytest.raises(BadMedia):
        await contact_sheet(text, tmp_path / "sheet.png")
    assert not (tmp_path / "sheet.png").exists()


def _pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture)
