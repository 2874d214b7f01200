"""Reading FCPXML: the primary storyline of the first project, with dissolves, constant speeds and disabled clips."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from xml.etree.ElementTree import Element

from services.planner.domain.losses import Losses
from services.planner.tools.interchange.gathering import Gathered, Gathering, base_name
from services.planner.tools.interchange.xml_text import exact, invalid, parsed
from shared.contracts.interchange import ImportedEdit, MediaHint

_CLIPS = frozenset({"asset-clip", "clip", "video"})
_SHA256 = "com.cutroom.sha256"
_ASSET = "com.cutroom.asset"


def read(data: bytes) -> ImportedEdit:
    """Read a file. Raises ``BadRequest``."""
    root = parsed(data)
    if root.tag != "fcpxml":
        raise invalid("The file is no FCPXML.")
    sequence = next(root.iter("sequence"), None)
    spine = sequence.find("spine") if sequence is not None else None
    if sequence is None or spine is None:
        raise invalid("The file has no sequence with a storyline.", "Export a project, not only its media.")
    resources = {e.get("id", ""): e for e in root.iterfind("resources/*")}
    frame = exact(_of(resources, sequence.get("format")).get("frameDuration"), Fraction(1, 30))
    if not Fraction(1, 1000) <= frame <= 1:
        raise invalid("The sequence's frameDuration is no frame's.")
    losses = Losses()
    title = next((p.get("name", "") for p in root.iter("project")), "")
    gathering = Gathering("fcpxml", title, 1 / frame, losses)
    _read_spine(spine, resources, 1 / frame, gathering)
    return gathering.finished()


def _read_spine(spine: Element, resources: dict[str, Element], rate: Fraction, gathering: Gathering) -> None:
    dissolve: tuple[Fraction, Fraction] | None = None
    at = Fraction(0)
    for item in spine:
        offset = exact(item.get("offset"), at)
        duration = exact(item.get("duration"))
        if item.tag == "transition":
            dissolve = (offset, duration)
            if "dissolve" not in item.get("name", "Cross Dissolve").lower():
                gathering.losses.add("unknown_transitions", item.get("name", ""))
            continue
        if item.tag in _CLIPS and item.get("enabled", "1") != "0":
            for clip in _clips(item, resources, rate, offset, gathering.losses):
                gathering.add(_dissolved(clip, dissolve, rate))
        elif item.tag in _CLIPS:
            gathering.losses.add("disabled_clips", item.get("name", ""))
        elif item.tag == "gap":
            gathering.losses.add("gaps", item.get("name", ""))
        elif item.tag in ("title", "generator"):
            gathering.losses.add("generators", item.get("name", ""))
        else:
            gathering.losses.add("nested", item.get("name", item.tag))
        dissolve, at = None, offset + duration


def _clips(
    item: Element, resources: dict[str, Element], rate: Fraction, offset: Fraction, losses: Losses
) -> Iterator[Gathered]:
    """Yield the one clip that ``item`` is, unless it has no medium or changes its speed on the way."""
    inner = item if item.tag == "asset-clip" else (item if item.tag == "video" else item.find("video"))
    asset = _of(resources, inner.get("ref") if inner is not None else None)
    speed = _speed(item, losses)
    if asset.tag != "asset" or speed is None:
        losses.add("generators" if speed is not None else "freezes", item.get("name", ""))
        return
    _note_extras(item, losses)
    frames = round(exact(item.get("duration")) * rate)
    start = exact(item.get("start"), exact(asset.get("start"))) * speed - exact(asset.get("start"))
    if frames >= 1:
        at, name = round(offset * rate), item.get("name", "")
        yield Gathered(name, _hint(asset), at, frames, start, start + frames / rate * speed, speed)


def _dissolved(clip: Gathered, dissolve: tuple[Fraction, Fraction] | None, rate: Fraction) -> Gathered:
    """Move the clip's start to where the dissolve before it begins."""
    if dissolve is None:
        return clip
    before = max(0, clip.at - round(dissolve[0] * rate))
    start = max(Fraction(0), clip.start - before / rate * clip.speed)
    return Gathered(
        clip.name, clip.hint, clip.at - before, clip.frames + before, start, clip.end, clip.speed,
        max(0, round(dissolve[1] * rate) - before) + before,
    )  # fmt: skip


def _speed(item: Element, losses: Losses) -> Fraction | None:
    """Return the constant speed; None for a freeze or a ramp."""
    ramp = item.find("timeMap")
    if ramp is None:
        return Fraction(1)
    points = [(exact(p.get("time")), exact(p.get("value"))) for p in ramp.iterfind("timept")]
    if len(points) != 2 or points[1][0] <= points[0][0]:
        return None
    speed = (points[1][1] - points[0][1]) / (points[1][0] - points[0][0])
    if speed < 0:
        losses.add("reverse", item.get("name", ""))
    return abs(speed) or None


def _note_extras(item: Element, losses: Losses) -> None:
    for extra in item:
        if extra.get("lane") is not None:
            losses.add("tracks", extra.get("name", extra.tag))
        elif extra.tag.startswith(("filter-", "adjust-")):
            losses.add("unknown_effects", extra.get("name", extra.tag))


def _hint(asset: Element) -> MediaHint:
    source = asset.find("media-rep")
    url = (source.get("src") if source is not None else asset.get("src")) or ""
    facts = {md.get("key"): md.get("value", "") for md in asset.iter("md")}
    return MediaHint(
        name=base_name(url) or base_name(asset.get("name", "")),
        sha256=(facts.get(_SHA256) or "")[:64],
        asset_id=(facts.get(_ASSET) or "")[:64],
    )


def _of(resources: dict[str, Element], name: str | None) -> Element:
    return resources.get(name or "", Element("none"))
