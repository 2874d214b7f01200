"""Base of what people write into a timeline, and the kinds of values in it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_serializer

Seconds = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Length = Annotated[float, Field(gt=0, le=86400, strict=True, allow_inf_nan=False)]
Moment = Annotated[float, Field(ge=0, le=86400, strict=True, allow_inf_nan=False)]


class Written(BaseModel):
    """Base of all that a person writes: an unknown member is a mistake that is named, never dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Sparse(Written):
    """What is shown again as it was written: only the members that were given."""

    @model_serializer(mode="plain")
    def _plain(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


class MediaReference(Sparse):
    """Media of the account: an asset by its id, or by its object key or a /media link."""

    path: Annotated[str, Field(max_length=1024)] | None = None
    url: Annotated[str, Field(max_length=1024)] | None = None
    asset_id: Annotated[str, Field(max_length=64)] | None = None

    @property
    def given(self) -> dict[str, str]:
        """Return the references that were written, by member."""
        return {name: value for name in ("path", "url", "asset_id") if (value := getattr(self, name))}

    @property
    def reference(self) -> str:
        """Return the reference, empty where there is none."""
        return next(iter(self.given.values()), "")
