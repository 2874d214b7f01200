"""The name of a chunk: a hash over everything that its pixels depend on. The same key is the same picture."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from services.renderer.domain.chunks import Chunk
from services.renderer.domain.layers import Shown, shown
from services.renderer.domain.reframe import identity
from shared.contracts.timeline import Clip, Output, Timeline

VERSION = 2
"""Raised whenever the way from a timeline to pixels changes."""


def chunk_key(timeline: Timeline, chunk: Chunk, output: Output, captions: str, encoder: Mapping[str, object]) -> str:
    """Return the key of ``chunk`` in ``output``; ``captions`` is the text drawn over it, ``encoder`` its settings.

    Names, ids, evidence and source keys do not count: only content hashes, spans and what is done to them. Nor does the
    number of threads: it changes how fast a picture comes and not which.
    """
    pieces = [
        {
            "clip": _pixels(timeline.video[piece.clip]),
            "sha256": timeline.sources[timeline.video[piece.clip].source].blob.sha256,
            "stream": timeline.sources[timeline.video[piece.clip].source].media.model_dump(mode="json")["video"],
            "span": [piece.first, piece.frames, piece.overlap],
            "window": _window(timeline, timeline.video[piece.clip], output),
        }
        for piece in chunk.pieces
    ]
    layers = shown(timeline.overlays, chunk)
    clips = [*(timeline.video[piece.clip] for piece in chunk.pieces), *(s.overlay.clip for s in layers)]
    luts = sorted({str(effect.parameters.get("lut")) for clip in clips if clip for effect in clip.effects})
    document = {
        "luts": [timeline.luts[name].sha256 for name in luts if name in timeline.luts],
        "version": VERSION,
        "rate": timeline.rate,
        "frame": [output.width, output.height, output.fit],
        "pieces": pieces,
        "overlays": [_layer(timeline, one) for one in layers],
        "captions": captions,
        "encoder": {name: value for name, value in encoder.items() if name != "threads"},
    }
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _window(timeline: Timeline, clip: Clip, output: Output) -> object:
    return identity(timeline.sources[clip.source], clip, output)


def _layer(timeline: Timeline, one: Shown) -> dict[str, object]:
    clip = one.overlay.clip
    source = timeline.sources[clip.source] if clip else None
    return {
        "look": one.overlay.model_dump(mode="json", exclude={"id", "start", "clip"}),
        "clip": _pixels(clip) if clip else None,
        "sha256": source.blob.sha256 if source else None,
        "stream": source.media.model_dump(mode="json")["video"] if source else None,
        "span": [one.at, one.first, one.frames],
    }


def _pixels(clip: Clip) -> dict[str, object]:
    return clip.model_dump(
        mode="json",
        include={"start", "end", "time_base", "speed", "warp", "reverse", "frames", "transition_in", "effects"},
    )
