"""Tell what a file is by its first bytes, before any demuxer sees it.

Demuxers guess by content too, and some of what they would accept (playlists, manifests, drawings) makes them open other
files. So only the containers named here are ever handed on, each with the demuxers that may read it.
"""

from __future__ import annotations

from dataclasses import dataclass

HEAD_BYTES = 4096
_MOV_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp", b"moof"})
_STILL_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"avif", b"heim", b"heis", b"msf1"})


@dataclass(frozen=True, slots=True)
class Kind:
    """``name`` for a person; ``demuxers`` that may open it (none: refused); ``layout`` names its box structure."""

    name: str
    demuxers: str = ""
    layout: str = ""

    @property
    def readable(self) -> bool:
        """Whether it may be opened at all."""
        return bool(self.demuxers)


MOV = Kind("mp4", "mov,mp4,m4a,3gp,3g2,mj2", "boxes")
MATROSKA = Kind("matroska", "matroska,webm", "ebml")
AVI = Kind("avi", "avi", "riff")
WAV = Kind("wav", "wav", "riff")
MPEGTS = Kind("mpegts", "mpegts")
MP3 = Kind("mp3", "mp3,aac", "frames")
AAC = Kind("aac", "aac")
FLAC = Kind("flac", "flac")
OGG = Kind("ogg", "ogg", "pages")

_PLAIN: tuple[tuple[bytes, Kind], ...] = (
    (b"\x1a\x45\xdf\xa3", MATROSKA),
    (b"fLaC", FLAC),
    (b"OggS", OGG),
    (b"ID3", MP3),
    (b"\x89PNG", Kind("a PNG picture")),
    (b"\xff\xd8\xff", Kind("a JPEG picture")),
    (b"GIF8", Kind("a GIF picture")),
    (b"BM", Kind("a bitmap picture")),
    (b"II*\0", Kind("a TIFF picture")),
    (b"MM\0*", Kind("a TIFF picture")),
    (b"%PDF", Kind("a PDF document")),
    (b"PK\x03\x04", Kind("a ZIP archive")),
    (b"\x1f\x8b", Kind("a gzip archive")),
    (b"7z\xbc\xaf", Kind("a 7-Zip archive")),
    (b"Rar!", Kind("a RAR archive")),
    (b"\x7fELF", Kind("a program")),
    (b"MZ", Kind("a program")),
    (b"FLV\x01", Kind("a Flash video")),
    (b"\x30\x26\xb2\x75", Kind("a Windows Media file")),
    (b"\x00\x00\x01\xba", Kind("an MPEG program stream")),
    (b"#!AMR", Kind("an AMR sound file")),
    (b"caff", Kind("a CAF sound file")),
    (b".snd", Kind("an AU sound file")),
    (b"\x0b\x77", Kind("an AC-3 sound file")),
    (b"wvpk", Kind("a WavPack sound file")),
    (b"MAC ", Kind("a Monkey's Audio sound file")),
    (b"DSD ", Kind("a DSD sound file")),
    (b"MThd", Kind("a MIDI file")),
    (b"\x06\x0e\x2b\x34", Kind("an MXF film")),
    (b".RMF", Kind("a RealMedia file")),
    (b"\0\0\0\x01", Kind("a raw video stream without a container")),
    (b"#EXTM3U", Kind("an HLS playlist")),
    (b"ffconcat", Kind("an ffconcat script")),
)


def sniff(head: bytes) -> Kind:
    """Return the kind of a file that begins with ``head`` (the first 4096 bytes, or all of a shorter one)."""
    for magic, kind in _PLAIN:
        if head.startswith(magic):
            return kind
    if head[:4] in {b"RIFF", b"RF64"}:
        return {b"AVI ": AVI, b"WAVE": WAV, b"WEBP": Kind("a WebP picture")}.get(
            head[8:12], Kind("an unknown RIFF file")
        )
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return Kind("an AIFF sound file")
    if head[4:8] in _MOV_BOXES:
        still = head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS
        return Kind("a HEIF or AVIF picture") if still else MOV
    if _transport_stream(head):
        return MPEGTS
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return AAC if head[1] & 0xF6 == 0xF0 else MP3
    return _text(head)


def _transport_stream(head: bytes) -> bool:
    return any(
        len(head) > start + 2 * size and all(head[start + size * i] == 0x47 for i in range(3))
        for start, size in ((0, 188), (4, 192), (0, 204))
    )


def _text(head: bytes) -> Kind:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:512].lower()
    if b"<svg" in text:
        return Kind("an SVG drawing")
    if b"<mpd" in text:
        return Kind("a DASH manifest")
    if text.startswith((b"<?xml", b"<html", b"<!doctype", b"<")):
        return Kind("a markup document")
    if not head or b"\0" in head:
        return Kind("unknown data")
    printable = sum(32 <= byte < 127 or byte in b"\t\r\n" for byte in head)
    return Kind("text") if printable > 0.95 * len(head) else Kind("unknown data")
