"""Making the ladder of an output: every picture joined, checked and packed, and held against the others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from services.renderer.domain import hls, ladder
from services.renderer.domain.check import check
from services.renderer.domain.chunks import Chunk
from services.renderer.tools.check import measure
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.finish import Film, expected
from services.renderer.tools.join import join
from services.renderer.tools.packaging import MASTER, Laddered, Packed, divide, lay_out_texts, pack
from services.renderer.tools.parts import Order
from services.renderer.tools.shelf import Drawn
from services.renderer.tools.subtitles import spoken_captions
from shared.contracts.timeline import Check, Finding, Output, Rendition

Pieces = Mapping[str, Sequence[tuple[Chunk, Drawn]]]
"""The chunks of every picture, by its name."""


async def laddered(bench: Bench, order: Order, film: Film, pieces: Pieces) -> Film:
    """Return ``film``, the top of its ladder, with the ladder, and the findings on all of it."""
    line, rungs = order.timeline, ladder.rungs(film.output)
    seconds = line.frames / Fraction(line.rate)
    folder = bench.scratch / f"{film.output.name}.hls"
    folder.mkdir(exist_ok=True)
    packed: list[tuple[Output, Packed]] = []
    found: list[Finding] = []
    for rung in rungs:
        file = film.file
        if rung is not film.output:
            file, wrong = await _lower(bench, order, rung, pieces[rung.name])
            found += wrong
        target = folder / f"{ladder.label(rung)}.mp4"
        packed.append((rung, await pack(bench, file, target, seconds, line.rate)))
    sound = None
    if film.output.audio_codec != "none":
        sound = await pack(bench, film.file, folder / "sound.mp4", seconds)
    found += _uneven(packed, line.frames)
    made = await asyncio.to_thread(_laid_out, order, folder, packed, sound, seconds)
    verdict = Check(
        passed=film.check.passed and all(finding.severity != "error" for finding in found),
        findings=(*film.check.findings, *found),
    )
    return replace(film, check=verdict, ladder=Laddered(folder, made))


async def _lower(
    bench: Bench, order: Order, rung: Output, chunks: Sequence[tuple[Chunk, Drawn]]
) -> tuple[Path, list[Finding]]:
    """Join a smaller picture and check it; what it shows was judged at the top."""
    pairs = [(chunk, one.file.name) for chunk, one in chunks]
    target = f"film_{rung.name}.mp4"
    file = await join(bench, pairs, None, rate=order.timeline.rate, tags=order.tags, target=target)
    verdict = check(expected(order, rung), await measure(bench, file, [one for _, one in chunks]))
    return file, [
        finding.model_copy(update={"message": f"{ladder.label(rung)}: {finding.message}"})
        for finding in verdict.findings
        if finding.severity == "error"
    ]


def _uneven(packed: Sequence[tuple[Output, Packed]], frames: int) -> Iterator[Finding]:
    """What would keep a player from changing between the pictures."""
    top = packed[0][1].stream
    for rung, one in packed:
        name, lengths = ladder.label(rung), [segment.seconds for segment in one.stream.segments]
        if one.packets != frames:
            message = f"{name}: the stream has {one.packets} frames, not {frames}."
            yield Finding(code="stream_frames", severity="error", message=message, figure=float(one.packets))
        if lengths != [segment.seconds for segment in top.segments]:
            message = f"{name}: its segments are not as long as those of {top.name}."
            yield Finding(code="stream_uneven", severity="error", message=message)
        begins = [sum(lengths[:n], Fraction(0)) for n in range(len(lengths))]
        if late := [begin for begin in begins if begin not in one.keys]:
            message = f"{name}: the segment at {float(late[0]):.2f} s does not begin with a key frame."
            yield Finding(code="stream_key_frame", severity="error", message=message, at=float(late[0]))


def _laid_out(
    order: Order, folder: Path, packed: Sequence[tuple[Output, Packed]], sound: Packed | None, seconds: Fraction
) -> tuple[Rendition, ...]:
    """Cut the streams into their files and write all playlists; return the pictures as the master names them."""
    for one in [*(one for _, one in packed), *([sound] if sound else [])]:
        divide(folder / f"{one.stream.name}.mp4", one.stream)
    most = hls.target([one.stream for _, one in packed] + ([sound.stream] if sound else []))
    shown: list[tuple[str, Rendition]] = []
    keys: list[hls.Searched] = []
    for rung, one in packed:
        uri, seen = f"{ladder.label(rung)}.m3u8", f"{ladder.label(rung)}_keys.m3u8"
        (folder / uri).write_text(hls.media(one.stream, most))
        (folder / seen).write_text(hls.key_frames(one.stream, most))
        keys.append(hls.searched(seen, one.codec, (rung.width, rung.height), one.stream))
        shown.append((uri, _rendition(rung, one, sound, order.timeline.rate)))
    heard = None
    if sound is not None:
        (folder / "sound.m3u8").write_text(hls.media(sound.stream, most))
        heard = ("sound.m3u8", sound.channels)
    captions = spoken_captions(order.timeline) if order.options.captions and not order.options.burned else []
    texts = lay_out_texts(folder, captions, seconds) if captions else None
    (folder / MASTER).write_text(hls.master(shown, heard, texts, keys))
    return tuple(rendition for _, rendition in shown)


def _rendition(rung: Output, one: Packed, sound: Packed | None, rate: str) -> Rendition:
    beside = sound.stream if sound else None
    return Rendition(
        width=rung.width,
        height=rung.height,
        frame_rate=rate,
        codecs=",".join([one.codec, *([sound.codec] if sound else [])]),
        bandwidth=one.stream.peak + (beside.peak if beside else 0),
        average_bandwidth=one.stream.average + (beside.average if beside else 0),
    )
