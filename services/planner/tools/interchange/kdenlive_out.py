"""Kdenlive projects: MLT XML with a bin, a picture track and a sound track; straight cuts at normal speed."""

from __future__ import annotations

import json
from xml.etree.ElementTree import Element

from services.planner.domain.cutlist import CutList
from services.planner.tools.interchange.xml_text import child, document


def write(cuts: CutList) -> str:
    """Return ``cuts`` as a project of document version 0.98, which newer programs bring up to date when they open it.

    Positions are frames of the edit's rate. Where clips overlap the earlier one ends sooner.
    """
    first = cuts.media[0] if cuts.media else None
    root = Element("mlt", version="6.23.0", title=cuts.title or "Cutroom", LC_NUMERIC="C", producer="main_bin")
    child(
        root, "profile", description="Cutroom", frame_rate_num=str(cuts.rate.numerator),
        frame_rate_den=str(cuts.rate.denominator), width=str(first.width if first else 1920),
        height=str(first.height if first else 1080), sample_aspect_num="1", sample_aspect_den="1", progressive="1",
        display_aspect_num=str(first.width if first else 16), display_aspect_den=str(first.height if first else 9),
        colorspace="709",
    )  # fmt: skip
    lengths = {m.key: max(1, round(m.seconds * cuts.rate)) for m in cuts.media}
    for number, medium in enumerate(cuts.media, 1):
        producer = child(root, "producer", id=f"producer{number}")
        producer.set("in", "0")
        producer.set("out", str(lengths[medium.key] - 1))
        _property(producer, "length", str(lengths[medium.key]))
        _property(producer, "resource", medium.name)
        _property(producer, "mlt_service", "avformat-novalidate")
        _property(producer, "kdenlive:clipname", medium.name)
        _property(producer, "kdenlive:id", str(number + 1))
    _bin(root, cuts, lengths)
    _tracks(root, cuts)
    return document(root)


def _bin(root: Element, cuts: CutList, lengths: dict[str, int]) -> None:
    folder = child(root, "playlist", id="main_bin")
    _property(folder, "kdenlive:docproperties.decimalPoint", ".")
    _property(folder, "kdenlive:docproperties.version", "0.98")
    guides = [{"pos": mark.at, "comment": mark.name, "type": 0} for mark in cuts.marks]
    guides += [{"pos": cut.at, "comment": f"left out: {cut.note}", "type": 1} for cut in cuts.cuts if not cut.enabled]
    _property(folder, "kdenlive:docproperties.guides", json.dumps(guides))
    _property(folder, "xml_retain", "1")
    for number, medium in enumerate(cuts.media, 1):
        _entry(folder, number, 0, lengths[medium.key] - 1)


def _tracks(root: Element, cuts: CutList) -> None:
    numbers = {medium.key: number for number, medium in enumerate(cuts.media, 1)}
    _property(child(root, "producer", id="black_track"), "resource", "black")
    main = Element("tractor", id="tractor_main", global_feed="1")
    child(main, "track", producer="black_track")
    for place, (name, hide) in enumerate((("A1", "video"), ("V1", "audio"))):
        playlist = child(root, "playlist", id=f"playlist{2 * place}")
        child(root, "playlist", id=f"playlist{2 * place + 1}")
        for index, cut in enumerate(cuts.cuts):
            after = cuts.cuts[index + 1].overlap if index + 1 < len(cuts.cuts) else 0
            first = round(cut.start * cuts.rate)
            _entry(playlist, numbers[cut.medium.key], first, first + cut.frames - after - 1)
        track = child(root, "tractor", id=f"tractor{place}")
        if hide == "video":
            _property(playlist, "kdenlive:audio_track", "1")
            _property(track, "kdenlive:audio_track", "1")
        _property(track, "kdenlive:track_name", name)
        child(track, "track", producer=f"playlist{2 * place}", hide=hide)
        child(track, "track", producer=f"playlist{2 * place + 1}", hide=hide)
        child(main, "track", producer=f"tractor{place}")
    root.append(main)


def _entry(playlist: Element, number: int, first: int, last: int) -> None:
    entry = child(playlist, "entry", producer=f"producer{number}")
    entry.set("in", str(first))
    entry.set("out", str(last))
    _property(entry, "kdenlive:id", str(number + 1))


def _property(parent: Element, name: str, value: str) -> None:
    child(parent, "property", value).set("name", name)
