"""The files that a person asks of a render: their shapes, codecs and names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from services.gateway.domain import ratio
from services.gateway.domain.refusal import FieldError, Refusal, wrong_field
from shared.contracts.codecs import codec_refusal
from shared.contracts.timeline import AudioCodec, Output, VideoCodec
from shared.errors import BadRequest

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
STREAMED: tuple[VideoCodec, ...] = ("h264", "hevc")
"""What can have a ladder for HLS."""
Fit = Literal["auto", "crop", "blur", "pad"]
Quality = Literal["low", "standard", "high"]
Channels = Literal["auto", "mono", "stereo", "5.1"]
CODEC = "`h264`, `hevc`, `av1` (mp4), `vp9` (webm), `prores` (mov), `gif`, or `none` for sound alone."


def _known(codec: object) -> object:
    """Hold the name of a codec; a refusal says what to write instead."""
    if isinstance(codec, str) and codec not in (*get_args(VideoCodec), *get_args(AudioCodec), "auto"):
        raise PydanticCustomError("codec_unknown", "{why}", {"why": codec_refusal(codec)})
    return codec


Picture = Annotated[VideoCodec, BeforeValidator(_known)]
Sound = Annotated[AudioCodec | Literal["auto"], BeforeValidator(_known)]


class OutputOrder(BaseModel):
    """One file of a render; what is left out is as the order itself says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    aspect_ratio: str | None = Field(default=None, examples=["1:1"])
    fit: Fit | None = None
    codec: Picture | None = Field(default=None, description=CODEC)
    audio_codec: Sound | None = None
    channels: Channels | None = None
    quality: Quality | None = None
    draft: bool | None = None
    poster: bool | None = None
    sprites: bool | None = None
    hls: bool | None = None


def listed(common: OutputOrder, wanted: Sequence[OutputOrder]) -> tuple[Output, ...]:
    """Return the files that are to be made, each with a name of its own; without a list there is one.

    ``common`` leaves nothing out: it says what holds where a file of the list says nothing.

    Raises the 422 refusals ``aspect_ratio_invalid`` and ``output_codec`` (a sound that its container does not hold).
    """
    made: list[Output] = []
    for place, own in enumerate(wanted or (OutputOrder(),)):
        here = f"outputs[{place}]." if wanted else ""
        output = _output(common, own, "" if own.aspect_ratio is None else here)
        if output.audio_codec not in ("auto", *SOUNDS[output.codec]):
            goes = ", ".join(SOUNDS[output.codec])
            message = f"Sound of {output.audio_codec} does not go with {output.codec}; {goes} do."
            raise wrong_field(f"{here}audio_codec", "output_codec", message)
        if output.channels == "5.1" and output.audio_codec == "mp3":
            narrow = "MP3 holds one or two channels, not 5.1."
            raise wrong_field("channels" if own.channels is None else f"{here}channels", "output_codec", narrow)
        if output.hls and (output.codec not in STREAMED or output.audio_codec not in ("auto", "aac", "none")):
            message = "A film for streaming is of h264 or hevc, with sound of aac or none."
            raise wrong_field(f"{here}hls", "output_codec", message)
        taken = {other.name for other in made}
        name = next(n for n in (output.name, *(f"{output.name}_{i}" for i in range(2, MOST + 2))) if n not in taken)
        made.append(output.model_copy(update={"name": name}))
    return tuple(made)


def _output(common: OutputOrder, own: OutputOrder, here: str) -> Output:
    def chosen(field: str) -> object:
        value = getattr(own, field)
        return getattr(common, field) if value is None else value

    shape, draft, codec = str(chosen("aspect_ratio")), bool(chosen("draft")), str(chosen("codec"))
    width, height = _size(shape, draft, f"{here}aspect_ratio")
    name = "sound" if codec == "none" else f"video_{ratio.name(shape)}{'' if codec == 'h264' else f'_{codec}'}"
    rest = {field: chosen(field) for field in ("fit", "audio_codec", "channels", "quality", "poster", "sprites", "hls")}
    return Output.model_validate(
        {"name": name, "width": width, "height": height, "draft": draft, "codec": codec, **rest}
    )


def _size(shape: str, draft: bool, field: str) -> tuple[int, int]:
    try:
        return ratio.size(shape, draft=draft)
    except BadRequest as bad:
        errors = [FieldError(field, bad.code, bad.message)]
        raise Refusal(422, bad.code, bad.message, remedy=bad.remedy, errors=errors) from bad
