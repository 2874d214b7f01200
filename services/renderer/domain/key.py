"""The names of chunks and sounds: hashes over everything that they depend on. The same key is the same picture."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

from services.renderer.domain.chunks import Chunk
from services.renderer.domain.ducking import spoken
from services.renderer.domain.layers import Shown, shown
from services.renderer.domain.reframe import identity
from shared.contracts.time import sample_at
from shared.contracts.timeline import Clip, Output, SoundClip, Timeline

VERSION = 9
"""Raised whenever the way from a timeline to pixels or to samples changes, or what is kept beside them."""


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
        "encoder": {name: _any_cores(value) for name, value in encoder.items() if name != "threads"},
    }
    return _digest(document)


def sound_key(timeline: Timeline, loudness: float | None, encoder: Mapping[str, object]) -> str:
    """Return the key of the whole sound of ``timeline`` at ``loudness`` LUFS (None: as it is), written by ``encoder``.

    What is said in captions counts only by when it is said, and only where something gives way to speech.
    """
    samples = sample_at(timeline.frames, timeline.rate, timeline.sample_rate)
    ducked = any(sound.duck_db for sound in timeline.sounds)
    return _digest(
        {
            "version": VERSION,
            "grid": [timeline.rate, timeline.sample_rate, timeline.layout],
            "clips": [{**_heard(timeline, clip.source), "clip": _samples(clip)} for clip in timeline.video],
            "sounds": [{**_heard(timeline, sound.source), "sound": _laid(sound)} for sound in timeline.sounds],
            "speech": spoken(timeline, samples) if ducked else None,
            "loudness": loudness,
            "encoder": dict(encoder),
        }
    )


def _heard(timeline: Timeline, key: str | None) -> dict[str, object]:
    source = timeline.sources[key] if key is not None else None
    audio = source.media.audio if source else None
    return {
        "sha256": source.blob.sha256 if source else None,
        "stream": audio.model_dump(mode="json") if audio else None,
    }


def _laid(sound: SoundClip) -> dict[str, object]:
    built_in = set() if sound.source is None else {"name"}
    return sound.model_dump(mode="json", exclude={"id", "source"} | built_in)


def _samples(clip: Clip) -> dict[str, object]:
    overlap = clip.transition_in.frames if clip.transition_in else 0
    spans = {"start", "end", "time_base", "speed", "warp", "reverse", "frames"}
    return {**clip.model_dump(mode="json", include=spans), "overlap": overlap}


def _digest(document: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _any_cores(option: object) -> object:
    """An option of the encoder without x265's own way to say how many threads it has."""
    return re.sub(r"\bpools=\d+", "", option) if isinstance(option, str) else option


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
