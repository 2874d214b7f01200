"""Assets as they are shown with all that the first look at them told."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from services.gateway.api.records import AssetRecord, Link
from services.gateway.domain.records import Asset
from services.gateway.domain.views import Linker, View, asset_view


class ColourRecord(BaseModel):
    """A colour and the share of the picture that it stands for."""

    rgb: str = Field(examples=["#dc1e28"])
    share: float = Field(examples=[0.42])


class ImageRecord(BaseModel):
    """Of a picture: ``orientation`` is EXIF's (1 to 8); ``resolution`` above has it applied already."""

    format: Literal["png", "jpeg", "gif", "webp"]
    orientation: int = Field(examples=[1])
    frames: int = Field(description="More than 1 for an animation.", examples=[1])
    seconds: float = Field(description="How long an animation lasts, else 0.")
    alpha: bool = Field(description="Whether some of it is see-through.")
    palette: list[ColourRecord]
    faces: int = Field(description="How many faces are seen.")


class DocumentRecord(BaseModel):
    """Of a document: sizes in points, of its first hundred pages. ``text_url``: a JSON list, one text a page."""

    pages: int = Field(examples=[12])
    sizes: list[tuple[float, float]] = Field(examples=[[[595.0, 842.0]]])
    characters: int
    text_url: Link | None


class SoundRecord(BaseModel):
    """Of the sound."""

    codec: str = Field(examples=["aac"])
    sample_rate: int = Field(examples=[48000])
    channels: int = Field(examples=[2])


class NoteRecord(BaseModel):
    """Something that a person should know about the file."""

    code: str = Field(examples=["variable_frame_rate"])
    message: str


class HeldAsset(AssetRecord):
    """An asset with what it is; ``audio``, ``image`` and ``document`` are null where it is none."""

    kind: Literal["video", "audio", "image", "document"]
    size: int = Field(description="Bytes.")
    audio: SoundRecord | None
    image: ImageRecord | None
    document: DocumentRecord | None
    notes: list[NoteRecord]


def held_view(asset: Asset, link: Linker) -> View:
    """Return the asset's record with what it is."""
    info = asset.info
    audio = info.audio.model_dump(include={"codec", "sample_rate", "channels"}) if info.audio else None
    return {
        **asset_view(asset, link),
        "kind": info.kind,
        "size": info.size,
        "audio": audio,
        "image": _image(asset),
        "document": _document(asset, link),
        "notes": [note.model_dump(include={"code", "message"}) for note in info.notes],
    }


def _image(asset: Asset) -> View | None:
    image = asset.info.image
    if image is None:
        return None
    return {**image.model_dump(mode="json", exclude={"faces"}), "faces": len(image.faces)}


def _document(asset: Asset, link: Linker) -> View | None:
    document = asset.info.document
    if document is None:
        return None
    shown = document.model_dump(mode="json", include={"pages", "sizes", "characters"})
    return {**shown, "text_url": link(document.text.key) if document.text else None}
