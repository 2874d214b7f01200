"""Codecs and files by the names that people give them, and what to write instead. Pure values."""

from __future__ import annotations

from typing import get_args

from shared.contracts.outputs import AudioCodec, VideoCodec

CONTAINERS: dict[VideoCodec, str] = {
    "h264": ".mp4", "hevc": ".mp4", "av1": ".mp4", "vp9": ".webm", "prores": ".mov", "gif": ".gif",
}  # fmt: skip
"""The file that each codec of pictures is written into."""
_CALLED: dict[str, str] = {
    "avc": "h264", "avc1": "h264", "h.264": "h264", "x264": "h264", "libx264": "h264", "mp4": "h264",
    "h265": "hevc", "h.265": "hevc", "x265": "hevc", "libx265": "hevc", "hvc1": "hevc", "vp09": "vp9",
    "libvpx-vp9": "vp9", "webm": "vp9", "av01": "av1", "libaom-av1": "av1", "libsvtav1": "av1", "svtav1": "av1",
    "apr": "prores", "prores_ks": "prores", "mov": "prores", "audio": "none", "wav": "pcm", "pcm_s16le": "pcm",
    "libopus": "opus", "libmp3lame": "mp3", "m4a": "aac", "mp4a": "aac",
}  # fmt: skip
_NEAREST: dict[str, str] = {
    "vp8": "vp9", "theora": "vp9", "mpeg4": "h264", "xvid": "h264", "divx": "h264", "mpeg2": "h264",
    "mpeg2video": "h264", "mpeg1video": "h264", "wmv": "h264", "wmv2": "h264", "flv": "h264", "vc1": "h264",
    "mjpeg": "h264", "dnxhd": "prores", "dnxhr": "prores", "cineform": "prores", "ffv1": "prores", "rawvideo": "prores",
    "apng": "gif", "webp": "gif", "vvc": "av1", "h266": "av1", "vorbis": "opus", "wma": "aac", "ac3": "aac",
    "eac3": "aac", "dts": "aac", "amr": "aac", "alac": "flac", "aiff": "pcm", "speex": "opus",
}  # fmt: skip
_FILES: dict[str, str] = {
    ".mkv": ".mp4", ".avi": ".mp4", ".m4v": ".mp4", ".wmv": ".mp4", ".flv": ".mp4", ".ts": ".mp4", ".m2ts": ".mp4",
    ".mpg": ".mp4", ".mpeg": ".mp4", ".3gp": ".mp4", ".ogv": ".webm", ".qt": ".mov", ".mxf": ".mov", ".aac": ".m4a",
    ".ogg": ".opus", ".oga": ".opus", ".aif": ".wav", ".aiff": ".wav", ".wma": ".mp3", ".apng": ".gif",
}  # fmt: skip


def codec_refusal(codec: str) -> str:
    """Return why ``codec`` is none that is written and what to give instead."""
    kind = "pictures" if not _is_sound(name := codec.strip().lower()) else "sound"
    written = ", ".join(get_args(VideoCodec if kind == "pictures" else AudioCodec))
    if name == "copy":
        return "copy is no codec; to take pictures over as they are, write fidelity: copy, or --copy."
    if ours := _CALLED.get(name):
        return f"{codec} is called {ours} here."
    if near := _NEAREST.get(name):
        return f"{codec} is not written; {near} is the nearest that is."
    return f"There is no codec {codec[:40]} of {kind}; there are {written}."


def file_refusal(ending: str) -> str:
    """Return what to end a file's name in instead of ``ending`` (with its dot), empty where nothing is near."""
    near = _FILES.get(ending.lower(), "")
    if ending.lower() in (".jpg", ".jpeg", ".png", ".webp"):
        return "--poster writes a picture beside a film."
    if ending.lower() == ".m3u8":
        return "End it in .mp4 and add --hls."
    return f"{near} is the nearest to {ending} that is written." if near else ""


def _is_sound(name: str) -> bool:
    sounds = {*get_args(AudioCodec), "none"} - {"none"}
    return name in sounds or _CALLED.get(name, _NEAREST.get(name, "")) in sounds
