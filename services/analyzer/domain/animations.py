"""How many frames an animation has and how long it lasts, by its blocks alone: nothing is decoded. Pure.

``read(n)`` returns the next n bytes, fewer at the end of the file. All stop behind ``most`` frames, or where the file
ends. A still picture has one frame and no length.
"""

from __future__ import annotations

from collections.abc import Callable

Read = Callable[[int], bytes]
SHORTEST_FRAME_S = 0.02
_USUAL_S = 0.1
_PIECE = 65536


def gif_frames(read: Read, most: int) -> tuple[int, float]:
    """Return a GIF's frames and seconds (GIF89a, sections 17 to 26)."""
    head = read(13)
    if len(head) < 13:
        return 0, 0.0
    _skip_table(read, head[10])
    frames, seconds, delay = 0, 0.0, 0
    while frames <= most and (mark := read(1)) in {b"!", b","}:
        if mark == b",":
            frames, seconds = frames + 1, seconds + max(delay / 100, SHORTEST_FRAME_S)
            described = read(9)
            _skip_table(read, described[8] if len(described) == 9 else 0)
            read(1)
            _blocks(read)
            continue
        label = read(1)
        body = _blocks(read)
        if label == b"\xf9" and len(body) >= 3:
            delay = int.from_bytes(body[1:3], "little")
    return frames, seconds if frames > 1 else 0.0


def webp_frames(read: Read, most: int) -> tuple[int, float]:
    """Return a WebP's frames and seconds by its ANMF chunks (RFC 9649, section 2.7.1.1)."""
    read(12)
    frames, seconds = 0, 0.0
    while frames <= most and len(head := read(8)) == 8:
        size = int.from_bytes(head[4:], "little")
        size += size % 2
        if head[:4] == b"ANMF":
            described = read(min(size, 16))
            size -= len(described)
            frames, seconds = frames + 1, seconds + _shown(int.from_bytes(described[12:15], "little"), 1000)
        _skip(read, size)
    return (frames, seconds) if frames > 1 else (1, 0.0)


def png_frames(read: Read, most: int) -> tuple[int, float]:
    """Return a PNG's frames and seconds by its fcTL chunks (PNG, third edition, 11.3.6)."""
    read(8)
    frames, seconds = 0, 0.0
    while frames <= most and len(head := read(8)) == 8:
        size = int.from_bytes(head[:4]) + 4
        if head[4:] == b"fcTL":
            described = read(min(size, 26))
            size -= len(described)
            parts = int.from_bytes(described[22:24]) or 100
            frames, seconds = frames + 1, seconds + _shown(int.from_bytes(described[20:22]), parts)
        _skip(read, size)
    return (frames, seconds) if frames > 1 else (1, 0.0)


def _shown(delay: int, parts: int) -> float:
    """Return how many seconds a frame is shown: viewers take no delay for the usual one."""
    return max(delay / parts, SHORTEST_FRAME_S) if delay else _USUAL_S


def _skip(read: Read, count: int) -> None:
    while count > 0 and (piece := read(min(count, _PIECE))):
        count -= len(piece)


def _skip_table(read: Read, packed: int) -> None:
    if packed & 0x80:
        read(3 << ((packed & 7) + 1))


def _blocks(read: Read) -> bytes:
    """Pass over sub-blocks; return the first."""
    first = b""
    while (length := read(1)) not in {b"", b"\0"}:
        body = read(length[0])
        first = first or body
    return first
