"""What models cost: US dollars for a million tokens in and out, as published; others have no price."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

_PRICES = TypeAdapter(dict[str, tuple[float, float]])
_DATE = re.compile(r"-(\d{8}|\d{4}-\d{2}-\d{2}|latest)$")


@cache
def prices() -> dict[str, tuple[float, float]]:
    """Return the table beside this file."""
    return _PRICES.validate_json(files(__package__).joinpath("prices.json").read_bytes())


def price_of(model: str) -> tuple[float, float] | None:
    """Return the price of ``model``, also under a dated name; None when it is not listed."""
    name = model.rsplit("/", 1)[-1].lower()
    return prices().get(name) or prices().get(_DATE.sub("", name))
