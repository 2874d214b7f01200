"""Reading OpenTimelineIO: the first picture track. Our own metadata makes times exact where they still agree."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import Any

import opentimelineio as otio

from services.planner.domain.losses import Losses
from services.planner.tools.interchange.gathering import Gathered, Gathering, base_name
from services.planner.tools.interchange.otio_ours import exact_end, exact_there, kind_of, private
from services.planner.tools.interchange.otio_values import exact, exact_rate, ours_in, plain
from services.planner.tools.interchange.xml_text import invalid
from shared.contracts.interchange import ImportedEdit, MediaHint
from shared.contracts.time import fraction
from shared.timecode import rate_near


def read(text: str, rate: Fraction) -> ImportedEdit:
    """Read a file. ``rate`` is taken where nothing in it tells its own. Raises ``BadRequest``."""
    try:
        root = otio.adapters.read_from_string(text, "otio_json")
        return _read(root, rate)
    except (otio.exceptions.OTIOError, ValueError, TypeError, KeyError, OverflowError) as bad:
        raise invalid(f"The file is no OpenTimelineIO that can be read: {str(bad)[:120]}.") from None


def _read(root: Any, rate: Fraction) -> ImportedEdit:
    timeline = _timeline(root)
    losses = Losses()
    tracks = [t for t in timeline.tracks if isinstance(t, otio.schema.Track)]
    pictures = [t for t in tracks if t.kind == otio.schema.TrackKind.Video and len(t)]
    if not pictures:
        raise invalid("The file has no picture track.", "Export a sequence with at least one clip.")
    for _ in pictures[1:]:
        losses.add("tracks", "")
    _note_sound(pictures[0], tracks, losses)
    rate = _rate(timeline, pictures[0], rate)
    gathering = Gathering("otio", timeline.name or "", rate, losses)
    _read_track(pictures[0], rate, gathering)
    return gathering.finished()


def _timeline(root: Any) -> Any:
    if isinstance(root, otio.schema.SerializableCollection):
        root = next((item for item in root if isinstance(item, otio.schema.Timeline)), root)
    if not isinstance(root, otio.schema.Timeline):
        raise invalid("The file holds no timeline.")
    return root


def _read_track(track: Any, rate: Fraction, gathering: Gathering) -> None:
    at = Fraction(0)
    dissolve: Any = None
    for item in track:
        if isinstance(item, otio.schema.Transition):
            dissolve = item
            if item.transition_type != otio.schema.TransitionTypes.SMPTE_Dissolve:
                gathering.losses.add("unknown_transitions", item.name)
            continue
        length = exact(item.duration())
        if isinstance(item, otio.schema.Clip):
            _read_clip(item, at, length, rate, dissolve, gathering)
        elif not isinstance(item, otio.schema.Gap):
            gathering.losses.add("nested", item.name)
        at, dissolve = at + length, None


def _read_clip(clip: Any, at: Fraction, length: Fraction, rate: Fraction, dissolve: Any, gathering: Gathering) -> None:
    if not clip.enabled:
        gathering.losses.add("disabled_clips", clip.name)
        return
    reference = clip.media_reference
    if isinstance(reference, otio.schema.GeneratorReference):
        gathering.losses.add("generators", clip.name)
        return
    speed = _speed(clip, gathering.losses)
    first, last = round(at * rate), round((at + length) * rate)
    if speed is None or last <= first:
        gathering.losses.add("freezes", clip.name)
        return
    ours = ours_in(clip.metadata)
    start = _start(clip, reference)
    start, speed = exact_there(ours, start, speed, exact_rate(clip))
    before, overlap = 0, 0
    if dissolve is not None:
        before = round(exact(dissolve.in_offset) * rate)
        overlap = before + round(exact(dissolve.out_offset) * rate)
    start -= before / rate * speed
    end = exact_end(ours, start + (last - first + before) / rate * speed, rate, grown=dissolve is not None)
    effects, captions = private(ours, gathering.losses, clip.name)
    gathering.add(
        Gathered(
            clip.name,
            _hint(clip, reference),
            first - before,
            last - first + before,
            max(Fraction(0), start),
            end,
            speed,
            overlap,
            effects,
            captions,
            kind_of(ours),
        )
    )


def _start(clip: Any, reference: Any) -> Fraction:
    available = getattr(reference, "available_range", None)
    origin = exact(available.start_time) if available is not None else Fraction(0)
    chosen = clip.source_range.start_time if clip.source_range is not None else None
    return exact(chosen) - origin if chosen is not None else Fraction(0)


def _speed(clip: Any, losses: Losses) -> Fraction | None:
    """Return the constant speed; None for a freeze. Effects of others are counted as lost."""
    speed = Fraction(1)
    for effect in clip.effects:
        if isinstance(effect, otio.schema.FreezeFrame):
            return None
        if isinstance(effect, otio.schema.LinearTimeWarp) and isfinite(effect.time_scalar):
            speed *= Fraction(effect.time_scalar).limit_denominator(100_000)
        else:
            losses.add("unknown_effects", effect.effect_name or effect.name)
    if speed < 0:
        losses.add("reverse", clip.name)
    return abs(speed) or None


def _hint(clip: Any, reference: Any) -> MediaHint:
    url = getattr(reference, "target_url", "") or ""
    ours = {**ours_in(clip.metadata), **ours_in(getattr(reference, "metadata", {}))}
    name = base_name(url) or base_name(getattr(reference, "name", "") or "") or base_name(clip.name)
    reel = next((str(v) for k, v in plain(clip.metadata.get("cmx_3600", {})).items() if k == "reel"), "")
    return MediaHint(
        name=name, reel=reel[:64], sha256=str(ours.get("sha256", ""))[:64], asset_id=str(ours.get("asset_id", ""))[:64]
    )


def _note_sound(picture: Any, tracks: list[Any], losses: Losses) -> None:
    """Sound that only repeats the picture's clips goes with them; anything else is not read."""
    seen = {(c.name, str(c.source_range)) for c in picture if isinstance(c, otio.schema.Clip)}
    for track in tracks:
        if track.kind == otio.schema.TrackKind.Audio:
            for clip in (c for c in track if isinstance(c, otio.schema.Clip)):
                if (clip.name, str(clip.source_range)) not in seen:
                    losses.add("audio", clip.name)


def _rate(timeline: Any, track: Any, otherwise: Fraction) -> Fraction:
    told = ours_in(timeline.metadata).get("rate")
    if told is not None:
        rate = fraction(str(told))
        if 1 <= rate <= 1000:
            return rate
    if timeline.global_start_time is not None:
        return rate_near(timeline.global_start_time.rate)
    ranges = [c.source_range for c in track if isinstance(c, otio.schema.Clip) and c.source_range is not None]
    return rate_near(ranges[0].duration.rate) if ranges else otherwise
