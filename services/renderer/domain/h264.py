"""What has to be known of H.264 to put pictures of two encoders into one file: parameter sets and their numbers. Pure.

ITU-T H.264, 7.3 and 7.4; the decoder's configuration in a file: ISO/IEC 14496-15, 5.3.3.1. A picture names its picture
parameters by number, these name their sequence parameters. Where two encoders use different numbers, the sets of both
stand in the file's head and no player has to look for them in the pictures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SLICE, IDR, SPS, PPS = 1, 5, 7, 8
LENGTH = 4
"""Bytes that tell how long a unit is."""
MOST_NUMBER = 31
"""The highest number of sequence parameters."""
_HIGH = frozenset({100, 110, 122, 144})


@dataclass(frozen=True, slots=True)
class Sets:
    """The parameter sets of a stream, as its file's head has them."""

    sequence: tuple[bytes, ...]
    picture: tuple[bytes, ...]
    rest: bytes = b""
    """What follows in the configuration of a high profile: the format of its pixels."""

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers that are taken, of either kind."""
        return frozenset(number(one) for one in (*self.sequence, *self.picture))


def sets_of(head: bytes) -> Sets | None:
    """Read a configuration; None where it is none, or where units are not preceded by four bytes of length."""
    if len(head) < 7 or head[0] != 1 or (head[4] & 3) + 1 != LENGTH:
        return None
    try:
        at, found = 5, []
        for mask in (31, 255):
            count, at = head[at] & mask, at + 1
            sets = []
            for _ in range(count):
                size = int.from_bytes(head[at : at + 2], "big")
                sets.append(head[at + 2 : at + 2 + size])
                at += 2 + size
            found.append(tuple(sets))
    except IndexError:
        return None
    whole = all(len(one) > 3 for one in found[0]) and all(len(one) > 1 for one in found[1])
    return Sets(found[0], found[1], head[at:]) if whole and found[0] and found[1] and at <= len(head) else None


def number(unit: bytes) -> int:
    """Return the number of a set of sequence or picture parameters. Raises ValueError for anything else."""
    kind = unit[0] & 31
    if kind not in (SPS, PPS):
        raise ValueError(f"unit {kind} is no parameter set")
    bits = "".join(f"{byte:08b}" for byte in unit[4 if kind == SPS else 1 :][:8])
    zeros = len(bits) - len(bits.lstrip("0"))
    return int(bits[zeros : 2 * zeros + 1] or "1", 2) - 1


def head_of(many: Sequence[Sets]) -> bytes | None:
    """Return one configuration with the sets of all; None where two of them give one number to different sets."""
    sequence = _distinct([one for sets in many for one in sets.sequence])
    picture = _distinct([one for sets in many for one in sets.picture])
    if sequence is None or picture is None or len(sequence) > MOST_NUMBER:
        return None
    first = max(sequence, key=lambda one: (one[1] in _HIGH, one[3]))
    head = bytes([1, first[1], first[2], max(one[3] for one in sequence), 0xFF, 0xE0 | len(sequence)])
    head += b"".join(len(one).to_bytes(2, "big") + one for one in sequence) + bytes([len(picture)])
    head += b"".join(len(one).to_bytes(2, "big") + one for one in picture)
    return head + (next((sets.rest for sets in many if sets.rest), b"") if first[1] in _HIGH else b"")


def _distinct(units: Sequence[bytes]) -> list[bytes] | None:
    known: dict[int, bytes] = {}
    for unit in units:
        if known.setdefault(number(unit), unit) != unit:
            return None
    return [known[key] for key in sorted(known)]


def units(packet: bytes) -> Iterator[bytes]:
    """Yield the units of a packet up to its first slice, of that only the beginning."""
    at = 0
    while at + LENGTH < len(packet):
        size = int.from_bytes(packet[at : at + LENGTH], "big")
        at += LENGTH
        kind = packet[at] & 31
        yield packet[at : at + min(size, 8) if SLICE <= kind <= IDR else at + size]
        if SLICE <= kind <= IDR:
            return
        at += size


def is_idr(packet: bytes) -> bool:
    """Tell whether a packet holds a picture that needs no other, nor does any behind it need one before it."""
    return any(unit[0] & 31 == IDR for unit in units(packet))


def foreign(packet: bytes, sets: Sets) -> bool:
    """Tell whether a packet brings parameter sets that are not those of the file's head."""
    known = {*sets.sequence, *sets.picture}
    return any(unit[0] & 31 in (SPS, PPS) and unit not in known for unit in units(packet))
