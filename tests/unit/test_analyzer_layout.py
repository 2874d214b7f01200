"""Containers' outermost sizes against the file's."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analyzer.domain.layout import Layout, walk


def _reader(data: bytes) -> Callable[[int, int], bytes]:
    return lambda offset, count: data[offset : offset + count]


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + name + body


def _walk(kind: str, data: bytes) -> Layout:
    return walk(kind, _reader(data), len(data))


WHOLE = _box(b"ftyp", b"isom") + _box(b"mdat", b"x" * 100) + _box(b"moov", b"y" * 50)


def test_a_whole_mp4_misses_nothing() -> None:
    assert _walk("boxes", WHOLE) == Layout(missing=0, index=True, fragmented=False)


def test_the_missing_bytes_of_an_mp4_are_counted() -> None:
    assert _walk("boxes", WHOLE[:-7]).missing == 7
    assert _walk("boxes", WHOLE[:60]) == Layout(missing=12 + 108 - 60, index=False)


def test_fragments_and_long_boxes_are_understood() -> None:
    long = struct.pack(">I4sQ", 1, b"mdat", 16 + 10) + b"z" * 10
    assert _walk("boxes", _box(b"moov", b"") + _box(b"moof", b"abc") + long) == Layout(0, index=True, fragmented=True)
    assert _walk("boxes", _box(b"moov", b"") + struct.pack(">I4s", 0, b"mdat") + b"to the end").missing == 0


def _segment(size: bytes, body: bytes) -> bytes:
    return b"\x1a\x45\xdf\xa3\x84abcd\x18\x53\x80\x67" + size + body


@pytest.mark.parametrize(
    ("data", "missing"),
    [
        (_segment(b"\x8a", b"0123456789"), 0),
        (_segment(b"\x8a", b"012345"), 4),
        (_segment(b"\x01\xff\xff\xff\xff\xff\xff\xff", b"live"), 0),
        (_segment(b"\xff", b"live"), 0),
    ],
)
def test_a_matroska_segment_says_how_long_it_is(data: bytes, missing: int) -> None:
    assert _walk("ebml", data).missing == missing


def test_a_riff_file_says_how_long_it_is() -> None:
    data = b"RIFF" + struct.pack("<I", 30) + b"WAVE" + b"x" * 26
    assert _walk("riff", data).missing == 0
    assert _walk("riff", data[:-6]).missing == 6
    assert _walk("riff", b"RIFF\xff\xff\xff\xffWAVE").missing == 0


def test_a_riff_file_written_in_one_go_promises_nothing() -> None:
    assert _walk("riff", b"RIFF\xff\xff\xff\xffAVI ").unsized
    assert not _walk("riff", b"RIFF" + struct.pack("<I", 4) + b"AVI ").unsized


def _page(flags: int, body: bytes) -> bytes:
    return b"OggS\0" + bytes([flags]) + b"\0" * 20 + bytes([1, len(body)]) + body


def test_an_ogg_file_ends_with_a_page_that_says_so() -> None:
    whole = _page(2, b"head") + _page(0, b"sound") + _page(4, b"the last")
    assert _walk("pages", whole) == Layout()
    assert _walk("pages", whole[:-3]) == Layout(missing=3)
    assert _walk("pages", whole[: whole.rfind(b"OggS")]) == Layout(unended=True)


@pytest.mark.parametrize(
    ("header", "side"), [(b"\xff\xfb\x90\x00", 32), (b"\xff\xfb\x90\xc0", 17), (b"\xff\xf3\x90\xc0", 9)]
)
def test_an_mp3_says_how_many_bytes_it_has(header: bytes, side: int) -> None:
    tag = b"Info" + struct.pack(">III", 3, 100, 200)
    frames = (header + b"\0" * side + tag).ljust(200, b"\0")
    for before in (b"", b"ID3\4\0\0\0\0\1\2" + b"\0" * 130):
        assert _walk("frames", before + frames).missing == 0
        assert _walk("frames", before + frames[:-50]).missing == 50
    assert _walk("frames", header + b"\0" * 300).missing == 0


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["boxes", "ebml", "riff", "pages", "frames", ""]))
def test_garbage_ends_the_walk(data: bytes, kind: str) -> None:
    assert _walk(kind, data).missing >= 0
