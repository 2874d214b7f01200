"""A planet turns among the stars while a satellite passes."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from deploy.sample import paint
from deploy.sample.layers import Layer, Stage

_TURN = 42
"""How fast the planet's face moves, in units a second."""


def paint_layers(stage: Stage) -> list[Layer]:
    """Return the layers: the planet's moving face, space with a round hole for it, stars, its shade, the satellite."""
    side, left, top = stage.px(720), stage.px(60), stage.px(130)
    night = paint.gradient(stage.width, stage.height, ((0.0, (5, 6, 18)), (1.0, (14, 12, 38))), stage.rng)
    space = paint.glow(night, (left + side / 2, top + side / 2), side * 0.62, (70, 140, 220), 0.55)
    hole = _hole(stage, side, left, top)
    space[..., 3] = hole
    stars = paint.stars(stage.width, stage.height, stage.rng, 420)
    stars[..., 3] = np.minimum(stars[..., 3], hole)
    face = Layer(_face(stage, side), x=f"{left}-{_TURN * stage.unit:.3f}*t", y=str(top))
    return [
        Layer(night),
        face,
        Layer(paint.under(space, stars)),
        Layer(_shade(side), x=str(left), y=str(top)),
        _satellite(stage),
    ]


def _face(stage: Stage, side: int) -> paint.Picture:
    width = side + round(_TURN * stage.unit * stage.seconds) + 4
    sea = paint.gradient(
        width,
        side,
        ((0.0, (206, 228, 240)), (0.12, (38, 96, 170)), (0.88, (24, 70, 140)), (1.0, (214, 232, 240))),
        stage.rng,
    )
    land = paint.tinted(paint.clouds(width, side, stage.rng, cover=0.5), (66, 124, 72), 1.0)
    white = paint.tinted(paint.clouds(width, side, stage.rng, cover=0.42), (250, 252, 255), 0.85)
    return paint.under(paint.under(sea, land), white)


def _hole(stage: Stage, side: int, left: int, top: int) -> paint.Picture:
    y, x = np.ogrid[: stage.height, : stage.width]
    distance = np.hypot(x - left - side / 2, y - top - side / 2) - side * 0.48
    return (np.clip(distance + 0.5, 0, 1) * 255).astype(np.uint8)


def _shade(side: int) -> paint.Picture:
    """Night on the lower right of a ball, and a bright rim on its upper left."""
    y, x = (np.mgrid[:side, :side] - side / 2) / (side * 0.48)
    inside = np.clip((1 - np.hypot(x, y)) * side * 0.48 + 0.5, 0, 1)
    dark = np.clip(0.25 + 0.85 * (x + y) / 1.4, 0, 0.93) * inside
    return paint.tinted(dark, (3, 4, 14), 1.0)


def _satellite(stage: Stage) -> Layer:
    width, height, unit = stage.px(210), stage.px(80), stage.unit

    def draw(brush: ImageDraw.ImageDraw, scale: float) -> None:
        def box(colour: paint.Colour, *edges: float) -> None:
            brush.rectangle([edge * unit * scale for edge in edges], fill=(*colour, 255))

        box((150, 154, 166), 60, 37, 150, 43)
        for left in (4, 142):
            box((210, 214, 222), left, 16, left + 64, 64)
            for column in range(4):
                box((44, 78, 170), left + 3 + 15 * column, 19, left + 15 + 15 * column, 61)
        box((226, 196, 120), 84, 22, 126, 58)
        brush.ellipse([v * unit * scale for v in (94, 4, 116, 26)], fill=(236, 238, 244, 255))

    x = f"{stage.width}-{210 * unit:.2f}*t"
    return Layer(paint.shapes(width, height, draw), x=x, y=f"{150 * unit:.1f}+{26 * unit:.2f}*t")
