"""How much work a render is, before it begins: what its progress is counted against."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from services.renderer.domain.chunks import Chunk
from services.renderer.domain.effort import drawing, edging, finishing, sounding
from services.renderer.domain.ladder import rungs
from services.renderer.domain.progress import Progress, Task
from services.renderer.tools.parts import Order, Part, Place


def reckoned(
    order: Order,
    places: Sequence[Place],
    voices: Collection[str],
    there: frozenset[str],
    *,
    copied: Sequence[int],
    workers: int,
) -> Progress:
    """Return the progress of a render that has not begun.

    ``voices`` are the keys of its sounds, ``there`` those of all that is kept; ``copied``: frames that are taken over
    as they are, of each output that is so made. The end is not shared among the ``workers``: most of them idle then.
    """
    line, outputs = order.timeline, order.outputs
    shown = sum(len(rungs(output)) for output in outputs if output.codec != "none")
    parts = [(place.chunk, key, part) for place in places for key, part in place.parts.items()]
    edges = len({key for _, key, part in parts if part.own})
    starts = min(workers, edges) / max(1, edges)
    tasks = {key: Task(chunk.frames, _work(order, chunk, part, starts)) for chunk, key, part in parts}
    begun = Progress(
        max(1, line.frames * shown - sum(copied)),
        tasks,
        sounding=sounding(line, len(voices), order.options),
        finishing=finishing(line, outputs, len(copied)) * workers / min(workers, len(outputs)),
        kept=there & tasks.keys(),
        sound_kept=there.issuperset(voices),
    )
    for place in places:
        begun.uses.update(place.keys.values())
    return begun


def _work(order: Order, chunk: Chunk, part: Part, starts: float) -> float:
    """``starts``: the share of one that lies between copies in the start of the programs that encode those."""
    if part.own:
        return edging(chunk, part.output, starts)
    return drawing(order.timeline, chunk, part.output, written=bool(part.script))
