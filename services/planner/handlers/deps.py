"""What the planner's handlers work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.planner.domain.template import Template
from services.planner.engines.model import LanguageModel
from services.planner.settings import PlannerSettings
from shared.blobs import Blobs
from shared.db import Pool


@dataclass(frozen=True, slots=True)
class Deps:
    """What the handlers work with.

    ``model`` returns the language model for edits, None for rules alone, and raises CapabilityMissing where one is
    wanted and cannot be had; ``chat_model`` the one of a chat's backend.
    """

    blobs: Blobs
    settings: PlannerSettings
    templates: Mapping[str, Template]
    pool: Pool
    model: Callable[[], LanguageModel | None]
    chat_model: Callable[[str, str | None], LanguageModel]
