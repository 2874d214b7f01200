"""The pictures between copies, encoded by programs of ours that stay until the film is done.

They are many and short: an ffmpeg for each would take as long to start and to read its sources' indexes as to work.
A program that waits for its next one gives way where another needs its memory; one that begins anew costs a start.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Self

from services.renderer.domain.chunks import Chunk, Piece
from services.renderer.domain.copying import wanted
from services.renderer.domain.holding import films, staying
from services.renderer.tools.apart import command, environment, known
from services.renderer.tools.edging import Edge, Edged
from services.renderer.tools.edging import Piece as Taken
from services.renderer.tools.encoders import encoder, timescale
from services.renderer.tools.ffmpeg import Bench, file_url
from services.renderer.tools.parts import Order
from services.renderer.tools.picture import Drawing
from services.renderer.tools.spans import Source
from shared import log
from shared.process import Conversation, Limits, ProcessFailed, converse

SOFTWARE = "libx264"
logger = log.get(__name__)


class Edges:
    """Encodes chunks of plain frames of ``sources``. To be used as a context: its programs end with it.

    There are as many programs as chunks were asked for at once, and no more than there is room for. ``onwards``: they
    are asked for in the order of the sources, and each is drawn by the program that is nearest before it.
    """

    def __init__(self, bench: Bench, order: Order, sources: Mapping[str, Source], *, onwards: bool = False) -> None:
        self._bench, self._line, self._sources = bench, order.timeline, sources
        self._shown = wanted(order.timeline) if sources else {}
        self._onwards, self._idle = onwards, list[_Program]()
        self._room, self._total = bench.room, bench.settings.drawing_room()
        shown = [output for output in order.outputs if output.codec == "h264"]
        threads = bench.settings.chunk_threads()
        self._need = max((staying(one, len(sources), threads, onwards=onwards) for one in shown), default=0)
        self.most = max(1, self._total // max(1, self._need))
        """So many programs have room beside each other."""
        self._turns = asyncio.Semaphore(self.most)
        self._ending: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        idle = [one for one in list(self._idle) if self._room.back(one.leave)]
        try:
            await asyncio.gather(*(one.end() for one in idle), *self._ending)
        finally:
            for _one in idle:
                self._room.free(self._need)

    async def drew(self, bench: Bench, chunk: Chunk, drawings: Sequence[Drawing]) -> bool:
        """Draw ``chunk``; False where it has to be drawn otherwise. Raises ProcessFailed."""
        pieces = [self._taken(piece) for piece in chunk.pieces]
        (drawing, *more), taken = drawings, [piece for piece in pieces if piece is not None]
        if more or drawing.subtitles or not (drawing.own or self._onwards) or len(taken) < len(pieces):
            return False
        options = {**encoder(bench.settings, drawing.output, self._line.rate), **drawing.own}
        if options.pop("vcodec") != SOFTWARE or drawing.output.codec in bench.hardware:
            return False
        asked = Edge(
            options=known(bench.hostile(0)), sources={one.source: self._sources[one.source] for one in taken},
            pieces=taken, rate=self._line.rate, size=(drawing.output.width, drawing.output.height),
            encoder=_named(options), clock=timescale(self._line.rate),
            target=drawing.target, small=drawing.small, onwards=self._onwards,
            films=films(len(self._sources), onwards=self._onwards),
        )  # fmt: skip
        why = (await self._asked(asked)).why
        if why:
            logger.info("edge.otherwise", first=chunk.first, why=why)
        return not why

    def _taken(self, piece: Piece) -> Taken | None:
        clip = self._line.video[piece.clip]
        if clip.source not in self._sources or piece.clip not in self._shown or piece.overlap:
            return None
        return Taken(source=clip.source, first=self._shown[piece.clip][0] + piece.first, frames=piece.frames)

    async def _asked(self, edge: Edge) -> Edged:
        async with self._turns:
            program = await self._program(edge)
            try:
                answer = await program.ask(edge)
            except BaseException:
                try:
                    await program.end()
                finally:
                    self._room.free(self._need)
                raise
            self._idle.append(program)
            self._room.lend(self._need, program.leave)
        return answer

    async def _program(self, edge: Edge) -> _Program:
        """Return the idle one that is nearest, or a new one once there is room for it."""
        program = min(reversed(self._idle), key=lambda one: one.before(edge), default=None)
        if program is not None and self._room.back(program.leave):
            self._idle.remove(program)
            return program
        await self._room.take(self._need, self._total)
        return _Program(self._bench, self._leaves)

    def _leaves(self, program: _Program) -> None:
        self._idle.remove(program)
        ending = asyncio.create_task(program.end())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)


class _Program:
    """One that encodes; started by its first request. ``leave``: it is to end, somebody else needs its room."""

    def __init__(self, bench: Bench, leaves: Callable[[_Program], None]) -> None:
        self._bench, self.leave = bench, partial(leaves, self)
        self._talk: Conversation | None = None
        self._answers: asyncio.Queue[str] = asyncio.Queue()
        self._ended: tuple[str, int] | None = None

    async def ask(self, edge: Edge) -> Edged:
        """Have ``edge`` encoded. Raises ProcessFailed when the program ends meanwhile."""
        if self._talk is None:
            bench, env = self._bench, environment()
            limits = Limits(wall_s=bench.limits.wall_s, memory_bytes=bench.limits.memory_bytes)
            self._talk = await converse(
                command("edging"), self._answers.put_nowait, limits=limits, cwd=bench.scratch, env=env
            )
        self._talk.tell(edge.model_dump_json())
        self._ended = edge.pieces[-1].source, edge.pieces[-1].first + edge.pieces[-1].frames
        answer = asyncio.ensure_future(self._answers.get())
        try:
            await asyncio.wait({answer, self._talk.ended}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                await self._talk.ended
                raise ProcessFailed("edging", "exit", 0, "it ended without an answer")
            return Edged.model_validate_json(answer.result())
        finally:
            answer.cancel()

    def before(self, edge: Edge) -> float:
        """Return how many frames before ``edge`` it ended; endless where it is not before it at all."""
        source, end = self._ended or ("", 0)
        first = edge.pieces[0]
        return first.first - end if first.source == source and first.first >= end else math.inf

    async def end(self) -> None:
        """End it."""
        if self._talk is not None:
            await self._talk.end()


def whole(order: Order) -> dict[str, Source]:
    """Return all films of an order as sources."""
    line = order.timeline
    streams = {name: line.sources[name].media.video for name in {clip.source for clip in line.video}}
    return {
        name: Source(url=file_url(order.sources[name]), stream=stream.index, rate=line.rate, spans={})
        for name, stream in streams.items()
        if stream is not None
    }


def _named(options: Mapping[str, str | int | float]) -> dict[str, str]:
    """Return x264's options as PyAV takes them: those of the file and of the frames are said otherwise."""
    others = ("video_track_timescale", "pix_fmt")
    return {name.removesuffix(":v"): str(value) for name, value in options.items() if name not in others}
