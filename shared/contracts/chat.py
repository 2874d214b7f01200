"""What a conversation can do to a timeline: typed operations, the same from a grammar and from a language model."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from shared.contracts.value import Value

Seconds = Annotated[float, Field(ge=0, le=86400, allow_inf_nan=False)]
Place = Annotated[int, Field(ge=-2000, le=2000)]
"""A segment by its place in play order: from 1, or from the end by -1 and less."""
Places = Annotated[tuple[Place, ...], Field(max_length=2000)]
"""Segments; none of them named means all."""
Words = Annotated[str, Field(min_length=1, max_length=200)]


class SetDuration(Value):
    """Make the edit so many seconds long, by leaving out what is worth least."""

    op: Literal["set_duration"] = "set_duration"
    seconds: Annotated[float, Field(gt=0, le=86400, allow_inf_nan=False)]


class RemoveTopic(Value):
    """Take out where something is spoken of."""

    op: Literal["remove_topic"] = "remove_topic"
    topic: Words


class KeepTopic(Value):
    """Leave only where something is spoken of."""

    op: Literal["keep_topic"] = "keep_topic"
    topic: Words


class RemoveSpan(Value):
    """Take out a span of the edit, in seconds of its play time; without an ``end`` up to its end."""

    op: Literal["remove_span"] = "remove_span"
    start: Seconds
    end: Seconds | None = None


class RemoveSegments(Value):
    """Take out segments."""

    op: Literal["remove_segments"] = "remove_segments"
    segments: Annotated[tuple[Place, ...], Field(min_length=1, max_length=2000)]


class Move(Value):
    """Move a segment, named by its place, by what is said in it or by how it is, to a place (1: the start)."""

    op: Literal["move"] = "move"
    to: Place
    segment: Place | None = None
    topic: Annotated[str, Field(max_length=200)] = ""
    kind: Literal["", "funniest", "loudest", "longest", "shortest"] = ""


class Reorder(Value):
    """Play the segments in this order; segments that are not named follow in their old one."""

    op: Literal["reorder"] = "reorder"
    order: Annotated[tuple[Place, ...], Field(min_length=1, max_length=2000)]


class SetCaptions(Value):
    """Show captions or not, and where and how. What is null stays."""

    op: Literal["set_captions"] = "set_captions"
    shown: bool | None = None
    position: Literal["top", "middle", "bottom"] | None = None
    style: Annotated[str, Field(pattern="^[a-z_]{2,40}$")] | None = None


class AddEffect(Value):
    """Put an effect on segments."""

    op: Literal["add_effect"] = "add_effect"
    name: Annotated[str, Field(pattern="^[a-z_]{2,40}$")]
    segments: Places = ()


class RemoveEffect(Value):
    """Take an effect off segments; without a name all effects."""

    op: Literal["remove_effect"] = "remove_effect"
    name: Annotated[str, Field(pattern="^[a-z_]{0,40}$")] = ""
    segments: Places = ()


class SetSpeed(Value):
    """Play segments at a speed, 1 being natural."""

    op: Literal["set_speed"] = "set_speed"
    factor: Annotated[float, Field(ge=0.05, le=20, allow_inf_nan=False)]
    segments: Places = ()


class ChangeMusic(Value):
    """Make the music louder or quieter by so many decibels."""

    op: Literal["change_music"] = "change_music"
    gain_db: Annotated[float, Field(ge=-60, le=24, allow_inf_nan=False)]


class SetPace(Value):
    """Cut quicker or leave more air."""

    op: Literal["set_pace"] = "set_pace"
    pace: Literal["calm", "normal", "fast"]


class SetRatio(Value):
    """The shape of the picture that renders make, unless they are asked for another one."""

    op: Literal["set_ratio"] = "set_ratio"
    ratio: Annotated[str, Field(pattern=r"^[1-9]\d{0,2}:[1-9]\d{0,2}$")]


class Split(Value):
    """Cut a segment in two, so many seconds after its start in play time; without a time in its middle."""

    op: Literal["split"] = "split"
    segment: Place
    at: Seconds | None = None


Operation = Annotated[
    SetDuration
    | RemoveTopic
    | KeepTopic
    | RemoveSpan
    | RemoveSegments
    | Move
    | Reorder
    | SetCaptions
    | AddEffect
    | RemoveEffect
    | SetSpeed
    | ChangeMusic
    | SetPace
    | SetRatio
    | Split,
    Field(discriminator="op"),
]
OPERATION: TypeAdapter[Operation] = TypeAdapter(Operation)
OPERATIONS: TypeAdapter[tuple[Operation, ...]] = TypeAdapter(tuple[Operation, ...])
MOST_OPERATIONS = 20
OPS: tuple[str, ...] = (
    "set_duration", "remove_topic", "keep_topic", "remove_span", "remove_segments", "move", "reorder", "set_captions",
    "add_effect", "remove_effect", "set_speed", "change_music", "set_pace", "set_ratio", "split",
)  # fmt: skip


def described() -> list[dict[str, Any]]:
    """Return the operations with what they do, for models and for documentation."""
    kinds = (
        SetDuration, RemoveTopic, KeepTopic, RemoveSpan, RemoveSegments, Move, Reorder, SetCaptions, AddEffect,
        RemoveEffect, SetSpeed, ChangeMusic, SetPace, SetRatio, Split,
    )  # fmt: skip
    return [
        {
            "op": kind.model_fields["op"].default,
            "members": [name for name in kind.model_fields if name != "op"],
            "does": " ".join((kind.__doc__ or "").split()),
        }
        for kind in kinds
    ]
