"""The story that an edit is to tell, and what is told of how a plan came about."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.contracts.value import Value

Line = Annotated[str, Field(max_length=2000)]


class KnownMoment(Value):
    """Something that a person says happens in the footage; times in source seconds where they are known."""

    start: float | None = None
    end: float | None = None
    description: Line


class StoryBrief(Value):
    """A story as a person wishes it. ``summary``, ``content_type`` and ``moments`` say what the footage is about."""

    target_audience: Line = ""
    hook: Line = ""
    climax: Line = ""
    resolution: Line = ""
    tone: Line = ""
    key_message: Line = ""
    summary: Line = ""
    content_type: str = Field(default="", max_length=80)
    moments: tuple[KnownMoment, ...] = Field(default=(), max_length=200)
    language: str | None = None
    aspect_ratios: tuple[str, ...] = ()


class StoryBeat(Value):
    """A part of a story and where it is shown: a span of a source in seconds."""

    text: str
    source: str
    start: float
    end: float


class StoryTold(Value):
    """The story that a plan tells, in its planner's words."""

    hook: StoryBeat | None = None
    climax: StoryBeat | None = None
    resolution: StoryBeat | None = None
    tone: str = ""
    summary: str = ""


class CompressionStep(Value):
    """One way in which an analysis was made smaller, and how many things it left out or joined."""

    step: str
    dropped: int


class Compression(Value):
    """How an analysis was brought under a model's limit; in tokens, estimated from above. Zeros without a model."""

    original_tokens: int = 0
    compressed_tokens: int = 0
    limit: int = 0
    steps: tuple[CompressionStep, ...] = ()


class PlanFault(Value):
    """Something in a model's answer, or its absence, that was mended or made the rules plan take its place."""

    code: str = Field(max_length=80)
    message: str = Field(max_length=400)
    path: str = Field(default="", max_length=200)


class ModelUse(Value):
    """What a plan cost; ``cost_usd`` is null where the model's price is not known. An answer kept earlier costs 0."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    model: str = "rules"
    cost_usd: float | None = 0.0


class PlanReport(Value):
    """How a plan came about."""

    compression: Compression = Compression()
    faults: tuple[PlanFault, ...] = Field(default=(), max_length=40)
    use: ModelUse = ModelUse()
