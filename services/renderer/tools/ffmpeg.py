"""Command lines for ffmpeg: what every input is refused, what every run is bounded by, and how progress is read."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from services.renderer.settings import RendererSettings
from services.renderer.tools.room import Room
from shared.contracts.timeline import VideoCodec
from shared.process import Completed, Limits, ffmpeg_path, run

DEMUXERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mp3,wav,flac,ogg,aac"
OWN_DEMUXERS = "f32le,pcm_f32le,nut,wav,mov,mp4,matroska,webm,ogg,mp3,flac,gif,concat"
Option = str | int | float
LONG_GRAPH = 60_000


@dataclass(frozen=True, slots=True)
class Bench:
    """Where and with what one render works: its scratch folder, the settings, the fonts linked into the folder.

    ``hardware``: the family of the hardware encoder to use, by codec. ``ranges``: sources are read from our own server
    on loopback. ``turns``: every program waits for one of them. ``room``: memory that programs which draw share.
    """

    scratch: Path
    settings: RendererSettings
    hardware: Mapping[VideoCodec, str] = field(default_factory=dict)
    ranges: bool = False
    turns: asyncio.Semaphore | None = None
    room: Room = field(default_factory=Room)

    @property
    def limits(self) -> Limits:
        """Bounds of every program."""
        return Limits(wall_s=self.settings.wall_s, memory_bytes=self.settings.memory_bytes)

    async def ffmpeg(self, arguments: Sequence[str], on_frame: Callable[[int], None] | None = None) -> Completed:
        """Run ffmpeg in the scratch folder. ``on_frame`` gets the number of the output frame, four times a second."""
        arguments = await asyncio.to_thread(_graph_in_file, self.scratch, arguments)
        head = [ffmpeg_path(), "-hide_banner", "-nostdin", "-loglevel", "warning", "-y"]
        env = {"FONTCONFIG_FILE": str(self.scratch / "fonts.conf"), "XDG_CACHE_HOME": str(self.scratch / "cache")}
        lines = None if on_frame is None else _frames(on_frame)
        argv = [*head, *(["-progress", "pipe:1", "-stats_period", "0.25"] if lines else []), *arguments]
        async with self.turns or contextlib.nullcontext():
            return await run(argv, limits=self.limits, cwd=self.scratch, env=env, on_line=lines)

    def hostile(self, number: int) -> dict[str, Option]:
        """Options of every input whose bytes came from outside; ``number`` tells inputs of one program apart."""
        return {
            "format_whitelist": DEMUXERS,
            "protocol_whitelist": "file,pipe,fd,http,tcp" if self.ranges else "file,pipe,fd",
            "max_streams": 16,
            "max_pixels": self.settings.max_pixels,
            **apart(number),
        }


IMAGES: dict[str, Option] = {"format_whitelist": "png_pipe,jpeg_pipe,webp_pipe,bmp_pipe,tiff_pipe,gif"}
"""What a still picture may be instead of a film."""
OWN: dict[str, Option] = {"format_whitelist": OWN_DEMUXERS, "protocol_whitelist": "file,concat"}
"""Options of an input that this service wrote itself."""


def apart(number: int) -> dict[str, Option]:
    """Return a harmless option that makes input ``number`` unlike all others of its program.

    ffmpeg-python takes equal nodes for the same node, and a clip that is shown twice is two inputs.
    """
    return {"thread_queue_size": 8 + number}


@functools.cache
def program() -> str:
    """Return what tells this ffmpeg from others: its name and size. Another program may draw other pixels."""
    path = Path(shutil.which(ffmpeg_path()) or ffmpeg_path())
    return f"{path.name} {path.stat().st_size}"


def _graph_in_file(scratch: Path, arguments: Sequence[str]) -> Sequence[str]:
    """Return ``arguments`` with a long filter graph in a file: one argument of a program has at most 128 KB."""
    for place, (name, graph) in enumerate(pairwise(arguments)):
        if name == "-filter_complex" and len(graph) > LONG_GRAPH:
            file = f"graph_{hashlib.sha256(graph.encode()).hexdigest()[:24]}.txt"
            _laid_down(scratch / file, graph)
            return [*arguments[:place], "-/filter_complex", file, *arguments[place + 2 :]]
    return arguments


def _laid_down(file: Path, text: str) -> None:
    """Write ``file`` once, and whole at once: another program of the same render may be reading the same graph."""
    if file.exists():
        return
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False) as new:
        new.write(text)
    Path(new.name).replace(file)


def seconds(value: Fraction) -> str:
    """Return ``value`` as ffmpeg reads it, to the microsecond."""
    return f"{float(value):.6f}"


_REMOTE = "remote:"


def remote_path(*parts: str) -> Path:
    """Return a path that :func:`file_url` makes the address of a server of ours on loopback: host and port, names."""
    return Path("/", _REMOTE, *parts)


def file_url(path: Path) -> str:
    """Return ``path`` so that no part of it is taken for a protocol or an option."""
    return "http://" + "/".join(path.parts[2:]) if path.parts[1:2] == (_REMOTE,) else f"file:{path}"


def _frames(on_frame: Callable[[int], None]) -> Callable[[str], None]:
    def line(text: str) -> None:
        name, _, value = text.partition("=")
        if name == "frame" and value.strip().isdigit():
            on_frame(int(value))

    return line
