"""An edit as other editors take it: cuts on a record grid, with media that can be found again by name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import PurePosixPath

from shared.contracts.interchange import ExportMode
from shared.contracts.layout import starts
from shared.contracts.media import Span
from shared.contracts.plan import Dropped
from shared.contracts.time import frame_at
from shared.contracts.timeline import Clip, Source, Timeline, TransitionKind

_ENDINGS = {
    "video/mp4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm", "video/x-matroska": ".mkv",
    "video/mp2t": ".ts", "video/x-msvideo": ".avi", "audio/wav": ".wav", "audio/mpeg": ".mp3", "audio/flac": ".flac",
    "audio/ogg": ".ogg", "image/png": ".png", "image/jpeg": ".jpg",
}  # fmt: skip
_KNOWN = re.compile(
    r"\.(mp4|m4v|mov|mkv|webm|avi|m?ts|mxf|mpe?g|wav|mp3|flac|ogg|m4a|aac|aif|png|jpe?g|gif|webp)", re.IGNORECASE
)
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')


@dataclass(frozen=True, slots=True)
class Medium:
    """A source. ``frames`` is its length at ``rate``; ``first`` is where its picture begins, in seconds of the file."""

    key: str
    name: str
    sha256: str
    rate: Fraction
    frames: int
    first: Fraction
    width: int
    height: int
    channels: int
    sample_rate: int

    @property
    def seconds(self) -> Fraction:
        """Length in seconds, a whole number of frames."""
        return self.frames / self.rate

    def frame(self, seconds: Fraction) -> int:
        """Return the frame that begins nearest to ``seconds``."""
        return round(seconds * self.rate)


@dataclass(frozen=True, slots=True)
class Cut:
    """``at`` and ``frames`` on the record, ``overlap`` of them with the cut before; ``start`` and ``end`` in seconds
    after the medium's first frame. ``clip`` is what it was made of, None for a slice."""

    name: str
    medium: Medium
    at: int
    frames: int
    start: Fraction
    end: Fraction
    speed: Fraction = Fraction(1)
    overlap: int = 0
    transition: TransitionKind = "dissolve"
    enabled: bool = True
    note: str = ""
    clip: Clip | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A marker on the record."""

    at: int
    frames: int
    name: str


@dataclass(frozen=True, slots=True)
class CutList:
    """A whole record, gapless but for overlaps."""

    title: str
    rate: Fraction
    cuts: tuple[Cut, ...]
    media: tuple[Medium, ...]
    marks: tuple[Mark, ...] = ()

    @property
    def frames(self) -> int:
        """Length of the record."""
        return max((c.at + c.frames for c in self.cuts), default=0)


def cut_list(
    timeline: Timeline,
    title: str,
    mode: ExportMode,
    dropped: Sequence[Dropped] = (),
    silences: Mapping[str, Sequence[Span]] | None = None,
) -> CutList:
    """Return ``timeline`` as cuts. ``dropped`` gives slices their reasons, ``silences`` by source the marks."""
    media = _media(timeline)
    rate = Fraction(timeline.rate)
    if mode == "edit":
        places = zip(timeline.video, starts(timeline.video), strict=True)
        return CutList(title, rate, tuple(_cut(c, at, media[c.source]) for c, at in places), tuple(media.values()))
    used = [media[key] for key in dict.fromkeys(c.source for c in timeline.video)]
    cuts: list[Cut] = []
    exact = Fraction(0)
    for medium in used:
        pieces = _pieces(timeline, medium) if mode == "slices" else [(Fraction(0), medium.seconds, True)]
        for start, end, enabled in pieces:
            at, after = frame_at(exact, timeline.rate), frame_at(exact + end - start, timeline.rate)
            exact += end - start
            if after > at:
                note = "" if enabled else _reason(dropped, medium, start, end)
                name = f"slice {len(cuts) + 1}" if mode == "slices" else medium.name
                cuts.append(Cut(name, medium, at, after - at, start, end, enabled=enabled, note=note))
    marks = _marks(cuts, silences or {}, rate) if mode == "mark_silence" else ()
    return CutList(title, rate, tuple(cuts), tuple(used), tuple(marks))


def named(source: Source, key: str) -> str:
    """Return a plain file name for ``source``: no folder, no control character, with an ending."""
    text = unicodedata.normalize("NFC", source.name).replace("\\", "/").rsplit("/", 1)[-1]
    text = "".join(c for c in _NOT_IN_NAMES.sub("_", text) if unicodedata.category(c)[0] != "C").strip(". ")
    ending = _ENDINGS.get(source.blob.content_type, PurePosixPath(source.blob.key).suffix or ".mp4")
    path = PurePosixPath(text or key)
    known = bool(_KNOWN.fullmatch(path.suffix))
    return (path.stem if known else path.name)[:100] + (path.suffix if known else ending)


def _media(timeline: Timeline) -> dict[str, Medium]:
    media: dict[str, Medium] = {}
    taken: set[str] = set()
    for key, source in timeline.sources.items():
        name = named(source, key)
        if name.casefold() in taken:
            path = PurePosixPath(name)
            name = f"{path.stem}-{(source.blob.sha256 or key)[:8]}-{len(taken)}{path.suffix}"
        taken.add(name.casefold())
        media[key] = _medium(key, name, source, Fraction(timeline.rate))
    return media


def _medium(key: str, name: str, source: Source, rate: Fraction) -> Medium:
    info, video, audio = source.media, source.media.video, source.media.audio
    own = Fraction(video.frame_rate) if video and 1 <= Fraction(video.frame_rate) <= 240 else rate
    first = Fraction(repr(video.start)).limit_denominator(10**6) if video else Fraction(0)
    frames = max(1, int((Fraction(repr(info.duration)) - first) * own + Fraction(1, 100)))
    return Medium(
        key, name, source.blob.sha256, own, frames, first, video.width if video else 0, video.height if video else 0,
        audio.channels if audio else 0, audio.sample_rate if audio else 48000,
    )  # fmt: skip


def _cut(clip: Clip, at: int, medium: Medium) -> Cut:
    overlap = clip.transition_in.frames if clip.transition_in else 0
    start, end = (max(Fraction(0), t - medium.first) for t in (clip.source_start, clip.source_end))
    kind = clip.transition_in.kind if clip.transition_in else "dissolve"
    return Cut(clip.name, medium, at, clip.frames, start, end, Fraction(clip.speed), overlap, kind, clip=clip)


def _pieces(timeline: Timeline, medium: Medium) -> Iterable[tuple[Fraction, Fraction, bool]]:
    """Yield the whole medium in order, cut at every edit point, each with whether the edit shows it."""
    shown = sorted(
        (max(Fraction(0), c.source_start - medium.first), min(medium.seconds, c.source_end - medium.first))
        for c in timeline.video
        if c.source == medium.key
    )
    points = sorted({Fraction(0), medium.seconds, *(p for span in shown for p in span if 0 <= p <= medium.seconds)})
    for start, end in pairwise(points):
        yield start, end, any(a <= start and end <= b for a, b in shown)


def _reason(dropped: Sequence[Dropped], medium: Medium, start: Fraction, end: Fraction) -> str:
    middle = float((start + end) / 2 + medium.first)
    found = (d.reason for d in dropped if d.source == medium.key and d.start <= middle < d.end)
    return next(found, "left out")


def _marks(cuts: Sequence[Cut], silences: Mapping[str, Sequence[Span]], rate: Fraction) -> Iterable[Mark]:
    for cut in cuts:
        for span in silences.get(cut.medium.key, ()):
            start, end = (Fraction(repr(t)) - cut.medium.first for t in (span.start, span.end))
            at, after = (cut.at + round(max(Fraction(0), t) * rate) for t in (start, end))
            if cut.at <= at < after <= cut.at + cut.frames:
                yield Mark(at, after - at, "silence")
