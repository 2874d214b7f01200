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

_PIECE = 1024 * 1024
_SUFFIXES = frozenset({".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".ts", ".mts", ".mpg", ".mpeg", ".mxf"})


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
    files = sorted(p for p in folder.iterdir() if p.is_file() and p.suffix.casefold() in _SUFFIXES)
    found = {key: _found(hint, files) for key, hint in edit.media.items()}
    missing = tuple(hint.name or hint.reel for key, hint in edit.media.items() if found[key] is None)
    sources = {key: await _source(file) for key, file in found.items() if file is not None}
    if not sources:
        raise BadRequest(
            f"None of the media of {path.name} is in {folder}: {', '.join(missing[:5])}.",
            code="media_unlinked",
            remedy="Name the folder that holds them with --media; their names must be those in the file.",
        )
    timeline = _timeline(edit, sources)
    if broken := violations(timeline):
        message = f"{broken[0].field}: {broken[0].message}"
        raise BadRequest(message, code="timeline_invalid", remedy="Are these the media that the file was cut from?")
    return Linked(timeline, edit.losses, missing)


def _found(hint: MediaHint, files: Sequence[Path]) -> Path | None:
    name, stem = hint.name.casefold(), Path(hint.name).stem.casefold()
    by_name = [f for f in files if f.name.casefold() == name] or [f for f in files if f.stem.casefold() in (stem, name)]
    if hint.sha256:
        same = [f for f in (*by_name, *files) if _digest(f) == hint.sha256]
        by_name = same or by_name
    by_reel = [f for f in files if hint.reel and reel_name(f.name) == hint.reel.upper()]
    return next(iter([*by_name, *by_reel]), None)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


async def _source(path: Path) -> Source:
    """Probe a file, in a child process as every medium."""
    with tempfile.TemporaryDirectory() as folder:
        facts, _ = await probe(path.absolute(), Path(folder), Bounds(), still=False)
    info = judge(facts, sound_alone=False)
    if info.video is None:
        raise BadMedia(f"{path.name} has no moving picture.", code="media_no_video")
    digest = _digest(path)
    kind = "video/quicktime" if path.suffix.casefold() == ".mov" else "video/mp4"
    blob = BlobRef(key=f"media/{digest}", sha256=digest, size=path.stat().st_size, content_type=kind)
    return Source(blob=blob, media=info, name=path.name)


def _timeline(edit: ImportedEdit, sources: Mapping[str, Source]) -> Timeline:
    clips: list[Clip] = []
    for number, clip in enumerate((c for c in edit.clips if c.media in sources), 1):
        clips.append(_clip(clip, number, sources[clip.media], clips[-1] if clips else None))
    return Timeline(rate=edit.rate, sources=dict(sources), video=tuple(clips))


def _clip(clip: ImportedClip, number: int, source: Source, before: Clip | None) -> Clip:
    video = source.media.video
    base = video.time_base if video else MICROSECONDS
    first = Fraction(repr(video.start)) if video else Fraction(0)
    last = int(Fraction(repr(source.media.duration)) / Fraction(base))
    overlap = min(clip.overlap, before.frames - 1, clip.frames - 1) if before else 0
    return Clip(
        id=derived_id("imported", str(number), clip.media, clip.start),
        name=clip.name or f"clip {number}",
        source=clip.media,
        start=to_ticks(Fraction(clip.start) + first, base),
        end=min(to_ticks(Fraction(clip.end) + first, base), last),
        time_base=base,
        speed=clip.speed,
        frames=clip.frames,
        transition_in=Transition(kind="dissolve", frames=overlap) if overlap > 0 else None,
        effects=clip.effects,
        captions=clip.captions or (),
    )
