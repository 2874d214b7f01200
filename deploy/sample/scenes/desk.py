"""A forgotten camera: a still desk by a wall, nothing said, nothing heard. Only steam over a cup moves."""

from __future__ import annotations

from PIL import ImageDraw

from deploy.sample import paint
from deploy.sample.layers import Layer, Stage

_WALL = ((0.0, (120, 124, 122)), (0.7, (148, 148, 140)), (0.71, (92, 76, 62)), (1.0, (64, 50, 40)))


def paint_layers(stage: Stage) -> list[Layer]:
    """Return the layers of the scene."""
    wall = paint.gradient(stage.width, stage.height, _WALL, stage.rng)
    wall = paint.glow(wall, (stage.width * 0.25, stage.height * 0.3), stage.height * 0.5, (206, 204, 190), 0.5)
    still = paint.under(
        wall, paint.shapes(stage.width, stage.height, lambda brush, scale: _things(stage, brush, scale))
    )
    steam = paint.tinted(paint.clouds(stage.px(90), stage.px(240), stage.rng, cover=0.5), (236, 236, 232), 0.28)
    steam[..., 3] = (steam[..., 3] * paint.oval(*steam.shape[:2])).astype("uint8")
    return [
        Layer(still),
        Layer(
            steam,
            x=f"{806 * stage.unit:.1f}+{7 * stage.unit:.2f}*sin(t*0.9)",
            y=f"{250 * stage.unit:.1f}-{8 * stage.unit:.2f}*t",
        ),
    ]


def _things(stage: Stage, brush: ImageDraw.ImageDraw, scale: float) -> None:
    """A picture frame, a pile of books, a cup."""
    unit = stage.unit * scale

    def box(colour: paint.Colour, *edges: float, radius: float = 0) -> None:
        brush.rounded_rectangle([v * unit for v in edges], radius=radius * unit, fill=(*colour, 255))

    box((84, 70, 58), 180, 110, 470, 330)
    box((190, 186, 170), 196, 126, 454, 314)
    brush.polygon(
        [(x * unit, y * unit) for x, y in ((196, 314), (290, 190), (350, 260), (400, 214), (454, 314))],
        fill=(130, 140, 128, 255),
    )
    for index, (width, colour) in enumerate(((330, (104, 62, 56)), (290, (66, 84, 96)), (310, (126, 110, 70)))):
        box(colour, 230, 528 - 36 * index, 230 + width, 560 - 36 * index, radius=4)
    brush.ellipse([v * unit for v in (760, 540, 950, 580)], fill=(44, 34, 28, 255))
    brush.arc([v * unit for v in (886, 480, 946, 546)], -100, 100, fill=(204, 198, 186, 255), width=round(13 * unit))
    box((214, 208, 196), 790, 460, 906, 566, radius=18)
    brush.ellipse([v * unit for v in (790, 446, 906, 478)], fill=(226, 222, 212, 255))
    brush.ellipse([v * unit for v in (802, 451, 894, 473)], fill=(62, 40, 30, 255))
