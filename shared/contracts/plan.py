"""What the planner is asked for and what it answers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shared.contracts.media import Value
from shared.contracts.timeline import Timeline


class Wishes(Value):
    """What a person asks of an edit. ``target_duration`` is in seconds; the same seed gives the same edit."""

    template_name: str | None = Field(default=None, max_length=80)
    target_duration: float | None = Field(default=None, gt=0, le=86400)
    pace: Literal["calm", "normal", "fast"] | None = None
    story: str | None = Field(default=None, max_length=4000)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)


class Dropped(Value):
    """A span of a source that the edit leaves out, and why."""

    source: str
    start: float
    end: float
    reason: str


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
