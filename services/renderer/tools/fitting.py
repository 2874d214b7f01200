"""Drawing a chunk in as few programs as the memory has room for: each draws some of the outputs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from services.renderer.domain.chunks import Chunk
from services.renderer.domain.holding import groups, held
from services.renderer.tools import picture
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.parts import Order


async def drawn(
    bench: Bench, order: Order, chunk: Chunk, drawings: Sequence[picture.Drawing], on_frame: Callable[[int], None]
) -> int:
    """Draw ``chunk`` for all ``drawings``; return how many frames the one has that has the fewest.

    Each program decodes the sources anew, and waits until there is room for it beside the others. ``on_frame`` gets how
    many frames are drawn, in the mean of all programs. Raises ProcessFailed.
    """
    settings, line = bench.settings, order.timeline
    threads, room = settings.chunk_threads(), settings.drawing_room()
    divided = groups(line, chunk, [drawing.output for drawing in drawings], threads, room)
    counts = [0] * len(divided)
    for number, places in enumerate(divided):

        def reached(frame: int, number: int = number) -> None:
            counts[number] = frame
            on_frame(sum(counts) // len(counts))

        some = [drawings[place] for place in places]
        # In a thread: the way of a window that follows a face is worked out there, which takes a while.
        built = await asyncio.to_thread(picture.arguments, bench, line, order.sources, some, chunk)
        need = held(line, chunk, [drawing.output for drawing in some], threads)
        async with bench.room.taken(need, room):
            await bench.ffmpeg(built, reached)
    return min(counts)
