"""What a file is, by its first bytes."""

import pytest

from services.analyzer.domain.sniff import sniff

TS = (b"\x47" + b"\0" * 187) * 4
M2TS = (b"\0\0\0\0\x47" + b"\0" * 187) * 4


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\0\0\0\x20ftypisom", "mp4"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "mp4"),
        (b"\x1a\x45\xdf\xa3\x9f", "matroska"),
        (b"RIFF\0\0\0\0AVI LIST", "avi"),
        (b"RIFF\0\0\0\0WAVEfmt ", "wav"),
        (TS, "mpegts"),
        (M2TS, "mpegts"),
        (b"ID3\x04\0", "mp3"),
        (b"\xff\xfb\x90\x64", "mp3"),
        (b"\xff\xf1\x50\x80", "aac"),
        (b"fLaC\0\0", "flac"),
        (b"OggS\0", "ogg"),
    ],
)
def test_media_are_known(head: bytes, name: str) -> None:
    kind = sniff(head)
    assert kind.name == name
    assert kind.readable


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"#EXTM3U\n#EXT-X-VERSION:3", "HLS"),
        (b"ffconcat version 1.0\nfile x", "ffconcat"),
        (b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash">', "DASH"),
        (b'\xef\xbb\xbf  <svg xmlns="http://www.w3.org/2000/svg">', "SVG"),
        (b'<?xml version="1.0"?><!-- x --><svg/>', "SVG"),
        (b"<!DOCTYPE html><html>", "markup"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"GIF89a", "GIF"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WebP"),
        (b"\0\0\0\x1cftypheic", "HEIF"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04", "ZIP"),
        (b"just some words, nothing else", "text"),
        (b"\0\x01\x02\x03 whatever", "unknown"),
        (b"", "unknown"),
    ],
)
def test_all_else_is_named_and_refused(head: bytes, word: str) -> None:
    kind = sniff(head)
    assert word in kind.name
    assert not kind.readable
