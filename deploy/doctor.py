"""Looks at everything that the studio needs or can use on this machine, and says what to do about what is missing."""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shared import process
from shared.errors import CutroomError

Status = Literal["ok", "missing", "optional"]
GIB = 1024**3
OLDEST_PYTHON = (3, 11)
LEAST_SPACE, GOOD_SPACE = 1 * GIB, 10 * GIB
FILTERS = {
    *("ass", "amix", "concat", "crop", "ebur128", "fps", "gblur", "pad", "perspective"),
    *("scale", "setpts", "tpad", "trim", "volume", "xfade"),
}
HDR_FILTERS = {"tonemap", "zscale"}
ENCODERS = {"libx264", "aac"}
PROGRAMS = (("java", "Java 17 or newer"), ("mvn", "Apache Maven"), ("go", "Go"))
_SETUP = "Run `make setup`."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what to do about it: ``missing`` stops the studio, ``optional`` does not."""

    name: str
    status: Status
    found: str
    remedy: str = ""


async def checks(data: Path) -> list[Finding]:
    """Look at everything; ``data`` is the folder of the embedded studio. Nothing is installed."""
    looked: Sequence[Callable[[], Awaitable[list[Finding]]]] = (
        _python,
        _ffmpeg,
        _packages,
        _database,
        lambda: _space(data),
        _speech,
        _beats,
        _voice,
        _stack,
    )
    return [finding for look in looked for finding in await look()]


async def _python() -> list[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    old = sys.version_info < OLDEST_PYTHON
    return [Finding("Python", "missing" if old else "ok", found, "Install Python 3.11 or newer." if old else "")]


async def _ffmpeg() -> list[Finding]:
    remedy = f"{_SETUP} It brings an ffmpeg; CUTROOM_FFMPEG names another one."
    try:
        path = process.ffmpeg_path()
        version = (await _output(path, "-version")).partition("\n")[0].removeprefix("ffmpeg version ").split(" ")[0]
        filters, encoders = await _names(path, "-filters"), await _names(path, "-encoders")
    except CutroomError as error:
        return [Finding("ffmpeg", "missing", error.message, remedy)]
    if lacking := sorted((FILTERS - filters) | (ENCODERS - encoders)):
        return [Finding("ffmpeg", "missing", f"{version} at {path} without {', '.join(lacking)}", remedy)]
    seen = Finding("ffmpeg", "ok", f"{version} at {path}")
    if hdr := sorted(HDR_FILTERS - filters):
        return [
            seen,
            Finding("ffmpeg for HDR", "optional", f"no {', '.join(hdr)}: HDR films cannot be rendered", remedy),
        ]
    return [seen, Finding("ffmpeg for HDR", "ok", ", ".join(sorted(HDR_FILTERS)))]


async def _packages() -> list[Finding]:
    return [_package(name, module) for name, module in (("PyAV", "av"), ("librosa", "librosa"), ("FastAPI", "fastapi"))]


def _package(name: str, module: str) -> Finding:
    try:
        __import__(module)
        return Finding(name, "ok", importlib.metadata.version(module))
    except (ImportError, OSError) as error:
        return Finding(name, "missing", str(error), _SETUP)


async def _database() -> list[Finding]:
    from deploy.stack.errors import StackFailed
    from deploy.stack.install import postgres

    try:
        programs = await asyncio.to_thread(postgres)
        version = (await _output(str(programs / "postgres"), "--version")).strip()
        return [Finding("PostgreSQL", "ok", version.removeprefix("postgres (PostgreSQL) "))]
    except (CutroomError, StackFailed) as error:
        return [Finding("PostgreSQL", "missing", str(error), _SETUP)]


async def _space(data: Path) -> list[Finding]:
    """Look at the folder, or at the nearest one above it that there is."""
    there = next(folder for folder in (data, *data.absolute().parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            free = shutil.disk_usage(there).free
    except OSError as error:
        return [
            Finding(
                "data folder", "missing", f"{data}: {error.strerror}", "Give a folder you may write to with --data."
            )
        ]
    status: Status = "ok" if free >= GOOD_SPACE else "optional" if free >= LEAST_SPACE else "missing"
    remedy = (
        "" if status == "ok" else "Make room: films and their copies while rendering need several times their size."
    )
    return [Finding("data folder", status, f"{data}, {free / GIB:.1f} GiB free", remedy)]


async def _speech() -> list[Finding]:
    from services.analyzer.engines.models import cache_folder, find_model
    from services.analyzer.settings import AnalyzerSettings

    model = find_model(AnalyzerSettings().whisper_model, cache_folder(os.environ))
    if model is not None:
        return [Finding("speech model", "ok", f"{model.name.partition('@')[0]} at {model.folder}")]
    remedy = "Run `cutroom models get base` (145 MB), or send subtitles along."
    return [Finding("speech model", "optional", "none: speech is not transcribed", remedy)]


async def _beats() -> list[Finding]:
    from services.analyzer.settings import AnalyzerSettings

    settings = AnalyzerSettings()
    if settings.beat_tracker == "own":
        return [Finding("beat tracker", "ok", "our own, ready at once")]
    folder = settings.numba_cache_dir
    if next(folder.rglob("*.nbi"), None) is not None:
        return [Finding("beat tracker", "ok", f"compiled in {folder}")]
    remedy = "Run `python -m services.analyzer warm`; else the first analysis takes half a minute longer."
    return [Finding("beat tracker", "optional", "not compiled yet", remedy)]


async def _voice() -> list[Finding]:
    from deploy.sample.voice import VOICE, speak

    try:
        with tempfile.TemporaryDirectory() as folder:
            (line,) = await speak(["Yes."], Path(folder))
        return [Finding("local voice", "ok", f"espeak-ng, {VOICE}, {line.seconds:.1f} s spoken")]
    except CutroomError as error:
        return [Finding("local voice", "optional", error.message, error.remedy)]


async def _stack() -> list[Finding]:
    found = ((text, shutil.which(program)) for program, text in PROGRAMS)
    remedy = "Only `make stack-up` and the tests on the real servers need it."
    return [
        Finding(text, "ok" if path else "optional", path or "not there", "" if path else remedy) for text, path in found
    ]


async def _names(ffmpeg: str, kind: str) -> set[str]:
    """Return the names in one of ffmpeg's lists, whose lines are flags, name, and more."""
    lines = (await _output(ffmpeg, "-hide_banner", kind)).splitlines()
    return {fields[1] for line in lines if len(fields := line.split()) > 1}


async def _output(*argv: str) -> str:
    done = await process.run(argv, limits=process.Limits(wall_s=20))
    return done.stdout.decode("utf-8", "replace")
