"""FCPXML 1.9: rational times throughout, assets by relative name, dissolves, constant speeds, markers."""

from __future__ import annotations

from fractions import Fraction
from xml.etree.ElementTree import Element

from services.planner.domain.cutlist import Cut, CutList, Mark, Medium
from services.planner.tools.interchange.xml_text import child, document
from shared.timecode import drops

_AUDIO_RATES = {32000: "32k", 44100: "44.1k", 48000: "48k", 88200: "88.2k", 96000: "96k"}


def write(cuts: CutList) -> str:
    """Return ``cuts`` as a library with one event and one project."""
    root = Element("fcpxml", version="1.9")
    resources = child(root, "resources")
    first = cuts.media[0] if cuts.media else None
    _format(resources, "r0", cuts.rate, first)
    for number, medium in enumerate(cuts.media, 1):
        _asset(resources, number, medium)
    event = child(child(root, "library"), "event", name=cuts.title or "Cutroom")
    sequence = child(
        child(event, "project", name=cuts.title or "Cutroom"), "sequence",
        format="r0", duration=_time(cuts.frames / cuts.rate), tcStart="0s",
        tcFormat="DF" if drops(cuts.rate) else "NDF", audioLayout="stereo", audioRate="48k",
    )  # fmt: skip
    spine = child(sequence, "spine")
    ids = {medium.key: f"a{number}" for number, medium in enumerate(cuts.media, 1)}
    for place, cut in enumerate(cuts.cuts):
        after = cuts.cuts[place + 1].overlap if place + 1 < len(cuts.cuts) else 0
        _clip(spine, cuts, cut, after, ids[cut.medium.key])
    return document(root, "<!DOCTYPE fcpxml>\n\n")


def _format(resources: Element, name: str, rate: Fraction, medium: Medium | None) -> None:
    shape = {"width": str(medium.width), "height": str(medium.height)} if medium and medium.width else {}
    child(resources, "format", id=name, name="FFVideoFormatRateUndefined", frameDuration=_time(1 / rate), **shape)


def _asset(resources: Element, number: int, medium: Medium) -> None:
    _format(resources, f"f{number}", medium.rate, medium)
    sound = {}
    if medium.channels:
        sound = {"hasAudio": "1", "audioSources": "1", "audioChannels": str(medium.channels)}
        sound["audioRate"] = _AUDIO_RATES.get(medium.sample_rate, "48k")
    picture = {"hasVideo": "1", "format": f"f{number}"} if medium.width else {}
    asset = child(
        resources, "asset", id=f"a{number}", name=medium.name, start="0s", duration=_time(medium.seconds),
        **picture, **sound,
    )  # fmt: skip
    child(asset, "media-rep", kind="original-media", src=f"./{medium.name}")
    facts = child(asset, "metadata")
    child(facts, "md", key="com.cutroom.sha256", value=medium.sha256)
    child(facts, "md", key="com.cutroom.asset", value=medium.key)


def _clip(spine: Element, cuts: CutList, cut: Cut, after: int, asset: str) -> None:
    """Write a clip. A dissolve lies on the end of the clip before: that clip is shown up to where it begins."""
    rate = cuts.rate
    if cut.overlap:
        child(
            spine, "transition", name="Cross Dissolve", offset=_time(cut.at / rate), duration=_time(cut.overlap / rate)
        )
    clip = child(
        spine, "asset-clip", ref=asset, name=cut.name, offset=_time(cut.at / rate),
        start=_time(cut.start / cut.speed), duration=_time((cut.frames - after) / rate),
        **({} if cut.enabled else {"enabled": "0"}),
    )  # fmt: skip
    if cut.speed != 1:
        ramp = child(clip, "timeMap")
        child(ramp, "timept", time="0s", value="0s", interp="linear")
        end = cut.medium.seconds
        child(ramp, "timept", time=_time(end / cut.speed), value=_time(end), interp="linear")
    if cut.note:
        child(clip, "marker", start=_time(cut.start), duration=_time(1 / rate), value=cut.note)
    for mark in cuts.marks:
        if cut.at <= mark.at < cut.at + cut.frames:
            _marker(clip, cut, mark, rate)


def _marker(clip: Element, cut: Cut, mark: Mark, rate: Fraction) -> None:
    at = cut.start / cut.speed + (mark.at - cut.at) / rate
    child(clip, "marker", start=_time(at), duration=_time(mark.frames / rate), value=mark.name)


def _time(seconds: Fraction) -> str:
    seconds = Fraction(seconds)
    return f"{seconds.numerator}s" if seconds.denominator == 1 else f"{seconds.numerator}/{seconds.denominator}s"
