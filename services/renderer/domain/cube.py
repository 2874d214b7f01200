"""Tables of colours: those of people, built for the looks that come with Cutroom, and written by us. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from shared.contracts.effects import Lut
from shared.cube import rows_of

Table = NDArray[np.float64]
"""(blue, green, red, 3) values from 0 to 1."""
MAX_BYTES = 16 * 1024 * 1024
LOOK_SIZE = 17


def cube_name(settings: Lut) -> str:
    """Return the name of the file in which the table for these settings stands."""
    return f"lut_{hashlib.sha256(settings.model_dump_json().encode()).hexdigest()[:16]}.cube"


def parse(text: str) -> Table:
    """Return the table of a .cube file. Raises ValueError that says what is wrong with it."""
    size, rows = rows_of(text)
    return np.asarray(np.clip(np.array(rows), 0, 1).reshape(size, size, size, 3))


def identity(size: int) -> Table:
    """Return the table that changes nothing."""
    steps = np.linspace(0, 1, size)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    return np.stack([red, green, blue], axis=-1)


def mixed(table: Table, strength: float) -> Table:
    """Return ``table`` with ``strength`` (0..1) of its effect."""
    plain = identity(table.shape[0])
    return np.asarray(plain + (table - plain) * strength)


def written(table: Table) -> str:
    """Return the .cube file of a table."""
    rows = "\n".join(f"{r:.6f} {g:.6f} {b:.6f}" for r, g, b in table.reshape(-1, 3))
    return f"LUT_3D_SIZE {table.shape[0]}\n{rows}\n"


def look(name: str) -> Table:
    """Return the table of a built-in look. Raises KeyError when there is no such look."""
    return np.clip(_LOOKS[name](identity(LOOK_SIZE)), 0, 1)


def _luma(table: Table) -> Table:
    return np.asarray((table @ np.array([0.2126, 0.7152, 0.0722]))[..., None])


def _curve(table: Table, strength: float) -> Table:
    """More contrast: an S through black, middle and white."""
    return np.asarray(table + strength * (table * table * (3 - 2 * table) - table))


def _tinted(dark: tuple[float, float, float], light: tuple[float, float, float]) -> Callable[[Table], Table]:
    """Push the shadows towards one colour and the lights towards another."""

    def tint(table: Table) -> Table:
        luma = _luma(table)
        return np.asarray(_curve(table, 0.3) + (1 - luma) * np.array(dark) + luma * np.array(light))

    return tint


_LOOKS: dict[str, Callable[[Table], Table]] = {
    "warm": _tinted((0.02, 0.0, -0.02), (0.06, 0.02, -0.06)),
    "cool": _tinted((-0.02, 0.0, 0.03), (-0.05, 0.0, 0.05)),
    "noir": lambda table: np.repeat(_curve(_luma(table), 0.9), 3, axis=-1),
    "sepia": lambda table: _luma(table) * np.array([1.08, 0.94, 0.72]),
    "teal_orange": _tinted((-0.07, 0.02, 0.06), (0.08, 0.01, -0.08)),
    "faded": lambda table: 0.08 + 0.84 * (0.75 * table + 0.25 * _luma(table)),
}
