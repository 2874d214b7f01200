"""What the handlers work with."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from services.renderer.settings import RendererSettings
from shared.blobs import Blobs
from shared.contracts.ids import new_id
from shared.db import Pool


@dataclass(frozen=True, slots=True)
class Deps:
    """``slots`` bound what runs at once in this process; ``owner`` tells this replica from others."""

    blobs: Blobs
    settings: RendererSettings
    pool: Pool
    scratch: Path
    lease_s: float
    slots: asyncio.Semaphore
    owner: str = field(default_factory=new_id)
