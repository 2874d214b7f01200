"""At which time of a medium the positions of another editor's file begin to count."""

from __future__ import annotations

from fractions import Fraction

from shared.contracts.interchange import ImportedEdit
from shared.contracts.media import MediaInfo, VideoStream
from shared.timecode import base_of, frame_of

_SLACK = Fraction(1, 2)
"""Seconds by which a clip may reach beyond its medium and still be meant in it."""


def origin(edit: ImportedEdit, key: str, info: MediaInfo) -> Fraction:
    """Return the timecode, in seconds, that the first picture of the medium ``key`` has in ``edit``; 0 for none.

    It is the medium's own where the clips lie in the medium by it: a list (EDL) that was not written by us counts so
    whenever it can, other formats only where their times would lie behind the medium's end. A medium that tells none
    may begin at whole hours.
    """
    spans = [edit.seconds(clip) for clip in edit.clips if clip.media == key]
    if not spans:
        return Fraction(0)
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    whole, hour = Fraction(repr(info.duration)), Fraction(edit.hour)
    own = _own(info.video, Fraction(edit.rate))
    foreign = edit.format == "edl" and not edit.media[key].sha256
    inside = bool(own) and own - Fraction(1, 1000) <= first < own + whole
    if inside and (first >= whole or (foreign and last <= own + whole + _SLACK)):
        return own
    return first // hour * hour if first >= max(whole, hour) else Fraction(0)


def _own(video: VideoStream | None, rate: Fraction) -> Fraction:
    """The medium's own timecode, counted as the edit counts where both have as many frames a second."""
    if video is None or not video.timecode:
        return Fraction(0)
    own = Fraction(video.frame_rate)
    counted = rate if base_of(rate) == base_of(own) else own
    try:
        return frame_of(video.timecode, counted, drop=False) / counted
    except ValueError:
        return Fraction(0)
