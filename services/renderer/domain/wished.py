"""Does the edit itself ask for a black or a frozen picture? Pure.

What cannot make such a picture explains nothing. What can, is no excuse by itself either: it only says that the span
has to be drawn once more to see what the edit asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from services.renderer.domain.fit import fit
from services.renderer.domain.reading import way_of
from shared.contracts.easing import Animated
from shared.contracts.effects import FadeIn, KenBurns, Parameters, PunchIn, Shake, Zoom
from shared.contracts.layout import starts
from shared.contracts.timeline import Clip, Output, Overlay, Timeline
from shared.contracts.warp import source_at

FADES = frozenset({"fade_in", "fade_out"})
DARKENING = frozenset({"adjust", "lut", "chroma_key", "vignette"})
STILLING = frozenset({"adjust", "lut", "chroma_key", "blur"})
"""What may take the difference between two pictures away, all the time of a clip."""
MOVING = frozenset({"zoom", "zoom_out", "punch_in", "ken_burns", "shake"})
DARK_SHARE = 0.9
"""A picture is black when so much of it is."""
LEAST_COVER = 1 - DARK_SHARE
"""Overlays that cover less of the frame cannot change whether it is black or stands still by themselves."""
SLACK_FRAMES = 2


@dataclass(frozen=True, slots=True)
class Part:
    """What of a clip lies in a span: film frames ``first`` to ``first + frames``, and where they come from.

    ``begin`` and ``length`` in seconds of the source. ``dark``: the share of the source's picture that is dark at the
    least where this part of the film is black; 0 where the picture is too small in its frame to be judged.
    ``asked``: something there may make it so, and how it has to look is only known when it is drawn.
    """

    clip: Clip
    first: int
    frames: int
    begin: Fraction
    length: Fraction
    dark: float = DARK_SHARE
    asked: bool = False


def unexplained(timeline: Timeline, output: Output, code: str, first: int, last: int) -> list[Part]:
    """Return the parts of output frames ``first`` to ``last`` that are to be looked at for ``black`` or ``frozen``.

    Empty: the edit explains all of it: a picture that stands still by order, or one that is small between black bars.
    """
    found = []
    for part in _parts(timeline, code, first, last):
        dark = _dark(timeline, part.clip, output)
        if (dark > 0) if code == "black" else (part.asked or not _held(timeline, part)):
            found.append(replace(part, asked=part.asked or _covered(timeline, part), dark=dark))
    return found


def _parts(timeline: Timeline, code: str, first: int, last: int) -> Iterator[Part]:
    """Each clip alone, and what is seen of it in its transitions: where two black clips meet, the mix is black."""
    clips, rate = timeline.video, Fraction(timeline.rate)
    overlaps = [clip.transition_in.frames if clip.transition_in else 0 for clip in clips]
    dips = [clip.transition_in is not None and clip.transition_in.kind.startswith("dip") for clip in clips]
    for number, (at, (into, out)) in enumerate(zip(starts(clips), pairwise([*overlaps, 0]), strict=True)):
        clip, end = clips[number], at + clips[number].frames
        dip_after = bool(out) and dips[number + 1]
        for begins, ends, dip in (
            (at, at + into, dips[number]), (at + into, end - out, False), (end - out, end, dip_after),
        ):  # fmt: skip
            begin, stop = max(begins, first), min(ends, last)
            if stop - begin > SLACK_FRAMES:
                changed = any(a < stop and b > begin for a, b in _changes(clip, at, code, rate))
                still = timeline.sources[clip.source].media.kind == "image"
                source = _source(clip, begin - at, stop - at, rate)
                yield Part(clip, begin, stop - begin, *source, asked=dip or changed or (still and _moves(clip, code)))


def _moves(clip: Clip, code: str) -> bool:
    """Tell whether a still picture has to be drawn to know how it looks: its file is no film to be sought in."""
    return code == "black" or any(effect.name in MOVING for effect in clip.effects)


def _source(clip: Clip, begin: int, end: int, rate: Fraction) -> tuple[Fraction, Fraction]:
    """Return where frames ``begin`` to ``end`` of a clip lie in its source, and how long they are there, in seconds."""
    if clip.reverse:
        begin, end = clip.frames - end, clip.frames - begin
    way = way_of(clip)
    low, high = (source_at(way, Fraction(frame) / rate) if clip.warp else frame / rate * Fraction(clip.speed)
                 for frame in (max(0, begin), end))  # fmt: skip
    return clip.source_start + low, high - low


def _changes(clip: Clip, at: int, code: str, rate: Fraction) -> Iterator[tuple[int, int]]:
    """Yield the film frames at which an effect of a clip stands that may make it black, or still."""
    for effect in clip.effects:
        settings = effect.settings if effect.name in FADES else None
        if isinstance(settings, FadeIn):
            length = round(settings.duration * rate) + 1
            end = at + clip.frames
            yield (at, min(end, at + length)) if effect.name == "fade_in" else (max(at, end - length), end)
        elif effect.name in (DARKENING if code == "black" else STILLING):
            yield at, at + clip.frames


def _held(timeline: Timeline, part: Part) -> bool:
    """Tell whether nothing moves by order: a still picture, a frame that is held."""
    return timeline.sources[part.clip.source].media.kind == "image" or part.length == 0


def _covered(timeline: Timeline, part: Part) -> bool:
    """Tell whether overlays stand there that cover enough of the frame to be what is seen."""
    end = part.first + part.frames
    there = [one for one in timeline.overlays if one.start < end and one.start + one.frames > part.first]
    return sum(_area(overlay) for overlay in there) > LEAST_COVER


def _area(overlay: Overlay) -> float:
    """The share of the frame that it covers at its largest; a picture whose size is not told may cover all of it."""
    if overlay.text is not None:
        return 0.0
    width, height = overlay.width or overlay.height or 1.0, overlay.height or overlay.width or 1.0
    return width * height * _most(overlay.scale) ** 2 if _most(overlay.opacity) > 0 else 0.0


def _most(animated: Animated) -> float:
    return max(key.value for key in animated) if isinstance(animated, tuple) else float(animated)


def _dark(timeline: Timeline, clip: Clip, output: Output) -> float:
    """Return the share of the source's picture that is dark at the least where its view in the film is.

    Bars of black beside the picture count for the film's blackness; what is cut away or zoomed past does not.
    """
    stream = timeline.sources[clip.source].media.video
    if stream is None:
        return DARK_SHARE
    plan = fit((stream.width, stream.height), (output.width, output.height), output.fit)
    frame, laid = output.width * output.height, plan.width * plan.height
    covers = laid / frame if plan.kind == "pad" else 1.0
    seen = frame / laid if plan.kind == "crop" else 1.0
    nearest = 1.0
    for effect in clip.effects:
        nearest *= _magnified(effect.settings) if effect.name in MOVING else 1.0
    return max(0.0, (DARK_SHARE - (1 - covers)) / covers) * seen / nearest**2


def _magnified(settings: Parameters) -> float:
    match settings:
        case Zoom():
            return max(settings.begin, settings.end)
        case PunchIn():
            return settings.scale
        case KenBurns():
            return max(settings.from_scale, settings.to_scale)
        case Shake():
            return 1 / (1 - 2 * settings.strength)
    return 1.0
