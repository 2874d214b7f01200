"""What the planner's handlers work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.planner.domain.template import Template
from services.planner.settings import PlannerSettings
from shared.blobs import Blobs


@dataclass(frozen=True, slots=True)
class Deps:
    """What the handlers work with."""

    blobs: Blobs
    settings: PlannerSettings
    templates: Mapping[str, Template]
