"""From TimelineData to the edit model that the renderer takes."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from services.gateway.domain.timeline.data import CaptionData, SegmentData, TimelineData
from services.gateway.domain.timeline.laying import retimed, with_layers
from services.gateway.domain.timeline.pace import drawn_effects, pace_of
from services.gateway.domain.timeline.transcript import Transcript
from shared.contracts.layout import lay_out, starts
from shared.contracts.speech import Caption, Word
from shared.contracts.time import MICROSECONDS, fraction_text, frame_at, to_ticks
from shared.contracts.timeline import Clip, Evidence, SoundClip, Source, Timeline, Transition, TransitionKind


def compile_timeline(
    data: TimelineData, main: str, sources: Mapping[str, Source], owned: Mapping[str, str], rate: str
) -> Timeline:
    """Lay the segments of ``data``, all spans of the source ``main``, on a grid of ``rate`` frames a second.

    ``sources`` holds ``main`` and every asset that a sound refers to, by asset id; ``owned`` maps those references, as
    they are written, to asset ids. The caller has validated ``data``.
    """
    shown = [segment.asset_id or main for segment in data.segments]
    transcript = Transcript(data.captions)
    clips = [
        _clip(i, segment, transcript, key, sources[key])
        for i, (segment, key) in enumerate(zip(data.segments, shown, strict=True))
    ]
    placed = _with_transitions(lay_out(clips, rate), data, rate)
    sounds = _sounds(data, placed, owned, rate)
    used = {main, *shown, *(sound.source for sound in sounds if sound.source)}
    timeline = Timeline(
        rate=rate,
        sources={asset: source for asset, source in sources.items() if asset in used},
        video=placed,
        sounds=sounds,
    )
    return with_layers(timeline, data, sources, owned)


def retime(timeline: Timeline, rate: str) -> Timeline:
    """Return ``timeline`` on a grid of another rate; sounds and transitions keep their times to the nearest frame."""
    if timeline.rate == rate:
        return timeline
    scale = Fraction(rate) / Fraction(timeline.rate)
    laid = lay_out(timeline.video, rate)
    clips = [laid[0].model_copy(update={"transition_in": None})] if laid else []
    for clip in laid[1:]:
        wanted = round(clip.transition_in.frames * scale) if clip.transition_in else None
        kind = clip.transition_in.kind if clip.transition_in else "dissolve"
        clips.append(clip.model_copy(update={"transition_in": _fitting(wanted, clips[-1], clip, kind)}))
    length = timeline.model_copy(update={"video": tuple(clips)}).frames
    sounds = tuple(
        sound.model_copy(update={"at": min(round(sound.at * scale), max(0, length - 1))}) for sound in timeline.sounds
    )
    overlays = tuple(retimed(overlay, scale, rate) for overlay in timeline.overlays if overlay.start * scale < length)
    return timeline.model_copy(update={"rate": rate, "video": tuple(clips), "sounds": sounds, "overlays": overlays})


def _clip(place: int, segment: SegmentData, transcript: Transcript, asset: str, source: Source) -> Clip:
    time_base = source.media.video.time_base if source.media.video else MICROSECONDS
    # A still picture lasts as long as it is wanted.
    whole = segment.end if source.media.kind == "image" else source.media.duration
    last = int(Fraction(repr(whole)) / Fraction(time_base))
    start = min(to_ticks(segment.start, time_base), max(0, last - 1))
    end = min(to_ticks(segment.end, time_base), last)
    end = max(end, start + 1)
    span = (end - start) * Fraction(time_base)
    pace = pace_of(segment, span)
    return Clip(
        id=f"c{place + 1}",
        name=segment.name or f"segment {place + 1}",
        source=asset,
        start=start,
        end=end,
        time_base=time_base,
        speed=fraction_text(pace.speed),
        warp=pace.warp,
        reverse=pace.reverse,
        frames=1,
        effects=drawn_effects(segment, pace, span, start * Fraction(time_base)),
        captions=_drawn(segment, transcript),
        evidence=(Evidence(kind="person", at=segment.start, detail="the project's timeline"),),
    )


def _drawn(segment: SegmentData, transcript: Transcript) -> tuple[Caption, ...]:
    written = transcript.between(segment.start, segment.end) if segment.captions is None else segment.captions
    drawn = (_inside(caption, segment.start, segment.end) for caption in written)
    return tuple(caption for caption in drawn if caption is not None)


def _inside(caption: CaptionData, start: float, end: float) -> Caption | None:
    """Return the part of ``caption`` that is heard in the span; a word belongs to where its middle lies."""
    if caption.end <= start or caption.start >= end:
        return None
    words = tuple(
        Word(text=word.text, start=max(word.start, start), end=min(word.end, end), confidence=word.confidence)
        for word in caption.words
        if start <= (word.start + word.end) / 2 < end
    )
    if caption.words and not words:
        return None
    whole = len(words) == len(caption.words)
    text = caption.text if whole else " ".join(word.text.strip() for word in words)
    return Caption(text=text, start=max(caption.start, start), end=min(caption.end, end), words=words)


def _with_transitions(clips: tuple[Clip, ...], data: TimelineData, rate: str) -> tuple[Clip, ...]:
    placed: list[Clip] = []
    for clip, segment in zip(clips, data.segments, strict=True):
        wanted = frame_at(Fraction(repr(segment.transition.duration)), rate) if segment.transition and placed else None
        kind = segment.transition.kind if segment.transition else "dissolve"
        fitting = _fitting(wanted, placed[-1], clip, kind) if wanted else None
        placed.append(clip.model_copy(update={"transition_in": fitting}))
    return tuple(placed)


def _fitting(wanted: int | None, before: Clip, clip: Clip, kind: TransitionKind) -> Transition | None:
    """Return a transition of the wanted frames, shortened to the room in both clips; None where there is none."""
    taken = before.transition_in.frames if before.transition_in else 0
    frames = min(wanted or 0, clip.frames - 1, before.frames - taken - 1)
    return Transition(kind=kind, frames=frames) if frames >= 1 else None


def _sounds(data: TimelineData, clips: tuple[Clip, ...], owned: Mapping[str, str], rate: str) -> tuple[SoundClip, ...]:
    length = Timeline(rate=rate, sources={}, video=clips).frames
    sounds: list[SoundClip] = []
    for place, (segment, begins) in enumerate(zip(data.segments, starts(clips), strict=True)):
        if segment.sfx is None:
            continue
        sfx = segment.sfx
        at = begins + frame_at(Fraction(repr(sfx.at or 0.0)), rate)
        sounds.append(
            SoundClip(
                id=f"s{place + 1}",
                name=sfx.name,
                at=min(at, length - 1),
                source=owned[sfx.path or sfx.url or sfx.asset_id or ""] if sfx.has_media else None,
                seconds=sfx.duration,
            )
        )
    return tuple(sounds)
