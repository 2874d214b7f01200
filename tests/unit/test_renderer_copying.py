"""What can be copied of a source: packets in decoding order, parameter sets, glimpses of what was copied."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from services.renderer.domain.glimpsed import Glimpse, notes
from services.renderer.domain.h264 import Sets, foreign, head_of, is_idr, number, sets_of
from services.renderer.domain.packets import Reading, Shown, spanned, whole

SPS = bytes([0x67, 100, 0, 31, 0b1_0000000])
"""Sequence parameters of number 0, High, level 3.1."""
OTHER = bytes([0x67, 66, 0, 40, 0b010_00000])
PPS, OTHER_PPS = bytes([0x68, 0b1_1_000000]), bytes([0x68, 0b010_010_00])


def read(frames: Sequence[tuple[int, bool]], first: int, stop: int) -> Reading:
    """Packets in decoding order: the frame that each shows, and whether it is an IDR frame."""
    reading = Reading(first, stop)
    for frame, idr in frames:
        if not reading.take(Shown(frame, idr)):
            break
    return reading


def group(begin: int, frames: int, ahead: int) -> list[tuple[int, bool]]:
    """A group of pictures in which every frame that others wait for comes ``ahead`` frames too early."""
    made, at = [(begin, True)], begin + 1
    while at < begin + frames:
        last = min(at + ahead, begin + frames - 1)
        made += [(last, False), *((n, False) for n in range(at, last))]
        at = last + 1
    return made


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.integers(0, 7), st.data())
def test_what_is_copied_needs_no_packet_behind_it(groups: list[int], ahead: int, data: st.DataObject) -> None:
    packets: list[tuple[int, bool]] = []
    for length in groups:
        packets += group(len(packets), length, ahead)
    first = data.draw(st.integers(0, len(packets) - 1))
    stop = data.draw(st.integers(first + 1, len(packets)))
    reading = read(packets, first, stop)
    if span := spanned(reading, reading):
        begins = [frame for frame, idr in packets if idr and frame >= first]
        assert span.begin == begins[0] and span.end <= stop
        shown = [frame for frame, _ in packets[span.begin : span.end]]
        assert whole(shown, span.begin), "as many packets as frames, and just these"
        assert all(place - frame <= span.delay for place, frame in enumerate(shown, span.begin))


def test_a_hole_ends_all_copying() -> None:
    packets = [(frame, frame % 20 == 0) for frame in range(60) if frame != 15]
    assert read(packets, 0, 60).broken
    reading = read(packets, 18, 60)
    assert not reading.broken and (reading.begin, reading.end) == (20, 60)


def test_parameter_sets_of_two_encoders_stand_in_one_head() -> None:
    one, two = Sets((SPS,), (PPS,), b"\xfd\xf8\xf8\x00"), Sets((OTHER,), (OTHER_PPS,))
    assert [number(unit) for unit in (SPS, OTHER, PPS, OTHER_PPS)] == [0, 1, 0, 1]
    head = head_of([one, two])
    assert head is not None and head[1] == 100 and head[3] == 40, "High, and the higher level"
    known = sets_of(head)
    assert known == Sets((SPS, OTHER), (PPS, OTHER_PPS), b"\xfd\xf8\xf8\x00") and known.numbers == {0, 1}
    assert head_of([one, Sets((SPS[:-1] + b"\xc0",), (PPS,))]) is None, "one number, two sets"
    assert sets_of(head[:20]) is None and sets_of(b"\x00\x00\x00\x01" + SPS) is None


def test_units_of_a_packet() -> None:
    def packet(*units: bytes) -> bytes:
        return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)

    sets = Sets((SPS,), (PPS,))
    assert is_idr(packet(SPS, PPS, b"\x65" + bytes(40))) and not is_idr(packet(b"\x41" + bytes(40)))
    assert not is_idr(packet(b"\x06\x05", b"\x61" + bytes(9))) and not is_idr(b"") and not is_idr(b"\xff" * 9)
    assert not foreign(packet(SPS, b"\x65" + bytes(40)), sets) and foreign(packet(OTHER, b"\x65\x00"), sets)


def test_spans_that_look_black_or_still_are_notes() -> None:
    seen = [Glimpse(0, 90, False), Glimpse(60, 18, False), Glimpse(120, 18, True), Glimpse(180, 18, True)]
    seen += [Glimpse(240, 99, False), Glimpse(300, 20, False)]
    found = notes(seen, "30/1")
    assert [(one.code, one.severity, one.at, one.figure) for one in found] == [
        ("black", "note", 2.0, 4.0), ("black", "note", 10.0, 0.0), ("frozen", "note", 2.0, 4.0),
    ]  # fmt: skip
    assert notes(seen[:1], "30/1") == [] and notes([], "25/1") == []
