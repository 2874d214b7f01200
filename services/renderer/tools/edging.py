"""A program that stays: encodes the pictures between copies, one request a line, one answer a line.

Reads each :class:`Edge` from stdin and writes an :class:`Edged` to stdout. It runs apart, under limits: the sources
come from outside. A source is opened once. Of the frames before a cut only those are decoded that others refer to:
what nobody refers to and nobody sees changes nothing (ITU-T H.264, 7.4.1: ``nal_ref_idc`` 0).
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import av
from av.video.frame import PictureType
from pydantic import BaseModel

from services.renderer.tools.decoding import Pictures
from services.renderer.tools.onwards import Unfit
from services.renderer.tools.spans import Source

SMALL = "64:36"
"""Width and height of the small grey copies."""
PIXELS = "yuv420p"
BT709, TV = 1, 1
"""What the standards call the colours, their curve and their matrix, and the narrow range of levels."""


class Piece(BaseModel):
    """``frames`` frames of ``source`` from its frame ``first`` on."""

    source: str
    first: int
    frames: int


class Edge(BaseModel):
    """What to encode into ``target``: pieces of ``sources``, which are opened with ``options``.

    ``size``: width and height of their frames; ``encoder``: x264's options; ``clock``: ticks a second of the file;
    ``small``: the file for small grey copies. ``onwards``: what comes next is soon behind it in its source, so that
    decoding goes on where it ended. ``films``: so many sources stay open.
    """

    options: dict[str, str]
    sources: dict[str, Source]
    pieces: list[Piece]
    rate: str
    size: tuple[int, int]
    encoder: dict[str, str]
    clock: int
    target: str
    small: str
    onwards: bool = False
    films: int = 1


class Edged(BaseModel):
    """``why``: what speaks against encoding it here; empty where it is done."""

    why: str = ""


def encode(pictures: Pictures, edge: Edge) -> None:
    """Write what ``edge`` asks for. Raises Unfit and what PyAV raises."""
    rate = Fraction(edge.rate)
    options = {"video_track_timescale": str(edge.clock)}
    with av.open(edge.target, "w", format="mp4", options=options) as target, Path(edge.small).open("wb") as small:
        stream: av.VideoStream | None = None
        shrinking: av.filter.Graph | None = None
        number = 0
        for piece in edge.pieces:
            film = pictures.film(edge.sources[piece.source], edge.options, edge.films)
            shown = pictures.onwards if edge.onwards else pictures.of
            for frame in shown(film, piece.first, piece.frames):
                if (frame.width, frame.height, frame.format.name) != (*edge.size, PIXELS):
                    raise Unfit("frames are of another kind")
                frame.pts, frame.time_base, frame.pict_type = number, 1 / rate, PictureType.NONE
                stream = stream or _stream(target, frame, rate, edge.encoder)
                shrinking = shrinking or _shrinking(frame)
                shrinking.push(frame)
                small.write(_bytes(shrinking.pull()))
                target.mux(stream.encode(frame))
                number += 1
        if stream is not None:
            target.mux(stream.encode(None))


def _stream(
    target: av.container.OutputContainer, frame: av.VideoFrame, rate: Fraction, encoder: dict[str, str]
) -> av.VideoStream:
    stream = target.add_stream("libx264", rate=rate, options=encoder)
    stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, PIXELS
    context = stream.codec_context
    context.time_base, context.sample_aspect_ratio = 1 / rate, Fraction(1)
    context.color_range, context.color_primaries, context.color_trc, context.colorspace = TV, BT709, BT709, BT709
    return stream


def _shrinking(frame: av.VideoFrame) -> av.filter.Graph:
    graph = av.filter.Graph()
    graph.link_nodes(
        graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base),
        graph.add("extractplanes", "y"),
        graph.add("scale", f"{SMALL}:flags=area"),
        graph.add("buffersink"),
    ).configure()
    return graph


def _bytes(frame: object) -> bytes:
    assert isinstance(frame, av.VideoFrame)
    plane = frame.planes[0]
    rows = memoryview(plane)
    return b"".join(
        bytes(rows[at : at + plane.width]) for at in range(0, plane.height * plane.line_size, plane.line_size)
    )


def answer(pictures: Pictures, line: bytes) -> Edged:
    """Do what one line asks for."""
    try:
        encode(pictures, Edge.model_validate_json(line))
    except (Unfit, av.FFmpegError) as unfit:
        return Edged(why=str(unfit) or type(unfit).__name__)
    return Edged()


def main() -> None:
    """Answer until stdin ends."""
    pictures = Pictures()
    for line in sys.stdin.buffer:
        sys.stdout.write(answer(pictures, line).model_dump_json() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
