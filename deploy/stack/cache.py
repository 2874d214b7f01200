"""The folder where downloads and builds survive: one entry a pinned version, whole or absent."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


def cache_folder() -> Path:
    """``CUTROOM_STACK_CACHE``, or ``~/.cache/cutroom/stack``."""
    named = os.environ.get("CUTROOM_STACK_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "cutroom" / "stack"


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of things that cost minutes to make; each is made whole or not at all."""

    root: Path

    def entry(self, name: str, fill: Callable[[Path], None]) -> Path:
        """The folder ``name``; when it is missing, ``fill(folder)`` makes it, and it appears only when complete.

        Two processes that want the same entry wait for each other, so that nothing is built twice.
        """
        final = self.root / name
        if final.is_dir():
            return final
        with self.locked(name):
            if not final.is_dir():
                self._filled(fill).rename(final)
        return final

    def _filled(self, fill: Callable[[Path], None]) -> Path:
        making = Path(tempfile.mkdtemp(prefix=".making-", dir=self.root))
        try:
            fill(making)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
        making.chmod(0o755)
        return making

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Be the only process of this machine at ``name``; wait for another one.

        A lock an entry: filling one may need another.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / f".{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
