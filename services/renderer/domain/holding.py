"""How much memory a program takes that draws a chunk: reckoned before it begins. Pure.

Measured with ``python -m tests.bench memory`` on ffmpeg 9: frames wait in queues between decoder, graph and encoder,
every filter keeps some to be used again, and an encoder looks ahead. What is given here is the upper end of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.renderer.domain.chunks import Chunk, Piece
from services.renderer.domain.fit import fit
from services.renderer.domain.layers import Shown, box, shown
from services.renderer.domain.remembering import kept
from shared.contracts.media import VideoStream
from shared.contracts.timeline import Clip, Output, Timeline

BASE = 45 * 10**6
"""Bytes of a program that does nothing yet."""
READ, PLACED, BLURRED, EFFECT, MIXED, LAID = 9, 3, 6, 3, 22, 14
"""Frames that are held by an open input, by a piece that is laid on an output, by the blurred picture behind it, by
each of its effects, by a transition, by a film that lies over the picture."""
ENCODED = {"h264": 58, "gif": 58, "hevc": 130, "vp9": 110, "av1": 160, "prores": 20}
"""Frames that an encoder and what waits for it hold."""
THREAD = 3
"""Frames that each further thread of a decoder or an encoder holds."""
STAYS, DECODED, QUICK, EDGED = 64 * 10**6, 10, 7, 46
"""A program that stays: its bytes, and the frames that an open source holds, and its encoder where that is quick (what
lies between copies) and where it is as usual (where it decodes onwards)."""
MOST_FILMS = 4
"""Sources that such a program keeps open."""
CLEAR = 2.0
"""How much larger a frame is that may be transparent and has colours of full resolution, at most."""


def held(timeline: Timeline, chunk: Chunk, outputs: Sequence[Output], threads: int) -> int:
    """Return how many bytes the program that draws ``chunk`` to all of ``outputs`` takes, about and at most."""
    layers = [one for one in shown(timeline.overlays, chunk) if one.overlay.clip is not None]
    clips = [timeline.video[piece.clip] for piece in chunk.pieces]
    opened = [*clips, *(one.overlay.clip for one in layers if one.overlay.clip)]
    inputs = sum((READ + THREAD * (threads - 1)) * _frame(_stream(timeline, clip)) for clip in opened)
    return BASE + inputs + sum(_drawn(timeline, chunk.pieces, layers, output, threads) for output in outputs)


def staying(output: Output, sources: int, threads: int, *, onwards: bool) -> int:
    """Return how many bytes a program takes that draws plain frames of ``sources`` films as large as ``output``."""
    encoded = EDGED + kept(output.width, output.height) if onwards else QUICK
    frames = films(sources, onwards=onwards) * DECODED + encoded + THREAD * (threads - 1)
    return STAYS + frames * output.width * output.height * 3 // 2


def films(sources: int, *, onwards: bool) -> int:
    """Return how many of ``sources`` films such a program keeps open; onwards it is done with one before the next."""
    return 1 if onwards else min(sources, MOST_FILMS)


def groups(
    timeline: Timeline, chunk: Chunk, outputs: Sequence[Output], threads: int, room: int
) -> tuple[tuple[int, ...], ...]:
    """Divide ``outputs`` into as few groups as their order allows that each fit into ``room`` bytes; by their places.

    What does not fit by itself is a group by itself.
    """
    made: list[tuple[int, ...]] = []
    for place in range(len(outputs)):
        more = (*made[-1], place) if made else (place,)
        if made and held(timeline, chunk, [outputs[n] for n in more], threads) <= room:
            made[-1] = more
        else:
            made.append((place,))
    return tuple(made)


def _drawn(
    timeline: Timeline, pieces: Sequence[Piece], layers: Sequence[Shown], output: Output, threads: int
) -> int:  # fmt: skip
    frames = ENCODED[output.codec] + THREAD * (threads - 1) if output.codec != "none" else 0
    for place, piece in enumerate(pieces):
        clip = timeline.video[piece.clip]
        frames += PLACED + EFFECT * len(clip.effects) + (BLURRED if _blurred(timeline, clip, output) else 0)
        frames += MIXED if place and piece.overlap else 0
        frames += piece.frames if clip.reverse else 0
    size = output.width * output.height * 3 // 2
    return frames * size + sum(_laid(timeline, one, output) for one in layers)


def _laid(timeline: Timeline, one: Shown, output: Output) -> int:
    clip = one.overlay.clip
    if clip is None:
        return 0
    width, height = box(one.overlay, _stream(timeline, clip), output)
    frames = LAID + EFFECT * len(clip.effects) + (one.frames if clip.reverse else 0)
    return round(frames * width * height * 1.5 * CLEAR)


def _blurred(timeline: Timeline, clip: Clip, output: Output) -> bool:
    stream = _stream(timeline, clip)
    return fit((stream.width, stream.height), (output.width, output.height), output.fit).kind == "blur"


def _stream(timeline: Timeline, clip: Clip) -> VideoStream:
    stream = timeline.sources[clip.source].media.video
    if stream is None:
        raise ValueError(f"source {clip.source} has no picture")
    return stream


def _frame(stream: VideoStream) -> int:
    """Bytes of a decoded frame: 4:2:0 in 8 bits is the least, more of both is twice that each."""
    deep = any(depth in stream.pixel_format for depth in ("10", "12", "14", "16"))
    full = not stream.pixel_format.startswith(("yuv420", "yuvj420", "nv12", "p010", "gray")) and stream.pixel_format
    return stream.coded_width * stream.coded_height * 3 // 2 * (2 if deep else 1) * (2 if full else 1)
