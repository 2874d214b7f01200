"""What disturbs a shot and is no change of it: things before the lens, and light that comes and goes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from tests.bench.shots import worlds

Size = tuple[int, int]
Frame = npt.NDArray[np.float32]
_DOOR = (112, 116, 120)


def _hand(picture: Image.Image, share: float, size: Size, seed: int) -> None:
    """A hand comes up over the lens, stays and goes away."""
    covered = min(1.0, 3.2 * min(share, 1 - share))
    cover = Image.new("L", size, 0)
    top = round(size[1] * (1.15 - 1.4 * covered))
    draw = ImageDraw.Draw(cover)
    draw.rectangle((0, top + size[1] // 4, size[0], 2 * size[1]), fill=255)
    for finger in range(4):
        left = round(size[0] * (finger * 0.27 - 0.05))
        draw.ellipse((left, top - finger % 2 * 14, left + round(size[0] * 0.3), top + size[1]), fill=255)
    shade = int(np.random.default_rng(seed).integers(8, 60))
    picture.paste((shade + 24, shade + 8, shade), (0, 0), cover.filter(ImageFilter.GaussianBlur(7)))


def _doors(picture: Image.Image, share: float, size: Size, seed: int) -> None:
    """Doors close from both sides, stay shut, and open on the same place."""
    reach = round(size[0] / 2 * min(1.0, 3.0 * min(share, 1 - share)))
    draw = ImageDraw.Draw(picture)
    tint = seed % 40 - 20
    plate = tuple(v + tint for v in _DOOR)
    draw.rectangle((0, 0, reach, size[1]), plate, (60, 60, 62))
    draw.rectangle((size[0] - reach, 0, size[0], size[1]), plate, (60, 60, 62))


def _title(picture: Image.Image, share: float, size: Size, seed: int) -> None:
    """Words stand there at once and are gone at once."""
    rng = np.random.default_rng(seed)
    draw = ImageDraw.Draw(picture)
    ink = (250, 250, 245) if seed % 3 else (245, 210, 40)
    for line in range(2):
        x, y = round(size[0] * 0.12), round(size[1] * (0.32 + 0.2 * line))
        for _ in range(9):
            wide = int(rng.integers(10, 26))
            draw.rectangle((x + 2, y + 2, x + wide + 2, y + 26), (10, 10, 10))
            draw.rectangle((x, y, x + wide, y + 24), ink)
            draw.rectangle((x + 5, y + 7, x + wide - 5, y + 12), (40, 40, 60))
            x += wide + 4


def _board(picture: Image.Image, share: float, size: Size, seed: int) -> None:
    """A panel with a name slides in at once below, as news have it."""
    draw = ImageDraw.Draw(picture)
    top = round(size[1] * 0.7)
    draw.rectangle((round(size[0] * 0.06), top, round(size[0] * 0.7), top + round(size[1] * 0.2)), (20, 40, 130))
    draw.rectangle((round(size[0] * 0.09), top + 8, round(size[0] * 0.5), top + 16), (240, 240, 240))


def _screen(picture: Image.Image, share: float, size: Size, seed: int) -> None:
    """A screen on the wall shows a film that is cut every 0.7 s or so."""
    number = int(share * 4)
    rng = np.random.default_rng(seed * 31 + number)
    shown = worlds.EVERY[("town", "hills", "waves", "night")[(seed + number) % 4]](rng)
    left = round(share * 60) + 40
    box = (round(size[0] * 0.3), round(size[1] * 0.14), round(size[0] * 0.72), round(size[1] * 0.6))
    view = shown.crop((left, 100, left + 500, 400)).resize((box[2] - box[0], box[3] - box[1]))
    ImageDraw.Draw(picture).rectangle((box[0] - 4, box[1] - 4, box[2] + 4, box[3] + 4), (14, 14, 16))
    picture.paste(view, box[:2])


def _near(picture: Image.Image, share: float, size: Size, seed: int) -> None:
    """Somebody walks past so near that for a moment there is nothing else to see."""
    rng = np.random.default_rng(seed)
    wide = round(size[0] * 1.2)
    way = 1 if seed % 2 else -1
    left = round((share * 2.4 - 1.3) * size[0]) if way > 0 else round((1.1 - share * 2.4) * size[0])
    cover = Image.new("L", size, 0)
    ImageDraw.Draw(cover).ellipse((left, -size[1] // 2, left + wide, size[1] * 2), fill=255)
    shade = tuple(int(v) for v in rng.integers(6, 90, 3))
    picture.paste(shade, (0, 0), cover.filter(ImageFilter.GaussianBlur(5)))


THINGS: dict[str, Callable[[Image.Image, float, Size, int], None]] = {
    "hand": _hand, "doors": _doors, "title": _title, "board": _board, "screen": _screen, "near": _near,
}  # fmt: skip


def _press(frame: Frame, since: float, lasts: float, seed: int) -> Frame:
    """Cameras flash here and there, some of them right after each other."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0 : 1 : frame.shape[0] * 1j, 0 : 1 : frame.shape[1] * 1j].astype(np.float32)
    for at in np.cumsum(rng.choice([0.05, 0.1, 0.25, 0.4], round(lasts * 6))):
        x, y = rng.random(2)
        if 0 <= since - at < 0.06:
            frame = frame + (230 / (1 + 5 * ((columns - x) ** 2 + (rows - y) ** 2)))[..., None]
    return frame


def _club(frame: Frame, since: float, lasts: float, seed: int) -> Frame:
    """Lamps in another colour each time hit the dark, eleven times in two seconds."""
    colour = np.random.default_rng(seed + int(since * 5.5)).uniform(1.5, 8.0, 3).astype(np.float32)
    return frame * colour + 4 if since * 5.5 % 1 < 0.45 else frame


def _lightning(frame: Frame, since: float, lasts: float, seed: int) -> Frame:
    """It flickers a few times and dies away."""
    rng = np.random.default_rng(seed)
    for at in np.cumsum(rng.uniform(0.06, 0.3, 5)):
        if since >= at:
            frame = frame * np.float32(1 + 3.5 * np.exp(-(since - at) / 0.05)) + np.float32(
                60 * np.exp(-(since - at) / 0.05)
            )
    return frame


def _police(frame: Frame, since: float, lasts: float, seed: int) -> Frame:
    """Blue and red by turns, from one side and from the other."""
    beam = np.linspace(1, 0.25, frame.shape[1], dtype=np.float32)[None, :, None]
    red = since * 2.7 % 1 < 0.5
    colour = np.array([190, 10, 20] if red else [10, 30, 210], np.float32)
    return frame * 0.8 + (beam if red else beam[:, ::-1]) * colour * 0.55


LIGHTS: dict[str, Callable[[Frame, float, float, int], Frame]] = {
    "press": _press, "club": _club, "lightning": _lightning, "police": _police,
}  # fmt: skip
