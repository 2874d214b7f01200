"""What a process and all that it started hold, looked at while it runs."""

from __future__ import annotations

import asyncio
import ctypes
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LOOK_S = 0.05
SUBREAPER = 36


@dataclass(slots=True)
class Watched:
    """The most that was seen: MB of all processes together and of one ffmpeg, processes at once, files open in one.

    Memory is in proportional set sizes: a page that several share counts once. ``said``: what it wrote to stdout.
    """

    whole: float = 0.0
    largest: float = 0.0
    processes: int = 0
    files: int = 0
    said: str = ""


def stay_above() -> None:
    """Have what the programs of this process leave behind stay below it."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1)


async def watched(program: str, arguments: Sequence[str]) -> Watched:
    """Run the Python ``program`` with its ``arguments`` in a process of its own. SystemExit where it fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, *arguments, stdout=asyncio.subprocess.PIPE
    )
    ending, seen = asyncio.ensure_future(process.communicate()), Watched()
    while not ending.done():
        held = await asyncio.to_thread(_held, process.pid)
        seen.whole = max(seen.whole, sum(size for _, size, _ in held))
        seen.largest = max([seen.largest, *(size for name, size, _ in held if name.startswith("ffmpeg"))])
        seen.processes = max(seen.processes, len(held))
        seen.files = max([seen.files, *(files for *_, files in held)])
        await asyncio.wait([ending], timeout=LOOK_S)
    seen.said = (await ending)[0].decode()
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed")
    return seen


def _held(parent: int) -> list[tuple[str, float, int]]:
    """Name, MB and open files of every process from ``parent`` down; what has just ended is left out."""
    found, held = [parent], []
    for pid in found:
        folder = Path(f"/proc/{pid}")
        try:
            for children in (folder / "task").glob("*/children"):
                found += [int(text) for text in children.read_text("utf-8").split()]
            share = re.search(r"^Pss: +(\d+) kB", (folder / "smaps_rollup").read_text("utf-8"), re.M)
            named = (folder / "comm").read_text("utf-8", "replace").strip()
            files = sum(1 for _ in (folder / "fd").iterdir())
        except (OSError, ProcessLookupError):
            continue
        if share:
            held.append((named, int(share[1]) * 1024 / 1e6, files))
    return held
