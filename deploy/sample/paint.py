"""Pictures as arrays: gradients, hills, glows and shapes. A picture is uint8 RGBA of shape (height, width, 4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Picture = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]
_Field = npt.NDArray[np.float64]

SMOOTHING = 3
"""Shapes are drawn this much larger and shrunk, which smooths their edges."""


def gradient(width: int, height: int, stops: Sequence[tuple[float, Colour]], rng: np.random.Generator) -> Picture:
    """Return an opaque vertical gradient through ``stops`` (place 0..1 from the top, colour), dithered."""
    rows = np.linspace(0, 1, height)
    places = [place for place, _ in stops]
    columns = [np.interp(rows, places, [colour[channel] for _, colour in stops]) for channel in range(3)]
    picture = np.repeat(np.stack(columns, axis=1)[:, None, :], width, axis=1)
    return _opaque(picture + rng.uniform(-1, 1, (height, width, 1)))


def glow(
    picture: Picture, centre: tuple[float, float], radius: float, colour: Colour, strength: float = 1.0
) -> Picture:
    """Return ``picture`` with light added around ``centre`` (pixels), fading over ``radius`` pixels."""
    y, x = np.ogrid[: picture.shape[0], : picture.shape[1]]
    distance = np.hypot(x - centre[0], y - centre[1]) / radius
    light = strength * np.exp(-(distance**2))[..., None]
    lit = picture[..., :3] + light * (np.array(colour) - picture[..., :3])
    return np.concatenate([_bytes(lit), picture[..., 3:]], axis=2)


def noise_line(width: int, rng: np.random.Generator, *, bumps: int, octaves: int = 4) -> _Field:
    """Return a smooth random line of ``width`` values in about -1..1; its two ends meet, so that it can be tiled."""
    line = np.zeros(width)
    x = np.linspace(0, 1, width, endpoint=False)
    for octave in range(octaves):
        count = bumps * 2**octave
        points = rng.uniform(-1, 1, count)
        at = x * count
        left = np.floor(at).astype(int)
        mix = (1 - np.cos((at - left) * np.pi)) / 2
        line += (points[left % count] * (1 - mix) + points[(left + 1) % count] * mix) * 0.5**octave
    return line / 1.5


def ridge(width: int, height: int, line: _Field, top: Colour, bottom: Colour) -> Picture:
    """Return what lies below ``line`` (row of the edge per column, in pixels); clear above it."""
    rows = np.arange(height)[:, None]
    depth = np.clip((rows - line[None, :]) / (height * 0.45), 0, 1)[..., None]
    colour = np.array(top) * (1 - depth) + np.array(bottom) * depth
    alpha = np.clip(rows - line[None, :] + 0.5, 0, 1) * 255
    return np.concatenate([_bytes(colour), _bytes(alpha)[..., None]], axis=2)


def shapes(width: int, height: int, draw: Callable[[ImageDraw.ImageDraw, float], None], *, blur: float = 0) -> Picture:
    """Return a clear picture with what ``draw`` draws: it gets the brush and the scale to multiply its pixels with."""
    large = Image.new("RGBA", (width * SMOOTHING, height * SMOOTHING), (0, 0, 0, 0))
    draw(ImageDraw.Draw(large), SMOOTHING)
    small = large.reduce(SMOOTHING)
    if blur:
        small = small.filter(ImageFilter.GaussianBlur(blur))
    return np.asarray(small).copy()


def stars(width: int, height: int, rng: np.random.Generator, count: int) -> Picture:
    """Return clear sky with ``count`` stars of different brightness and warmth."""
    light = np.zeros((height, width, 3))
    for x, y, bright, warm in zip(
        rng.integers(1, width - 1, count),
        rng.integers(1, height - 1, count),
        rng.random(count) ** 3,
        rng.random(count),
        strict=True,
    ):
        colour = np.array([1.0, 0.92, 0.8 + 0.2 * warm]) * (0.35 + 0.65 * bright)
        light[y, x] = np.maximum(light[y, x], colour)
        if bright > 0.4:
            light[y, x - 1 : x + 2] = np.maximum(light[y, x - 1 : x + 2], colour * 0.4)
            light[y - 1 : y + 2, x] = np.maximum(light[y - 1 : y + 2, x], colour * 0.4)
    alpha = light.max(axis=2, keepdims=True)
    return np.concatenate([_bytes(light / np.maximum(alpha, 1e-6) * 255), _bytes(alpha * 255)], axis=2)


def clouds(width: int, height: int, rng: np.random.Generator, *, cover: float) -> _Field:
    """Return a tileable field of cloud density 0..1; ``cover`` 0..1 is how much of it is cloud."""
    field = np.zeros((height, width))
    for octave in range(5):
        rows, columns = 3 * 2**octave, 5 * 2**octave
        grid = rng.random((rows + 1, columns))
        tiled = np.concatenate([grid, grid, grid], axis=1)
        image = Image.fromarray((tiled * 255).astype(np.uint8)).resize((width * 3, height), Image.Resampling.BICUBIC)
        field += np.asarray(image)[:, width : 2 * width] / 255 * 0.5**octave
    field = (field - field.min()) / np.ptp(field)
    return _unit((field - (1 - cover)) / 0.35)


def tinted(field: _Field, colour: Colour, opacity: float) -> Picture:
    """Return a picture of one colour whose opacity follows ``field``."""
    picture = np.empty((*field.shape, 4), dtype=np.uint8)
    picture[..., :3] = colour
    picture[..., 3] = _bytes(field * opacity * 255)
    return picture


def under(below: Picture, above: Picture, at: tuple[int, int] = (0, 0)) -> Picture:
    """Return ``below`` with ``above`` laid over it, its corner at ``at`` (x, y)."""
    base = Image.fromarray(below, "RGBA") if below.shape[2] == 4 else Image.fromarray(below)
    base.alpha_composite(Image.fromarray(above), at)
    return np.asarray(base).copy()


def _opaque(colour: _Field) -> Picture:
    picture = np.full((*colour.shape[:2], 4), 255, dtype=np.uint8)
    picture[..., :3] = _bytes(colour)
    return picture


def _bytes(values: _Field) -> Picture:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def ball(side: int, radius: float, colour: Colour, halo: Colour) -> Picture:
    """Return a disc of ``radius`` with a soft halo around it, on a clear square of ``side`` pixels."""
    y, x = np.mgrid[:side, :side] - side / 2 + 0.5
    distance = np.hypot(x, y)
    inside = np.clip(radius - distance + 0.5, 0, 1)
    shine = (
        0.7
        * np.exp(-(((distance - radius).clip(0) / (side / 5)) ** 1.3))
        * np.clip((side / 2 - distance) / (side / 8), 0, 1)
    )
    mix = inside[..., None]
    picture = np.empty((side, side, 4), dtype=np.uint8)
    picture[..., :3] = _bytes(np.array(colour) * mix + np.array(halo) * (1 - mix))
    picture[..., 3] = _bytes(np.maximum(inside, shine) * 255)
    return picture


def fade(height: int) -> _Field:
    """Return opacity per row: full at the top, clear at the bottom."""
    return _unit((1 - np.linspace(0, 1, height)) * 1.8)


def oval(height: int, width: int) -> _Field:
    """Return a soft oval of opacity that fills the box."""
    y, x = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return _unit(1 - np.hypot(x, y))


def _unit(values: _Field) -> _Field:
    return np.asarray(np.clip(values, 0, 1), dtype=np.float64)
