"""What bytes are, told by how they begin; never by a name or a sender's word."""

from __future__ import annotations

from dataclasses import dataclass

HEAD = 512
"""Bytes from the start of an object that are enough to tell."""


@dataclass(frozen=True, slots=True)
class Kind:
    """``ending`` of an object key without its dot, and the MIME type."""

    ending: str
    content_type: str


UNKNOWN = Kind("bin", "application/octet-stream")
_TS_PACKET = 188
_DOCUMENTS = (
    (b"%PDF-", Kind("pdf", "application/pdf")),
    (b"\x89PNG\r\n\x1a\n", Kind("png", "image/png")),
    (b"\xff\xd8\xff", Kind("jpg", "image/jpeg")),
)
_MAGIC = (
    (b"OggS", Kind("ogg", "audio/ogg")),
    (b"fLaC", Kind("flac", "audio/flac")),
    (b"ID3", Kind("mp3", "audio/mpeg")),
    (b"\xff\xfb", Kind("mp3", "audio/mpeg")),
    (b"GIF8", Kind("gif", "image/gif")),
)
_RIFF = {
    b"AVI ": Kind("avi", "video/x-msvideo"),
    b"WAVE": Kind("wav", "audio/wav"),
    b"WEBP": Kind("webp", "image/webp"),
}


def media_kind(head: bytes) -> Kind:
    """Return what a medium that begins with ``head`` looks like; ``UNKNOWN`` is for the probe to judge."""
    if head[4:8] in {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}:
        return Kind("mov", "video/quicktime") if head[8:12] == b"qt  " else Kind("mp4", "video/mp4")
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return Kind("webm", "video/webm") if b"webm" in head[:64] else Kind("mkv", "video/x-matroska")
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], UNKNOWN)
    if head[:1] == b"G" and head[_TS_PACKET : _TS_PACKET + 1] == b"G":
        return Kind("ts", "video/mp2t")
    return _first(_MAGIC, head) or document_kind(head) or UNKNOWN


def document_kind(head: bytes) -> Kind | None:
    """Return the kind of a consent document (PDF, PNG, JPEG); None for everything else."""
    return _first(_DOCUMENTS, head)


def _first(table: tuple[tuple[bytes, Kind], ...], head: bytes) -> Kind | None:
    return next((kind for magic, kind in table if head.startswith(magic)), None)
