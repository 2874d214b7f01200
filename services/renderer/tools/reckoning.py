"""How much work a render is, before it begins: what its progress is counted against."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from services.renderer.domain.effort import drawing, finishing, sounding
from services.renderer.domain.ladder import rungs
from services.renderer.domain.progress import Progress, Task
from services.renderer.tools.parts import Order, Place


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
    tasks = {
        key: Task(place.chunk.frames, drawing(line, place.chunk, part.output, written=bool(part.script)))
        for place in places
        for key, part in place.parts.items()
    }
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
