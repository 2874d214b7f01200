"""A small sailing boat on a swell under clouds that drift."""

from __future__ import annotations

from PIL import ImageDraw

from deploy.sample import paint
from deploy.sample.layers import Layer, Stage

_SKY = ((0.0, (70, 152, 222)), (0.55, (164, 216, 242)), (0.64, (226, 242, 246)), (1.0, (226, 242, 246)))
_WAVES = (
    (432, 5, -30, (104, 186, 206), (52, 140, 178)),
    (474, 9, 60, (64, 158, 190), (34, 112, 158)),
    (540, 14, -90, (36, 124, 166), (20, 84, 130)),
    (624, 20, 180, (18, 88, 134), (8, 50, 92)),
)
"""Row of each line of waves, their height, speed, colours."""


def paint_layers(stage: Stage) -> list[Layer]:
    """Return the layers of the scene; the boat sails between the second and the third line of waves."""
    sky = paint.gradient(stage.width, stage.height, _SKY, stage.rng)
    sky = paint.glow(sky, (stage.width * 0.8, stage.height * 0.16), stage.height * 0.3, (255, 250, 222), 0.95)
    width = stage.travel(34)
    field = paint.clouds(width, round(stage.height * 0.52), stage.rng, cover=0.42)
    field = field * paint.fade(field.shape[0])[:, None]
    clouds = Layer(paint.tinted(field, (255, 255, 255), 0.92), x=stage.drift(34))
    waves = [_waves(stage, wave) for wave in _WAVES]
    return [Layer(sky), clouds, waves[0], waves[1], _boat(stage), waves[2], waves[3]]


def _waves(stage: Stage, wave: tuple[int, int, int, paint.Colour, paint.Colour]) -> Layer:
    row, height, speed, top, bottom = wave
    width = stage.travel(abs(speed))
    line = (
        row + height * paint.noise_line(width, stage.rng, bumps=max(6, width // stage.px(110)), octaves=2)
    ) * stage.unit
    picture = paint.ridge(width, stage.height, line, top, bottom)
    start = 0.0 if speed > 0 else float(stage.width - width)
    x = f"{start:.1f}-{speed * stage.unit:.3f}*t"
    return Layer(picture, x=x, y=f"{height * 0.5 * stage.unit:.2f}*(1+sin(t*1.5+{row}))")


def _boat(stage: Stage) -> Layer:
    width, height, unit = stage.px(230), stage.px(260), stage.unit

    def draw(brush: ImageDraw.ImageDraw, scale: float) -> None:
        def points(*pairs: tuple[float, float]) -> list[tuple[float, float]]:
            return [(x * unit * scale, y * unit * scale) for x, y in pairs]

        brush.polygon(points((20, 196), (210, 196), (178, 246), (54, 246)), fill=(150, 58, 44, 255))
        brush.polygon(points((20, 196), (210, 196), (206, 206), (24, 206)), fill=(250, 240, 224, 255))
        brush.rectangle(
            [112 * unit * scale, 8 * unit * scale, 118 * unit * scale, 198 * unit * scale], fill=(86, 60, 44, 255)
        )
        brush.polygon(points((106, 14), (106, 184), (26, 184)), fill=(255, 252, 242, 255))
        brush.polygon(points((124, 26), (124, 184), (202, 184)), fill=(240, 120, 70, 255))

    x = f"{180 * unit:.1f}+{60 * unit:.2f}*t"
    return Layer(paint.shapes(width, height, draw), x=x, y=f"{272 * unit:.1f}+{9 * unit:.2f}*sin(t*2.1)")
