"""An effect as people write it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_serializer

from shared.contracts.effects import Parameter

Name = Annotated[str, Field(min_length=1, max_length=120)]


class EffectData(BaseModel):
    """An effect with its parameters beside its name; without parameters it is written as the bare name."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Parameter]

    name: Name

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Return the parameters by name."""
        return dict(self.__pydantic_extra__ or {})

    @model_serializer(mode="plain")
    def _plain(self) -> str | dict[str, object]:
        return {"name": self.name, **self.parameters} if self.parameters else self.name


def _effect_from_name(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


AnyEffect = Annotated[EffectData, BeforeValidator(_effect_from_name, json_schema_input_type=str | EffectData)]
