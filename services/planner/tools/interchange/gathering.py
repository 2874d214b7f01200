"""Clips as a reader finds them, brought into one gapless track."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from fractions import Fraction
from urllib.parse import unquote, urlsplit

from services.planner.domain.losses import Losses
from services.planner.tools.interchange.xml_text import invalid
from shared.contracts.interchange import ImportedClip, ImportedEdit, ImportFormat, MediaHint
from shared.contracts.speech import Caption
from shared.contracts.time import fraction_text
from shared.contracts.timeline import Effect, TransitionKind

MAX_CLIPS = 20_000
_SLOWEST, _FASTEST = Fraction(1, 100), Fraction(100)


@dataclass(frozen=True, slots=True)
class Gathered:
    """``at``, ``frames`` and ``overlap`` with the clip before on the record; ``start`` and ``end`` in the medium."""

    name: str
    hint: MediaHint
    at: int
    frames: int
    start: Fraction
    end: Fraction
    speed: Fraction = Fraction(1)
    overlap: int = 0
    effects: tuple[Effect, ...] = ()
    captions: tuple[Caption, ...] | None = None
    transition: TransitionKind = "dissolve"


class Gathering:
    """Takes clips in the order in which they play.

    A clip whose ``overlap`` is not zero dissolves out of the one before, which must have been given without these
    frames: they are added to it here.
    """

    def __init__(self, form: ImportFormat, title: str, rate: Fraction, losses: Losses) -> None:
        self.losses = losses
        self._form, self._title, self._rate = form, title, rate
        self._clips: list[Gathered] = []

    def add(self, clip: Gathered) -> None:
        """Take the next clip. Raises ``BadRequest`` when there are too many."""
        if len(self._clips) >= MAX_CLIPS:
            raise invalid(f"The sequence has more than {MAX_CLIPS} clips.", "Export a shorter sequence.")
        before = self._clips[-1] if self._clips else None
        if before and clip.at > before.at + before.frames:
            self.losses.add("gaps", clip.name)
        overlap = min(clip.overlap, clip.frames - 1) if before else 0
        if before and overlap:
            missing = max(0, clip.at + overlap - before.at - before.frames)
            overlap = min(overlap, before.frames + missing - before.overlap - 1)
        if before and overlap > 0:
            end = before.end + missing / self._rate * before.speed
            self._clips[-1] = replace(before, frames=before.frames + missing, end=end)
        speed = clip.speed
        if not _SLOWEST <= speed <= _FASTEST:
            self.losses.add("speed", clip.name)
            speed = Fraction(1)
        self._clips.append(replace(clip, speed=speed, overlap=max(0, overlap)))

    def finished(self) -> ImportedEdit:
        """Return the whole. Raises ``BadRequest`` ``interchange_empty`` where no clip was given."""
        if not self._clips:
            raise invalid("The file holds no clip of a picture track.", "Export a sequence with at least one clip.")
        media: dict[MediaHint, str] = {}
        for clip in self._clips:
            media.setdefault(clip.hint, f"m{len(media) + 1}")
        return ImportedEdit(
            format=self._form,
            title=tidy(self._title),
            rate=fraction_text(self._rate),
            media={name: hint for hint, name in media.items()},
            clips=tuple(_imported(clip, media[clip.hint]) for clip in self._clips),
            losses=self.losses.listed(),
        )


def _imported(clip: Gathered, media: str) -> ImportedClip:
    return ImportedClip(
        name=tidy(clip.name),
        media=media,
        start=fraction_text(clip.start),
        end=fraction_text(clip.end),
        speed=fraction_text(clip.speed),
        frames=clip.frames,
        overlap=clip.overlap,
        effects=clip.effects,
        captions=clip.captions,
        transition=clip.transition,
    )


def base_name(reference: str) -> str:
    """Return the last part of a path or URL as a plain name: folders on somebody's disk are nobody's business."""
    try:
        path = urlsplit(reference).path if "://" in reference else reference
    except ValueError:
        path = reference
    return tidy(unquote(path).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1])


def tidy(text: str, most: int = 120) -> str:
    """Return ``text`` in one line without control characters."""
    kept = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c)[0] != "C" or c == " ")
    return re.sub(r"\s+", " ", kept).strip()[:most]
