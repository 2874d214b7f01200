"""The sun climbs over rows of misty hills, and a few birds cross the sky."""

from __future__ import annotations

from PIL import ImageDraw

from deploy.sample import paint
from deploy.sample.layers import Layer, Stage

_SKY = (
    (0.0, (58, 62, 128)),
    (0.4, (196, 112, 140)),
    (0.62, (252, 168, 110)),
    (0.8, (255, 224, 160)),
    (1.0, (255, 236, 190)),
)
_HILLS = (
    (430, 46, 20, (196, 128, 138), (240, 186, 160)),
    (500, 54, 40, (134, 88, 118), (196, 136, 130)),
    (570, 60, 80, (78, 58, 92), (120, 84, 100)),
    (650, 44, 140, (32, 28, 52), (20, 18, 36)),
)
"""Row of each hill line, its height, its speed, its colours at the edge and far below it."""


def paint_layers(stage: Stage) -> list[Layer]:
    """Return the layers of the scene."""
    sky = paint.gradient(stage.width, stage.height, _SKY, stage.rng)
    sun = paint.ball(stage.px(420), stage.px(60), (255, 247, 220), (255, 206, 130))
    rise = f"{stage.height * 0.5:.1f}-{30 * stage.unit:.3f}*t"
    layers = [Layer(sky), Layer(sun, x=str(round(stage.width * 0.53)), y=rise), _birds(stage)]
    return [*layers, *(_hill(stage, hill) for hill in _HILLS)]


def _hill(stage: Stage, hill: tuple[int, int, int, paint.Colour, paint.Colour]) -> Layer:
    row, height, speed, top, bottom = hill
    width = stage.travel(speed)
    line = row * stage.unit + height * stage.unit * paint.noise_line(
        width, stage.rng, bumps=max(3, width // stage.px(420))
    )
    return Layer(paint.ridge(width, stage.height, line, top, bottom), x=stage.drift(speed))


def _birds(stage: Stage) -> Layer:
    width, height = stage.px(200), stage.px(90)
    places = stage.rng.uniform(0.1, 0.85, (6, 2))

    def draw(brush: ImageDraw.ImageDraw, scale: float) -> None:
        for x, y in places:
            left, top, span = x * width * scale, y * height * scale, stage.unit * 22 * scale
            for side in (0.0, 0.5):
                box = [left + side * span, top, left + (side + 0.5) * span, top + span * 0.4]
                brush.arc(box, 190, 350, fill=(60, 44, 84, 255), width=max(1, round(2.4 * stage.unit * scale)))

    rock = f"{150 * stage.unit:.1f}+{14 * stage.unit:.1f}*sin(t*1.7)"
    return Layer(paint.shapes(width, height, draw), x=f"{60 * stage.unit:.1f}+{90 * stage.unit:.1f}*t", y=rock)
