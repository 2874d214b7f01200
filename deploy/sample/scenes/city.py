"""A city at night: towers with lit windows in three depths, a moon, and the lights of the traffic."""

from __future__ import annotations

from typing import NamedTuple

from PIL import ImageDraw

from deploy.sample import paint
from deploy.sample.layers import Layer, Stage

_SKY = ((0.0, (8, 10, 34)), (0.55, (26, 28, 78)), (0.8, (82, 48, 110)), (1.0, (150, 76, 110)))


class _Row(NamedTuple):
    """Row of the roofs, how much they differ, speed, colour, colour of the windows, share of lit windows."""

    row: int
    spread: int
    speed: int
    colour: paint.Colour
    window: paint.Colour
    lit: float


_ROWS = (
    _Row(300, 130, 24, (32, 36, 84), (120, 118, 150), 0.25),
    _Row(400, 170, 56, (20, 24, 58), (214, 176, 110), 0.3),
    _Row(500, 210, 110, (9, 11, 30), (255, 206, 112), 0.36),
)


def paint_layers(stage: Stage) -> list[Layer]:
    """Return the layers of the scene."""
    sky = paint.under(
        paint.gradient(stage.width, stage.height, _SKY, stage.rng),
        paint.stars(stage.width, round(stage.height * 0.5), stage.rng, 160),
    )
    moon = paint.ball(stage.px(260), stage.px(44), (244, 240, 226), (150, 150, 210))
    layers = [Layer(sky), Layer(moon, x=str(stage.px(150)), y=str(stage.px(20)))]
    layers += [_towers(stage, row) for row in _ROWS]
    road = paint.gradient(stage.width, stage.px(92), ((0.0, (16, 16, 32)), (1.0, (30, 28, 46))), stage.rng)
    layers.append(Layer(road, y=str(stage.height - stage.px(92))))
    return [*layers, _traffic(stage, 652, 240, (255, 240, 205)), _traffic(stage, 690, -360, (255, 58, 48))]


def _towers(stage: Stage, towers: _Row) -> Layer:
    row, spread, speed, colour, window, lit = towers
    width, unit, rng = stage.travel(speed), stage.unit, stage.rng

    def draw(brush: ImageDraw.ImageDraw, scale: float) -> None:
        left = -20.0
        while left * unit < width:
            wide = float(rng.integers(64, 132))
            top = row + float(rng.uniform(-0.6, 0.6)) * spread
            brush.rectangle([value * unit * scale for value in (left, top, left + wide, 720)], fill=(*colour, 255))
            _windows(left, top, wide, brush, scale)
            left += wide + float(rng.integers(0, 26))

    def _windows(left: float, top: float, wide: float, brush: ImageDraw.ImageDraw, scale: float) -> None:
        for y in range(round(top) + 14, 720, 26):
            for x in range(round(left) + 12, round(left + wide) - 14, 20):
                if rng.random() < lit:
                    shade = tuple(round(channel * float(rng.uniform(0.55, 1))) for channel in window)
                    brush.rectangle([value * unit * scale for value in (x, y, x + 9, y + 13)], fill=(*shade, 255))

    return Layer(paint.shapes(width, stage.height, draw), x=stage.drift(speed))


def _traffic(stage: Stage, row: int, speed: int, colour: paint.Colour) -> Layer:
    """Pairs of lamps with a glow; a positive speed drives to the left."""
    width, height = stage.travel(abs(speed)), stage.px(30)
    cars = stage.rng.uniform(0, width, max(4, width // stage.px(230)))

    def draw(brush: ImageDraw.ImageDraw, scale: float) -> None:
        for car in cars:
            for lamp in (0.0, 15.0):
                x, y, radius = car + lamp * stage.unit, height / 2, 4.5 * stage.unit
                brush.ellipse(
                    [v * scale for v in (x - radius, y - radius, x + radius, y + radius)], fill=(*colour, 255)
                )

    sharp = paint.shapes(width, height, draw)
    soft = paint.shapes(width, height, draw, blur=6 * stage.unit)
    start = 0.0 if speed > 0 else float(stage.width - width)
    return Layer(paint.under(soft, sharp), x=f"{start:.1f}-{speed * stage.unit:.3f}*t", y=str(round(row * stage.unit)))
