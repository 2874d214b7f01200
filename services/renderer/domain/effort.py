"""How much work the parts of a render are, beside each other. Pure.

The unit is one plain frame of 720p: decoded, encoded by x264 and proved. The figures are those that the benches
``looks`` and ``incremental`` measured; only their ratios count, as the speed is taken from the work that is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from services.renderer.domain.chunks import Chunk
from services.renderer.domain.ladder import rungs
from services.renderer.domain.layers import shown, stands_still
from shared.contracts.timeline import Clip, Output, Overlay, RenderOptions, Timeline

FRAME = 1280 * 720
EFFECTS = {
    "zoom": 0.8, "zoom_out": 0.8, "ken_burns": 0.8, "shake": 0.9, "punch_in": 0.6, "blur": 0.3, "vignette": 0.5,
    "lut": 1.6, "adjust": 0.3, "chroma_key": 2.5, "fade_in": 0.4, "fade_out": 0.4,
}  # fmt: skip
MOVING_LAYER, STILL_LAYER, OVERLAP, CAPTIONS = 0.5, 0.1, 1.0, 0.1
DRAFT = 0.6
CODECS = {"h264": 1.0, "hevc": 3.0, "vp9": 4.0, "av1": 3.0, "prores": 1.5, "gif": 1.0}
SOUND_S, LOUDNESS_S, FINISH_S = 1.3, 1.3, 0.5
"""A second of sound, of measuring and limiting it, of joining and checking a film."""
LADDER_S = 0.18
"""A second of a ladder's picture, joined, packed and divided."""
START, EDGE, COPIED_S = 18.0, 0.55, 0.65
"""What copying takes: the start of one of its programs, a frame between copies, a second that is written and read."""
DECODED = 0.1
"""What decoding a finished frame again is, for pictures beside the film."""


def drawing(timeline: Timeline, chunk: Chunk, output: Output, *, written: bool) -> float:
    """Return the work of drawing ``chunk`` for ``output``; ``written``: captions stand on it."""
    size = output.width * output.height / FRAME
    dressed = sum(
        piece.frames * _effects(timeline.video[piece.clip]) + piece.overlap * OVERLAP for piece in chunk.pieces
    )
    laid = sum(one.frames * _layer(one.overlay) for one in shown(timeline.overlays, chunk))
    encoded = chunk.frames * CODECS.get(output.codec, 1.0) * (DRAFT if output.draft else 1.0)
    return size * (encoded + dressed + laid + chunk.frames * CAPTIONS * written)


def edging(chunk: Chunk, output: Output, starts: float) -> float:
    """Return the work of encoding what lies between copies; ``starts``: its share in how many programs begin."""
    return START * starts + EDGE * chunk.frames * output.width * output.height / FRAME


def sounding(timeline: Timeline, codecs: int, options: RenderOptions) -> float:
    """Return the work of the whole sound, encoded in so many codecs."""
    if not codecs:
        return 0.0
    measured = LOUDNESS_S if options.loudness is not None else 0.0
    return _seconds(timeline) * (SOUND_S * (1 + len(timeline.sounds) / 10) + measured) * codecs


def finishing(timeline: Timeline, outputs: Sequence[Output], copied: int = 0) -> float:
    """Return the work of joining the files and checking them, and of what stands beside them.

    ``copied``: so many of them are copied in parts.
    """
    frames = sum(
        timeline.frames * DECODED * output.width * output.height / FRAME
        for output in outputs
        if output.sprites or output.codec == "gif"
    )
    steps = sum(len(rungs(output)) for output in outputs if output.hls)
    joined = FINISH_S * (len(outputs) - copied) + COPIED_S * copied + LADDER_S * steps
    return frames + _seconds(timeline) * joined + START * copied


def _effects(clip: Clip) -> float:
    return sum(EFFECTS.get(effect.name, 0.0) for effect in clip.effects)


def _layer(overlay: Overlay) -> float:
    return STILL_LAYER if overlay.clip is None or stands_still(overlay) else MOVING_LAYER


def _seconds(timeline: Timeline) -> float:
    return float(timeline.frames / Fraction(timeline.rate))
