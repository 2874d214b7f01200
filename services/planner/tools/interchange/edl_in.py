"""Reading CMX 3600 edit decision lists: the first picture track, dissolves, M2 speeds, names from comments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from services.planner.domain.losses import Losses
from services.planner.tools.interchange.gathering import Gathered, Gathering
from services.planner.tools.interchange.xml_text import invalid
from shared.contracts.interchange import ImportedEdit, MediaHint
from shared.contracts.time import fraction_text
from shared.errors import BadRequest
from shared.timecode import base_of, frame_of

MAX_EVENTS = 20_000
_TC = r"(\d\d:\d\d:\d\d[:;.]\d\d)"
_EVENT = re.compile(rf"(\d+)\s+(\S+)\s+(\S+)\s+([A-Z]\d*)\s+(?:(\d+)\s+)?{_TC}\s+{_TC}\s+{_TC}\s+{_TC}\s*")
_M2 = re.compile(rf"M2\s+(\S+)\s+(-?\d+(?:\.\d+)?)\s+{_TC}\s*")
_COMMENT = re.compile(r"\*\s*(FROM CLIP NAME|TO CLIP NAME|SOURCE FILE|SHA256|SPEED|RATE)\s*:\s*(.*)", re.IGNORECASE)


@dataclass(slots=True)
class _Event:
    reel: str
    tracks: str
    how: str
    length: int
    codes: tuple[str, str, str, str]
    names: dict[str, str] = field(default_factory=dict)


def read(text: str, rate: Fraction) -> ImportedEdit:
    """Read a list. ``rate`` is taken where the list does not tell its own. Raises ``BadRequest``."""
    losses = Losses()
    title, drop, told, events = _parsed(text, losses)
    rate = told or _likely(rate, drop=drop)
    gathering = Gathering("edl", title, rate, losses)
    for event in events:
        if "V" not in event.tracks.upper() and event.tracks.upper() not in ("B", "NONE"):
            losses.add("audio", event.reel)
            continue
        try:
            numbers = [frame_of(code, rate, drop=drop) for code in event.codes]
        except ValueError as bad:
            raise invalid(f"{str(bad)[:80]}.", "Say the list's frame rate with `rate`.") from None
        _take(gathering, event, numbers, rate)
    hour = fraction_text(frame_of("01:00:00:00", rate, drop=drop) / rate)
    return gathering.finished().model_copy(update={"hour": hour})


def _take(gathering: Gathering, event: _Event, numbers: list[int], rate: Fraction) -> None:
    source, _, at, end = numbers
    if end <= at or event.reel.upper() == "BL":
        return
    overlap = event.length if event.how.startswith(("D", "W")) else 0
    if event.how.startswith("W"):
        gathering.losses.add("unknown_transitions", event.reel)
    wanted = event.names.get("to clip name") if overlap else None
    name = wanted or event.names.get("from clip name") or event.names.get("source file") or event.reel
    hint = MediaHint(name=name, reel=event.reel, sha256=event.names.get("sha256", ""))
    start, speed = Fraction(source) / rate, _speed(event, rate, gathering.losses)
    length = (end - at) / rate * speed
    gathering.add(Gathered(name, hint, at, end - at, start, start + length, speed, overlap))


def _parsed(text: str, losses: Losses) -> tuple[str, bool, Fraction | None, list[_Event]]:
    title, drop, rate = "", False, None
    events: list[_Event] = []
    for line in text.splitlines():
        plain = line.strip().lstrip("\ufeff")
        if found := _EVENT.fullmatch(plain):
            _, reel, tracks, how, length, *codes = found.groups()
            a, b, c, d = codes
            events.append(_Event(reel, tracks, how, int(length or 0), (a, b, c, d)))
        elif (found := _M2.fullmatch(plain)) and events:
            events[-1].names["m2"] = found[2]
        elif found := _COMMENT.fullmatch(plain):
            rate = _noted(found[1].lower(), found[2].strip(), events, rate)
        elif plain.upper().startswith("TITLE:"):
            title = plain[6:].strip()[:200]
        elif plain.upper().startswith("FCM:"):
            drop = "NON" not in plain.upper()
        elif plain and not plain.startswith(("*", ">", "#")) and "AUD" not in plain:
            losses.add("unreadable", plain[:80])
        if len(events) > MAX_EVENTS:
            raise invalid(f"The list has more than {MAX_EVENTS} events.", "Export a shorter sequence.")
    if not events:
        raise invalid("The file holds no event of an edit decision list.")
    return title, drop, rate, events


def _noted(name: str, value: str, events: list[_Event], rate: Fraction | None) -> Fraction | None:
    if name == "rate":
        return _ratio(value) or rate
    if events:
        events[-1].names[name] = value[:300]
    return rate


def _speed(event: _Event, rate: Fraction, losses: Losses) -> Fraction:
    """Return the speed: exactly where a comment of ours says it, else M2's frames a second over the nominal rate."""
    exact = _ratio(event.names.get("speed", ""))
    told = Fraction(event.names.get("m2", "0"))
    if told < 0:
        losses.add("reverse", event.reel)
    near = abs(told) / base_of(rate)
    return exact or (near.limit_denominator(1000) if abs(near - 1) > Fraction(2, 1000) and near else Fraction(1))


def _ratio(text: str) -> Fraction | None:
    if not re.fullmatch(r"\d{1,9}(/\d{1,9})?", text.strip()):
        return None
    try:
        value = Fraction(text.strip())
    except ZeroDivisionError:
        return None
    return value if value > 0 else None


def _likely(rate: Fraction, *, drop: bool) -> Fraction:
    """Drop-frame is only there at 29.97 and 59.94."""
    if not drop or base_of(rate) not in (30, 60):
        return Fraction(30000, 1001) if drop else rate
    return Fraction(base_of(rate) * 1000, 1001)


def decoded(data: bytes) -> str:
    """Return the text of a list, whatever wrote it. Raises ``BadRequest`` for what is no text."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadRequest("The file is no text.", code="interchange_invalid", remedy="Export the list again.")
