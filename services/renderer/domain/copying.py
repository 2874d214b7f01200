"""Which pictures of an edit can be taken over from their source as they are, and which have to be encoded. Pure.

What can be copied of a source is in :mod:`.packets`; what lies before and behind is encoded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.renderer.domain.chunks import Chunk, Piece
from services.renderer.domain.packets import Span
from services.renderer.domain.reading import TOLERANCE
from shared.contracts.layout import starts
from shared.contracts.media import VideoStream
from shared.contracts.timeline import Clip, Output, RenderOptions, Timeline

HD = 720
"""From this height on, colours of which nobody says anything are BT.709, as everywhere in the renderer."""


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
    if stream.resized:
        return "changes its size"
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
