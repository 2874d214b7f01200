"""Out of the window of a fast train: mountains, a wood, and poles that flash past, behind the frame of the window."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from deploy.sample import paint
from deploy.sample.layers import Layer, Stage

_SKY = ((0.0, (92, 160, 196)), (0.45, (196, 224, 216)), (0.6, (240, 238, 214)), (1.0, (240, 238, 214)))


def paint_layers(stage: Stage) -> list[Layer]:
    """Return the layers of the scene."""
    unit, rng = stage.unit, stage.rng
    layers = [Layer(paint.gradient(stage.width, stage.height, _SKY, rng))]
    for row, height, speed, top, bottom in (
        (330, 90, 24, (140, 166, 182), (196, 208, 206)),
        (430, 50, 96, (92, 138, 104), (120, 160, 110)),
    ):
        width = stage.travel(speed)
        line = (row + height * paint.noise_line(width, rng, bumps=max(4, width // stage.px(260)))) * unit
        layers.append(Layer(paint.ridge(width, stage.height, line, top, bottom), x=stage.drift(speed)))
    layers += [_wood(stage, 300, 452, 120, (44, 96, 66)), _wood(stage, 600, 520, 200, (24, 66, 50)), _pole(stage, 1500)]
    return [*layers, _window(stage)]


def _wood(stage: Stage, speed: int, row: int, tall: int, colour: paint.Colour) -> Layer:
    width, unit, rng = stage.travel(speed), stage.unit, stage.rng
    ground = np.full(width, (row + tall * 0.35) * unit)

    def draw(brush: ImageDraw.ImageDraw, scale: float) -> None:
        x = 0.0
        while x * unit < width:
            high, wide = tall * float(rng.uniform(0.6, 1.1)), tall * 0.22
            shade = tuple(round(channel * float(rng.uniform(0.8, 1.25))) for channel in colour)
            foot = row + tall * 0.4
            for part in (0.0, 0.3, 0.55):
                top, low, half = foot - high * (1 - part * 0.2), foot - high * (0.55 - part), wide * (0.6 + part * 0.8)
                corners = ((x, top + part * high * 0.5), (x - half, low), (x + half, low))
                brush.polygon([(cx * unit * scale, cy * unit * scale) for cx, cy in corners], fill=(*shade, 255))
            x += tall * float(rng.uniform(0.25, 0.75))

    field = paint.ridge(width, stage.height, ground, colour, tuple(channel // 2 for channel in colour))  # type: ignore[arg-type]
    return Layer(paint.under(field, paint.shapes(width, stage.height, draw)), x=stage.drift(speed))


def _pole(stage: Stage, speed: int) -> Layer:
    """One pole, blurred by its speed, that comes back from the right each time it has left on the left."""
    width, unit = stage.px(60), stage.unit

    def draw(brush: ImageDraw.ImageDraw, scale: float) -> None:
        brush.rectangle([v * unit * scale for v in (18, -40, 42, 760)], fill=(48, 44, 44, 255))

    soft = paint.shapes(width, stage.height, draw, blur=5 * unit)
    return Layer(soft, x=f"{stage.width}-mod({speed * unit:.3f}*t+{300 * unit:.1f},{stage.width + width})")


def _window(stage: Stage) -> Layer:
    """The inside of the carriage with a clear pane; it sways a little."""
    margin = stage.px(16)
    width, height, unit = stage.width + 2 * margin, stage.height + 2 * margin, stage.unit

    def draw(brush: ImageDraw.ImageDraw, scale: float) -> None:
        brush.rectangle([0, 0, width * scale, height * scale], fill=(58, 48, 56, 255))
        brush.rectangle([0, (height - 96 * unit) * scale, width * scale, height * scale], fill=(40, 33, 40, 255))
        edge = [v * scale for v in (80 * unit, 66 * unit, width - 80 * unit, height - 130 * unit)]
        brush.rounded_rectangle(edge, radius=54 * unit * scale, fill=(104, 92, 98, 255))
        pane = [v * scale for v in (96 * unit, 82 * unit, width - 96 * unit, height - 146 * unit)]
        brush.rounded_rectangle(pane, radius=44 * unit * scale, fill=(0, 0, 0, 0))

    x, y = f"-{margin}+{2.5 * unit:.2f}*sin(t*3.1)", f"-{margin}+{5 * unit:.2f}*sin(t*7.3)"
    return Layer(paint.shapes(width, height, draw), x=x, y=y)
