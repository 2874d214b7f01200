"""What bytes are, and what names become."""

from __future__ import annotations

import pytest

from services.gateway.domain.admission import refusal_of
from services.gateway.domain.kinds import document_kind, media_kind
from services.gateway.domain.labels import MAX_LABEL, clean, title_of
from shared.contracts.media import MediaInfo
from tests.unit.gateway_made import info


@pytest.mark.parametrize(
    ("head", "ending"),
    [
        (b"\x00\x00\x00\x18ftypisom", "mp4"),
        (b"\x00\x00\x00\x14ftypqt  ", "mov"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "webm"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", "mkv"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "avi"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "wav"),
        (b"G" + bytes(187) + b"G" + bytes(100), "ts"),
        (b"OggS", "ogg"),
        (b"%PDF-1.7", "pdf"),
        (b"#EXTM3U\n", "bin"),
        (b"G", "bin"),
        (b"", "bin"),
    ],
)
def test_media_are_told_by_how_they_begin(head: bytes, ending: str) -> None:
    assert media_kind(head).ending == ending


def test_documents_are_pdf_png_and_jpeg_only() -> None:
    assert [k.ending for h in (b"%PDF-1.4", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0") if (k := document_kind(h))] == [
        "pdf",
        "png",
        "jpg",
    ]
    assert [document_kind(h) for h in (b"<svg>", b"PK\x03\x04", b"GIF89a", b"", b"<html>")] == [None] * 5


@pytest.mark.parametrize(
    ("title", "file_name", "label"),
    [
        (None, "My film.final.mp4", "My film.final"),
        ("  A\ttitle\n", "x.mp4", "A title"),
        ("", "../../etc/passwd", "passwd"),
        (None, "C:\\Users\\me\\clip.mov", "clip"),
        (None, ".mp4", ".mp4"),
        (None, None, "Untitled"),
        ("\x00\u202e\u200b", "\x07.mp4", ".mp4"),
        ("x" * 5000, None, "x" * MAX_LABEL),
    ],
)
def test_titles_are_labels(title: str | None, file_name: str | None, label: str) -> None:
    assert title_of(title, file_name) == label


def test_labels_keep_letters_of_every_script() -> None:
    assert clean("  Fußball – 映画 🎬 ") == "Fußball – 映画 🎬"


@pytest.mark.parametrize(
    ("kind", "duration", "code"), [("image", 0.0, "media_unsupported"), ("audio", 3.0, "media_no_video")]
)
def test_only_films_become_assets(kind: str, duration: float, code: str) -> None:
    told = MediaInfo.model_validate({"kind": kind, "container": "x", "duration": duration, "size": 1})
    refused = refusal_of(told)
    assert refused is not None
    assert refused.code == code


def test_a_film_must_last() -> None:
    assert refusal_of(info(10.0)) is None
    refused = refusal_of(info(0.0))
    assert refused is not None
    assert refused.code == "media_empty"
