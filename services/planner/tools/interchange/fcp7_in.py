"""Reading Final Cut Pro 7 XML (xmeml): the first picture track of the first sequence."""

from __future__ import annotations

from fractions import Fraction
from xml.etree.ElementTree import Element

from services.planner.domain.losses import Losses
from services.planner.tools.interchange.gathering import Gathered, Gathering, base_name
from services.planner.tools.interchange.xml_text import invalid, parsed, whole
from shared.contracts.interchange import ImportedEdit, MediaHint
from shared.contracts.time import fraction


def read(data: bytes) -> ImportedEdit:
    """Read a file. Raises ``BadRequest``."""
    root = parsed(data)
    sequence = next(root.iter("sequence"), None)
    if root.tag != "xmeml" or sequence is None:
        raise invalid("The file is no Final Cut Pro 7 XML with a sequence.")
    rate = _rate(sequence) or Fraction(30)
    losses = Losses()
    gathering = Gathering("fcp7xml", sequence.findtext("name") or "", rate, losses)
    tracks = sequence.findall("media/video/track")
    files = {f.get("id", ""): f for f in root.iter("file") if len(f)}
    for track in tracks[1:]:
        if track.find("clipitem") is not None:
            losses.add("tracks", "")
    if tracks:
        _read_track(tracks[0], files, rate, gathering)
    return gathering.finished()


def _read_track(track: Element, files: dict[str, Element], rate: Fraction, gathering: Gathering) -> None:
    items = [e for e in track if e.tag in ("clipitem", "transitionitem", "generatoritem")]
    for place, item in enumerate(items):
        if item.tag == "generatoritem":
            gathering.losses.add("generators", item.findtext("name") or "")
        elif item.tag == "clipitem":
            before = items[place - 1] if place and items[place - 1].tag == "transitionitem" else None
            following = items[place + 1] if place + 1 < len(items) else None
            after = following if following is not None and following.tag == "transitionitem" else None
            _read_clip(item, before, after, files, rate, gathering)


def _read_clip(
    item: Element, before: Element | None, after: Element | None, files: dict[str, Element], rate: Fraction,
    gathering: Gathering,
) -> None:  # fmt: skip
    """Read a clip; a start or end of -1 is where the transition beside it begins or ends."""
    name = item.findtext("name") or ""
    if (item.findtext("enabled") or "TRUE").upper() == "FALSE":
        gathering.losses.add("disabled_clips", name)
        return
    own = _rate(item) or rate
    speed = _speed(item, gathering.losses)
    first, at, end = whole(item, "in"), whole(item, "start"), whole(item, "end")
    at = whole(before, "start") if at == -1 else at
    overlap = (whole(before, "end") or 0) - (at or 0) if before is not None else 0
    end = whole(after, "start") if end == -1 or after is not None else end
    if first is None or at is None or end is None or end <= at or speed is None:
        gathering.losses.add("freezes" if speed is None else "unreadable", name)
        return
    element = item.find("file")
    file = files.get(element.get("id", ""), element) if element is not None else None
    if file is None:
        gathering.losses.add("nested", name)
        return
    start = first / own * speed
    hint = MediaHint(name=base_name(file.findtext("pathurl") or "") or base_name(file.findtext("name") or name))
    gathering.add(Gathered(name, hint, at, end - at, start, start + (end - at) / rate * speed, speed, max(0, overlap)))


def _speed(item: Element, losses: Losses) -> Fraction | None:
    """Return the constant speed; None for a ramp. Other filters are counted as lost."""
    speed = Fraction(1)
    for effect in item.iterfind("filter/effect"):
        if effect.findtext("effectid") != "timeremap":
            losses.add("unknown_effects", effect.findtext("name") or "")
            continue
        told = {p.findtext("parameterid"): p.findtext("value") or "" for p in effect.iterfind("parameter")}
        if told.get("variablespeed", "0") not in ("0", "FALSE"):
            return None
        if (told.get("reverse") or "").upper() == "TRUE":
            losses.add("reverse", item.findtext("name") or "")
        try:
            speed = abs(fraction(told.get("speed", "100"))).limit_denominator(100000) / 100
        except (ValueError, ZeroDivisionError):
            raise invalid("A speed is no number.") from None
    return speed.limit_denominator(1000) if speed > 0 else None


def _rate(element: Element) -> Fraction | None:
    rate = element.find("rate")
    base = whole(rate, "timebase")
    if rate is None or base is None or not 1 <= base <= 1000:
        return None
    ntsc = (rate.findtext("ntsc") or "FALSE").strip().upper() == "TRUE"
    return Fraction(base * 1000, 1001) if ntsc else Fraction(base)
