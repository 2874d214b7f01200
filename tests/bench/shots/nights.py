"""Backdrops of the fourth part, most of them dark: a street at night, a low-lit bar, a market, a wall of books."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.bench.shots.worlds import WORLD, Floats, Rng

Colour = tuple[int, ...]


def _colour(rng: Rng, low: int, high: int) -> Colour:
    return tuple(int(v) for v in rng.integers(low, high, 3))


def _glow(x: float, y: float, reach: float) -> Floats:
    """Light that falls off around a lamp, 0..1."""
    columns, rows = np.meshgrid(np.arange(WORLD[0], dtype=np.float32), np.arange(WORLD[1], dtype=np.float32))
    return np.asarray(1 / (1 + ((columns - x) ** 2 + (rows - y) ** 2) / reach**2), np.float32)


def street(rng: Rng) -> Image.Image:
    """House fronts at night, a few lit windows, lamps with their glow and what the wet road throws back."""
    picture = Image.new("RGB", WORLD, _colour(rng, 4, 26))
    draw = ImageDraw.Draw(picture)
    road = int(rng.integers(380, 460))
    left = 0
    while left < WORLD[0]:
        wide, top = int(rng.integers(90, 200)), int(rng.integers(20, 200))
        draw.rectangle((left, top, left + wide, road), _colour(rng, 10, 55))
        for x in range(left + 12, left + wide - 16, 30):
            for y in range(top + 14, road - 30, 44):
                lit = rng.random() < 0.2
                draw.rectangle((x, y, x + 14, y + 22), _colour(rng, 120, 240) if lit else _colour(rng, 6, 30))
        left += wide
    lights = np.asarray(picture, np.float32)
    for _ in range(int(rng.integers(4, 9))):
        x, y = float(rng.integers(0, WORLD[0])), float(rng.integers(90, 300))
        lamp = np.array([255, 190, 110]) * rng.uniform(0.6, 1.0)
        for at, strength in ((y, 1.0), (2 * road - y, 0.35)):
            lights = lights + _glow(x, at, float(rng.uniform(14, 40)))[..., None] * lamp.astype(np.float32) * strength
    return Image.fromarray(np.clip(lights, 0, 255).astype(np.uint8))


def bar(rng: Rng) -> Image.Image:
    """Shelves, bottles and tables of which pools of light show a little."""
    picture = Image.new("RGB", WORLD, _colour(rng, 40, 110))
    draw = ImageDraw.Draw(picture)
    for y in range(60, 420, int(rng.integers(70, 110))):
        draw.rectangle((0, y, WORLD[0], y + 10), _colour(rng, 30, 90))
        for x in range(0, WORLD[0], int(rng.integers(20, 34))):
            high = int(rng.integers(22, 58))
            if rng.random() < 0.75:
                draw.rectangle((x, y - high, x + 13, y), _colour(rng, 20, 230))
    for _ in range(5):
        x, y, wide = int(rng.integers(0, WORLD[0])), int(rng.integers(430, 560)), int(rng.integers(80, 190))
        draw.ellipse((x - wide, y - wide // 4, x + wide, y + wide // 4), _colour(rng, 40, 170))
    light = np.full(WORLD[::-1], 0.1, np.float32)
    for _ in range(int(rng.integers(3, 6))):
        light += _glow(float(rng.integers(0, WORLD[0])), float(rng.integers(60, 520)), float(rng.uniform(60, 120)))
    lit = np.asarray(picture, np.float32) * np.minimum(light, 1.0)[..., None]
    return Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))


def market(rng: Rng) -> Image.Image:
    """Striped awnings over heaps of fruit."""
    picture = Image.new("RGB", WORLD, _colour(rng, 120, 240))
    draw = ImageDraw.Draw(picture)
    for left in range(-40, WORLD[0], 230):
        one, other, top = _colour(rng, 20, 250), _colour(rng, 150, 255), int(rng.integers(30, 200))
        for stripe in range(8):
            x = left + stripe * 27
            draw.polygon([(x, top + 110), (x + 27, top + 110), (x + 22, top), (x + 4, top)], (one, other)[stripe % 2])
        fruit = rng.integers(40, 240, 3)
        for _ in range(90):
            x, y = left + int(rng.integers(0, 215)), int(rng.integers(top + 220, 590))
            shade = tuple(int(v) for v in np.clip(fruit + rng.normal(0, 28, 3), 0, 255))
            draw.ellipse((x - 13, y - 13, x + 13, y + 13), shade, (60, 50, 40))
    return picture.filter(ImageFilter.GaussianBlur(0.7))


def books(rng: Rng) -> Image.Image:
    """A wall of books behind somebody."""
    picture = Image.new("RGB", WORLD, _colour(rng, 30, 80))
    draw = ImageDraw.Draw(picture)
    for y in range(0, WORLD[1], 100):
        x = 0
        while x < WORLD[0]:
            wide, high = int(rng.integers(8, 30)), int(rng.integers(60, 92))
            if rng.random() < 0.92:
                draw.rectangle((x, y + 94 - high, x + wide, y + 94), _colour(rng, 20, 220), (15, 12, 10))
            x += wide + 1
        draw.rectangle((0, y + 94, WORLD[0], y + 99), _colour(rng, 60, 130))
    return picture


FOURTH: dict[str, Callable[[Rng], Image.Image]] = {"street": street, "bar": bar, "market": market, "books": books}
