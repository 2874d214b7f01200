"""What the handlers work with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from services.renderer.settings import RendererSettings
from services.renderer.tools.room import Room
from services.renderer.tools.slots import Slots
from shared.blobs import Blobs
from shared.contracts.ids import new_id
from shared.db import Pool
from shared.signal import Bell


@dataclass(frozen=True, slots=True)
class Deps:
    """``slots`` bound what runs at once in this process, ``room`` what memory that needs; ``owner`` tells this replica
    from others; ``bell`` rings when there is a change among the chunks that all share.
    """

    blobs: Blobs
    settings: RendererSettings
    pool: Pool
    scratch: Path
    lease_s: float
    slots: Slots
    owner: str = field(default_factory=new_id)
    room: Room = field(default_factory=Room)
    bell: Bell = field(default_factory=Bell)
