"""How the editor's records are shown. ``Linker`` turns an object key into a signed link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction

from services.gateway.domain.records import Asset, Consent, ConsentEntry, Project, Revision, RevisionLine
from services.gateway.domain.timeline.data import SfxData, TimelineData
from services.gateway.domain.timeline.data import view as timeline_view
from shared.contracts.blob import BlobRef

Linker = Callable[[str], str]
View = dict[str, object]


def moment(at: datetime | None) -> str | None:
    """Return a time as RFC 3339 in UTC with ``Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def asset_view(asset: Asset, link: Linker) -> View:
    """Return the asset's record; ``resolution`` is as displayed, and a still picture has no rate."""
    video, moves = asset.info.video, asset.info.kind == "video"
    return {
        "id": asset.id,
        "title": asset.title,
        "path": asset.media.key,
        "duration": round(asset.info.duration, 3),
        "resolution": f"{video.width}x{video.height}" if video else None,
        "fps": round(float(Fraction(video.frame_rate)), 3) if video and moves else None,
        "frame_rate": video.frame_rate if video and moves else None,
        "has_audio": asset.info.audio is not None,
        "thumbnail_path": asset.thumbnail.key if asset.thumbnail else None,
        "thumbnail_url": _link(asset.thumbnail, link),
        "url": link(asset.media.key),
        "created_at": moment(asset.created_at),
        "updated_at": moment(asset.updated_at),
    }


def project_item(project: Project, asset: Asset, link: Linker) -> View:
    """Return the project as it stands in lists."""
    return {
        "id": project.id,
        "title": project.title,
        "status": project.status,
        "asset_id": project.asset_id,
        "thumbnail_url": _link(asset.thumbnail, link),
        "duration": round(asset.info.duration, 3),
        "created_at": moment(project.created_at),
        "updated_at": moment(project.updated_at),
    }


def project_detail(
    project: Project, asset: Asset, consent: Consent, timeline: TimelineData | None, link: Linker
) -> View:
    """Return the whole project."""
    return {
        "id": project.id,
        "title": project.title,
        "status": project.status,
        "asset": asset_view(asset, link),
        "timeline": timeline_of(timeline, asset, link) if timeline is not None else None,
        "consent": consent_view(consent, link),
        "revision": project.revision,
        "created_at": moment(project.created_at),
        "updated_at": moment(project.updated_at),
    }


def timeline_of(data: TimelineData, asset: Asset, link: Linker) -> View:
    """Return the timeline with its read-only ``asset``; links in sounds are signed anew."""
    linked = tuple(
        s.model_copy(update={"sfx": _signed(s.sfx, link)}) if s.sfx and s.sfx.path else s for s in data.segments
    )
    shown = timeline_view(data.model_copy(update={"segments": linked}))
    return {"asset": {"id": asset.id, "path": asset.media.key, "url": link(asset.media.key)}, **shown}


def revision_view(revision: Revision, asset: Asset, link: Linker) -> View:
    """Return one revision with its timeline."""
    count = len(revision.data.segments)
    line = RevisionLine(number=revision.number, origin=revision.origin, segments=count, created_at=revision.created_at)
    return {**revision_item(line), "timeline": timeline_of(revision.data, asset, link)}


def revision_item(line: RevisionLine) -> View:
    """Return one revision as it stands in the history."""
    return {
        "revision": line.number,
        "origin": line.origin,
        "segment_count": line.segments,
        "created_at": moment(line.created_at),
    }


def consent_view(consent: Consent, link: Linker) -> View:
    """Return what was said about an asset."""
    return {
        "asset_id": consent.asset_id,
        "has_checkbox": consent.has_checkbox,
        "document_url": _link(consent.document, link),
        "updated_at": moment(consent.updated_at),
    }


def consent_entry(entry: ConsentEntry) -> View:
    """Return one line of the consent log."""
    shown: View = {"at": moment(entry.at), "account": entry.account, "action": entry.action}
    return {**shown, "document_sha256": entry.document_sha256} if entry.document_sha256 else shown


def _signed(sfx: SfxData, link: Linker) -> SfxData:
    return sfx.model_copy(update={"url": link(sfx.path)}) if sfx.path else sfx


def _link(blob: BlobRef | None, link: Linker) -> str | None:
    return link(blob.key) if blob else None
