"""Joining chunks and sound by stream copy into the file that people get."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import ffmpeg

from services.renderer.domain.chunks import Chunk
from services.renderer.tools.encoders import timescale
from services.renderer.tools.ffmpeg import OWN, Bench, seconds

MAX_TAG = 500


@dataclass(frozen=True, slots=True)
class Tags:
    """What the file says of itself."""

    title: str
    comment: str
    created: datetime


async def join(
    bench: Bench, chunks: Sequence[tuple[Chunk, str]], sound: str | None, *, rate: str, tags: Tags, target: str,
    muxer: str = "mp4", subtitles: str | None = None,
) -> Path:  # fmt: skip
    """Copy the chunks' files and ``sound`` into ``target``; every frame is put back on the exact grid of ``rate``.

    ``subtitles``: a SubRip file of ours that becomes a track of MP4 and MOV.
    """
    lines = ["ffconcat version 1.0"]
    for chunk, name in chunks:
        lines += [f"file {name}", f"duration {seconds(chunk.frames / Fraction(rate))}"]
    script = bench.scratch / f"{target}.ffconcat"
    script.write_text("\n".join(lines) + "\n")
    picture = ffmpeg.input(script.name, **OWN, f="concat", safe=1, auto_convert=0)
    frame = timescale(rate) // Fraction(rate).numerator * Fraction(rate).denominator
    streams = [picture.video, *([ffmpeg.input(sound, **OWN).audio] if sound else [])]
    track = {}
    if subtitles and muxer in ("mp4", "mov"):
        streams.append(ffmpeg.input(subtitles, f="srt", format_whitelist="srt", protocol_whitelist="file")["s"])
        track = {"c:s": "mov_text"}
    output = ffmpeg.output(
        *streams,
        target,
        c="copy",
        **track,
        map_metadata=-1,
        map_chapters=-1,
        **{"bsf:v": f"setts=pts=round(PTS/{frame})*{frame}:dts=round(DTS/{frame})*{frame}"},
        **_container(muxer, rate),
        f=muxer,
    )
    await bench.ffmpeg([*output.get_args()[:-1], *labels(tags), target])
    return bench.scratch / target


def _container(muxer: str, rate: str) -> dict[str, str | int]:
    """What stands at a file's head, so that players begin before they have all of it, and clocks that they can hold.

    ffmpeg would take the clock of the whole file from all tracks; with MP3 that is 28 million ticks a second.
    """
    if muxer == "webm":
        return {"cues_to_front": 1}
    if muxer not in ("mp4", "mov"):
        return {}
    clock = math.lcm(timescale(rate), 48_000)
    return {"video_track_timescale": timescale(rate), "movie_timescale": clock, "movflags": "+faststart"}


async def subtitle_track(bench: Bench, subtitles: str) -> str:
    """Write the SubRip file of ours ``subtitles`` as MP4's track of text alone; return the file's name."""
    given = ffmpeg.input(subtitles, f="srt", format_whitelist="srt", protocol_whitelist="file")
    target = f"{subtitles}.mp4"
    output = ffmpeg.output(given["s"], target, **{"c:s": "mov_text"}, map_metadata=-1, f="mp4")
    await bench.ffmpeg(output.get_args())
    return target


async def tagged(bench: Bench, sound: str, *, tags: Tags, target: str) -> Path:
    """Copy a file of sound alone into ``target`` and say in it what it is."""
    first = {"movflags": "+faststart"} if target.endswith(".m4a") else {}
    output = ffmpeg.output(ffmpeg.input(sound, **OWN).audio, target, c="copy", map_metadata=-1, **first)
    await bench.ffmpeg([*output.get_args()[:-1], *labels(tags), target])
    return bench.scratch / target


def labels(tags: Tags) -> list[str]:
    """Return ffmpeg's arguments that say in a file what it is."""
    return [word for name, value in said_of(tags).items() for word in ("-metadata", f"{name}={value}")]


def said_of(tags: Tags) -> dict[str, str]:
    """Return what a file says of itself, by the names that containers have for it."""
    values = {"title": tags.title, "comment": tags.comment, "creation_time": tags.created.isoformat()}
    clean = {name: "".join(c for c in value if c.isprintable())[:MAX_TAG] for name, value in values.items()}
    return {name: value for name, value in clean.items() if value}
