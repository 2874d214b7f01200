"""What a key frame says of its size, without being decoded: two that say the same have the same size. Pure.

H.264 and HEVC: the sequence parameter sets (ITU-T H.264, 7.3.2.1; H.265, 7.3.2.2). VP8: RFC 6386, 9.1. VP9: bitstream
specification, 6.2. MPEG-2: the sequence header (ISO/IEC 13818-2, 6.2.2.1).
"""

from __future__ import annotations

from services.analyzer.domain.refresh import units

_H264_SPS, _HEVC_SPS = 7, 33
_VP8_START, _VP9_SYNC, _MPEG2_SEQUENCE = b"\x9d\x01\x2a", b"\x49\x83\x42", b"\0\0\1\xb3"
_MOST_BYTES = 4096
SAID = frozenset({"h264", "hevc", "vp8", "vp9", "mpeg2video"})
"""Codecs whose key frames say it."""


def said(codec: str, packet: bytes) -> bytes:
    """Return what the key frame ``packet`` says of its size, among other things; empty where it says nothing."""
    head = packet[:_MOST_BYTES]
    if codec == "h264":
        return next((unit for unit in units(head) if unit[0] & 31 == _H264_SPS), b"")
    if codec == "hevc":
        return next((unit for unit in units(head) if unit[0] >> 1 & 63 == _HEVC_SPS), b"")
    if codec == "vp8":
        return head[6:10] if head[3:6] == _VP8_START else b""
    if codec == "vp9":
        return head[4:9] if head[1:4] == _VP9_SYNC else b""
    at = head.find(_MPEG2_SEQUENCE)
    return head[at + 4 : at + 7] if codec == "mpeg2video" and at >= 0 else b""
