"""From overlays, music and sounds as they are written to those of the edit model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from services.gateway.domain.timeline.data import SegmentData, TimelineData
from services.gateway.domain.timeline.layer_data import MusicData, OverlayData, SoundData
from services.gateway.domain.timeline.written import MediaReference
from shared.contracts.easing import Animated, Keyframe
from shared.contracts.effects import Effect
from shared.contracts.layout import starts
from shared.contracts.overlays import split_boxes
from shared.contracts.time import MICROSECONDS, frame_at, to_ticks
from shared.contracts.timeline import Clip, Overlay, SoundClip, Source, Timeline
from shared.contracts.warp import output_at, stretches

MAX_ON_BEATS = 200
MARK = {"x": 0.9, "y": 0.1, "width": 0.14, "opacity": 0.85}
"""Where a picture stands that marks a film as somebody's, and how large."""


def with_layers(
    timeline: Timeline, data: TimelineData, sources: Mapping[str, Source], owned: Mapping[str, str]
) -> Timeline:
    """Return ``timeline`` with what ``data`` lays over it; ``owned`` maps references to the keys of ``sources``."""
    rate, length = timeline.rate, timeline.frames
    overlays = list(_splits(timeline, data, sources, owned))
    overlays += [
        overlay
        for place, written in enumerate(data.overlays, 1)
        if (overlay := _overlay(f"o{place}", written, sources, owned, rate, length)) is not None
    ]
    sounds = [*timeline.sounds, *_sounds("t", 0, data.sounds, owned, timeline)]
    begins = starts(timeline.video)
    for place, (segment, clip, begin) in enumerate(zip(data.segments, timeline.video, begins, strict=True), 1):
        sounds += _sounds(f"s{place}_", begin, _on_beats(segment, clip), owned, timeline)
    sounds += [_music(f"m{place}", music, owned) for place, music in enumerate(data.music, 1)]
    used = {*timeline.sources, *(o.clip.source for o in overlays if o.clip), *(s.source for s in sounds if s.source)}
    kept = {key: source for key, source in sources.items() if key in used}
    return timeline.model_copy(update={"overlays": tuple(overlays), "sounds": tuple(sounds), "sources": kept})


def marked(timeline: Timeline, key: str, source: Source) -> Timeline:
    """Return ``timeline`` with the picture ``source`` in its upper right corner, from the first frame to the last."""
    clip = _film(key, source, 0.0, timeline.frames, timeline.rate)
    mark = Overlay.model_validate({"id": "watermark", "start": 0, "frames": timeline.frames, "clip": clip, **MARK})
    sources = {**timeline.sources, key: source}
    return timeline.model_copy(update={"overlays": (*timeline.overlays, mark), "sources": sources})


def _overlay(
    name: str, written: OverlayData, sources: Mapping[str, Source], owned: Mapping[str, str], rate: str, length: int
) -> Overlay | None:
    """Return the overlay; None when all of it lies behind the end of the edit."""
    start = _frame(written.start, rate)
    frames = max(1, min(_frame(written.end, rate), length) - start)
    if start >= length:
        return None
    clip = None
    if written.given:
        key = owned[written.reference]
        clip = _film(key, sources[key], written.from_time, frames, rate)
        if written.chroma_key is not None:
            keyed = Effect(name="chroma_key", parameters={"colour": written.chroma_key})
            clip = clip.model_copy(update={"effects": (keyed,)})
    return Overlay(
        id=name, start=start, frames=frames, text=written.text, shape=written.shape, clip=clip, width=written.width,
        height=written.height, fit=written.fit, x=_moving(written.x, rate), y=_moving(written.y, rate),
        scale=_moving(written.scale, rate), opacity=_moving(written.opacity, rate),
        rotation=_moving(written.rotation, rate),
    )  # fmt: skip


def _film(key: str, source: Source, begin: float, frames: int, rate: str) -> Clip:
    """A clip that fills ``frames``, as far as its source goes: then its last picture stands."""
    time_base = source.media.video.time_base if source.media.video else MICROSECONDS
    seconds = Fraction(frames) / Fraction(rate)
    first = Fraction(repr(begin))
    last = first + seconds
    if source.media.kind != "image":
        whole = Fraction(repr(source.media.duration))
        first = min(first, max(Fraction(0), whole - 1 / Fraction(rate)))
        last = min(first + seconds, whole)
    start = to_ticks(first, time_base)
    end = max(start + 1, to_ticks(last, time_base))
    shown = max(1, min(frames, round((end - start) * Fraction(time_base) * Fraction(rate))))
    return Clip(id=key[:60], name=key, source=key, start=start, end=end, time_base=time_base, frames=shown)


def _splits(
    timeline: Timeline, data: TimelineData, sources: Mapping[str, Source], owned: Mapping[str, str]
) -> Iterator[Overlay]:
    """The parts of split screens: the segment's own film in the first part, without what is done to it elsewhere."""
    begins = starts(timeline.video)
    for place, (segment, clip) in enumerate(zip(data.segments, timeline.video, strict=True)):
        if not segment.split:
            continue
        boxes = split_boxes(1 + len(segment.split), upright=False)
        others = [_part(part, sources, owned, clip.frames, part.from_time, timeline.rate) for part in segment.split]
        for number, (box, film) in enumerate(zip(boxes, [clip, *others], strict=True)):
            x, y, width, height = box
            yield Overlay(
                id=f"split{place + 1}_{number + 1}", start=begins[place], frames=clip.frames, x=x, y=y, width=width,
                height=height, clip=film.model_copy(update={"transition_in": None, "captions": ()}),
            )  # fmt: skip


def _part(
    part: MediaReference, sources: Mapping[str, Source], owned: Mapping[str, str], frames: int, begin: float, rate: str
) -> Clip:
    key = owned[part.reference]
    return _film(key, sources[key], begin, frames, rate)


def _music(name: str, music: MusicData, owned: Mapping[str, str]) -> SoundClip:
    return SoundClip(
        id=name, name="music", at=0, source=owned[music.reference], track="music", start=music.start, loop=music.loop,
        gain_db=music.gain_db, fade_in=music.fade_in, fade_out=music.fade_out, duck_db=music.duck_db,
    )  # fmt: skip


def _on_beats(segment: SegmentData, clip: Clip) -> Iterator[SoundData]:
    """The sounds of a segment, those on beats once for each of the beats that are theirs."""
    way = stretches(clip.source_end - clip.source_start, Fraction(clip.speed), clip.warp)
    beats = [beat for beat in segment.beats if segment.start <= beat < segment.end]
    for sound in segment.sounds:
        if sound.on == "time":
            yield sound
            continue
        for beat in beats[:: sound.every][:MAX_ON_BEATS]:
            shown = output_at(way, Fraction(repr(beat)) - clip.source_start)
            at = clip.seconds - shown if clip.reverse else shown
            yield sound.model_copy(update={"at": float(at)})


def _sounds(
    prefix: str, begin: int, written: Iterable[SoundData], owned: Mapping[str, str], timeline: Timeline
) -> Iterator[SoundClip]:
    for place, sound in enumerate(written, 1):
        at = begin + _frame(sound.at, timeline.rate)
        if at < timeline.frames:
            yield SoundClip(
                id=f"{prefix}{place}", name=sound.name, at=at, source=owned[sound.reference] if sound.given else None,
                seconds=sound.duration, start=sound.from_time, track=sound.track, gain_db=sound.gain_db,
                fade_in=sound.fade_in, fade_out=sound.fade_out, duck_db=sound.duck_db,
            )  # fmt: skip


def retimed(overlay: Overlay, scale: Fraction, rate: str) -> Overlay:
    """Return ``overlay`` on a grid of ``rate``, that is ``scale`` times as fine as its own."""
    start, end = round(overlay.start * scale), round((overlay.start + overlay.frames) * scale)
    changes: dict[str, object] = {"start": start, "frames": max(1, end - start)}
    for name in ("x", "y", "scale", "opacity", "rotation"):
        value = getattr(overlay, name)
        if isinstance(value, tuple):
            keys = {round(key.frame * scale): key for key in value}
            changes[name] = tuple(keys[f].model_copy(update={"frame": f}) for f in sorted(keys))
    if overlay.clip is not None:
        frames = max(1, round(overlay.clip.seconds * Fraction(rate)))
        changes["clip"] = overlay.clip.model_copy(update={"frames": frames})
    return overlay.model_copy(update=changes)


def _moving(value: object, rate: str) -> Animated:
    if isinstance(value, tuple):
        keys = {_frame(key.at, rate): key for key in value}
        return tuple(Keyframe(frame=frame, value=keys[frame].value, ease=keys[frame].ease) for frame in sorted(keys))
    return float(value) if isinstance(value, (int, float)) else 0.0


def _frame(seconds: float, rate: str) -> int:
    return frame_at(Fraction(repr(seconds)), rate)
