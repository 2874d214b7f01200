"""What a person asks of an AI edit."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.contracts.brief import KnownMoment, StoryBrief
from shared.contracts.expression import ExpressionText
from shared.contracts.plan import TEMPLATES, Wishes
from shared.contracts.speech import Hotwords, ModelName


def _known_template(name: str) -> str:
    if name not in TEMPLATES:
        raise ValueError(f"There are {', '.join(TEMPLATES)}")
    return name


Template = Annotated[str, AfterValidator(_known_template)]
Line = Annotated[str, Field(max_length=2000)]
MAX_STORY = 4000
_FAST = re.compile(r"\b(?:energetic|fast|exciting|dynamic|upbeat|punchy|hectic|action)\b", re.IGNORECASE)
_CALM = re.compile(r"\b(?:calm|slow|relaxed|quiet|reflective|gentle|meditative|melancholic)\b", re.IGNORECASE)


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KeyMoment(_Asked):
    """Something that happens in the film; times in source seconds."""

    start: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    end: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    description: Line


class Summary(_Asked):
    """What is in the film, as far as somebody knows."""

    video_summary: Line | None = None
    key_moments: tuple[Line | KeyMoment, ...] = Field(default=(), max_length=200)
    content_type: Annotated[str, Field(max_length=80)] | None = None


class StoryArc(_Asked):
    """What the edit begins with, leads to and ends on."""

    hook: Line | None = None
    climax: Line | None = None
    resolution: Line | None = None


class StoryPrompt(_Asked):
    """The story that the edit is to tell."""

    target_audience: Line | None = None
    story_arc: StoryArc | None = None
    tone: Line | None = None
    key_message: Line | None = None


class AiEditOrder(_Asked):
    """The body of an AI edit. ``video_ids``: further films, after the one in the address.

    ``template_name``, ``pace``, ``edit`` and ``margin`` (seconds) are the wishes of an ingest. ``hotwords``: names and
    terms to expect in what is said, ``speech_model``: what hears them; words that were heard otherwise are heard again.
    """

    summary: Summary | None = None
    story_prompt: StoryPrompt
    video_ids: tuple[Annotated[str, Field(max_length=64)], ...] = Field(default=(), max_length=20)
    target_duration: float | None = Field(default=None, gt=0, le=86400, allow_inf_nan=False)
    aspect_ratios: tuple[Annotated[str, Field(max_length=10)], ...] | None = Field(
        default=None, min_length=1, max_length=8
    )
    language: Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None
    hotwords: Hotwords | None = Field(default=None, examples=["Cutroom, Kittiwake"])
    speech_model: ModelName | None = Field(default=None, examples=["large-v3-turbo"])
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    template_name: Template | None = None
    pace: Literal["calm", "normal", "fast"] | None = None
    edit: ExpressionText | None = Field(default=None, examples=["audio:-30dB or motion:0.02"])
    margin: float | None = Field(default=None, ge=0, le=10, allow_inf_nan=False)

    def wishes(self) -> Wishes:
        """Return what the planner is asked for."""
        return Wishes(
            target_duration=self.target_duration,
            pace=self.pace or pace_of(self.story_prompt.tone or ""),
            story=story_text(self.story_prompt),
            seed=self.seed,
            template_name=self.template_name,
            edit=self.edit,
            margin=self.margin,
        )

    def brief(self) -> StoryBrief:
        """Return what a language model is told of the story."""
        prompt, summary = self.story_prompt, self.summary or Summary()
        arc = prompt.story_arc or StoryArc()
        told = {
            "target_audience": prompt.target_audience, "hook": arc.hook, "climax": arc.climax,
            "resolution": arc.resolution, "tone": prompt.tone, "key_message": prompt.key_message,
            "summary": summary.video_summary, "content_type": summary.content_type,
        }  # fmt: skip
        return StoryBrief(
            **{name: text.strip() for name, text in told.items() if text},
            moments=tuple(_known(moment) for moment in summary.key_moments),
            language=self.language,
            aspect_ratios=self.aspect_ratios or (),
        )


def pace_of(tone: str) -> Literal["calm", "fast"] | None:
    """Return the pace that a tone asks for, where it does: the rules planner knows no other way to follow a tone."""
    if _FAST.search(tone):
        return "fast"
    return "calm" if _CALM.search(tone) else None


def _known(moment: str | KeyMoment) -> KnownMoment:
    if isinstance(moment, str):
        return KnownMoment(description=moment)
    return KnownMoment(start=moment.start, end=moment.end, description=moment.description)


def story_text(prompt: StoryPrompt) -> str | None:
    """Return what the story is about: message, hook, climax and resolution; None when nothing is said."""
    arc = prompt.story_arc or StoryArc()
    said = [
        part.strip() for part in (prompt.key_message, arc.hook, arc.climax, arc.resolution) if part and part.strip()
    ]
    return "\n".join(said)[:MAX_STORY] or None
