"""Rendering a whole timeline: sound once, pictures in chunks side by side, joined by stream copy and checked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from services.renderer.domain.chunks import Chunk
from services.renderer.domain.ladder import rungs
from services.renderer.tools.copying import Copied, NotCopied, plan
from services.renderer.tools.drawing import draw
from services.renderer.tools.failure import meaning
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.finish import Film, finish
from services.renderer.tools.fonts import lay_out_fonts
from services.renderer.tools.laddering import laddered
from services.renderer.tools.parts import Order, Place, places, sounds
from services.renderer.tools.reckoning import reckoned
from services.renderer.tools.seekable import seekable
from services.renderer.tools.shelf import Drawn, NoShelf, Shelf, Voiced, Wanted, fetched, had
from services.renderer.tools.soundtrack import soundtrack
from services.renderer.tools.tables import lay_out_tables
from shared.contracts.timeline import AudioCodec, Output
from shared.process import ProcessFailed

__all__ = ["Film", "Report", "prepared", "render"]
Report = Callable[[float, dict[str, float | int | str]], None]
HANDS = 4
"""Kept chunks that are fetched at once."""


async def render(
    bench: Bench, order: Order, report: Report, shelf: Shelf | None = None, slots: asyncio.Semaphore | None = None
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
    slots: asyncio.Semaphore | None,
) -> list[Film]:  # fmt: skip
    parallel = bench.settings.parallel
    cut = await asyncio.to_thread(_all_places, bench, order, copies)
    voices = sounds(bench, order)
    await shelf.offer([tuple(place.parts) for place in cut], tuple(voices.values()))
    there = await shelf.ready([*voices.values(), *(key for place in cut for key in place.parts)])
    few = bench.settings.for_few(sum(not there.issuperset(place.parts) for place in cut))
    slots = slots or asyncio.Semaphore(parallel)
    studio = _Studio(replace(bench, settings=few), ready, cut, voices, copies, report, shelf, there, slots)
    return await studio.run()


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
        sources[key], paths[key] = await seekable(bench, sources[key], paths[key], number)
    return replace(order, timeline=order.timeline.model_copy(update={"sources": sources}), sources=paths)


class _Studio:
    def __init__(
        self, bench: Bench, order: Order, cut: Sequence[Place], voices: Mapping[AudioCodec, str],
        copies: Mapping[str, Copied], report: Report, shelf: Shelf, there: frozenset[str], slots: asyncio.Semaphore,
    ) -> None:  # fmt: skip
        self._bench, self._order, self._places, self._report = bench, order, cut, report
        self._voices, self._copies = voices, copies
        self._there, self._hands = there, asyncio.Semaphore(HANDS)
        self._timeline, self._shelf, self._slots = order.timeline, shelf, slots
        copied = sum(one.frames for one in copies.values())
        workers = bench.settings.parallel
        self._progress = reckoned(order, cut, voices.values(), there, copied=copied, workers=workers)
        self._began = time.monotonic()
        self._drawn: dict[str, Drawn] = {}
        self._had: set[str] = set()
        """Keys that some place sees to: where a film shows the same twice, both places have one key."""

    async def run(self) -> list[Film]:
        """Start everything; the slots decide what runs at once."""
        self._tell()
        async with asyncio.TaskGroup() as group:
            sound = group.create_task(self._sound())
            pieces = [group.create_task(self._place(place)) for place in self._places]
            films = [group.create_task(self._film(output, pieces, sound)) for output in self._order.outputs]
        return [film.result() for film in films]

    def _tell(self) -> None:
        self._report(self._progress.fraction, self._progress.detail(time.monotonic() - self._began))

    async def _sound(self) -> dict[AudioCodec, Voiced]:
        order, bench = self._order, self._bench

        async def make(keys: Sequence[str], free: Callable[[], None]) -> dict[str, Voiced]:
            mine = {codec: key for codec, key in self._voices.items() if key in keys}
            loudness = order.options.loudness
            made = await soundtrack(bench, order.timeline, order.sources, loudness, mine, self._heard)
            return {mine[codec]: one for codec, one in made.items()}

        wanted = Wanted(sorted(self._voices.values()), Voiced, make, lambda key, one: self._heard(1.0))
        # No slot of those for pictures: its programs are small, follow one another and keep no core busy.
        found = await had(self._shelf, asyncio.Semaphore(1), bench.scratch, wanted)
        return {codec: found[key] for codec, key in self._voices.items()}

    def _heard(self, fraction: float) -> None:
        self._progress.sound = fraction
        self._tell()

    async def _place(self, place: Place) -> None:
        """Have every part of a place. What was kept from the beginning waits for nothing that is drawn."""
        mine = [key for key in place.parts if key not in self._had]
        self._had.update(mine)

        async def make(keys: Sequence[str], free: Callable[[], None]) -> dict[str, Drawn]:
            self._progress.kept -= set(keys)
            parts = [place.parts[key] for key in keys]
            return await draw(self._bench, self._order, place.chunk, parts, lambda n: self._reached(keys, n), free)

        scratch, wanted = self._bench.scratch, Wanted(mine, Drawn, make, self._fetched)
        async with self._hands:
            found = await fetched(self._shelf, scratch, wanted, self._there)
        rest = replace(wanted, keys=[key for key in wanted.keys if key not in found])
        self._drawn |= found | await had(self._shelf, self._slots, scratch, rest)

    def _fetched(self, key: str, drawn: Drawn) -> None:
        """What was not there from the beginning somebody has drawn beside us: it tells how fast it goes."""
        self._reached([key], drawn.seen.frames)

    def _reached(self, keys: Sequence[str], frame: int) -> None:
        self._progress.rendered.update(dict.fromkeys(keys, frame))
        self._tell()

    async def _film(
        self,
        output: Output,
        pieces: Sequence[asyncio.Task[None]],
        sound: asyncio.Task[dict[AudioCodec, Voiced]],
    ) -> Film:
        shown = output.codec != "none"
        await asyncio.gather(*(pieces if shown else ()))
        heard = await sound
        made = {rung.name: self._made(rung) if shown else [] for rung in rungs(output)}
        chunks, copied = made[output.name], self._copies.get(output.name)
        async with self._slots:
            film = await finish(self._bench, self._order, output, chunks, heard, copied)
            if output.hls:
                film = await laddered(self._bench, self._order, film, made)
        self._progress.finished += 1 / len(self._order.outputs)
        self._tell()
        return film

    def _made(self, rung: Output) -> list[tuple[Chunk, Drawn]]:
        mine = [place for place in self._places if rung.name in place.keys]
        return [(place.chunk, self._drawn[place.keys[rung.name]]) for place in mine]
