"""What a person asks of a render, and what the renderer is told."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from services.gateway.domain import ratio
from services.gateway.domain.refusal import wrong_field
from services.gateway.domain.render_outputs import CODEC, MOST, Channels, OutputOrder, Picture, Quality, Sound, listed
from services.gateway.domain.timeline.look import LookData
from shared.contracts.time import fraction, fraction_text
from shared.contracts.timeline import CaptionStyle, Output, RenderOptions

NTSC = {Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120)}
DEFAULT_WATERMARK = "Made with Cutroom"
_SLOWEST, _FASTEST = 1, 120


EXAMPLES: list[JsonDict] = [
    {"aspect_ratio": "9:16", "caption_style": "pop"},
    {"hls": True, "subtitles": "track", "poster": True},
    {"channels": "5.1", "outputs": [{"aspect_ratio": "16:9"}, {"codec": "none", "channels": "stereo"}]},
    {"outputs": [{"codec": "h264", "hls": True}, {"codec": "vp9", "aspect_ratio": "1:1"}]},
]
"""For a phone; for streaming, with captions that players switch; surround sound; several files at once."""


def _style(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


class RenderOrder(BaseModel):
    """The body of a render. ``watermark`` absent: as the settings say. ``fps`` a number or a fraction as text."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [*EXAMPLES]})

    watermark: bool | None = Field(default=None, description="Draw the watermark; by default as the server is set.")
    watermark_asset: str | None = Field(
        default=None, max_length=64, description="A picture of yours to draw as the watermark instead of the text."
    )
    aspect_ratio: str = Field(default=ratio.DEFAULT_RENDER, examples=["9:16"])
    fit: Literal["auto", "crop", "blur", "pad"] = "auto"
    captions: bool = True
    subtitles: Literal["burned", "track", "file"] = Field(
        default="burned", description="Captions drawn into the picture, as a track of an MP4, or only as an SRT file."
    )
    caption_style: Annotated[CaptionStyle | None, BeforeValidator(_style)] = None
    fps: float | str = Field(default=30, examples=[30, "30000/1001"])
    draft: bool = False
    codec: Picture = Field(default="h264", description=CODEC)
    audio_codec: Sound = Field(default="auto", description="`auto`: the usual one.")
    quality: Quality = "standard"
    fidelity: Literal["encode", "copy"] = Field(
        default="encode", description="`copy` takes the source's own pictures over where nothing is done to them."
    )
    poster: bool = Field(default=False, description="Make a still picture beside the film.")
    sprites: bool = Field(default=False, description="Make a sheet of small pictures beside the film.")
    channels: Channels = Field(
        default="stereo", description="Of the sound; `auto`: 5.1 or mono where all clips are so, else stereo."
    )
    hls: bool = Field(default=False, description="Make a ladder for streaming too (HLS): `hls.url` of the status.")
    outputs: tuple[OutputOrder, ...] = Field(
        default=(), max_length=MOST, description="Several files from one render; each may differ from the rest."
    )


def rate_of(fps: float | str) -> str:
    """Return the frame rate as a fraction; 29.97 and its like mean what broadcasters mean by them.

    Raises the 422 refusal ``fps_invalid`` outside 1..120.
    """
    try:
        exact = fraction(str(fps))
    except (ValueError, ZeroDivisionError):
        exact = Fraction(0)
    exact = next((ntsc for ntsc in NTSC if abs(ntsc - exact) < Fraction(6, 1000) and exact != round(exact)), exact)
    if not _SLOWEST <= exact <= _FASTEST or exact.denominator > 10_000:
        raise wrong_field("fps", "fps_invalid", f"A frame rate lies between {_SLOWEST} and {_FASTEST}.")
    return fraction_text(exact)


def looked(order: RenderOrder, look: LookData | None) -> RenderOrder:
    """Return the order with what the timeline says of its look where the order says nothing."""
    if look is None:
        return order
    style = look.caption_style or look.caption_position
    wished: dict[str, object] = {
        "aspect_ratio": look.aspect_ratio,
        "captions": look.captions,
        "caption_style": CaptionStyle.model_validate(
            {"name": look.caption_style or "highlight", "position": look.caption_position or "bottom"}
        )
        if style
        else None,
    }
    absent = {n: v for n, v in wished.items() if v is not None and n not in order.model_fields_set}
    return order.model_copy(update=absent)


def outputs_wanted(order: RenderOrder) -> tuple[Output, ...]:
    """Return the files that are to be made. Raises ``BadRequest`` for a ratio or a codec that does not do."""
    common = OutputOrder.model_validate(order.model_dump(include=set(OutputOrder.model_fields)))
    return listed(common, order.outputs)


def options_of(order: RenderOrder, *, title: str, job_id: str, watermark: str) -> RenderOptions:
    """Return what is common to the outputs; ``watermark`` is the text that the server is set to, empty for none."""
    wanted = (bool(watermark) if order.watermark is None else order.watermark) and order.watermark_asset is None
    return RenderOptions(
        captions=order.captions,
        subtitles=order.subtitles,
        caption_style=order.caption_style or CaptionStyle(),
        watermark=(watermark or DEFAULT_WATERMARK) if wanted else "",
        title=title,
        comment=job_id,
        fidelity=order.fidelity,
        channels=order.channels,
    )
