"""Key frames that are no whole pictures say after how many frames pictures are."""

from __future__ import annotations

import pytest

from services.analyzer.domain.refresh import recovery

SLICE = b"\x41\x9a\x00\x10"
OTHER = b"\x05\x02\xff\xff"
"""A message of another kind, of two bytes."""


def units(*given: bytes, length: bool) -> bytes:
    """Units as MP4 or as a stream has them."""
    return b"".join((len(one).to_bytes(4, "big") if length else b"\0\0\0\1") + one for one in given)


def point(bits: str) -> bytes:
    """A message with a recovery point whose count is written in ``bits``."""
    padded = bits + "1" + "0" * (-(len(bits) + 1) % 8)
    payload = bytes(int(padded[i : i + 8], 2) for i in range(0, len(padded), 8))
    return b"\x06" + OTHER + bytes([6, len(payload)]) + payload + b"\x80"


@pytest.mark.parametrize("length", [True, False])
def test_the_count_of_frames_is_read(length: bool) -> None:
    assert recovery(units(b"\x09\x10", point("000010011"), SLICE, length=length)) == 18
    assert recovery(units(point("1"), SLICE, length=length)) == 0, "an open group: whole at once"


@pytest.mark.parametrize("length", [True, False])
def test_whole_pictures_and_others_say_nothing(length: bool) -> None:
    assert recovery(units(b"\x65\x88\x80", length=length)) == 0
    assert recovery(units(SLICE, point("000010011"), length=length)) == 0, "what comes behind a picture is of another"


@pytest.mark.parametrize("bad", [b"", b"\0", b"\xff" * 64, units(b"\x06\x06\xff", length=True), b"\0\0\1\x06\x06\x01"])
def test_broken_packets_say_nothing(bad: bytes) -> None:
    assert recovery(bad) == 0
