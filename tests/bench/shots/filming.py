"""Shots: a camera that moves over a world with figures in it, under some light, disturbed by some event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from tests.bench.shots import disturbing, nights, worlds

Floats = npt.NDArray[np.float32]
Frame = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Event:
    """``kind``: flash, part_flash, strobe, lamp (light that goes on), passer (something that crosses near the lens), or
    one of those in :mod:`disturbing`.

    ``at`` and ``lasts`` in seconds.
    """

    kind: str
    at: float
    lasts: float


@dataclass(frozen=True, slots=True)
class Shot:
    """``camera``: still, pan, zoom, hand, shake, whip; ``speed`` scales it. ``figures`` move about from ``late`` s on.

    ``light``: gain, gamma. ``place``: where in the world, ``near``: how much the picture is enlarged.
    ``pool``: how far a single light reaches, as a share of the picture's width; 0: it is lit all over.
    """

    world: str
    seed: int
    seconds: float
    camera: str = "still"
    speed: float = 1.0
    figures: int = 0
    late: float = 0.0
    light: tuple[float, float] = (1.0, 1.0)
    place: tuple[float, float] = (0.5, 0.5)
    near: float = 1.0
    pool: float = 0.0
    events: tuple[Event, ...] = ()


@lru_cache(maxsize=64)
def _world(name: str, seed: int) -> Image.Image:
    drawn = {**worlds.EVERY, **nights.FOURTH}[name](np.random.default_rng(seed))
    return Image.blend(drawn.convert("L").convert("RGB"), drawn, 0.5)


def film(shot: Shot, rate: float, size: tuple[int, int], count: int) -> Iterator[Frame]:
    """Yield ``count`` frames (height, width, 3) of levels 0..255, without grain."""
    camera = _camera(shot, rate, count)
    cast = _cast(shot, size)
    for n in range(count):
        steps = 4 if shot.camera == "whip" else 1
        frame = sum(_seen(shot, camera(n + k / steps), size) for k in range(steps)) / steps
        yield _lit(shot, _played(shot, frame, cast, n / rate, size), n / rate)


def _camera(shot: Shot, rate: float, count: int):  # type: ignore[no-untyped-def]
    """Return a function from frame number to (x, y, enlargement, turn in radians) in world pixels."""
    rng = np.random.default_rng(shot.seed * 7 + 1)
    way = rng.choice([-1.0, 1.0], 2)
    jitter = rng.normal(0, 1, (4, count + 8))
    slow = np.cumsum(jitter, axis=1) * 0.35
    slow -= np.linspace(0, 1, slow.shape[1]) * slow[:, -1:]

    def at(n: float) -> tuple[float, float, float, float]:
        t, v = n / rate, shot.speed
        x, y = shot.place[0] * worlds.WORLD[0], shot.place[1] * worlds.WORLD[1]
        near, turn = shot.near, 0.0
        i = int(n)
        part = n - i
        if shot.camera == "pan":
            x, y = x + way[0] * 40 * v * (t - count / rate / 2), y + way[1] * 6 * v * t
        elif shot.camera == "zoom":
            near *= 1 + 0.08 * v * t
        elif shot.camera == "hand":
            drift = slow[:, i] * (1 - part) + slow[:, i + 1] * part
            x, y, turn = x + v * 2.0 * drift[0], y + v * 1.5 * drift[1], 0.003 * v * drift[2]
        elif shot.camera == "shake":
            x, y, turn = x + v * 6 * jitter[0, i], y + v * 5 * jitter[1, i], 0.012 * v * jitter[2, i]
        elif shot.camera == "whip":
            middle = count / rate / 2
            x += way[0] * 260 * np.tanh((t - middle) * 6 * v)
        return x, y, near, turn

    return at


def _seen(shot: Shot, camera: tuple[float, float, float, float], size: tuple[int, int]) -> Frame:
    x, y, near, turn = camera
    wide, high = worlds.WORLD
    reach_x, reach_y = size[0] / near / 2 + 8, size[1] / near / 2 + 8
    x, y = min(max(x, reach_x), wide - reach_x), min(max(y, reach_y), high - reach_y)
    cos, sin = np.cos(turn) / near, np.sin(turn) / near
    half = size[0] / 2, size[1] / 2
    matrix = (cos, -sin, x - cos * half[0] + sin * half[1], sin, cos, y - sin * half[0] - cos * half[1])
    seen = _world(shot.world, shot.seed).transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    return np.asarray(seen, np.float32)


def _cast(shot: Shot, size: tuple[int, int]) -> list[tuple[Image.Image, npt.NDArray[np.float64]]]:
    rng = np.random.default_rng(shot.seed * 11 + 5)
    heights = rng.integers(round(size[1] * 0.45), round(size[1] * 0.8), shot.figures)
    return [(worlds.figure(rng, int(high)), rng.random(5)) for high in heights]


def _played(shot: Shot, frame: Frame, cast: list, seconds: float, size: tuple[int, int]) -> Frame:  # type: ignore[type-arg]
    """Figures that sway, walk and turn; and whatever passes near the lens."""
    picture = Image.fromarray(frame.astype(np.uint8))
    t = seconds + shot.late
    for person, ways in cast:
        sway = np.sin(t * (0.6 + ways[1]) * 2 + ways[2] * 6.3)
        x = size[0] * (0.1 + 0.6 * ways[0]) + sway * size[0] * (0.04 + 0.10 * ways[3])
        y = size[1] - person.height * (0.92 + 0.04 * np.sin(t * 2.3 + ways[4] * 6.3))
        picture.paste(person, (round(x), round(y)), person)
    for event in shot.events:
        if event.kind == "passer" and event.at <= seconds < event.at + event.lasts:
            share = (seconds - event.at) / event.lasts
            left = round((share * 1.8 - 0.8) * size[0])
            picture.paste((28, 24, 40), (left, 0, left + round(size[0] * 0.6), size[1]))
        elif event.kind in disturbing.THINGS and event.at <= seconds < event.at + event.lasts:
            disturbing.THINGS[event.kind](picture, (seconds - event.at) / event.lasts, size, shot.seed)
    return np.asarray(picture, np.float32)


def _lit(shot: Shot, frame: Frame, seconds: float) -> Frame:
    gain, gamma = shot.light
    if shot.light != (1.0, 1.0):
        frame = (frame / 255) ** np.float32(gamma) * np.float32(255 * gain)
    if shot.pool:
        frame = frame * _pooled(shot, frame.shape)
    for event in shot.events:
        since = seconds - event.at
        if event.kind == "lamp" and since >= 0:
            frame = frame * np.float32(1 + 0.4 * min(1.0, since / max(event.lasts, 1e-6)))
        elif not 0 <= since < event.lasts:
            continue
        elif event.kind == "flash":
            frame = frame * 0.35 + 225 * (1 - 0.6 * np.float32(since / event.lasts))
        elif event.kind == "part_flash":
            beam = np.linspace(1, 0, frame.shape[1], dtype=np.float32)[None, :, None]
            frame = frame + 230 * beam * (1 - np.float32(since / event.lasts))
        elif event.kind == "strobe" and int(since * 10) % 2 == 0:
            frame = frame * 0.25 + 185
        elif event.kind in disturbing.LIGHTS:
            frame = disturbing.LIGHTS[event.kind](frame, since, event.lasts, shot.seed)
    return np.clip(frame, 0, 255)


def _pooled(shot: Shot, shape: tuple[int, ...]) -> Floats:
    """How much of its one light each pixel of a low-key shot gets, 0.04..1."""
    x, y = np.random.default_rng(shot.seed + 3).uniform(0.25, 0.75, 2) * (shape[1], shape[0])
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    away = ((columns - x) ** 2 + (rows - y) ** 2) / (shot.pool * shape[1]) ** 2
    return np.asarray(0.04 + 0.96 * np.exp(-away), np.float32)[..., None]
