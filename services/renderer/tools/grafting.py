"""A program: writes a film out of packets of sources and of encoded parts, in one reading and one writing.

Reads a :class:`Task` from stdin and writes a :class:`Result` to stdout. It runs apart, under limits: the sources come
from outside. No packet is altered but where parameter sets of two encoders have one number: there every key frame
carries its own. The file's head comes first: its room is reserved.
"""

from __future__ import annotations

import math
import sys
import zlib
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import av
from pydantic import BaseModel

from services.renderer.domain.h264 import LENGTH, Sets, head_of
from services.renderer.domain.packets import whole
from services.renderer.tools.beside import Beside
from services.renderer.tools.glimpses import Glimpses
from services.renderer.tools.spans import Film, Source

ROOM_A_PACKET, ROOM = 36, 65536
"""Bytes that the file's head takes for a packet, at the very most, and for all else."""
MOST_OPEN = 100
"""Parts that stay open from when their sets are read to when their packets are: opening takes longer than reading."""

if TYPE_CHECKING:
    Pictured = av.Packet[av.VideoStream]


class Entry(BaseModel):
    """``frames`` packets of ``source`` from its frame ``begin`` on."""

    source: str
    begin: int
    frames: int


class Task(BaseModel):
    """What to write: ``sources`` from outside and ``parts`` of our own, by name; ``beside``: files of one stream each.

    A frame is ``ticks`` long on the clock of ``clock`` ticks a second; packets are decoded ``delay`` frames ahead.
    """

    options: dict[str, str]
    own: dict[str, str]
    sources: dict[str, Source]
    parts: dict[str, Source]
    row: list[Entry]
    beside: list[str]
    clock: int
    sample_rate: int
    ticks: int
    delay: int
    tags: dict[str, str]
    target: str


class Result(BaseModel):
    """``why``: what speaks against it, empty where the film is written; its picture's packets, and what was seen."""

    why: str = ""
    count: int = 0
    crc: int = 0
    seen: list[tuple[int, float, bool]] = []


class Unfit(Exception):
    """A source is not what its ends promised."""


class _Reel:
    """The films that are read: all of the sources are open, and some of our own parts."""

    def __init__(self, task: Task) -> None:
        self.films = {name: Film(one, task.options) for name, one in task.sources.items()}
        self._task = task
        self.sets = {name: film.sets for name, film in self.films.items()}
        self._ready: dict[str, Film] = {}
        for name, part in task.parts.items():
            film = Film(part, task.own)
            self.sets[name] = film.sets
            if len(self._ready) < MOST_OPEN:
                self._ready[name] = film
            else:
                film.close()

    def _film(self, name: str) -> Film:
        if name in self.films:
            return self.films[name]
        return self._ready.pop(name, None) or Film(self._task.parts[name], self._task.own)

    def packets(self, entry: Entry) -> Iterator[tuple[Pictured, int]]:
        """Yield the packets of an entry, and the frame of it that each shows."""
        film = self._film(entry.source)
        sets = self.sets[entry.source]
        seen: list[int] = []
        for packet in film.packets(entry.begin):
            shown = film.shown(packet, sets) if sets else None
            if not seen and (shown is None or shown.frame != entry.begin or not shown.idr):
                continue
            if shown is None:
                raise Unfit("has frames that are not evenly spaced")
            seen.append(shown.frame)
            yield packet, shown.frame - entry.begin
            if len(seen) == entry.frames:
                break
        if len(seen) != entry.frames or not whole(seen, entry.begin):
            raise Unfit("has other frames inside than at its ends")
        if entry.source in self._task.parts:
            film.close()


def write(task: Task) -> Result:
    """Write the film. Raises Unfit."""
    reel = _Reel(task)
    known = [sets for sets in reel.sets.values() if sets is not None]
    if len(known) < len(reel.sets):
        raise Unfit("has its parameters in another form than MP4's")
    head = head_of(known)
    beside = [av.open(name, options=task.own) for name in task.beside]
    count = sum(entry.frames for entry in task.row)
    room = ROOM + ROOM_A_PACKET * (count + sum(one.streams[0].frames for one in beside))
    first = task.row[0].source
    film = Film({**task.sources, **task.parts}[first], task.options if first in task.sources else task.own)
    # Players end sound where the edit list says, and that counts in ticks of the whole film's clock.
    whole_clock = math.lcm(task.clock, task.sample_rate)
    clocks = {"video_track_timescale": str(task.clock), "movie_timescale": str(whole_clock)}
    options = {"moov_size": str(room), **clocks}
    with av.open(task.target, "w", format="mp4", options=options) as target:
        target.metadata.update(task.tags)
        picture = target.add_stream_from_template(film.stream, opaque=True)
        picture.time_base = Fraction(1, task.clock)
        picture.codec_context.extradata = head or film.head
        if head is None:
            picture.codec_context.codec_tag = "avc3"
        more = [Beside(one, target, task.clock) for one in beside]
        pictures = _Pictures(task, reel, zlib.crc32(head or film.head), bare=head is not None)
        with pictures.glimpses:
            for packet in pictures.placed(picture):
                for one in more:
                    one.upto(packet.dts or 0)
                target.mux_one(packet)
            for one in more:
                one.upto(None)
    return Result(count=pictures.count, crc=pictures.crc, seen=pictures.glimpses.seen)


class _Pictures:
    def __init__(self, task: Task, reel: _Reel, crc: int, *, bare: bool) -> None:
        self._task, self._reel, self._bare = task, reel, bare
        self.count, self.crc = 0, crc
        self.glimpses = Glimpses(Fraction(task.clock, task.ticks))

    def placed(self, stream: av.VideoStream) -> Iterator[Pictured | av.Packet[av.stream.Stream]]:
        """Yield all packets of the film's picture with their times in it."""
        at, ticks = 0, self._task.ticks
        for entry in self._task.row:
            self.glimpses.begin()
            for packet, frame in self._reel.packets(entry):
                made = packet if self._bare or not packet.is_keyframe else self._carrying(packet, entry)
                if packet.is_keyframe and entry.source in self._task.sources:
                    self.glimpses.take(self._reel.films[entry.source], packet, at + frame)
                self.crc = zlib.crc32(made, self.crc)
                made.stream, made.time_base = stream, Fraction(1, self._task.clock)
                made.pts, made.dts = (at + frame) * ticks, (self.count - self._task.delay) * ticks
                made.duration = ticks
                if made.dts > made.pts:
                    raise Unfit("is decoded further ahead inside than at its ends")
                self.count += 1
                yield made
            at += entry.frames

    def _carrying(self, packet: Pictured, entry: Entry) -> av.Packet[av.stream.Stream]:
        """Return a key frame with its parameter sets before it."""
        sets = self._reel.sets[entry.source] or Sets((), ())
        units = b"".join(len(one).to_bytes(LENGTH, "big") + one for one in (*sets.sequence, *sets.picture))
        made = av.Packet(units + bytes(packet))
        made.is_keyframe = True
        return made


def main() -> None:
    """Write what stdin asks for."""
    try:
        result = write(Task.model_validate_json(sys.stdin.buffer.read()))
    except Unfit as unfit:
        result = Result(why=str(unfit))
    sys.stdout.write(result.model_dump_json())


if __name__ == "__main__":
    main()
