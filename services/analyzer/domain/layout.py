"""Walk the outermost structure of a container: does the file end before what its own sizes promise?

Reads a few bytes at each box (ISO 14496-12), the Segment element (RFC 8794, 9559), the RIFF header, the last page of an
Ogg file (RFC 3533) or the first frame of an MP3, whose Xing tag tells its bytes; never the media.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ReadAt = Callable[[int, int], bytes]
_MOST_BOXES = 100_000
_SEGMENT = 0x18538067
_MOST_PAGE = 65_307
_XING_BYTES = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """``missing``: bytes that the outermost sizes promise beyond the end. ``index``: an mp4 has its ``moov`` box.

    ``unsized``: it was written without going back to its header, which promises nothing. ``unended``: it has no mark of
    its end where its kind has one.
    """

    missing: int = 0
    index: bool = True
    fragmented: bool = False
    unsized: bool = False
    unended: bool = False


def walk(layout: str, read_at: ReadAt, size: int) -> Layout:
    """Return the layout of a file of ``size`` bytes; ``read_at(offset, count)`` may return fewer bytes at the end."""
    if layout == "boxes":
        return _boxes(read_at, size)
    if layout == "ebml":
        return _ebml(read_at, size)
    if layout == "riff":
        return _riff(read_at, size)
    if layout == "pages":
        return _pages(read_at, size)
    if layout == "frames":
        return _frames(read_at, size)
    return Layout()


def _boxes(read_at: ReadAt, size: int) -> Layout:
    at, index, fragmented = 0, False, False
    for _ in range(_MOST_BOXES):
        head = read_at(at, 16)
        if at >= size or len(head) < 8:
            break
        length, name = int.from_bytes(head[:4]), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16])
        if length == 0:
            length = size - at
        if length < 8:
            break
        index = index or name == b"moov"
        fragmented = fragmented or name == b"moof"
        at += length
    return Layout(missing=max(0, at - size), index=index, fragmented=fragmented)


def _ebml(read_at: ReadAt, size: int) -> Layout:
    at = 0
    for _ in range(16):
        head = read_at(at, 16)
        if len(head) < 2:
            return Layout(missing=max(1, at + 1 - size))
        identity, id_length = _vint(head, 0, marker=True)
        length, size_length = _vint(head, id_length, marker=False)
        if identity == 0 or size_length == 0:
            return Layout()
        unknown = length == (1 << (7 * size_length)) - 1
        end = at + id_length + size_length + length
        if identity == _SEGMENT:
            return Layout(missing=0 if unknown else max(0, end - size))
        at = end
    return Layout()


def _vint(data: bytes, at: int, *, marker: bool) -> tuple[int, int]:
    """Read a variable-length integer; return it (with its length marker if asked) and its length, 0 for none."""
    if at >= len(data) or data[at] == 0:
        return 0, 0
    length = 9 - data[at].bit_length()
    raw = data[at : at + length]
    if len(raw) < length:
        return 0, 0
    value = int.from_bytes(raw)
    return (value if marker else value & ((1 << (7 * length)) - 1)), length


def _riff(read_at: ReadAt, size: int) -> Layout:
    head = read_at(0, 12)
    promised = int.from_bytes(head[4:8], "little") + 8
    open_ended = head[:4] == b"RF64" or promised >= 0xFFFFFF00 or promised == 8
    return Layout(missing=0 if open_ended else max(0, promised - size), unsized=open_ended and head[:4] != b"RF64")


def _pages(read_at: ReadAt, size: int) -> Layout:
    """The last page lies whole in the file and says that it is its stream's last, or the file was cut off."""
    start = max(0, size - 2 * _MOST_PAGE)
    tail = read_at(start, 2 * _MOST_PAGE)
    at = tail.rfind(b"OggS")
    if at < 0 or len(tail) < at + 27:
        return Layout(unended=True)
    table = tail[at + 27 : at + 27 + tail[at + 26]]
    end = start + at + 27 + tail[at + 26] + sum(table)
    return Layout(missing=max(0, end - size), unended=not tail[at + 5] & 4)


def _frames(read_at: ReadAt, size: int) -> Layout:
    head = read_at(0, 10)
    at = 0
    if head[:3] == b"ID3" and len(head) == 10:
        at = 10 + sum((byte & 0x7F) << 7 * (3 - n) for n, byte in enumerate(head[6:10]))
    frame = read_at(at, 64)
    if len(frame) < 64 or frame[0] != 0xFF or frame[1] & 0xE0 != 0xE0:
        return Layout()
    full, mono = frame[1] >> 3 & 3 == 3, frame[3] >> 6 == 3
    tag = frame[4 + ((17 if mono else 32) if full else (9 if mono else 17)) :]
    flags = int.from_bytes(tag[4:8])
    if tag[:4] not in {b"Xing", b"Info"} or not flags & _XING_BYTES:
        return Layout()
    count = 12 if flags & 1 else 8
    return Layout(missing=max(0, at + int.from_bytes(tag[count : count + 4]) - size))
