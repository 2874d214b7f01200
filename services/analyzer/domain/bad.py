"""Every way in which a medium can be unusable, each with its own code and remedy."""

from __future__ import annotations

from shared.errors import BadMedia

_TAKEN = frozenset({"a PNG picture", "a JPEG picture", "a GIF picture", "a WebP picture"})
"""Pictures that are read where a picture is wanted."""


def unsupported(detected: str, why: str = "") -> BadMedia:
    """The bytes are no video or sound that Cutroom reads."""
    reason = f": {why}" if why else ""
    remedy = (
        "Export a film as mp4 (H.264 and AAC), mov, webm, mkv, avi or MPEG-TS, sound as WAV, FLAC, MP3, M4A or Ogg."
    )
    if detected.endswith(("picture", "drawing")):
        remedy = "Save it as PNG, JPEG, GIF or WebP, and give that."
    if detected in _TAKEN:
        remedy = "Give a film here. A picture can be an asset of its own, shown as a segment or an overlay of a film."
    return BadMedia(
        f"The file is {detected}, not a video or sound file that can be read{reason}.",
        code="media_unsupported",
        remedy=remedy,
        details={"detected": detected, "why": why},
    )


def spoilt(detected: str, why: str) -> BadMedia:
    """A picture or document of a kind that is taken, which cannot be read."""
    return BadMedia(
        f"The file is {detected} that cannot be read: {why.rstrip('.')}.",
        code="media_unsupported",
        remedy="Save it anew with the program that it comes from, and upload that.",
        details={"detected": detected, "why": why},
    )


def empty() -> BadMedia:
    """There is not one byte."""
    return BadMedia(
        "The file is empty: it has zero bytes.",
        code="media_empty",
        remedy="Upload the file again; check that the copy on your device is not empty.",
        details={"detected": "nothing"},
    )


def truncated(detected: str, why: str, **details: object) -> BadMedia:
    """The file ends before what its header promises."""
    return BadMedia(
        f"The file is cut off: {why}.",
        code="media_truncated",
        remedy="The upload or the recording stopped early. Upload the whole file again, or repair the recording first.",
        details={"detected": detected, **details},
    )


def jumping(detected: str, jump: float, at: float) -> BadMedia:
    """The clock of its packets jumps by ``jump`` seconds, ``at`` seconds behind its start: where is what?"""
    way = "back" if jump < 0 else "ahead"
    return BadMedia(
        f"The clock of the transport stream jumps {way} by {abs(jump):.1f} s, {at:.1f} s behind its start.",
        code="media_clock_broken",
        remedy="Write the file anew and upload that: ffmpeg -i IN.ts -c copy OUT.mp4 closes such jumps.",
        details={"detected": detected, "jump": round(jump, 3), "at": round(at, 3)},
    )


def no_video(detected: str) -> BadMedia:
    """There is sound, but no picture."""
    return BadMedia(
        "The file has sound, but no video stream.",
        code="media_no_video",
        remedy="Upload a film. Sound alone can be used as music or voice, not as footage.",
        details={"detected": detected},
    )


def too_short(detected: str, seconds: float, least: float) -> BadMedia:
    """Nothing, or next to nothing, would be shown. Both in seconds."""
    return BadMedia(
        f"The clip is {seconds:.3f} s long; at least {least:g} s are needed.",
        code="media_too_short",
        remedy="Upload a longer clip.",
        details={"detected": detected, "duration": seconds, "minimum": least},
    )


def too_long(detected: str, seconds: float, most: float) -> BadMedia:
    """The clip is longer than this installation takes. Both in seconds."""
    return BadMedia(
        f"The clip is {seconds:.0f} s long; at most {most:.0f} s are taken.",
        code="media_too_long",
        remedy="Cut it into shorter files, or raise CUTROOM_ANALYZER_MAX_DURATION_S.",
        details={"detected": detected, "duration": seconds, "maximum": most},
    )


def too_complex(detected: str, why: str, remedy: str = "") -> BadMedia:
    """Reading it would take more memory or time than one file may have."""
    return BadMedia(
        f"The file asks for too much: {why}.",
        code="media_too_complex",
        remedy=remedy or "Export it again with fewer streams or a smaller picture.",
        details={"detected": detected, "why": why},
    )
