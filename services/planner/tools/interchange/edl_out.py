"""CMX 3600 edit decision lists: events with source and record timecode, dissolves, M2 speeds, names in comments."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from pathlib import PurePosixPath

from services.planner.domain.cutlist import Cut, CutList, Medium
from services.planner.domain.losses import Losses
from shared.contracts.time import fraction_text
from shared.timecode import base_of, drops, timecode

HOUR = 3600
MOST_EVENTS = 999


def write(cuts: CutList, losses: Losses) -> str:
    """Return ``cuts`` as a list whose record begins at 01:00:00:00. Source positions are in frames of the edit."""
    drop = drops(cuts.rate)
    reels = reels_of(cuts.media)
    lines = [f"TITLE: {_line(cuts.title)}", f"FCM: {'DROP FRAME' if drop else 'NON-DROP FRAME'}", ""]
    if len(cuts.cuts) > MOST_EVENTS:
        losses.add("many_events", "", len(cuts.cuts))
    for number, cut in enumerate(cuts.cuts, 1):
        after = cuts.cuts[number] if number < len(cuts.cuts) else None
        before = cuts.cuts[number - 2] if number > 1 else None
        lines += _event(cuts, cut, before, after.overlap if after else 0, number, reels, losses)
    # other readers know no comment before the first event
    lines.append(f"* RATE: {fraction_text(cuts.rate)}")
    for mark in cuts.marks:
        lines.append(f"* LOC: {timecode(mark.at + _hour(cuts.rate), cuts.rate, drop=drop)} RED     {_line(mark.name)}")
    return "\r\n".join(lines) + "\r\n"


def reels_of(media: tuple[Medium, ...]) -> dict[str, str]:
    """Return a reel name of at most eight letters and digits for each medium, no two alike."""
    reels: dict[str, str] = {}
    for medium in media:
        stem = reel_name(medium.name)
        name, number = stem, 1
        while name in reels.values() or name in ("AX", "BL"):
            number += 1
            name = stem[: 8 - len(str(number))] + str(number)
        reels[medium.key] = name
    return reels


def reel_name(file_name: str) -> str:
    """Return the reel name that a file name gives: up to eight letters and digits."""
    plain = unicodedata.normalize("NFKD", PurePosixPath(file_name).stem).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Z0-9]", "", plain.upper())[:8] or "REEL"


def _event(
    cuts: CutList, cut: Cut, before: Cut | None, shared: int, number: int, reels: dict[str, str], losses: Losses
) -> Iterator[str]:
    """Yield the lines of a cut. What it shares with the next one belongs to that one's dissolve."""
    rate, drop = cuts.rate, drops(cuts.rate)
    _note_rounding(cut, rate, losses)
    start, length = round(cut.start * rate), cut.frames - shared
    used = _source_frames(cut, length)
    reel, tracks = reels[cut.medium.key].ljust(8), ("AA/V" if cut.medium.channels else "V").ljust(5)
    record = [timecode(cut.at + _hour(rate) + n, rate, drop=drop) for n in (0, length)]
    if cut.overlap and before is not None:
        left = round(before.start * rate) + _source_frames(before, before.frames - cut.overlap)
        at = timecode(left, rate, drop=drop)
        yield f"{number:03d}  {reels[before.medium.key].ljust(8)} {tracks} C        {at} {at} {record[0]} {record[0]}"
    how = f"D    {cut.overlap:03d}" if cut.overlap and before is not None else "C       "
    source = [timecode(n, rate, drop=drop) for n in (start, start + used)]
    yield f"{number:03d}  {reel} {tracks} {how} {source[0]} {source[1]} {record[0]} {record[1]}"
    if cut.speed != 1:
        yield f"M2   {reel} {float(rate * cut.speed):08.3f}                {source[0]}"
        yield f"* SPEED: {fraction_text(cut.speed)}"
    if cut.overlap and before is not None:
        yield f"* FROM CLIP NAME: {_line(before.medium.name)}"
        yield f"* TO CLIP NAME: {_line(cut.medium.name)}"
    else:
        yield f"* FROM CLIP NAME: {_line(cut.medium.name)}"
    if cut.medium.sha256:
        yield f"* SHA256: {cut.medium.sha256}"
    if not cut.enabled:
        yield f"* LEFT OUT: {_line(cut.note)}"


def _source_frames(cut: Cut, frames: int) -> int:
    return max(1, round(frames * cut.speed))


def _note_rounding(cut: Cut, rate: Fraction, losses: Losses) -> None:
    if cut.medium.rate != rate:
        losses.add("source_rate", cut.name)
    if (cut.start * rate).denominator != 1 and abs(cut.start * rate - round(cut.start * rate)) > Fraction(1, 100):
        losses.add("between_frames", cut.name)


def _hour(rate: Fraction) -> int:
    """Return the frame of 01:00:00:00."""
    base = base_of(rate)
    return HOUR * base - (108 * base // 30 if drops(rate) else 0)


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]
