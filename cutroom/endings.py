"""What a file is to be, told by the ending of its name and by the codec that was asked for."""

from __future__ import annotations

from pathlib import Path

from cutroom.exits import misuse
from shared.contracts.codecs import CONTAINERS, codec_refusal, file_refusal

ENDINGS: dict[str, tuple[str, str]] = {
    ".mp4": ("h264", "auto"), ".webm": ("vp9", "auto"), ".mov": ("prores", "auto"), ".gif": ("gif", "auto"),
    ".m4a": ("none", "aac"), ".mp3": ("none", "mp3"), ".wav": ("none", "pcm"), ".opus": ("none", "opus"),
    ".flac": ("none", "flac"),
}  # fmt: skip
"""Codec of picture and sound by the ending of the file."""
CODECS: dict[str, str] = {str(codec): ending for codec, ending in CONTAINERS.items()}
LADDERS = ("h264", "hevc")


def codecs(out: Path, codec: str | None, *, hls: bool) -> dict[str, str]:
    """Return the codecs of picture and sound of ``out``. Raises Stopped that says what to write instead."""
    if str(out) == "-":
        raise misuse("A film is not written to a pipe: its head is written last.", "Give -o the name of a file.")
    ending = out.suffix.lower()
    if ending not in ENDINGS:
        if not ending:
            raise misuse(f"{out} has no ending that says what to make.", f"End it in one of {' '.join(ENDINGS)}.")
        near = file_refusal(ending)
        raise misuse(f"{ending} files are not written.", f"{near} Endings: {' '.join(ENDINGS)}.".strip())
    picture, sound = ENDINGS[ending]
    if codec is not None and codec not in CODECS:
        raise misuse(codec_refusal(codec), f"Codecs: {_all()}.")
    if codec is not None and CODECS[codec] != ending:
        raise misuse(
            f"{codec} does not go into a {ending} file.", f"End -o in {CODECS[codec]} for {codec}.{_of(ending)}"
        )
    chosen = codec or picture
    if hls and chosen not in LADDERS:
        raise misuse(f"--hls does not go with {out.name}.", "End -o in .mp4, with --codec h264 or hevc.")
    return {"codec": chosen, "audio_codec": sound}


def _all() -> str:
    return ", ".join(f"{name} ({ending})" for name, ending in CODECS.items())


def _of(ending: str) -> str:
    here = [name for name, own in CODECS.items() if own == ending]
    return f" Or ask for {' or '.join(here)} in {ending}." if here else ""
