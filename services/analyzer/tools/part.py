"""What one pass over a film, or a span of it, has measured; a span's goes through a file to who joins the spans."""

from __future__ import annotations

import os
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from services.analyzer.domain.looks import Look
from services.analyzer.domain.shots.frames import Features, joined
from services.analyzer.domain.shots.trace import WIDTH, Frames, Levels, Rows

TRACE = "trace.u8"
_REST = "part.npz"
_LOOKS = TypeAdapter(list[Look])
Picture = npt.NDArray[np.uint8]
_DENSE = 16


@dataclass(frozen=True, slots=True)
class Part:
    """``ticks``: the frames' times after the container's start, and the end of the last; ``rows``: their trace.

    ``tiles``: pictures for the sheet by number. ``stills``: candidates by part of the film: score, seconds, picture.
    """

    ticks: npt.NDArray[np.int64]
    found: Features
    rows: Rows
    looks: list[Look]
    tiles: dict[int, Picture]
    stills: dict[int, tuple[float, float, Picture]]
    damaged: int = 0


class Filed:
    """Rows in a file. Mapped into memory, all pages once touched would count as the process's own, hours of film."""

    def __init__(self, path: Path, count: int) -> None:
        self._file, self._count = os.open(path, os.O_RDONLY), count
        weakref.finalize(self, os.close, self._file)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, frames: Frames, /) -> Levels:
        """Return the rows of ``frames``, or the row of one; a slice has no step."""
        if isinstance(frames, slice):
            first, last, _ = frames.indices(self._count)
            return self._read(first, last)
        if isinstance(frames, np.ndarray):
            return self._picked(frames)
        row: Levels = self._read(frames, frames + 1)[0]
        return row

    def _picked(self, frames: npt.NDArray[np.int64]) -> Levels:
        if not len(frames):
            return np.zeros((0, WIDTH), np.uint8)
        first, last = int(frames.min()), int(frames.max()) + 1
        if last - first <= _DENSE * len(frames):
            return self._read(first, last)[frames - first]
        return np.concatenate([self._read(frame, frame + 1) for frame in frames.tolist()])

    def _read(self, first: int, last: int) -> Levels:
        size = max(0, last - first) * WIDTH
        data = os.pread(self._file, size, first * WIDTH)
        return np.frombuffer(data, np.uint8).reshape(-1, WIDTH)


def trace_rows(folder: Path, count: int) -> Rows:
    """Return the rows of a trace file, which are read when they are asked for."""
    return Filed(folder / TRACE, count) if count else np.zeros((0, WIDTH), np.uint8)


def save(part: Part, folder: Path) -> None:
    """Leave a part in ``folder``, where its trace lies already."""
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "ticks": part.ticks,
        "damaged": np.array(part.damaged),
        "looks": np.frombuffer(_LOOKS.dump_json(part.looks), np.uint8),
    }
    arrays |= {f"found_{field.name}": getattr(part.found, field.name) for field in fields(Features)}
    arrays |= {f"tile_{number}": picture for number, picture in part.tiles.items()}
    for number, (score, at, picture) in part.stills.items():
        arrays |= {f"still_{number}": picture, f"worth_{number}": np.array([score, at])}
    np.savez(folder / _REST, allow_pickle=False, **arrays)


def load(folder: Path) -> Part:
    """Return what :func:`save` left in ``folder``."""
    with np.load(folder / _REST, allow_pickle=False) as held:
        ticks = held["ticks"]
        numbers = [int(name[6:]) for name in held.files if name.startswith("still_")]
        return Part(
            ticks=ticks,
            found=Features(*(held[f"found_{field.name}"] for field in fields(Features))),
            rows=trace_rows(folder, max(0, len(ticks) - 1)),
            looks=_LOOKS.validate_json(held["looks"].tobytes()),
            tiles={int(name[5:]): held[name] for name in held.files if name.startswith("tile_")},
            stills={n: (*(float(v) for v in held[f"worth_{n}"]), held[f"still_{n}"]) for n in numbers},
            damaged=int(held["damaged"]),
        )


def join(parts: Sequence[Part], folder: Path) -> Part:
    """Return the parts of one film, in their order, as one whose trace lies in ``folder``."""
    if len(parts) == 1:
        return parts[0]
    with (folder / TRACE).open("wb") as file:
        for part in parts:
            for first in range(0, len(part.rows), 4096):
                file.write(part.rows[first : first + 4096].tobytes())
    ticks = np.concatenate([*(part.ticks[:-1] for part in parts), parts[-1].ticks[-1:]])
    stills: dict[int, tuple[float, float, Picture]] = {}
    for part in parts:
        for number, still in part.stills.items():
            if number not in stills or still[0] > stills[number][0]:
                stills[number] = still
    return Part(
        ticks=ticks,
        found=joined([part.found for part in parts]),
        rows=trace_rows(folder, max(0, len(ticks) - 1)),
        looks=[look for part in parts for look in part.looks],
        tiles={number: tile for part in reversed(parts) for number, tile in part.tiles.items()},
        stills=stills,
        damaged=sum(part.damaged for part in parts),
    )
