"""Final Cut Pro 7 XML (xmeml 5), as Premiere and Resolve read it: frames, linked sound, dissolves, constant speeds."""

from __future__ import annotations

from fractions import Fraction
from urllib.parse import quote
from xml.etree.ElementTree import Element

from services.planner.domain.cutlist import Cut, CutList, Medium
from services.planner.domain.losses import Losses
from services.planner.tools.interchange.xml_text import child, document
from shared.timecode import base_of, drops, timecode


def write(cuts: CutList, losses: Losses) -> str:
    """Return ``cuts`` as one sequence: a picture track and a track for each channel of its sound, up to two."""
    root = Element("xmeml", version="5")
    sequence = child(root, "sequence", id="sequence-1")
    child(sequence, "name", cuts.title or "Cutroom")
    child(sequence, "duration", str(cuts.frames))
    _rate(sequence, cuts.rate)
    _timecode(sequence, cuts.rate)
    for mark in cuts.marks:
        marker = child(sequence, "marker")
        child(marker, "name", mark.name)
        child(marker, "in", str(mark.at))
        child(marker, "out", str(mark.at + mark.frames))
    media = child(sequence, "media")
    picture = child(media, "video")
    _characteristics(picture, cuts)
    sound = child(media, "audio")
    channels = min(2, max((c.medium.channels for c in cuts.cuts), default=0))
    written: set[str] = set()
    _track(child(picture, "track"), cuts, 0, written, losses)
    for channel in range(1, channels + 1):
        _track(child(sound, "track"), cuts, channel, written, losses)
    return document(root, "<!DOCTYPE xmeml>\n")


def _track(track: Element, cuts: CutList, channel: int, written: set[str], losses: Losses) -> None:
    for place, cut in enumerate(cuts.cuts):
        if channel > cut.medium.channels:
            continue
        after = cuts.cuts[place + 1].overlap if place + 1 < len(cuts.cuts) else 0
        if cut.overlap:
            _transition(track, cuts, cut, channel)
        item = child(track, "clipitem", id=f"clip-{channel}-{place + 1}")
        _clipitem(item, cuts, cut, after, channel)
        _file(item, cut.medium, written)
        if channel:
            trackinfo = child(item, "sourcetrack")
            child(trackinfo, "mediatype", "audio")
            child(trackinfo, "trackindex", str(channel))
        elif (cut.start * cut.medium.rate).denominator != 1 and cut.clip is not None:
            off = cut.start * cut.medium.rate - cut.medium.frame(cut.start)
            if abs(off) > Fraction(1, 100):
                losses.add("between_frames", cut.name)
        _speed(item, cut)
        if cut.note and not channel:
            child(child(item, "comments"), "mastercomment1", cut.note)
        _links(item, place + 1, min(2, cut.medium.channels))


def _clipitem(item: Element, cuts: CutList, cut: Cut, after: int, channel: int) -> None:
    """Write a clip's place. -1 says that a transition stands there; in and out are what is heard or seen of it."""
    child(item, "name", cut.name)
    child(item, "enabled", "TRUE" if cut.enabled else "FALSE")
    child(item, "duration", str(cut.medium.frames))
    _rate(item, cut.medium.rate)
    child(item, "start", "-1" if cut.overlap else str(cut.at))
    child(item, "end", "-1" if after else str(cut.at + cut.frames))
    first = round(cut.start / cut.speed * cut.medium.rate)
    length = max(1, round(cut.frames * cut.medium.rate / cuts.rate))
    child(item, "in", str(first))
    child(item, "out", str(first + length))
    child(item, "masterclipid", f"master-{cut.medium.key}")


def _transition(track: Element, cuts: CutList, cut: Cut, channel: int) -> None:
    item = child(track, "transitionitem")
    child(item, "start", str(cut.at))
    child(item, "end", str(cut.at + cut.overlap))
    child(item, "alignment", "center")
    _rate(item, cuts.rate)
    effect = child(item, "effect")
    child(effect, "name", "Cross Fade (+3dB)" if channel else "Cross Dissolve")
    child(effect, "effectid", "KGAudioTransCrossFade3dB" if channel else "Cross Dissolve")
    child(effect, "effectcategory", "Dissolve")
    child(effect, "effecttype", "transition")
    child(effect, "mediatype", "audio" if channel else "video")


def _file(item: Element, medium: Medium, written: set[str]) -> None:
    file = child(item, "file", id=f"file-{medium.key}")
    if medium.key in written:
        return
    written.add(medium.key)
    child(file, "name", medium.name)
    child(file, "pathurl", f"file://localhost/{quote(medium.name)}")
    _rate(file, medium.rate)
    child(file, "duration", str(medium.frames))
    _timecode(file, medium.rate)
    media = child(file, "media")
    if medium.width:
        shape = child(child(media, "video"), "samplecharacteristics")
        child(shape, "width", str(medium.width))
        child(shape, "height", str(medium.height))
    if medium.channels:
        audio = child(media, "audio")
        child(child(audio, "samplecharacteristics"), "samplerate", str(medium.sample_rate))
        child(audio, "channelcount", str(medium.channels))


def _speed(item: Element, cut: Cut) -> None:
    if cut.speed == 1:
        return
    effect = child(child(item, "filter"), "effect")
    child(effect, "name", "Time Remap")
    child(effect, "effectid", "timeremap")
    child(effect, "effectcategory", "motion")
    child(effect, "effecttype", "motion")
    child(effect, "mediatype", "video")
    for name, value in (("variablespeed", "0"), ("speed", f"{float(cut.speed) * 100:.4f}"), ("reverse", "FALSE")):
        parameter = child(effect, "parameter")
        child(parameter, "parameterid", name)
        child(parameter, "name", name)
        child(parameter, "value", value)


def _links(item: Element, place: int, channels: int) -> None:
    for channel in range(channels + 1 if channels else 0):
        link = child(item, "link")
        child(link, "linkclipref", f"clip-{channel}-{place}")
        child(link, "mediatype", "audio" if channel else "video")
        child(link, "trackindex", str(max(1, channel)))
        child(link, "clipindex", str(place))


def _characteristics(picture: Element, cuts: CutList) -> None:
    shape = child(child(picture, "format"), "samplecharacteristics")
    _rate(shape, cuts.rate)
    first = cuts.media[0] if cuts.media else None
    child(shape, "width", str(first.width if first else 1920))
    child(shape, "height", str(first.height if first else 1080))
    child(shape, "pixelaspectratio", "square")


def _rate(parent: Element, rate: Fraction) -> None:
    element = child(parent, "rate")
    child(element, "timebase", str(base_of(rate)))
    child(element, "ntsc", "TRUE" if rate.denominator == 1001 else "FALSE")


def _timecode(parent: Element, rate: Fraction) -> None:
    element = child(parent, "timecode")
    _rate(element, rate)
    child(element, "string", timecode(0, rate, drop=drops(rate)))
    child(element, "frame", "0")
    child(element, "displayformat", "DF" if drops(rate) else "NDF")
