"""What every engine offers."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Engine(Protocol):
    """Makes a film speak a voice."""

    @property
    def name(self) -> str:
        """Under which it is asked for and named in the answer."""
        ...

    async def sync(self, video: Path, voice: Path, folder: Path) -> Path:
        """Return an mp4 in ``folder``, as long as ``video``, that speaks ``voice``. Raises ``BadMedia``."""
        ...
