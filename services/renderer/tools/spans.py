"""A program: which spans of sources can be copied, found out at their ends alone.

Reads a :class:`Question` from stdin and writes an :class:`Answer` to stdout. It runs apart, under limits: the sources
come from outside. Of each span the packets are read up to the first IDR frame, and those behind the last key frame;
what lies between is read once, when it is copied, and held against the same rules there.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from fractions import Fraction

import av
from pydantic import BaseModel

from services.renderer.domain.h264 import Sets, foreign, is_idr, sets_of
from services.renderer.domain.packets import Reading, Shown, Span, spanned

PIXELS = "max_pixels"


class Source(BaseModel):
    """A source: where it is, its stream, frames a second, and the frames (from, up to) that are wanted, by clip."""

    url: str
    stream: int
    rate: str
    spans: dict[int, tuple[int, int]]


class Question(BaseModel):
    """``options`` are those of every input from outside, ``sources`` by their names."""

    options: dict[str, str]
    sources: dict[str, Source]


class Found(BaseModel):
    """What can be copied: (begin, end, delay) by clip, and the head of the source's picture in hexadecimal."""

    head: str = ""
    spans: dict[int, tuple[int, int, int]] = {}
    why: str = ""


class Answer(BaseModel):
    """What was found, by the names of the sources."""

    sources: dict[str, Found]


class Film:
    """The packets of a source's picture, from wherever they are wanted."""

    def __init__(self, source: Source, options: dict[str, str]) -> None:
        opening = {name: value for name, value in options.items() if name != PIXELS}
        self._container = av.open(source.url, options=opening)
        stream = self._container.streams[source.stream]
        if not isinstance(stream, av.VideoStream):
            raise TypeError("the stream is no picture")
        self.stream, self.rate = stream, Fraction(source.rate)
        self.tick = stream.time_base or Fraction(1)
        self.start = (stream.start_time or 0) * self.tick
        # Frames are counted in whole numbers: a fraction for every packet takes longer than reading it.
        grid, origin = self.tick * self.rate, self.start * self.rate
        self._parts = math.lcm(grid.denominator, origin.denominator)
        self._grid, self._origin = int(grid * self._parts), int(origin * self._parts)
        self.bounds = {name: value for name, value in options.items() if name == PIXELS}
        """What every decoder of it is told."""
        stream.codec_context.options = self.bounds
        stream.codec_context.thread_count = 1
        self.head = stream.codec_context.extradata or b""
        self.sets = sets_of(self.head)

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def packets(self, frame: int) -> Iterator[av.Packet[av.VideoStream]]:
        """Yield packets from the last key frame on that is at or before ``frame``."""
        at = self.start + frame / self.rate
        self._container.seek(round(at / self.tick), stream=self.stream, backward=True, any_frame=False)
        yield from (packet for packet in self._container.demux(self.stream) if packet.size)

    def key_before(self, frame: int) -> int:
        """Return about which frame the last key frame shows that is at or before ``frame``; 0 where nobody knows."""
        entries = self.stream.index_entries
        found = entries.search_timestamp(round((self.start + frame / self.rate) / self.tick))
        return 0 if found < 0 else round((entries[found].timestamp * self.tick - self.start) * self.rate)

    def shown(self, packet: av.Packet[av.VideoStream], sets: Sets) -> Shown | None:
        """Return what a packet shows; None where it is not one frame on the grid, as any other."""
        place = self.place(packet.pts)
        if place is None or packet.is_discard or packet.is_corrupt:
            return None
        data = bytes(packet) if packet.is_keyframe else b""
        return None if foreign(data, sets) else Shown(place, is_idr(data))

    def place(self, time: int | None) -> int | None:
        """Return the number of the frame that is shown at ``time``, in ticks; None where that is between two."""
        if time is None:
            return None
        at = time * self._grid - self._origin
        place = (2 * at + self._parts) // (2 * self._parts)
        return None if 4 * abs(at - place * self._parts) > self._parts else place


def find(film: Film, first: int, stop: int, sets: Sets) -> Span | None:
    """Return what can be copied of the frames ``first`` to ``stop``."""
    opening = Reading(first, stop)
    for shown in (film.shown(packet, sets) for packet in film.packets(first)):
        if shown is not None and (not opening.take(shown) or opening.began):
            break
    if not opening.began:
        return None
    near = max(opening.begin, _landed(film, stop - 1, sets))
    closing = Reading(near, stop)
    for shown in (film.shown(packet, sets) for packet in film.packets(near)):
        if shown is None:
            closing.broken = True
        elif closing.take(shown):
            continue
        break
    return spanned(opening, closing)


def _landed(film: Film, frame: int, sets: Sets) -> int:
    """Return the frame that a seek to ``frame`` comes to, where that is an IDR frame; else 0."""
    packet = next(film.packets(frame), None)
    shown = film.shown(packet, sets) if packet is not None else None
    return shown.frame if shown is not None and shown.idr and shown.frame <= frame else 0


def answer(question: Question) -> Answer:
    """Look into every source."""
    return Answer(sources={name: _source(one, question.options) for name, one in question.sources.items()})


def _source(source: Source, options: dict[str, str]) -> Found:
    film = Film(source, options)
    if film.sets is None:
        return Found(why="has its parameters in another form than MP4's")
    found = {clip: find(film, first, stop, film.sets) for clip, (first, stop) in source.spans.items()}
    film.close()
    spans = {clip: (span.begin, span.end, span.delay) for clip, span in found.items() if span is not None}
    return Found(head=film.head.hex(), spans=spans, why="" if spans else "has no whole group of pictures that is kept")


if __name__ == "__main__":
    sys.stdout.write(answer(Question.model_validate_json(sys.stdin.buffer.read())).model_dump_json())
