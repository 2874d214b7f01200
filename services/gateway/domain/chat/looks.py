"""Operations on how the edit looks and sounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from services.gateway.domain import ratio
from services.gateway.domain.chat.places import CannotDo, Done, places_of
from services.gateway.domain.timeline.data import MAX_EFFECTS, SegmentData, TimelineData
from services.gateway.domain.timeline.effect_data import EffectData
from services.gateway.domain.timeline.look import LookData
from shared.contracts.chat import AddEffect, ChangeMusic, RemoveEffect, SetCaptions, SetRatio, SetSpeed
from shared.contracts.effects import EFFECTS
from shared.contracts.timeline import CaptionStyle
from shared.errors import BadRequest

SPEEDS = frozenset({"slowmo", "speed", "speed_ramp"})


def set_captions(data: TimelineData, order: SetCaptions) -> Done:
    """Change the captions of renders."""
    look = data.look or LookData()
    changes: dict[str, object] = {
        name: value
        for name, value in (
            ("captions", order.shown if order.shown is not None else True if order.position or order.style else None),
            ("caption_position", order.position),
            ("caption_style", order.style),
        )
        if value is not None
    }
    if order.style is not None:
        try:
            CaptionStyle.model_validate({"name": order.style})
        except ValidationError:
            raise CannotDo(f"There is no caption style “{order.style}”.") from None
    if not changes:
        raise CannotDo("Say what is to change: captions on or off; at the top, middle or bottom; their style.")
    said = {True: "on", False: "off"}.get(bool(changes["captions"]), "")
    where = [f"at the {order.position}"] if order.position else []
    told = [f"Captions {said}", *where, *([order.style] if order.style else [])]
    return data.model_copy(update={"look": look.model_copy(update=changes)}), ", ".join(told) + "."


def set_ratio(data: TimelineData, order: SetRatio) -> Done:
    """Change the shape of renders."""
    try:
        ratio.size(order.ratio)
    except BadRequest as bad:
        raise CannotDo(bad.message) from None
    look = data.look or LookData()
    return data.model_copy(update={"look": look.model_copy(update={"aspect_ratio": order.ratio})}), (
        f"Renders are {order.ratio} from now on."
    )


def add_effect(data: TimelineData, order: AddEffect) -> Done:
    """Put an effect on segments that have room for it."""
    if order.name not in EFFECTS:
        raise CannotDo(f"There is no effect “{order.name}”; there are {', '.join(sorted(EFFECTS))}.")
    effect = EffectData(name=order.name)

    def with_it(segment: SegmentData) -> SegmentData:
        if any(e.name == order.name for e in segment.effects) or len(segment.effects) >= MAX_EFFECTS:
            return segment
        return segment.model_copy(update={"effects": (*segment.effects, effect)})

    return _each(data, order.segments, with_it, f"have {order.name} already", f"Added {order.name} to")


def remove_effect(data: TimelineData, order: RemoveEffect) -> Done:
    """Take an effect off, or all."""

    def without(segment: SegmentData) -> SegmentData:
        left = tuple(e for e in segment.effects if order.name and e.name != order.name)
        return segment.model_copy(update={"effects": left})

    what = order.name or "effects"
    return _each(data, order.segments, without, f"have no {what}", f"Removed {what} from")


def set_speed(data: TimelineData, order: SetSpeed) -> Done:
    """Replace what the segments have of speed."""

    def paced(segment: SegmentData) -> SegmentData:
        rest = tuple(e for e in segment.effects if e.name not in SPEEDS)
        if order.factor != 1:
            speed = EffectData.model_validate({"name": "speed", "factor": order.factor})
            rest = (*rest[: MAX_EFFECTS - 1], speed)
        return segment.model_copy(update={"effects": rest})

    return _each(data, order.segments, paced, f"play at {order.factor:g}x already", f"Speed {order.factor:g}x for")


def change_music(data: TimelineData, order: ChangeMusic) -> Done:
    """Make the music louder or quieter, where there is some."""
    if not data.music:
        raise CannotDo("There is no music in this edit.")
    louder = tuple(
        track.model_copy(update={"gain_db": min(24.0, max(-60.0, track.gain_db + order.gain_db))})
        for track in data.music
    )
    return data.model_copy(update={"music": louder}), f"Music {order.gain_db:+g} dB."


def _each(
    data: TimelineData, places: tuple[int, ...], change: Callable[[SegmentData], SegmentData], none: str, said: str
) -> Done:
    wanted = places_of(data, places)
    changed = {i: after for i in wanted if (after := change(data.segments[i])) != data.segments[i]}
    if not changed:
        raise CannotDo(f"{'The segments' if len(wanted) > 1 else 'The segment'} {none}.")
    shown = tuple(changed.get(i, s) for i, s in enumerate(data.segments))
    which = "all segments" if len(changed) == len(data.segments) else ", ".join(f"segment {i + 1}" for i in changed)
    return data.model_copy(update={"segments": shown}), f"{said} {which}."


WORKS: Mapping[str, Callable[[TimelineData, Any], Done]] = {
    "set_captions": set_captions,
    "set_ratio": set_ratio,
    "add_effect": add_effect,
    "remove_effect": remove_effect,
    "set_speed": set_speed,
    "change_music": change_music,
}
