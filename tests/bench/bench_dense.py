"""A thousand shots of 0.2 to 0.5 s from all over ten minutes with far apart key frames, in no order.

Drawn in the order of the source, each shot by itself, against chunks of five shots that are each sought for; the same
frames. ``CUTROOM_BENCH_SHOTS`` is how many shots (1000), ``CUTROOM_BENCH_SECONDS`` how long the film (600); 640x360.
"""

from __future__ import annotations

import os
import random
import tempfile
from fractions import Fraction
from pathlib import Path

from services.renderer.domain import dense
from shared.contracts.timeline import Output, RenderOptions
from tests.bench.alike import unlike
from tests.bench.edits import RATE, Spent, edit, make, ours, spent
from tests.bench.table import Row

SHOTS = int(os.environ.get("CUTROOM_BENCH_SHOTS", "1000"))
SECONDS = int(os.environ.get("CUTROOM_BENCH_SECONDS", "600"))
SIZE = (640, 360)
WIDE = Output(name="wide", width=SIZE[0], height=SIZE[1])
PLAIN = RenderOptions(captions=False, loudness=None)


async def measure() -> list[Row]:
    """Both ways once, and their frames compared."""
    rng = random.Random(4)
    cuts = [(rng.randrange(SECONDS * RATE - 20), rng.randrange(6, 16)) for _ in range(SHOTS)]
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        folder, source = Path(name), Path(name) / "source.mp4"
        await make(source, SIZE, SECONDS, 250)
        line = edit(source, SIZE, SECONDS, cuts)
        took: dict[str, Spent] = {}
        sizes: dict[str, int] = {}
        for way, longest in (("sought", Fraction(0)), ("in order", dense.LONGEST)):
            usual, dense.LONGEST = dense.LONGEST, longest
            try:
                took[way] = await spent(ours(folder / way, line, source, [WIDE], PLAIN))
            finally:
                dense.LONGEST = usual
            sizes[way] = (folder / way / "film_wide.mp4").stat().st_size
        off = await unlike(folder / "sought/film_wide.mp4", folder / "in order/film_wide.mp4")
    return [
        *(Row(f"{way}: wall (CPU {one.cpu:.0f} s)", one.wall, "s") for way, one in took.items()),
        Row("in order against sought, CPU", took["in order"].cpu / took["sought"].cpu, "x"),
        Row("in order against sought, wall", took["in order"].wall / took["sought"].wall, "x"),
        Row("in order against sought, size of the file", sizes["in order"] / sizes["sought"], "x"),
        Row("frames missing, added, or not the same", off, f"of {line.frames}", "0"),
    ]
