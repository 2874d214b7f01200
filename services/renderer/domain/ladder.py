"""The pictures of a ladder for HLS: their sizes, how large they may get, and how their key frames lie. Pure.

Every picture of a ladder has its key frames at the same places: at the beginning of each chunk and every two seconds
from there. So a chunk stays the same wherever in the film it stands, and a player may change over at any segment.
"""

from __future__ import annotations

from fractions import Fraction

from shared.contracts.timeline import AudioCodec, Output, VideoCodec

CODECS: tuple[VideoCodec, ...] = ("h264", "hevc")
SOUNDS: tuple[AudioCodec, ...] = ("aac", "none")
STEPS = (2160, 1440, 1080, 720, 480, 360)
"""Short sides in pixels."""
NEAR = 0.9
"""A step that is more than this share of the one above is left out."""
KEY_FRAMES_S = 2
SEGMENT_S = 4
"""Least length of a segment; with a key frame every 2 s none is longer than 6 s."""
_BITS = Fraction(1, 8)
"""Most bits for a pixel, mean of a few seconds, as Apple's authoring specification has it for H.264 at 30 frames/s."""
_SHARE = {"low": Fraction(2, 3), "standard": Fraction(1), "high": Fraction(3, 2)}


def rungs(output: Output) -> tuple[Output, ...]:
    """Return the pictures of the output's ladder, itself first; only itself where it has none."""
    if not output.hls:
        return (output,)
    made, short = [output], min(output.width, output.height)
    for step in STEPS:
        if step < NEAR * min(made[-1].width, made[-1].height):
            width, height = (max(16, 2 * round(side * step / short / 2)) for side in (output.width, output.height))
            own = {"name": f"{output.name}.{step}p", "width": width, "height": height, "audio_codec": "none"}
            made.append(output.model_copy(update={**own, "poster": False, "sprites": False}))
    return tuple(made)


def label(rung: Output) -> str:
    """Return the name of a picture's files in the ladder's folder."""
    return f"{min(rung.width, rung.height)}p"


def most_bits(output: Output, rate: str) -> int:
    """Return how many bits a second the picture of a ladder may take; half as many for each frame over 30 a second."""
    frames = min(Fraction(rate), Fraction(30)) + max(Fraction(0), Fraction(rate) - 30) / 2
    share = _SHARE[output.quality] * (Fraction(2, 3) if output.codec == "hevc" else 1)
    return round(output.width * output.height * frames * _BITS * share / 1000) * 1000
