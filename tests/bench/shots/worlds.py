"""Backdrops and figures to film, drawn from a seed. A third of the families is for tuning, one held out, one blind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

WORLD = (960, 600)
Floats = npt.NDArray[np.float32]
Rng = np.random.Generator


def _noise(rng: Rng, cells: int) -> Floats:
    """Smooth random values 0..1 with about ``cells`` hills across."""
    small = rng.random((max(2, cells * WORLD[1] // WORLD[0]), cells)).astype(np.float32)
    return np.asarray(Image.fromarray(small).resize(WORLD, Image.Resampling.BICUBIC), np.float32)


def _palette(rng: Rng, levels: Floats) -> Image.Image:
    """Levels 0..1 as colours between four random ones."""
    stops = np.sort(rng.random(4))
    colours = rng.integers(15, 245, (4, 3))
    planes = [np.interp(levels, stops, colours[:, c]) for c in range(3)]
    return Image.fromarray(np.stack(planes, -1).astype(np.uint8))


def hills(rng: Rng) -> Image.Image:
    """Clouds and meadows: noise of several sizes."""
    levels = sum((_noise(rng, 4 * 2**k) * 0.55**k for k in range(6)), np.zeros(WORLD[::-1], np.float32))
    low, high = np.percentile(levels, (2, 98))
    return _palette(rng, np.clip((levels - low) / (high - low), 0, 1))


def town(rng: Rng) -> Image.Image:
    """House fronts with windows before a sky."""
    picture = _palette(rng, np.linspace(0, 1, WORLD[1], dtype=np.float32)[:, None].repeat(WORLD[0], 1))
    draw = ImageDraw.Draw(picture)
    left = 0
    while left < WORLD[0]:
        wide, top = int(rng.integers(60, 160)), int(rng.integers(60, 320))
        wall = tuple(int(v) for v in rng.integers(30, 220, 3))
        draw.rectangle((left, top, left + wide, WORLD[1]), wall)
        pane = tuple(int(v) for v in rng.integers(20, 250, 3))
        for x in range(left + 10, left + wide - 14, 24):
            for y in range(top + 12, WORLD[1], 30):
                if rng.random() < 0.85:
                    draw.rectangle((x, y, x + 12, y + 18), pane)
        left += wide
    return picture


def studio(rng: Rng) -> Image.Image:
    """A nearly plain wall with a few things on it, as behind somebody who talks."""
    picture = _palette(rng, _noise(rng, 3) * 0.3 + 0.3)
    draw = ImageDraw.Draw(picture)
    for _ in range(14):
        x, y = int(rng.integers(0, WORLD[0])), int(rng.integers(0, WORLD[1]))
        w, h = (int(v) for v in rng.integers(30, 130, 2))
        draw.rectangle((x, y, x + w, y + h), tuple(int(v) for v in rng.integers(10, 245, 3)))
    return picture


def cells(rng: Rng) -> Image.Image:
    """Patches of many colours, as leaves or stones from near."""
    count = 180
    xs, ys = rng.random(count) * WORLD[0] / 2, rng.random(count) * WORLD[1] / 2
    grid_x, grid_y = np.meshgrid(np.arange(WORLD[0] // 2), np.arange(WORLD[1] // 2))
    best, owner = np.full(grid_x.shape, np.inf), np.zeros(grid_x.shape, np.int64)
    for n in range(count):
        away = (grid_x - xs[n]) ** 2 + (grid_y - ys[n]) ** 2
        owner, best = np.where(away < best, n, owner), np.minimum(away, best)
    base = rng.integers(20, 235, 3)
    colours = np.clip(base + rng.normal(0, 55, (count, 3)), 0, 255)
    shade = np.clip(1.15 - np.sqrt(best)[..., None] / 60, 0.4, 1.1)
    return Image.fromarray(np.clip(colours[owner] * shade, 0, 255).astype(np.uint8)).resize(WORLD)


def waves(rng: Rng) -> Image.Image:
    """Bent stripes, as water, curtains or fields."""
    x, y = np.meshgrid(np.linspace(0, 1, WORLD[0]), np.linspace(0, 1, WORLD[1]))
    bent = np.zeros_like(x)
    for _ in range(5):
        fx, fy, phase = rng.normal(0, 22), rng.normal(0, 22), rng.random() * 6.3
        bent += np.sin(fx * x + fy * y + phase + 1.5 * np.sin(4 * y + phase))
    return _palette(rng, np.clip(0.5 + bent.astype(np.float32) / 6 + _noise(rng, 40) * 0.12, 0, 1))


def room(rng: Rng) -> Image.Image:
    """A floor of boards, a wall, a window with light and furniture."""
    horizon = int(rng.integers(280, 400))
    picture = Image.new("RGB", WORLD, tuple(int(v) for v in rng.integers(90, 230, 3)))
    draw = ImageDraw.Draw(picture)
    floor = rng.integers(40, 150, 3)
    for x in range(-900, 1900, 70):
        shade = tuple(int(v) for v in np.clip(floor + rng.normal(0, 14), 0, 255))
        draw.polygon(
            [(480 + (x - 480) * 0.5, horizon), (480 + (x - 445) * 0.5, horizon), (x + 70, 600), (x, 600)], shade
        )
    for _ in range(int(rng.integers(2, 4))):
        x = int(rng.integers(20, 820))
        draw.rectangle((x, 60, x + 110, 230), tuple(int(v) for v in rng.integers(170, 255, 3)), (60, 50, 40), 6)
    for _ in range(6):
        x, wide, high = int(rng.integers(0, 900)), int(rng.integers(40, 170)), int(rng.integers(40, 150))
        box = (x, horizon + 40 - high, x + wide, horizon + 60)
        draw.rectangle(box, tuple(int(v) for v in rng.integers(20, 200, 3)))
    grain = rng.normal(0, 5, (*WORLD[::-1], 1))
    return Image.fromarray(np.clip(np.asarray(picture, np.float32) + grain, 0, 255).astype(np.uint8))


def night(rng: Rng) -> Image.Image:
    """Lights of all sizes and colours in the dark, and their glow."""
    picture = Image.new("RGB", WORLD, tuple(int(v) for v in rng.integers(5, 45, 3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(260):
        x, y, size = int(rng.integers(0, WORLD[0])), int(rng.integers(0, WORLD[1])), int(rng.integers(2, 22))
        draw.ellipse((x - size, y - size, x + size, y + size), tuple(int(v) for v in rng.integers(60, 255, 3)))
    return Image.blend(picture, picture.filter(ImageFilter.GaussianBlur(14)), 0.5)


def forest(rng: Rng) -> Image.Image:
    """Trunks before trunks in the mist, the nearer the darker."""
    mist = rng.integers(120, 235, 3)
    picture = _palette(rng, np.linspace(0.2, 0.7, WORLD[1], dtype=np.float32)[:, None].repeat(WORLD[0], 1))
    draw = ImageDraw.Draw(picture)
    for depth in np.sort(rng.random(70)):
        x, wide = int(rng.integers(-20, WORLD[0])), int(6 + 46 * depth * rng.random())
        bark = mist * (1 - 0.85 * depth) + rng.normal(0, 12, 3)
        lean = int(rng.normal(0, 16))
        shade = tuple(int(v) for v in np.clip(bark, 0, 255))
        draw.polygon([(x, WORLD[1]), (x + wide, WORLD[1]), (x + wide * 2 // 3 + lean, 0), (x + lean, 0)], shade)
    return Image.blend(picture, Image.fromarray((_noise(rng, 60) * 255).astype(np.uint8)).convert("RGB"), 0.12)


def desk(rng: Rng) -> Image.Image:
    """Papers, plates and pens on a table, seen from above; often on white."""
    ground = rng.integers(150, 252, 3) if rng.random() < 0.6 else rng.integers(30, 120, 3)
    picture = Image.new("RGB", WORLD, tuple(int(v) for v in ground))
    draw = ImageDraw.Draw(picture)
    for _ in range(45):
        x, y = int(rng.integers(0, WORLD[0])), int(rng.integers(0, WORLD[1]))
        colour = tuple(int(v) for v in rng.integers(10, 250, 3))
        match int(rng.integers(0, 3)):
            case 0:
                corners = [(x + int(rng.integers(-90, 90)), y + int(rng.integers(-70, 70))) for _ in range(4)]
                draw.polygon(corners, colour)
            case 1:
                size = int(rng.integers(12, 70))
                draw.ellipse((x - size, y - size, x + size, y + size), colour, (90, 90, 90), 3)
            case _:
                reach = (x + int(rng.integers(-160, 160)), y + int(rng.integers(-160, 160)))
                draw.line([(x, y), reach], colour, int(rng.integers(3, 12)))
    return picture.filter(ImageFilter.GaussianBlur(0.8))


def figure(rng: Rng, height: int) -> Image.Image:
    """Somebody from the waist up: head, hair, shoulders; with an edge that is not hard."""
    scale = height / 100
    picture = Image.new("RGBA", (round(90 * scale), height), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    skin = tuple(int(v) for v in np.array([224, 172, 140]) * rng.uniform(0.4, 1.1))
    coat, hair = (tuple(int(v) for v in rng.integers(10, 210) + rng.integers(-25, 25, 3)) for _ in range(2))

    def box(*sides: float) -> tuple[float, ...]:
        return tuple(side * scale for side in sides)

    draw.ellipse(box(5, 55, 85, 160), (*coat, 255))
    draw.ellipse(box(26, 3, 64, 50), (*hair, 255))
    draw.ellipse(box(29, 12, 61, 58), (*skin, 255))
    for x in (37, 49):
        draw.ellipse(box(x, 30, x + 4, 34), (30, 20, 20, 255))
    draw.rectangle(box(40, 46, 50, 48), (140, 60, 60, 255))
    return picture.filter(ImageFilter.GaussianBlur(0.6))


TUNING: dict[str, Callable[[Rng], Image.Image]] = {"hills": hills, "town": town, "studio": studio}
HELD_OUT: dict[str, Callable[[Rng], Image.Image]] = {"cells": cells, "waves": waves, "room": room}
BLIND: dict[str, Callable[[Rng], Image.Image]] = {"night": night, "forest": forest, "desk": desk}
EVERY = {**TUNING, **HELD_OUT, **BLIND}
