"""The work of one render: every chunk, the sound and the films, begun at once; the slots decide what runs."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from services.renderer.domain.chunks import Chunk
from services.renderer.domain.dense import dense, rows
from services.renderer.domain.ladder import rungs
from services.renderer.domain.sound import Voice
from services.renderer.tools.copying import Copied
from services.renderer.tools.drawing import draw
from services.renderer.tools.edges import Edges, whole
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.finish import Film, finish, finish_copied, joined_up
from services.renderer.tools.laddering import laddered
from services.renderer.tools.parts import Order, Place
from services.renderer.tools.reckoning import reckoned
from services.renderer.tools.shelf import Drawn, Shelf, Voiced, Wanted, fetched, had
from services.renderer.tools.slots import Slots
from services.renderer.tools.soundtrack import soundtracks
from services.renderer.tools.wording import Worded, worded
from shared.contracts.timeline import Output

Report = Callable[[float, dict[str, float | int | str]], None]
HANDS = 4
"""Kept chunks that are fetched at once."""


class Studio:
    """One render at work."""

    def __init__(
        self, bench: Bench, order: Order, cut: Sequence[Place], voices: Mapping[Voice, str],
        copies: Mapping[str, Copied], report: Report, shelf: Shelf, there: frozenset[str], slots: Slots,
    ) -> None:  # fmt: skip
        self._bench, self._order, self._places, self._report = bench, order, cut, report
        self._voices, self._copies = voices, copies
        self._there, self._hands = there, asyncio.Semaphore(HANDS)
        self._timeline, self._shelf, self._slots = order.timeline, shelf, slots
        copied = [one.frames for one in copies.values() if one.row]
        workers = bench.settings.parallel
        self._progress = reckoned(order, cut, voices.values(), there, copied=copied, workers=workers)
        self._began = time.monotonic()
        self._drawn: dict[str, Drawn] = {}
        self._missing = {key for place in cut for key in place.parts}
        """Keys whose files are not whole."""
        self._all_there = asyncio.Event()
        self._laid(())
        self._had: set[str] = set()
        """Keys that some place sees to: where a film shows the same twice, both places have one key."""
        self._waiting = {id(place) for place in cut if not there.issuperset(place.parts)}
        """Places that have not begun, and below, those that run."""
        self._running: dict[int, Place] = {}
        self._few = len(self._waiting)
        plain = {name: source for one in copies.values() for name, source in one.sources.items()}
        onwards = not plain and dense(order.timeline, order.outputs, order.options)
        self._edges = Edges(bench, order, whole(order) if onwards else plain, onwards=onwards)
        self._rows = [[place] for place in cut]
        if onwards:
            made = rows(order.timeline, [place.chunk for place in cut], min(workers, self._edges.most))
            self._rows = [[cut[number] for number in row] for row in made]

    async def run(self) -> list[Film]:
        """Start everything, and return the films in the order of the outputs."""
        self._tell()
        async with self._edges, asyncio.TaskGroup() as group:
            sound = group.create_task(self._sound())
            pieces = [group.create_task(self._row(row)) for row in self._rows]
            words = [group.create_task(self._worded(output)) for output in self._order.outputs]
            films = [
                group.create_task(self._film(output, pieces, sound, said))
                for output, said in zip(self._order.outputs, words, strict=True)
            ]
        return [film.result() for film in films]

    def _tell(self) -> None:
        self._report(self._progress.fraction, self._progress.detail(time.monotonic() - self._began))

    async def _sound(self) -> dict[Voice, Voiced]:
        order, bench = self._order, replace(self._bench, turns=self._slots.sounds)

        async def make(keys: Sequence[str], free: Callable[[], None]) -> dict[str, Voiced]:
            mine = {voice: key for voice, key in self._voices.items() if key in keys}
            made = await soundtracks(bench, order, mine, self._heard)
            return {mine[voice]: one for voice, one in made.items()}

        wanted = Wanted(sorted(self._voices.values()), Voiced, make, lambda key, one: self._heard(1.0))
        # Its programs take turns one by one, so that a long film's sound keeps no short one's waiting.
        found = await had(self._shelf, asyncio.Semaphore(1), bench.scratch, wanted)
        return {voice: found[key] for voice, key in self._voices.items()}

    def _heard(self, fraction: float) -> None:
        self._progress.sound = fraction
        self._tell()

    async def _row(self, row: Sequence[Place]) -> None:
        for place in row:
            await self._place(place)

    async def _place(self, place: Place) -> None:
        """Have every part of a place. What was kept from the beginning waits for nothing that is drawn."""
        mine = [key for key in place.parts if key not in self._had]
        self._had.update(mine)

        async def make(keys: Sequence[str], free: Callable[[], None]) -> dict[str, Drawn]:
            self._progress.kept -= set(keys)
            parts = [place.parts[key] for key in keys]
            with self._begun(place, keys) as bench:
                reached, drawn_up = partial(self._reached, keys), partial(self._laid, keys, free)
                return await draw(bench, self._order, place.chunk, parts, reached, drawn_up, self._edges)

        scratch, wanted = self._bench.scratch, Wanted(mine, Drawn, make, self._fetched)
        async with self._hands:
            found = await fetched(self._shelf, scratch, wanted, self._there)
        rest = replace(wanted, keys=[key for key in wanted.keys if key not in found])
        self._laid(found)
        self._drawn |= found | await had(self._shelf, self._slots.pictures, scratch, rest)
        self._laid(mine)
        self._waiting.discard(id(place))

    def _laid(self, keys: Iterable[str], free: Callable[[], None] = lambda: None) -> None:
        free()
        self._missing.difference_update(keys)
        if not self._missing:
            self._all_there.set()

    @contextlib.contextmanager
    def _begun(self, place: Place, keys: Sequence[str]) -> Iterator[Bench]:
        """Have ``place`` among those that run, and what it is drawn with.

        The last one gets all cores where it is alone for most of its time.
        """
        others = [key for one in self._running.values() for key in one.parts]
        self._waiting.discard(id(place))
        last = not self._waiting and self._progress.outlast(keys, others)
        settings = self._bench.settings
        self._running[id(place)] = place
        try:
            yield replace(self._bench, settings=settings.for_few(1 if last else self._few))
        finally:
            del self._running[id(place)]

    def _fetched(self, key: str, drawn: Drawn) -> None:
        """What was not there from the beginning somebody has drawn beside us: it tells how fast it goes."""
        self._reached([key], drawn.seen.frames)

    def _reached(self, keys: Sequence[str], frame: int) -> None:
        self._progress.rendered.update(dict.fromkeys(keys, frame))
        self._tell()

    async def _worded(self, output: Output) -> Worded:
        copied = self._copies.get(output.name)
        if output.codec == "none" or (copied is not None and copied.row):
            return Worded()
        return await worded(replace(self._bench, turns=self._slots.sounds), self._order, output)

    async def _film(
        self, output: Output, pieces: Sequence[asyncio.Task[None]], sound: asyncio.Task[dict[Voice, Voiced]],
        words: asyncio.Task[Worded],
    ) -> Film:  # fmt: skip
        if shown := output.codec != "none":
            await self._all_there.wait()
        heard = await sound
        async with self._slots.pictures:
            film = await self._finished(output, pieces if shown else (), heard, words)
        self._progress.finished += 1 / len(self._order.outputs)
        self._tell()
        return film

    async def _finished(
        self, output: Output, pieces: Sequence[asyncio.Task[None]], heard: Mapping[Voice, Voiced],
        words: asyncio.Task[Worded],
    ) -> Film:  # fmt: skip
        """Join while the last chunks are still proved and kept: one that is not as it was drawn ends all of it."""
        bench, order, copied = self._bench, self._order, self._copies.get(output.name)
        if copied is not None and copied.row:
            await asyncio.gather(*pieces)
            return await finish_copied(bench, order, output, self._made(output), heard, copied)
        places = [place for place in self._places if pieces and output.name in place.keys]
        pairs = [(place.chunk, place.parts[place.keys[output.name]].file) for place in places]
        file = await joined_up(bench, order, output, pairs, heard)
        await asyncio.gather(*pieces)
        drawn = [one for _, one in self._made(output)] if pieces else []
        film = await finish(bench, order, output, file, drawn, heard, await words, copied.why if copied else "")
        made = {rung.name: self._made(rung) for rung in rungs(output)} if output.hls else {}
        return await laddered(bench, order, film, made) if output.hls else film

    def _made(self, rung: Output) -> list[tuple[Chunk, Drawn]]:
        mine = [place for place in self._places if rung.name in place.keys]
        return [(place.chunk, self._drawn[place.keys[rung.name]]) for place in mine]
