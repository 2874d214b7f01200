"""Drawing one chunk for all outputs that lack it, and proving what came out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from services.renderer.domain.chunks import Chunk
from services.renderer.domain.seen import figures
from services.renderer.tools import fitting, picture
from services.renderer.tools.edges import Edges
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.parts import Order, Part
from services.renderer.tools.proof import proved
from services.renderer.tools.shelf import Drawn
from shared.errors import PermanentError


async def draw(
    bench: Bench, order: Order, chunk: Chunk, parts: Sequence[Part], on_frame: Callable[[int], None],
    drawn_up: Callable[[], None] = lambda: None, edges: Edges | None = None,
) -> dict[str, Drawn]:  # fmt: skip
    """Render ``chunk`` for every part, from one decoding; return the results by key.

    ``on_frame`` gets the number of frames drawn so far; ``drawn_up`` is called when ffmpeg has ended and only looking
    at what it wrote is left; ``edges`` draws what it can. Raises PermanentError when the sources give fewer frames than
    are wanted, TransientError when what was written is not what was drawn, ProcessFailed when ffmpeg fails.
    """
    drawings = [_drawing(bench, part) for part in parts]
    drawn = chunk.frames
    if edges is not None and await edges.drew(bench, chunk, drawings):
        on_frame(drawn)
    else:
        drawn = await fitting.drawn(bench, order, chunk, drawings, on_frame)
    drawn_up()
    if drawn != chunk.frames:
        raise _unreadable(order, chunk, drawn)
    made = {}
    for part, drawing in zip(parts, drawings, strict=True):
        made[part.key] = await asyncio.to_thread(_looked_at, bench.scratch, drawing, order.timeline.rate)
    return made


def _drawing(bench: Bench, part: Part) -> picture.Drawing:
    subtitles = f"{part.key}.ass" if part.script else None
    if subtitles:
        (bench.scratch / subtitles).write_text(part.script, encoding="utf-8")
    return picture.Drawing(part.output, subtitles, part.file, f"{part.key}.grey", part.own)


def _looked_at(scratch: Path, drawing: picture.Drawing, rate: str) -> Drawn:
    small = scratch / drawing.small
    seen = figures(small.read_bytes())
    small.unlink()
    return Drawn(scratch / drawing.target, seen, proved(scratch / drawing.target, seen, rate))


def _unreadable(order: Order, chunk: Chunk, drawn: int) -> PermanentError:
    names = sorted({order.timeline.video[piece.clip].name for piece in chunk.pieces})
    return PermanentError(
        f"{drawn} of {chunk.frames} frames could be read for {', '.join(names)}.",
        code="source_unreadable",
        remedy="Convert or replace the source of these clips.",
    )
