"""The drawn scenes by name. A painter gets a stage and returns its layers, the lowest first; that one is opaque."""

from __future__ import annotations

from collections.abc import Callable

from deploy.sample.layers import Layer, Stage
from deploy.sample.scenes import balloons, city, desk, sea, space, sunrise, train

PAINTERS: dict[str, Callable[[Stage], list[Layer]]] = {
    "sunrise": sunrise.paint_layers,
    "city": city.paint_layers,
    "sea": sea.paint_layers,
    "desk": desk.paint_layers,
    "train": train.paint_layers,
    "space": space.paint_layers,
    "balloons": balloons.paint_layers,
}
