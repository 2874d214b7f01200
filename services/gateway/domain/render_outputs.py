"""The files that a person asks of a render: their shapes, codecs and names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.gateway.domain import ratio
from services.gateway.domain.refusal import wrong_field
from shared.contracts.timeline import AudioCodec, Output, VideoCodec

MOST = 8
SOUNDS: dict[VideoCodec, tuple[AudioCodec, ...]] = {
    "h264": ("aac", "opus", "mp3", "none"),
    "hevc": ("aac", "opus", "none"),
    "vp9": ("opus", "none"),
    "av1": ("aac", "opus", "none"),
    "prores": ("pcm", "aac", "none"),
    "gif": ("none",),
    "none": ("aac", "opus", "mp3", "pcm", "flac"),
}
"""The sounds that can stand beside a picture of each codec, the usual one first."""
Fit = Literal["auto", "crop", "blur", "pad"]
Quality = Literal["low", "standard", "high"]
_CODEC = "`h264`, `hevc`, `av1` (mp4), `vp9` (webm), `prores` (mov), `gif`, or `none` for sound alone."


class OutputOrder(BaseModel):
    """One file of a render; what is left out is as the order itself says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    aspect_ratio: str | None = Field(default=None, examples=["1:1"])
    fit: Fit | None = None
    codec: VideoCodec | None = Field(default=None, description=_CODEC)
    audio_codec: AudioCodec | Literal["auto"] | None = None
    quality: Quality | None = None
    draft: bool | None = None
    poster: bool | None = None
    sprites: bool | None = None


def listed(common: OutputOrder, wanted: Sequence[OutputOrder]) -> tuple[Output, ...]:
    """Return the files that are to be made, each with a name of its own; without a list there is one.

    ``common`` leaves nothing out: it says what holds where a file of the list says nothing.

    Raises the 422 refusals ``aspect_ratio_invalid`` and ``output_codec`` (a sound that its container does not hold).
    """
    made: list[Output] = []
    for place, own in enumerate(wanted or (OutputOrder(),)):
        output = _output(common, own)
        if output.audio_codec not in ("auto", *SOUNDS[output.codec]):
            goes = ", ".join(SOUNDS[output.codec])
            message = f"Sound of {output.audio_codec} does not go with {output.codec}; {goes} do."
            field = f"outputs[{place}].audio_codec" if wanted else "audio_codec"
            raise wrong_field(field, "output_codec", message)
        taken = {other.name for other in made}
        name = next(n for n in (output.name, *(f"{output.name}_{i}" for i in range(2, MOST + 2))) if n not in taken)
        made.append(output.model_copy(update={"name": name}))
    return tuple(made)


def _output(common: OutputOrder, own: OutputOrder) -> Output:
    def chosen(field: str) -> object:
        value = getattr(own, field)
        return getattr(common, field) if value is None else value

    shape, draft, codec = str(chosen("aspect_ratio")), bool(chosen("draft")), str(chosen("codec"))
    width, height = ratio.size(shape, draft=draft)
    name = "sound" if codec == "none" else f"video_{ratio.name(shape)}{'' if codec == 'h264' else f'_{codec}'}"
    rest = {field: chosen(field) for field in ("fit", "audio_codec", "quality", "poster", "sprites")}
    return Output.model_validate(
        {"name": name, "width": width, "height": height, "draft": draft, "codec": codec, **rest}
    )
