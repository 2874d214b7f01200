"""From the planner's answer to TimelineData."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from services.gateway.domain.timeline.data import (
    CaptionData,
    SegmentData,
    SfxData,
    SpokenWord,
    TimelineData,
    TransitionData,
    named,
)
from services.gateway.domain.timeline.effect_data import EffectData
from shared.contracts.layout import starts
from shared.contracts.media import Analysis
from shared.contracts.plan import EditPlan
from shared.contracts.speech import Caption
from shared.contracts.timeline import Clip, SoundClip, Timeline


def timeline_of(plan: EditPlan, analysis: Analysis | None, main: str | None = None) -> TimelineData:
    """Return the plan as a timeline whose transcript and beats are the analysis's, that of the asset ``main``.

    Without ``main`` all clips are of one source; with it, clips of others name them. Captions are cut to their media,
    as speech models tell times beyond its end.
    """
    lengths = {key: source.media.duration for key, source in plan.timeline.sources.items()}
    duration = lengths.get(main or "", max(lengths.values(), default=0.0))
    beats = analysis.beats.times if analysis else ()
    spoken = analysis.transcript.captions if analysis else ()
    laid_sounds = _sounds_by_clip(plan.timeline)
    segments = tuple(
        _segment(
            clip,
            beats if clip.source == (main or clip.source) else (),
            lengths.get(clip.source, duration),
            laid_sounds.get(place),
            plan.timeline.rate,
        ).model_copy(update={"asset_id": clip.source if clip.source != (main or clip.source) else None})
        for place, clip in enumerate(plan.timeline.video)
    )
    return named(
        TimelineData(
            template_name=plan.template_name,
            segments=segments,
            captions=_captions(spoken, duration),
            beats=tuple(beat for beat in beats if 0 <= beat <= duration),
            tempo=analysis.beats.tempo if analysis else None,
        )
    )


def _segment(clip: Clip, beats: tuple[float, ...], duration: float, sfx: SfxData | None, rate: str) -> SegmentData:
    start, end = round(float(clip.source_start), 6), round(min(float(clip.source_end), duration), 6)
    effects = [EffectData.model_validate({"name": e.name, **e.parameters}) for e in clip.effects if e.name != "slowmo"]
    if Fraction(clip.speed) < 1:
        effects.append(EffectData(name="slowmo"))
    dissolve = clip.transition_in
    return SegmentData(
        name=clip.name[:120] or None,
        start=start,
        end=end,
        effects=tuple(effects),
        beats=tuple(beat for beat in beats if start <= beat < end),
        captions=_captions(clip.captions, duration),
        sfx=sfx,
        transition=TransitionData(kind=dissolve.kind, duration=round(float(dissolve.frames / Fraction(rate)), 6))
        if dissolve
        else None,
    )


def _captions(captions: Iterable[Caption], duration: float) -> tuple[CaptionData, ...]:
    return tuple(
        CaptionData(
            text=caption.text,
            start=max(0.0, caption.start),
            end=min(caption.end, duration),
            words=tuple(
                SpokenWord(
                    text=word.text, start=max(0.0, word.start), end=min(word.end, duration), confidence=word.confidence
                )
                for word in caption.words
                if word.start < min(word.end, duration)
            ),
        )
        for caption in captions
        if max(0.0, caption.start) < min(caption.end, duration)
    )


def _sounds_by_clip(timeline: Timeline) -> dict[int, SfxData]:
    """Return for each clip the first sound that begins over it; a segment can carry one."""
    begins = starts(timeline.video)
    laid: dict[int, SfxData] = {}
    for sound in sorted(timeline.sounds, key=lambda s: s.at):
        place = max((i for i, begin in enumerate(begins) if begin <= sound.at), default=0)
        if begins:
            laid.setdefault(place, _sfx(sound, begins[place], timeline.rate))
    return laid


def _sfx(sound: SoundClip, begin: int, rate: str) -> SfxData:
    after = float((sound.at - begin) / Fraction(rate))
    return SfxData(name=sound.name, asset_id=sound.source, duration=sound.seconds, at=round(max(0.0, after), 6) or None)
