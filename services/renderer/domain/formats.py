"""The files that can be made: which container, which sound, and how each codec is asked for a quality. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from services.renderer.domain import ladder
from shared.contracts.timeline import AudioCodec, Output, VideoCodec

Option = str | int | float
GIF_RATE = 15
"""Frames a second that a GIF has at most; its clock counts in hundredths."""


@dataclass(frozen=True, slots=True)
class Format:
    """A file format. ``codec`` and ``pixels`` are what a probe calls them; chunks are written with ``chunk_muxer``."""

    ending: str
    muxer: str
    content_type: str
    codec: str
    pixels: str
    sounds: tuple[AudioCodec, ...]
    chunk_muxer: str = "mp4"


FORMATS: dict[VideoCodec, Format] = {
    "h264": Format("mp4", "mp4", "video/mp4", "h264", "yuv420p", ("aac", "opus", "mp3", "none")),
    "hevc": Format("mp4", "mp4", "video/mp4", "hevc", "yuv420p", ("aac", "opus", "none")),
    "vp9": Format("webm", "webm", "video/webm", "vp9", "yuv420p", ("opus", "none")),
    "av1": Format("mp4", "mp4", "video/mp4", "av1", "yuv420p", ("aac", "opus", "none")),
    "prores": Format("mov", "mov", "video/quicktime", "prores", "yuv422p10le", ("pcm", "aac", "none"), "mov"),
    "gif": Format("gif", "gif", "image/gif", "gif", "", ("none",)),
}


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound format: the file of its own that it makes, the encoder, and what a probe calls it."""

    ending: str
    muxer: str
    content_type: str
    encoder: str
    codec: str


SOUNDS: dict[AudioCodec, Sound] = {
    "aac": Sound("m4a", "mp4", "audio/mp4", "aac", "aac"),
    "opus": Sound("opus", "ogg", "audio/ogg", "libopus", "opus"),
    "mp3": Sound("mp3", "mp3", "audio/mpeg", "libmp3lame", "mp3"),
    "pcm": Sound("wav", "wav", "audio/wav", "pcm_s16le", "pcm_s16le"),
    "flac": Sound("flac", "flac", "audio/flac", "flac", "flac"),
}


STREAMED = {
    ".m3u8": "application/vnd.apple.mpegurl", ".mp4": "video/mp4", ".m4s": "video/mp4",
    ".vtt": "text/vtt; charset=utf-8",
}  # fmt: skip
"""The media types of what a ladder for HLS consists of, by ending."""


def sound_of(output: Output) -> AudioCodec:
    """Return the sound that the output gets where it leaves the choice open: the first that suits its codec."""
    if output.audio_codec != "auto":
        return output.audio_codec
    return "aac" if output.codec == "none" else FORMATS[output.codec].sounds[0]


def suits(output: Output) -> bool:
    """Tell whether the output's picture and sound can stand in one file."""
    sound = sound_of(output)
    if output.hls:
        return output.codec in ladder.CODECS and sound in ladder.SOUNDS
    return sound in SOUNDS if output.codec == "none" else sound in FORMATS[output.codec].sounds


def ending(output: Output) -> str:
    """Return the ending of the output's file, without a dot."""
    return SOUNDS[sound_of(output)].ending if output.codec == "none" else FORMATS[output.codec].ending


def chunk_muxer(output: Output) -> str:
    """Return the container of the output's chunks; a GIF is made from a film of the best quality."""
    return "mp4" if output.codec == "gif" else FORMATS[output.codec].chunk_muxer


def content_type(output: Output) -> str:
    """Return the media type of the output's file."""
    return SOUNDS[sound_of(output)].content_type if output.codec == "none" else FORMATS[output.codec].content_type


def every_nth(rate: str) -> int:
    """Return which frame of a film at ``rate`` a GIF shows: each, every second, every third."""
    return max(1, -int(-Fraction(rate) // GIF_RATE))


def frames_in(output: Output, frames: int, rate: str) -> int:
    """Return how many frames the file of an edit of ``frames`` at ``rate`` has."""
    return -(-frames // every_nth(rate)) if output.codec == "gif" else frames


_STEP = {"low": 5, "standard": 0, "high": -4}
_OFFSET: dict[str, int] = {"hevc": 3, "vp9": 12, "av1": 14}
"""How much larger the number is that gives about the same quality as x264's."""


GIF_CRF = 12


def quality(output: Output, crf: int) -> int:
    """Return the constant rate factor of the output's codec; ``crf`` is x264's for the standard quality.

    Never 0: that is lossless, which the usual profiles do not have.
    """
    return min(max(crf + _STEP[output.quality] + _OFFSET.get(output.codec, 0), 1), 51)


def picture_options(output: Output, *, crf: int, preset: str, keyframe: int, threads: int) -> dict[str, Option]:
    """Return the options of the software encoder; ``keyframe`` is the most frames between two key frames.

    Every codec is made to begin each chunk by itself, so that chunks can be joined by stream copy.
    """
    number = quality(output, GIF_CRF if output.codec == "gif" else crf)
    common: dict[str, Option] = {"g": keyframe, "threads": threads}
    match output.codec:
        case "hevc":
            steady = f":min-keyint={keyframe}:scenecut=0" if output.hls else ""
            parameters = f"log-level=error:info=0:open-gop=0:keyint={keyframe}{steady}:pools={threads}"
            own: dict[str, Option] = {
                "vcodec": "libx265", "preset": preset, "crf": number, "tag:v": "hvc1", "x265-params": parameters,
            }  # fmt: skip
        case "vp9":
            speed: dict[str, Option] = (
                {"deadline": "realtime", "cpu-used": 8} if output.draft else {"deadline": "good", "cpu-used": 5}
            )
            own = {"vcodec": "libvpx-vp9", "b:v": 0, "crf": number, "row-mt": 1, **speed}
        case "av1":
            own = {"vcodec": "libsvtav1", "preset": 12 if output.draft else 10, "crf": number}
        case "prores":
            profile = {"low": 0, "standard": 2, "high": 3}[output.quality]
            own = {"vcodec": "prores_ks", "profile:v": 0 if output.draft else profile, "vendor": "apl0"}
        case _:
            own = {"vcodec": "libx264", "preset": preset, "crf": number, "profile:v": "high", "flags": "+cgop"}
            # Its frames wait for each other: half as many again keep all cores busy.
            common["threads"] = threads * 3 // 2
            if output.hls:
                own["sc_threshold"] = 0
    return {**own, **common, "pix_fmt": FORMATS[output.codec].pixels if output.codec == "prores" else "yuv420p"}


def hardware_options(output: Output, family: str, *, crf: int, keyframe: int) -> dict[str, Option] | None:
    """Return the options of a hardware encoder of ``family``; None where it does not make this codec."""
    if output.codec not in ("h264", "hevc", "av1") or (output.codec == "av1" and family == "videotoolbox"):
        return None
    number = quality(output, crf)
    own: dict[str, dict[str, Option]] = {
        "nvenc": {"preset": "p4", "rc": "vbr", "cq": number, "b:v": 0, "pix_fmt": "yuv420p", "forced-idr": 1},
        "qsv": {"global_quality": number, "pix_fmt": "nv12"},
        "vaapi": {"rc_mode": "CQP", "qp": number},
        "videotoolbox": {"q:v": max(1, 100 - 2 * number), "pix_fmt": "yuv420p"},
    }
    if output.hls:
        own["nvenc"] |= {"no-scenecut": 1, "strict_gop": 1}
    tag: dict[str, Option] = {"tag:v": "hvc1"} if output.codec == "hevc" else {}
    return {"vcodec": f"{output.codec}_{family}", "g": keyframe, "bf": 0, **own[family], **tag}
