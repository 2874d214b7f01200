"""What the planner is asked for and what it answers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shared.contracts.brief import PlanReport, StoryTold
from shared.contracts.expression import ExpressionText
from shared.contracts.timeline import Timeline
from shared.contracts.value import Value

TEMPLATES: dict[str, str] = {
    "none": "No style: what is said stays, once and without hesitation; dead air goes.",
    "calm": "Long clips, generous pauses, little movement.",
    "energetic": "Short clips on the beat, with punch-ins.",
    "realistic_chaos": "Quick, uneven cuts on movement and loud moments, with punch-ins and slow motion.",
    "tutorial": "Every spoken step stays, also over a still picture; waiting is cut.",
    "talking_head": "A speaker, tightened: pauses are short, now and then a slow push in.",
    "highlight_reel": "The best third, strongest moment first.",
    "trailer": "A minute at most: a hook, then peaks in quick succession.",
}
"""The styles that an edit can be asked for, and what they do."""

Reason = Literal[
    "silence", "black", "frozen", "sliver", "off_topic", "lower_score", "trimmed", "no_picture", "not_chosen",
    "not_asked", "filler", "repeat",
]  # fmt: skip
REASONS: dict[Reason, str] = {
    "silence": "Nothing is heard.",
    "black": "The picture is black.",
    "frozen": "The picture stands still and nobody speaks.",
    "sliver": "Too short to be seen as a shot of its own.",
    "off_topic": "It has nothing to do with the story.",
    "lower_score": "Other moments are stronger and the wished length is full.",
    "trimmed": "Taken off a kept moment to meet the wished length.",
    "no_picture": "The source has no picture here.",
    "not_chosen": "The model chose other moments.",
    "not_asked": "The expression of what to keep does not ask for it.",
    "filler": "A sound of hesitation.",
    "repeat": "It is said again, and mostly better, right behind it.",
}
"""Why a span of a source is left out."""


class Wishes(Value):
    """What a person asks of an edit. ``target_duration`` is in seconds; the same seed gives the same edit.

    ``edit`` says what is kept (see ``shared.contracts.expression``) instead of the planner's own judgement of what is
    dead; ``margin`` are the seconds kept around what is kept, by default the pace's.
    """

    template_name: str | None = Field(default=None, max_length=80)
    target_duration: float | None = Field(default=None, gt=0, le=86400)
    pace: Literal["calm", "normal", "fast"] | None = None
    story: str | None = Field(default=None, max_length=4000)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    edit: ExpressionText | None = Field(default=None, examples=["audio:-30dB or motion:0.02"])
    margin: float | None = Field(default=None, ge=0, le=10)


class Dropped(Value):
    """A span of a source that the edit leaves out, and why (see ``REASONS``). Times in seconds."""

    source: str
    start: float
    end: float
    reason: Reason


class Moment(Value):
    """A span that stands out; ``score`` is 0..1."""

    source: str
    start: float
    end: float
    score: float
    description: str


class EditPlan(Value):
    """The planner's answer: a timeline on the main source's own rate, with the reasons for it."""

    version: Literal[1] = 1
    planner: str
    template_name: str
    timeline: Timeline
    dropped: tuple[Dropped, ...] = ()
    moments: tuple[Moment, ...] = ()
    notes: tuple[str, ...] = ()
    story: StoryTold | None = None
    report: PlanReport = PlanReport()
