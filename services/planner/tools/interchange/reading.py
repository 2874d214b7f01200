"""One entrance to all readers: what a file is, told by its content."""

from __future__ import annotations

from fractions import Fraction

from pydantic import ValidationError

from services.planner.domain.cutlist import cut_list
from services.planner.domain.losses import Losses
from services.planner.tools.interchange import edl_in, fcp7_in, fcpxml_in, otio_in
from services.planner.tools.interchange.gathering import Gathered, Gathering
from services.planner.tools.interchange.xml_text import invalid
from shared.contracts.interchange import ImportedEdit, ImportFormat, MediaHint
from shared.contracts.timeline import Timeline

MAX_BYTES = 32 * 1024 * 1024
DEFAULT_RATE = Fraction(30)
_HEAD = 4096


def read(data: bytes, rate: Fraction | None = None) -> ImportedEdit:
    """Read a file from outside. ``rate`` is taken where a format or file does not tell its own.

    Raises ``BadRequest`` (``interchange_unknown``, ``interchange_invalid``, ``interchange_too_large``).
    """
    if len(data) > MAX_BYTES:
        raise invalid(f"The file has more than {MAX_BYTES} bytes.", "Export a shorter sequence.")
    match kind_of(data):
        case "fcpxml":
            return fcpxml_in.read(data)
        case "fcp7xml":
            return fcp7_in.read(data)
        case "otio":
            return otio_in.read(edl_in.decoded(data), rate or DEFAULT_RATE)
        case "json":
            return _ours(data)
        case "edl":
            return edl_in.read(edl_in.decoded(data), rate or DEFAULT_RATE)
    raise invalid(
        "The file is no timeline of a format that is read here.", "Give OTIO, FCPXML, FCP7 XML, CMX 3600 EDL or JSON."
    )


def kind_of(data: bytes) -> ImportFormat | None:
    """Tell the format by how the file begins; None for none of ours."""
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<"):
        whole = data[: 16 * _HEAD]
        return "fcpxml" if b"<fcpxml" in whole else "fcp7xml" if b"<xmeml" in whole else None
    if head.startswith(b"{"):
        return "otio" if b"OTIO_SCHEMA" in data else "json"
    lines = head.upper().splitlines()
    edl = any(line.startswith((b"TITLE:", b"FCM:", b"001 ", b"0001", b"000001")) for line in lines)
    return "edl" if edl else None


def _ours(data: bytes) -> ImportedEdit:
    try:
        timeline = Timeline.model_validate_json(data)
    except ValidationError as bad:
        first = bad.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise invalid(f"The file is no timeline of ours: {where}: {first['msg']}.", "Make it with to=json.") from None
    if missing := {c.source for c in timeline.video} - timeline.sources.keys():
        raise invalid(f"The timeline names the source {sorted(missing)[0][:60]!r} and does not describe it.")
    cuts = cut_list(timeline, "", "edit")
    gathering = Gathering("json", "", cuts.rate, Losses())
    for place, cut in enumerate(cuts.cuts):
        clip, medium = timeline.video[place], cut.medium
        after = cuts.cuts[place + 1].overlap if place + 1 < len(cuts.cuts) else 0
        hint = MediaHint(name=medium.name, sha256=medium.sha256, asset_id=medium.key[:64])
        end = cut.end - after / cuts.rate * cut.speed
        gathering.add(
            Gathered(
                cut.name,
                hint,
                cut.at,
                cut.frames - after,
                cut.start,
                end,
                cut.speed,
                cut.overlap,
                clip.effects,
                clip.captions,
                cut.transition,
            )
        )
    return gathering.finished()
