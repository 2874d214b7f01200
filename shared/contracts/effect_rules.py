"""What is wrong with an effect as a person wrote it, and how its parameters are described. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from shared.contracts.effects import KINDS
from shared.contracts.value import Value


class Fault(Value):
    """What is wrong with an effect; ``parameter`` is empty when it is the effect itself."""

    parameter: str
    code: Literal["effect_unknown", "parameter_unknown", "parameter_range", "parameter_invalid"]
    message: str


_RANGES = frozenset({"greater_than_equal", "less_than_equal", "greater_than", "less_than", "finite_number"})


def faults(name: str, parameters: Mapping[str, object]) -> list[Fault]:
    """Return everything that is wrong with an effect; empty when it can be rendered."""
    if name not in KINDS:
        known = ", ".join(sorted(KINDS))
        return [Fault(parameter="", code="effect_unknown", message=f"There is no effect {name!r}; there are {known}.")]
    try:
        KINDS[name].model_validate(dict(parameters))
    except ValidationError as bad:
        return [_fault(name, dict(error)) for error in bad.errors(include_url=False, include_input=False)]
    return []


def _fault(name: str, error: Mapping[str, object]) -> Fault:
    location = error["loc"]
    parameter = str(location[0]) if isinstance(location, tuple) and location else ""
    if error["type"] == "extra_forbidden":
        return Fault(parameter=parameter, code="parameter_unknown", message=f"{name} has no such parameter.")
    field = next((f for n, f in KINDS[name].model_fields.items() if parameter in (n, f.alias)), None)
    low, high = bounds(field.metadata) if field else (None, None)
    if error["type"] in _RANGES and low is not None and high is not None:
        return Fault(parameter=parameter, code="parameter_range", message=f"It must lie in {low:g}..{high:g}.")
    code: Literal["parameter_range", "parameter_invalid"] = (
        "parameter_range" if error["type"] in _RANGES else "parameter_invalid"
    )
    return Fault(parameter=parameter, code=code, message=f"{error['msg']}.")


def described(name: str) -> list[dict[str, object]]:
    """Return the parameters of an effect with their types, bounds, choices and defaults, as the API shows them."""
    return [_described(field.alias or member, field) for member, field in KINDS[name].model_fields.items()]


def _described(name: str, field: FieldInfo) -> dict[str, object]:
    parts = [field.annotation, *get_args(field.annotation)]
    choices = [c for part in parts for c in get_args(part) if isinstance(c, str)]
    kinds: dict[object, str] = {int: "integer", float: "number", str: "text"}
    kind = (
        "choice"
        if choices
        else "text"
        if name == "lut"
        else next((kinds[part] for part in parts if part in kinds), "moments")
    )
    low, high = bounds(field.metadata)
    default = list(field.default) if isinstance(field.default, tuple) else field.default
    shown: dict[str, object] = {"name": name, "type": kind, "minimum": low, "maximum": high, "default": default}
    return shown | {"choices": list(dict.fromkeys(choices)) or None, "description": field.description or ""}


def bounds(metadata: list[object]) -> tuple[float | None, float | None]:
    """Return the lowest and highest value that a field's metadata allow; None where there is no such bound."""
    low = next((getattr(m, "ge", None) for m in metadata if getattr(m, "ge", None) is not None), None)
    high = next((getattr(m, "le", None) for m in metadata if getattr(m, "le", None) is not None), None)
    return low, high
