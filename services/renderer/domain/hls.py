"""Playlists for HTTP Live Streaming (RFC 8216) over CMAF, each segment a file of its own. Pure.

One file a picture with segments as ranges of bytes would be fewer objects; but ffmpeg 9.0 reads only the first of them
over HTTP.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from shared.contracts.outputs import Rendition

AAC_LC = "mp4a.40.2"
VERSION = 7
"""Fragmented MP4 with EXT-X-MAP outside of I-frame playlists asks for 6, what Apple recommends for CMAF is 7."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Bytes ``offset`` to ``offset + size`` of the packed stream, and what they last in seconds.

    ``key``: so many of the bytes are the fragment's head and its first picture; 0 for sound.
    """

    offset: int
    size: int
    seconds: Fraction
    key: int = 0

    @property
    def bits(self) -> Fraction:
        """Bits a second."""
        return self.size * 8 / self.seconds


@dataclass(frozen=True, slots=True)
class Stream:
    """A packed stream; ``head`` is the size of what stands before the first segment and is needed for each."""

    name: str
    head: int
    segments: tuple[Segment, ...]

    @property
    def files(self) -> list[tuple[str, int, int]]:
        """Name, offset and size of each file that the stream is cut into: the head, then the segments."""
        cut = [(f"{self.name}_{n:05d}.m4s", one.offset, one.size) for n, one in enumerate(self.segments)]
        return [(f"{self.name}_init.mp4", 0, self.head), *cut]

    @property
    def seconds(self) -> Fraction:
        """How long it is."""
        return sum((segment.seconds for segment in self.segments), Fraction(0))

    @property
    def peak(self) -> int:
        """Bits a second of the largest segment."""
        return math.ceil(max(segment.bits for segment in self.segments))

    @property
    def average(self) -> int:
        """Bits a second of the whole."""
        return math.ceil(sum(segment.size for segment in self.segments) * 8 / self.seconds)


def video_codec(codec: str, header: bytes) -> str:
    """Return the name that RFC 6381 gives a picture, from its decoder configuration record (ISO/IEC 14496-15).

    Raises ValueError for a record that is none.
    """
    if codec == "h264" and len(header) > 4 and header[0] == 1:
        return f"avc1.{header[1:4].hex()}"
    if codec == "hevc" and len(header) > 12 and header[0] == 1:
        space, tier, profile = header[1] >> 6, header[1] >> 5 & 1, header[1] & 31
        compatible = int(f"{int.from_bytes(header[2:6], 'big'):032b}"[::-1], 2)
        constraints = [f"{byte:X}" for byte in header[6:12].rstrip(b"\0")]
        parts = [f"{('', 'A', 'B', 'C')[space]}{profile}", f"{compatible:X}", f"{'LH'[tier]}{header[12]}", *constraints]
        return ".".join(["hvc1", *parts])
    raise ValueError(f"no configuration record of {codec}")


def target(streams: Sequence[Stream]) -> int:
    """Return the target duration that no segment is longer than, in whole seconds."""
    longest = max(segment.seconds for stream in streams for segment in stream.segments)
    return max(1, math.floor(longest + Fraction(1, 2)))


def media(stream: Stream, most: int) -> str:
    """Return the playlist of one stream; ``most`` is the target duration of all streams of the ladder."""
    head, *files = [name for name, _, _ in stream.files]
    lines = [*_opening(most), f'#EXT-X-MAP:URI="{head}"']
    for segment, file in zip(stream.segments, files, strict=True):
        lines += [f"#EXTINF:{float(segment.seconds):.6f},", file]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def key_frames(stream: Stream, most: int) -> str:
    """Return the playlist of the pictures that the segments begin with: for a player's preview while it is searched.

    Each is the fragment's head with its first picture, as ranges of bytes of the segments (RFC 8216, 4.3.3.6).
    """
    head, *files = [name for name, _, _ in stream.files]
    lines = [line for line in _opening(most) if line != "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += ["#EXT-X-I-FRAMES-ONLY", f'#EXT-X-MAP:URI="{head}"']
    for segment, file in zip(stream.segments, files, strict=True):
        lines += [f"#EXTINF:{float(segment.seconds):.6f},", f"#EXT-X-BYTERANGE:{segment.key}@0", file]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def texts(files: Sequence[tuple[str, Fraction]]) -> str:
    """Return the playlist of subtitles, whose segments are files of their own, each so many seconds long."""
    lines = _opening(max(math.floor(seconds + Fraction(1, 2)) for _, seconds in files) or 1)
    for name, seconds in files:
        lines += [f"#EXTINF:{float(seconds):.6f},", name]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


@dataclass(frozen=True, slots=True)
class Searched:
    """A playlist of key frames: its name, the codec, the size of the picture, and bits a second of the largest."""

    uri: str
    codec: str
    width: int
    height: int
    peak: int


def searched(uri: str, codec: str, size: tuple[int, int], stream: Stream) -> Searched:
    """Return how the key frames of a stream are announced."""
    return Searched(uri, codec, *size, math.ceil(max(one.key * 8 / one.seconds for one in stream.segments)))


def master(
    renditions: Sequence[tuple[str, Rendition]],
    sound: tuple[str, int] | None,
    subtitles: str | None,
    keys: Sequence[Searched] = (),
) -> str:
    """Return the master playlist over ``(playlist, picture)``; ``sound``: its playlist and its channels."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS", *_groups(sound, subtitles)]
    for uri, one in renditions:
        lines += _variant(uri, one, sound, subtitles)
    for key in keys:
        told = f'BANDWIDTH={key.peak},CODECS="{key.codec}",RESOLUTION={key.width}x{key.height},URI="{key.uri}"'
        lines.append(f"#EXT-X-I-FRAME-STREAM-INF:{told}")
    return "\n".join([*lines, ""])


def _opening(most: int) -> list[str]:
    head = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", f"#EXT-X-TARGETDURATION:{most}", "#EXT-X-MEDIA-SEQUENCE:0"]
    return [*head, "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-INDEPENDENT-SEGMENTS"]


def _groups(sound: tuple[str, int] | None, subtitles: str | None) -> Iterator[str]:
    if sound is not None:
        uri, channels = sound
        yield (
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,'
            f'CHANNELS="{channels}",URI="{uri}"'
        )
    if subtitles is not None:
        yield (
            '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="Subtitles",DEFAULT=YES,AUTOSELECT=YES,FORCED=NO,'
            f'URI="{subtitles}"'
        )


def _variant(uri: str, one: Rendition, sound: tuple[str, int] | None, subtitles: str | None) -> list[str]:
    group = ',AUDIO="sound"' if sound else ""
    text = ',SUBTITLES="subtitles"' if subtitles else ""
    told = (
        f"#EXT-X-STREAM-INF:BANDWIDTH={one.bandwidth},AVERAGE-BANDWIDTH={one.average_bandwidth},"
        f'CODECS="{one.codecs}",RESOLUTION={one.width}x{one.height},'
        f"FRAME-RATE={float(Fraction(one.frame_rate)):.3f},CLOSED-CAPTIONS=NONE{group}{text}"
    )
    return [told, uri]
