"""Hot-air balloons of many colours rise at sunset."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import ImageDraw

from deploy.sample import paint
from deploy.sample.layers import Layer, Stage

_SKY = ((0.0, (74, 46, 120)), (0.4, (206, 86, 132)), (0.7, (255, 150, 110)), (1.0, (255, 214, 140)))


class _Balloon(NamedTuple):
    """Place across the frame, row at the start, width, speed upwards, two colours of the stripes."""

    across: float
    row: int
    size: int
    speed: int
    first: paint.Colour
    second: paint.Colour


_BALLOONS = (
    _Balloon(0.12, 420, 110, 26, (238, 84, 72), (255, 224, 150)),
    _Balloon(0.80, 520, 150, 36, (52, 132, 196), (238, 246, 250)),
    _Balloon(0.34, 560, 200, 48, (250, 186, 60), (196, 66, 60)),
    _Balloon(0.60, 700, 290, 66, (78, 170, 130), (250, 240, 206)),
)


def paint_layers(stage: Stage) -> list[Layer]:
    """Return the layers of the scene."""
    sky = paint.gradient(stage.width, stage.height, _SKY, stage.rng)
    sky = paint.glow(sky, (stage.width * 0.5, stage.height * 0.98), stage.height * 0.45, (255, 240, 190), 0.8)
    width = stage.travel(24)
    field = paint.clouds(width, stage.height, stage.rng, cover=0.36) * paint.fade(stage.height)[:, None]
    hills = np.asarray(paint.noise_line(stage.width, stage.rng, bumps=5)) * 30 * stage.unit + 668 * stage.unit
    ground = paint.ridge(stage.width, stage.height, hills, (84, 40, 76), (40, 20, 48))
    layers = [Layer(sky), Layer(paint.tinted(field, (255, 214, 206), 0.5), x=stage.drift(24)), Layer(ground)]
    return [*layers, *(_balloon(stage, balloon) for balloon in _BALLOONS)]


def _balloon(stage: Stage, balloon: _Balloon) -> Layer:
    across, row, size, speed, first, second = balloon
    width, height, unit = stage.px(size), stage.px(size * 1.45), stage.unit

    def draw(brush: ImageDraw.ImageDraw, scale: float) -> None:
        one = size * unit * scale
        for side in (-0.11, 0.11):
            brush.line(
                [one * (0.5 + side * 2.6), one * 0.92, one * (0.5 + side * 0.8), one * 1.26],
                fill=(70, 44, 40, 255),
                width=round(one * 0.012),
            )
        brush.polygon(
            [(one * 0.13, one * 0.72), (one * 0.87, one * 0.72), (one * 0.6, one * 1.08), (one * 0.4, one * 1.08)],
            fill=(*first, 255),
        )
        for stripe, half in enumerate((0.49, 0.37, 0.24, 0.1)):
            colour = first if stripe % 2 == 0 else second
            brush.ellipse([one * (0.5 - half), one * 0.01, one * (0.5 + half), one * 0.99], fill=(*colour, 255))
        brush.rounded_rectangle(
            [one * 0.41, one * 1.24, one * 0.59, one * 1.4], radius=one * 0.02, fill=(112, 70, 44, 255)
        )

    picture = paint.shapes(width, height, draw)
    light = np.linspace(1.12, 0.78, width)[None, :, None]
    picture[..., :3] = np.clip(picture[..., :3] * light, 0, 255).astype(np.uint8)
    x = f"{across * stage.width - width / 2:.1f}+{8 * unit:.2f}*sin(t*0.8+{across})"
    return Layer(picture, x=x, y=f"{row * unit:.1f}-{height / 2}-{speed * unit:.3f}*t")
