"""Folders of a render without a studio: scratch, and what is kept so that a render whose process was killed goes on."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PREFIX = "cutroom-render-"
_LOCK = ".in-use"


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Have a folder in the system's own for such that is gone afterwards; those of killed processes are removed."""
    _sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name, (Path(name) / f"{_LOCK}.new").open("wb") as lock:
        # A folder without a lock is somebody's who begins just now: it gets its name when it is locked.
        fcntl.flock(lock, fcntl.LOCK_EX)
        Path(lock.name).rename(Path(name) / _LOCK)
        yield Path(name)


def _sweep(root: Path) -> None:
    for left in root.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if left.is_symlink() or left.stat().st_uid != os.getuid():
                continue
            with (left / _LOCK).open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)


def kept_for(path: Path, days: float) -> Path:
    """Return the folder for what is finished of the film that is to be at ``path``; it need not be there.

    Those of other films that nobody has come back to for so many days are removed.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    root = cache / "cutroom" / "renders"
    for other in root.glob("*"):
        with contextlib.suppress(OSError):
            if time.time() - other.stat().st_mtime > days * 86_400:
                shutil.rmtree(other, ignore_errors=True)
    return root / hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:32]
