"""Which pictures of an edit can be taken over from their source as they are, and which have to be encoded. Pure.

A span can be copied from an IDR frame on, up to a place where all packets so far show just the frames so far: there no
later packet is needed and none too many is taken. What lies before and behind is encoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.renderer.domain.chunks import Chunk, Piece
from services.renderer.domain.reading import TOLERANCE
from shared.contracts.layout import starts
from shared.contracts.media import VideoStream
from shared.contracts.timeline import Clip, Output, RenderOptions, Timeline

LEAST = 12
"""Frames that are worth a copy."""
HD = 720
"""From this height on, colours of which nobody says anything are BT.709, as everywhere in the renderer."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A packet of a source's picture: the number of the frame that it shows, and whether it is an IDR frame."""

    frame: int
    idr: bool


@dataclass(frozen=True, slots=True)
class Span:
    """Frames ``begin`` to ``end`` of a source can be copied; their packets run ``delay`` frames ahead, at most."""

    begin: int
    end: int
    delay: int


@dataclass(frozen=True, slots=True)
class Run:
    """``frames`` of the film from ``first`` on: as many packets of ``source``, from its frame ``begin`` on."""

    first: int
    frames: int
    source: str
    begin: int
    delay: int


def hindrance(timeline: Timeline, options: RenderOptions, output: Output) -> str:
    """Return why nothing of this edit can be copied, empty where it may be."""
    if output.codec != "h264" or output.draft:
        return "only final H.264 is copied (why not HEVC: docs/rendering.md)"
    if output.hls:
        return "a ladder's pictures have to stand in step"
    if timeline.overlays or options.watermark:
        return "something is drawn over all of it"
    if options.burned and any(clip.captions for clip in timeline.video):
        return "captions are drawn over it"
    if any(clip.transition_in for clip in timeline.video):
        return "it has transitions"
    return ""


def mismatch(stream: VideoStream, output: Output, rate: str) -> str:
    """Return in what a source's picture is not as the output's would be, empty where it is."""
    if stream.codec != "h264" or stream.pixel_format != "yuv420p" or stream.hdr is not None:
        return "is not H.264 in 8 bits 4:2:0"
    if (stream.coded_width, stream.coded_height) != (output.width, output.height):
        return f"is not {output.width}x{output.height}"
    if stream.rotation or stream.sample_aspect_ratio != "1/1" or stream.interlaced:
        return "is turned, stretched or interlaced"
    if stream.variable_frame_rate:
        return "has frames that are not evenly spaced"
    if Fraction(stream.frame_rate) != Fraction(rate):
        return f"does not have {rate} frames a second"
    if stream.color_space != "bt709" and (stream.color_space or output.height < HD):
        return "has other colours than BT.709"
    return ""


def wanted(timeline: Timeline) -> dict[int, tuple[int, int]]:
    """Return by clip the frames of its source, from and up to, that it shows as they are."""
    found = ((number, _first(timeline, clip)) for number, clip in enumerate(timeline.video))
    return {n: (first, first + timeline.video[n].frames) for n, first in found if first is not None}


def _first(timeline: Timeline, clip: Clip) -> int | None:
    """The number of the source frame that the clip shows first; None where its frames are not taken one by one."""
    stream = timeline.sources[clip.source].media.video
    if stream is None or Fraction(clip.speed) != 1 or clip.warp or clip.reverse or clip.effects:
        return None
    at = (clip.source_start - Fraction(str(stream.start)) + TOLERANCE) * Fraction(timeline.rate)
    return int(at) if at >= 0 else None


class Reading:
    """Follows packets in decoding order from an IDR frame on, and finds how many of them can be copied.

    ``end``: the frame behind the last one before which all is there; 0 before the first IDR frame. ``broken``: the
    packets are not one a frame.
    """

    def __init__(self, begin: int, stop: int) -> None:
        self._begin, self._stop = begin, stop
        self._most = self._place = -1
        self.begin = self.end = self.delay = 0
        self.broken = False

    @property
    def began(self) -> bool:
        """Whether an IDR frame was seen."""
        return self._place >= 0

    def take(self, packet: Shown) -> bool:
        """Add a packet; return whether more have to be seen."""
        if self._place < 0:
            if not packet.idr or packet.frame < self._begin:
                return packet.frame < self._stop
            self.begin = self._place = packet.frame
        elif packet.frame < self.begin or (packet.idr and self._most != self._place - 1):
            self.broken = True
        self.delay = max(self.delay, self._place - packet.frame)
        self._most = max(self._most, packet.frame)
        if self._most == self._place and self._place < self._stop:
            self.end = self._place + 1
        self._place += 1
        return not self.broken and self._place < self._stop


def spanned(opening: Reading, closing: Reading) -> Span | None:
    """Return what two readings, of the same frames or of their two ends, found; None where it is not worth a copy."""
    broken = opening.broken or closing.broken or not opening.began or not closing.began
    if broken or closing.end - opening.begin < LEAST:
        return None
    return Span(opening.begin, closing.end, max(opening.delay, closing.delay))


def whole(frames: Iterable[int], begin: int) -> bool:
    """Tell whether packets show just the frames from ``begin`` on, each once."""
    seen = sorted(frames)
    return seen == list(range(begin, begin + len(seen)))


def divide(timeline: Timeline, spans: Mapping[int, Span], *, most_frames: int, most_pieces: int) -> list[Chunk | Run]:
    """Return the film as runs to be copied and chunks to be encoded, in order; ``spans`` by clip."""
    made, shown = _Row(most_frames, most_pieces), wanted(timeline)
    for number, (clip, at) in enumerate(zip(timeline.video, starts(timeline.video), strict=True)):
        span = spans.get(number)
        if span is None:
            made.encode(number, at, 0, clip.frames)
            continue
        first = shown[number][0]
        made.encode(number, at, 0, span.begin - first)
        made.copy(Run(at + span.begin - first, span.end - span.begin, clip.source, span.begin, span.delay))
        made.encode(number, at, span.end - first, first + clip.frames - span.end)
    return made.ended()


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
