"""Pictures of H.264 that are made whole bit by bit: key frames from which decoding recovers only after a while. Pure.

Low-latency encoders (screen recorders, cameras on a network) send no large key frames: they redraw a stripe of each
picture, and mark places from which on so many pictures later all stripes were drawn anew. ITU-T H.264, D.2.8: recovery
point SEI; 7.3.2.3: how SEI messages are written.
"""

from __future__ import annotations

from collections.abc import Iterator

_SLICE, _IDR, _SEI = 1, 5, 6
_RECOVERY_POINT = 6
_LENGTH = 4
_MOST_BYTES, _MOST_UNITS = 4096, 32
"""Of a packet only the beginning is looked at: messages come before the picture."""


def recovery(packet: bytes) -> int:
    """Return how many frames behind this key frame pictures are whole; 0 where it says nothing, or is whole itself."""
    for unit in units(packet[:_MOST_BYTES]):
        kind = unit[0] & 31
        if _SLICE <= kind <= _IDR:
            return 0
        if kind == _SEI and (found := _message(unit)) is not None:
            return found
    return 0


def units(head: bytes) -> Iterator[bytes]:
    """Yield the units that a packet begins with, as a stream has them or as MP4 has them."""
    if head[:3] == b"\0\0\1" or head[:4] == b"\0\0\0\1":
        yield from (unit for unit in head.split(b"\0\0\1", _MOST_UNITS)[1:] if unit)
        return
    at = 0
    while at + _LENGTH < len(head):
        size = int.from_bytes(head[at : at + _LENGTH], "big")
        at += _LENGTH
        yield head[at : at + max(1, size)]
        at += size


def _message(unit: bytes) -> int | None:
    """Return the count of a recovery point among the messages of a unit."""
    data, at = unit[1:].replace(b"\0\0\3", b"\0\0"), 0
    while at + 2 < len(data):
        kind, at = _number(data, at)
        size, at = _number(data, at)
        if kind == _RECOVERY_POINT:
            return _count(data[at : at + size])
        at += size
    return None


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Read a number that is written as a sum of bytes, of which all but the last are 255."""
    total = 0
    while at < len(data) and data[at] == 255:
        total, at = total + 255, at + 1
    return total + (data[at] if at < len(data) else 0), at + 1


def _count(payload: bytes) -> int:
    """Read an unsigned Exp-Golomb number; at most 65535."""
    bits = "".join(f"{byte:08b}" for byte in payload[:5])
    zeros = len(bits) - len(bits.lstrip("0"))
    return min(int(bits[zeros : 2 * zeros + 1] or "1", 2) - 1, 65535)
