"""Looking at the captions of an output: drawn on black at a quarter of its size, at the moments that matter."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from services.renderer.domain.seen import Bytes
from services.renderer.domain.spoken import Box, Moment, judged, moments
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.fonts import FOLDER
from services.renderer.tools.parts import Order, captions_alone
from shared.contracts.timeline import Finding, Output

SHRINK = 4
LEVEL = 40
"""What is brighter than this on black is a letter."""


async def caption_findings(bench: Bench, order: Order, output: Output) -> list[Finding]:
    """Return where captions are not on their words or not in the safe zone, as libass draws them."""
    wanted = moments(order.timeline) if order.options.burned else []
    script, margins = captions_alone(order, output)
    if not wanted:
        return []
    boxes = await _drawn(bench, order, output, wanted, script) if script else [None] * len(wanted)
    return list(judged(list(zip(wanted, boxes, strict=True)), order.timeline.rate, margins))


async def _drawn(bench: Bench, order: Order, output: Output, wanted: Sequence[Moment], script: str) -> list[Box | None]:
    name = f"captions_{output.name}"
    (bench.scratch / f"{name}.ass").write_text(script, encoding="utf-8")
    width, height = (max(16, side // SHRINK // 2 * 2) for side in (output.width, output.height))
    length = float(order.timeline.frames / Fraction(order.timeline.rate))
    black = f"color=black:s={width}x{height}:r={order.timeline.rate}:d={length:.6f}"
    chosen = "+".join(f"eq(n,{moment.frame})" for moment in wanted)
    graph = f"select='{chosen}',ass={name}.ass:fontsdir={FOLDER},format=gray"
    head = ["-format_whitelist", "lavfi", "-f", "lavfi", "-i", black]
    target = f"{name}.grey"
    await bench.ffmpeg([*head, "-vf", graph, "-fps_mode", "passthrough", "-f", "rawvideo", target])
    frames = np.fromfile(bench.scratch / target, np.uint8)
    frames = frames[: len(frames) // (width * height) * width * height].reshape(-1, height, width)
    return [*(_box(frame) for frame in frames), *[None] * (len(wanted) - len(frames))][: len(wanted)]


def _box(frame: Bytes) -> Box | None:
    rows, columns = (np.flatnonzero((frame > LEVEL).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    height, width = frame.shape
    ends = (columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height)
    return Box(*(float(end) for end in ends))
