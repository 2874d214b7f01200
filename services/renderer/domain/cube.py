"""Tables of colours: read from .cube files of people, built for the looks that come with Cutroom, and written by us.

Format: Adobe, "Cube LUT Specification" 1.0 (2013): three-dimensional tables, red running fastest. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from shared.contracts.effects import Lut

Table = NDArray[np.float64]
"""(blue, green, red, 3) values from 0 to 1."""
SMALLEST, LARGEST = 2, 65
MAX_BYTES = 16 * 1024 * 1024
LOOK_SIZE = 17


def cube_name(settings: Lut) -> str:
    """Return the name of the file in which the table for these settings stands."""
    return f"lut_{hashlib.sha256(settings.model_dump_json().encode()).hexdigest()[:16]}.cube"


def parse(text: str) -> Table:
    """Return the table of a .cube file. Raises ValueError that says what is wrong with it."""
    size, low, high = 0, np.zeros(3), np.ones(3)
    rows: list[list[float]] = []
    for number, raw in enumerate(text.splitlines(), 1):
        words = raw.split("#", 1)[0].split()
        if not words or words[0] == "TITLE":
            continue
        try:
            if words[0] == "LUT_3D_SIZE":
                size = int(words[1])
                if not SMALLEST <= size <= LARGEST:
                    raise ValueError
            elif words[0] in ("DOMAIN_MIN", "DOMAIN_MAX"):
                values = np.array([float(word) for word in words[1:4]])
                low, high = (values, high) if words[0] == "DOMAIN_MIN" else (low, values)
            else:
                rows.append([float(word) for word in words])
        except (ValueError, IndexError):
            raise ValueError(f"line {number} is none of a 3D table of {SMALLEST} to {LARGEST}") from None
        if len(rows) > max(size, SMALLEST) ** 3:
            raise ValueError(f"line {number}: there are more colours than LUT_3D_SIZE says")
    return _table(rows, size, low, high)


def _table(rows: list[list[float]], size: int, low: NDArray[np.float64], high: NDArray[np.float64]) -> Table:
    if not size or len(rows) != size**3 or any(len(row) != 3 for row in rows):
        raise ValueError(f"it has {len(rows)} colours; a table of {size} needs {size**3} of three numbers")
    values = np.array(rows)
    if not np.isfinite(values).all() or np.abs(values).max() > 16:
        raise ValueError("a colour is not a number between -16 and 16")
    if np.any(low != 0) or np.any(high != 1):
        raise ValueError("its domain is not 0 to 1")
    return np.asarray(np.clip(values, 0, 1).reshape(size, size, size, 3))


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
