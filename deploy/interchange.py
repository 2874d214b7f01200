"""Timelines to and from other editors without a studio: what ``cutroom export`` and ``cutroom import`` do."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pydantic import ValidationError

from services.analyzer.domain.judge import Bounds, judge
from services.analyzer.tools.probe import probe
from services.planner.domain.losses import MESSAGES
from services.planner.tools.interchange.edl_out import reel_name
from services.planner.tools.interchange.reading import MAX_BYTES, read
from services.planner.tools.interchange.writing import export
from shared.contracts.blob import BlobRef
from shared.contracts.ids import derived_id
from shared.contracts.interchange import ExportFormat, ExportMode, ImportedClip, ImportedEdit, Loss, MediaHint
from shared.contracts.layout import violations
from shared.contracts.time import MICROSECONDS, to_ticks
from shared.contracts.timeline import Clip, Source, Timeline, Transition
from shared.errors import BadMedia, BadRequest
from shared.origins import origin

_SUFFIXES = frozenset(
    {".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".ts", ".mts", ".m2ts", ".mpg", ".mpeg", ".mxf", ".3gp"}
)
"""What may be meant where a file names no ending, or a reel: beside a film lie its subtitles and pictures."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A timeline on files of this machine, what was lost, and the names of media that were not found."""

    timeline: Timeline
    losses: tuple[Loss, ...]
    missing: tuple[str, ...]


def read_timeline(path: Path) -> Timeline:
    """Return the timeline document at ``path``. Raises ``BadRequest`` ``timeline_invalid``."""
    try:
        return Timeline.model_validate_json(path.read_bytes())
    except ValidationError as bad:
        first = bad.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise BadRequest(
            f"{path.name} is no timeline: {where}: {first['msg']}.",
            code="timeline_invalid",
            remedy="Make one with `cutroom plan` or `cutroom import`.",
        ) from None


def export_file(path: Path, form: ExportFormat, mode: ExportMode, title: str) -> tuple[str, tuple[Loss, ...]]:
    """Return the timeline at ``path`` as the text of a file for another editor, and what it cannot carry."""
    return export(read_timeline(path), form, title=title, mode=mode)


async def import_file(path: Path, folder: Path, rate: Fraction | None) -> Linked:
    """Read another editor's file and link it to the media in ``folder``, by content, name or reel.

    Raises ``BadRequest``: ``interchange_invalid``, ``media_unlinked`` when nothing of it is found.
    """
    with path.open("rb") as file:
        edit = read(file.read(MAX_BYTES + 1), rate)
    files = sorted(p for p in folder.iterdir() if p.is_file())
    found = {key: _found(hint, files) for key, hint in edit.media.items()}
    missing = tuple(hint.name or hint.reel for key, hint in edit.media.items() if found[key] is None)
    sources = {key: await _source(file) for key, file in found.items() if file is not None}
    if not sources:
        raise BadRequest(
            f"None of the media of {path.name} is in {folder}: {', '.join(missing[:5])}.",
            code="media_unlinked",
            remedy="Name the folder that holds them with --media; their names must be those in the file.",
        )
    timeline, held = _timeline(edit, sources)
    if broken := violations(timeline):
        message = f"{broken[0].field}: {broken[0].message}"
        raise BadRequest(message, code="timeline_invalid", remedy="Are these the media that the file was cut from?")
    return Linked(timeline, (*edit.losses, *held), missing)


def _found(hint: MediaHint, files: Sequence[Path]) -> Path | None:
    name, stem = hint.name.casefold(), Path(hint.name).stem.casefold()
    films = [f for f in files if f.suffix.casefold() in _SUFFIXES]
    by_name = [f for f in files if f.name.casefold() == name] or [f for f in films if f.stem.casefold() in (stem, name)]
    if hint.sha256:
        same = [f for f in (*by_name, *files) if digest_of(f) == hint.sha256]
        by_name = same or by_name
    by_reel = [f for f in films if hint.reel and reel_name(f.name) == hint.reel.upper()]
    return next(iter([*by_name, *by_reel]), None)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def _source(path: Path) -> Source:
    """Probe a file, in a child process as every medium."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            facts, _ = await probe(path.absolute(), Path(folder), Bounds(), still=False)
        info = judge(facts, sound_alone=False)
    except BadMedia as bad:
        raise BadMedia(f"{path.name}: {bad.message}", code=bad.code, remedy=bad.remedy, details=bad.details) from bad
    if info.video is None:
        raise BadMedia(f"{path.name} has no moving picture.", code="media_no_video")
    digest = digest_of(path)
    kind = "video/quicktime" if path.suffix.casefold() == ".mov" else "video/mp4"
    blob = BlobRef(key=f"media/{digest}", sha256=digest, size=path.stat().st_size, content_type=kind)
    return Source(blob=blob, media=info, name=path.name)


def _timeline(edit: ImportedEdit, sources: Mapping[str, Source]) -> tuple[Timeline, tuple[Loss, ...]]:
    """Lay the clips on their media; what of them lies beyond these is cut off, and said."""
    begins = {key: origin(edit, key, source.media) for key, source in sources.items()}
    clips: list[Clip] = []
    trimmed: list[str] = []
    for number, clip in enumerate((c for c in edit.clips if c.media in sources), 1):
        before = clips[-1] if clips else None
        made = _clip(clip, number, sources[clip.media], begins[clip.media], edit.rate, before)
        if made is None or made.frames < clip.frames:
            trimmed.append(clip.name)
        if made is not None:
            clips.append(made)
    shifted = sum(map(bool, begins.values()))
    counts = (("timecode_origin", shifted, ""), ("trimmed", len(trimmed), next(iter(trimmed), "")))
    losses = tuple(Loss(code=code, message=MESSAGES[code], count=n, first=first) for code, n, first in counts if n)
    return Timeline(rate=edit.rate, sources=dict(sources), video=tuple(clips)), losses


def _clip(
    clip: ImportedClip, number: int, source: Source, begins: Fraction, rate: str, before: Clip | None
) -> Clip | None:
    """Return the clip on its medium, whose timecode is ``begins`` at its first picture; None where it lies outside."""
    video = source.media.video
    base = video.time_base if video else MICROSECONDS
    first = (Fraction(repr(video.start)) if video else Fraction(0)) - begins
    start, end = Fraction(clip.start) + first, Fraction(clip.end) + first
    whole = Fraction(repr(source.media.duration))
    if start >= whole or start < -Fraction(1, 1000):
        return None
    missing = round(max(Fraction(0), end - whole) / Fraction(clip.speed) * Fraction(rate))
    frames = max(1, clip.frames - missing)
    room = min(frames, before.frames - (before.transition_in.frames if before.transition_in else 0)) if before else 0
    overlap = min(clip.overlap, room - 1)
    return Clip(
        id=derived_id("imported", str(number), clip.media, clip.start),
        name=clip.name or f"clip {number}",
        source=clip.media,
        start=max(0, to_ticks(start, base)),
        end=min(to_ticks(end, base), int(whole / Fraction(base))),
        time_base=base,
        speed=clip.speed,
        frames=frames,
        transition_in=Transition(kind=clip.transition, frames=overlap) if overlap > 0 else None,
        effects=clip.effects,
        captions=clip.captions or (),
    )
