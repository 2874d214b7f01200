"""Which pictures of an edit can be taken over from their source as they are, and which have to be encoded. Pure.

A span can be copied from an IDR frame on, up to a place where all packets so far show just the frames so far: there no
later packet is needed and none too many is taken. What lies before and behind is encoded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.renderer.domain.chunks import Chunk, Piece
from services.renderer.domain.reading import TOLERANCE
from shared.contracts.layout import starts
from shared.contracts.media import VideoStream
from shared.contracts.timeline import Clip, Output, RenderOptions, Timeline

LEAST = 12
"""Frames that are worth a copy."""


@dataclass(frozen=True, slots=True)
class Index:
    """The packets of a source's picture in decoding order.

    ``shows``: the number of the frame that each shows; ``idr``: the positions of frames that need no other; ``pts`` and
    ``dts`` in seconds.
    """

    shows: Sequence[int]
    idr: frozenset[int]
    pts: Sequence[Fraction]
    dts: Sequence[Fraction]

    @property
    def delay(self) -> int:
        """By how many frames decoding runs ahead of showing, at most."""
        return max((place - frame for place, frame in enumerate(self.shows)), default=0)

    def clean(self) -> list[bool]:
        """Tell for each packet whether those up to it show just the first frames, none left out."""
        most, flags = -1, []
        for place, frame in enumerate(self.shows):
            most = max(most, frame)
            flags.append(most == place)
        return flags


@dataclass(frozen=True, slots=True)
class Run:
    """``frames`` of the film from ``first`` on, that are packets ``begin`` to ``end`` of ``source``."""

    first: int
    frames: int
    source: str
    begin: int
    end: int


def hindrance(timeline: Timeline, options: RenderOptions, output: Output) -> str:
    """Return why nothing of this edit can be copied, empty where it may be."""
    if output.codec != "h264" or output.draft:
        return "only final H.264 is copied"
    if output.hls:
        return "a ladder has key frames of its own"
    if timeline.overlays or options.watermark:
        return "something is drawn over all of it"
    if options.captions and options.subtitles != "file" and any(clip.captions for clip in timeline.video):
        return "captions are drawn over it"
    if any(clip.transition_in for clip in timeline.video):
        return "it has transitions"
    return ""


def matches(stream: VideoStream, output: Output, rate: str) -> bool:
    """Tell whether a source's picture is as the output's would be: size, rate, colours, nothing turned or stretched."""
    coded = (stream.coded_width, stream.coded_height)
    upright = stream.rotation == 0 and stream.sample_aspect_ratio == "1/1"
    plain = stream.codec == "h264" and stream.pixel_format == "yuv420p" and stream.hdr is None
    steady = not stream.variable_frame_rate and Fraction(stream.frame_rate) == Fraction(rate)
    return upright and plain and steady and coded == (output.width, output.height)


def divide(
    timeline: Timeline, indexes: Mapping[str, Index], *, most_frames: int, most_pieces: int
) -> list[Chunk | Run]:
    """Return the film as runs to be copied and chunks to be encoded, in order; ``indexes`` has sources that match."""
    flags = {key: index.clean() for key, index in indexes.items()}
    made = _Row(most_frames, most_pieces)
    for number, (clip, at) in enumerate(zip(timeline.video, starts(timeline.video), strict=True)):
        index = indexes.get(clip.source)
        first = _first(timeline, clip)
        found = None
        if index is not None and first is not None and first + clip.frames <= len(index.shows):
            found = _span(index, flags[clip.source], first, clip.frames)
        if found is None or first is None:
            made.encode(number, at, 0, clip.frames)
            continue
        begin, end = found
        made.encode(number, at, 0, begin - first)
        made.copy(Run(at + begin - first, end - begin, clip.source, begin, end))
        made.encode(number, at, end - first, first + clip.frames - end)
    return made.ended()


def _first(timeline: Timeline, clip: Clip) -> int | None:
    """The number of the source frame that the clip shows first; None where its frames are not taken one by one."""
    stream = timeline.sources[clip.source].media.video
    if stream is None or Fraction(clip.speed) != 1 or clip.warp or clip.reverse or clip.effects:
        return None
    at = (clip.source_start - Fraction(str(stream.start)) + TOLERANCE) * Fraction(timeline.rate)
    return int(at) if at >= 0 else None


def _span(index: Index, clean: Sequence[bool], first: int, frames: int) -> tuple[int, int] | None:
    """Return the packets (from, up to) inside the frames ``first`` to ``first + frames`` that can be copied."""
    stop = first + frames
    begin = next((k for k in range(first, stop) if k in index.idr and (k == 0 or clean[k - 1])), None)
    if begin is None:
        return None
    end = next((p + 1 for p in range(stop - 1, begin, -1) if clean[p]), begin)
    return (begin, end) if end - begin >= LEAST else None


class _Row:
    """Collects what follows each other; neighbours that are encoded share a chunk."""

    def __init__(self, most_frames: int, most_pieces: int) -> None:
        self._most_frames, self._most_pieces = most_frames, most_pieces
        self._made: list[Chunk | Run] = []
        self._pieces: list[Piece] = []
        self._first = 0

    def encode(self, clip: int, at: int, first: int, frames: int) -> None:
        """Add ``frames`` of a clip, from its own frame ``first`` on; the clip begins at the film's frame ``at``."""
        while frames:
            room = self._most_frames - sum(piece.frames for piece in self._pieces)
            if not room or len(self._pieces) == self._most_pieces:
                self._flush()
                continue
            if not self._pieces:
                self._first = at + first
            taken = min(frames, room)
            self._pieces.append(Piece(clip, first, taken))
            first, frames = first + taken, frames - taken

    def copy(self, run: Run) -> None:
        """Add a run."""
        self._flush()
        self._made.append(run)

    def ended(self) -> list[Chunk | Run]:
        """Return all of it."""
        self._flush()
        return self._made

    def _flush(self) -> None:
        if self._pieces:
            frames = sum(piece.frames for piece in self._pieces)
            number = sum(isinstance(one, Chunk) for one in self._made)
            self._made.append(Chunk(number, self._first, frames, tuple(self._pieces)))
            self._pieces = []
