"""Rendering a whole timeline: sound once, pictures in chunks side by side, joined by stream copy and checked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from services.renderer.tools.copying import Copied, NotCopied, plan
from services.renderer.tools.failure import meaning
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.finish import Film
from services.renderer.tools.fonts import lay_out_fonts
from services.renderer.tools.parts import Order, Place, places, sounds
from services.renderer.tools.seekable import seekable, sound_key
from services.renderer.tools.shelf import NoShelf, Shelf
from services.renderer.tools.slots import Slots
from services.renderer.tools.studio import Report, Studio
from services.renderer.tools.tables import lay_out_tables
from shared.process import ProcessFailed

__all__ = ["Film", "Report", "prepared", "render"]


async def render(
    bench: Bench, order: Order, report: Report, shelf: Shelf | None = None, slots: Slots | None = None
) -> list[Film]:
    """Render and check every output. ``report`` gets the fraction done and its detail.

    Chunks are taken from and kept on ``shelf``; ``slots`` bounds what runs at once, of all renders that share it.
    Cancelling ends every program that runs. Raises PermanentError or TransientError when ffmpeg fails.
    """
    try:
        ready = await prepared(bench, order)
        copies = await _copies(bench, ready)
        try:
            return await _rendered(bench, order, ready, copies, report, shelf or NoShelf(), slots)
        except ExceptionGroup as failed:
            if not isinstance(unfit := meaning(failed), NotCopied):
                raise
            refused = {output.name: Copied((), why=str(unfit)) for output in order.outputs}
            return await _rendered(bench, order, ready, refused, report, shelf or NoShelf(), slots)
    except (ExceptionGroup, ProcessFailed) as failed:
        raise meaning(failed) from failed


async def _rendered(
    bench: Bench, order: Order, ready: Order, copies: Mapping[str, Copied], report: Report, shelf: Shelf,
    slots: Slots | None,
) -> list[Film]:  # fmt: skip
    cut = await asyncio.to_thread(_all_places, bench, order, copies)
    voices = sounds(bench, order)
    # What lies between copies is short, and cut as only this render's look into its sources can tell.
    edges = [key for place in cut for key, part in place.parts.items() if part.own]
    wanted = [tuple(key for key, part in place.parts.items() if not part.own) for place in cut]
    await shelf.offer(wanted, (*voices.values(), *edges))
    there = await shelf.ready([*voices.values(), *(key for place in cut for key in place.parts)])
    slots = slots or Slots.of(bench.settings.parallel)
    return await Studio(bench, ready, cut, voices, copies, report, shelf, there, slots).run()


async def _copies(bench: Bench, order: Order) -> dict[str, Copied]:
    """What can be copied, by output, where the order allows it."""
    if order.options.fidelity != "copy":
        return {}
    return {output.name: await plan(bench, order, output) for output in order.outputs if output.codec != "none"}


def _all_places(bench: Bench, order: Order, copies: Mapping[str, Copied]) -> list[Place]:
    """Keys are made from the timeline as it was ordered, whatever was done to the sources since."""
    line, parallel = order.timeline, bench.settings.parallel
    copied = {name: one for name, one in copies.items() if one.row}
    whole = [output for output in order.outputs if output.name not in copied]
    made = list(places(bench, line, whole, order.options, parallel)) if whole else []
    for output in order.outputs:
        if output.name in copied:
            one = copied[output.name]
            made += places(bench, line, [output], order.options, parallel, one.chunks, one.encoder)
    return made


async def prepared(bench: Bench, order: Order) -> Order:
    """Lay out what every program of a render needs in the scratch folder; return the order over seekable sources."""
    await asyncio.to_thread(lay_out_fonts, bench.scratch, bench.settings.fonts_dir)
    await asyncio.to_thread(lay_out_tables, bench.scratch, order.timeline, order.sources)
    sources, paths = dict(order.timeline.sources), dict(order.sources)
    for number, key in enumerate(sorted(paths.keys() & sources.keys())):
        sources[key], paths[key], paths[sound_key(key)] = await seekable(bench, sources[key], paths[key], number)
    return replace(order, timeline=order.timeline.model_copy(update={"sources": sources}), sources=paths)
