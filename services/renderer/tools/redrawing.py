"""Drawing a few seconds of an edit once more, small and alone: what does the edit ask for there?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from fractions import Fraction

from services.renderer.domain.chunks import Chunk, piece_run
from services.renderer.domain.seen import Seen, figures
from services.renderer.tools import picture
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.parts import Order
from shared.contracts.layout import starts
from shared.contracts.timeline import Output

LONG_SIDE = 192


async def redrawn(bench: Bench, order: Order, output: Output, first: int, frames: int) -> Seen:
    """Return how film frames ``first`` to ``first + frames`` look, without captions and watermark.

    Drawn in one go and not from kept chunks. Raises ProcessFailed when ffmpeg fails.
    """
    begin, end = _whole_transitions(order, first, first + frames)
    clips = order.timeline.video
    chunk = Chunk(0, begin, end - begin, piece_run(clips, starts(clips), begin, end))
    name = f"asked_{output.name}_{first}"
    drawing = picture.Drawing(_small(output), None, f"{name}.mp4", f"{name}.grey")
    alone = replace(bench, hardware={})
    built = await asyncio.to_thread(picture.arguments, alone, order.timeline, order.sources, [drawing], chunk)
    await alone.ffmpeg(built)
    grey, film = bench.scratch / drawing.small, bench.scratch / drawing.target
    try:
        seen = await asyncio.to_thread(lambda: figures(grey.read_bytes()))
    finally:
        grey.unlink(missing_ok=True)
        film.unlink(missing_ok=True)
    span = slice(first - begin, first - begin + frames)
    return replace(seen, luma=seen.luma[span], still=seen.still[span], coarse=seen.coarse[span])


def _whole_transitions(order: Order, begin: int, end: int) -> tuple[int, int]:
    """A chunk never begins nor ends inside a transition."""
    clips = order.timeline.video
    for at, clip in zip(starts(clips), clips, strict=True):
        length = clip.transition_in.frames if clip.transition_in else 0
        if at < begin < at + length:
            begin = at
        if at < end < at + length:
            end = at + length
    return begin, end


def _small(output: Output) -> Output:
    """The same shape, as small as the check's own copies want it."""
    shrunk = Fraction(LONG_SIDE, max(output.width, output.height, LONG_SIDE))
    width, height = (max(16, 2 * round(side * shrunk / 2)) for side in (output.width, output.height))
    return Output(name=output.name, width=width, height=height, fit=output.fit, draft=True)
