"""Make the demo footage: a film, its true subtitles, its music, and the truth about its cuts, beats and pauses."""

from __future__ import annotations

import asyncio
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.sample import film, narration, subtitles
from deploy.sample.music import Music, compose
from deploy.sample.narration import Placed
from deploy.sample.screenplay import Shot, lay_out
from deploy.sample.voice import speak
from shared.contracts.media import Span
from shared.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Sample:
    """The files that were made: film, SubRip subtitles, music alone, captions with word times, and the truth."""

    video: Path
    subtitles: Path
    music: Path
    captions: Path
    truth: Path


async def make_sample(
    folder: Path, *, seed: int = 7, seconds: float = 40, size: tuple[int, int] = (1280, 720), fps: int = 30
) -> Sample:
    """Make demo footage of ``seconds`` in ``folder``; the same arguments give the same film on the same machine.

    ``size`` is in pixels, both even. Raises BadRequest for a film that is too short or has an odd size,
    CapabilityMissing without the voice or ffmpeg, ProcessFailed where one of them breaks.
    """
    if any(side < 32 or side % 2 for side in size) or not 1 <= fps <= 120:
        raise BadRequest(
            f"Demo footage cannot be {size[0]}x{size[1]} at {fps} frames a second.",
            code="sample_size",
            remedy="Ask for even sides of at least 32 pixels and 1 to 120 frames a second.",
        )
    shots = lay_out(seconds, fps)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as name:
        scratch = Path(name)
        spoken = await speak([line for shot in shots for line in shot.scene.lines], scratch)
        placed = narration.place(shots, spoken, fps)
        length = shots[-1].end / fps
        music = await asyncio.to_thread(compose, length, seed)
        sound, bed = await asyncio.to_thread(narration.mix, placed, music, _silences(shots, fps))
        sample = Sample(
            *(folder / each for each in ("sample.mp4", "sample.srt", "music.m4a", "sample.json", "truth.json"))
        )
        await film.encode(shots, sound, scratch / "film.mp4", scratch, size=size, fps=fps, seed=seed)
        await film.encode_music(bed, sample.music, scratch)
        (scratch / "film.mp4").replace(sample.video)
    _write_texts(sample, shots, placed, music, fps)
    return sample


def _silences(shots: tuple[Shot, ...], fps: int) -> tuple[Span, ...]:
    return tuple(Span(start=shot.start / fps, end=shot.end / fps) for shot in shots if not shot.scene.music)


def _write_texts(sample: Sample, shots: tuple[Shot, ...], placed: tuple[Placed, ...], music: Music, fps: int) -> None:
    captions = [line.caption() for line in placed]
    sample.subtitles.write_text(subtitles.subrip(captions), encoding="utf-8")
    sample.captions.write_text(subtitles.as_json(captions), encoding="utf-8")
    silences = _silences(shots, fps)
    seconds = shots[-1].end / fps
    truth = {
        "fps": fps,
        "frames": shots[-1].end,
        "seconds": seconds,
        "shots": [{"name": shot.scene.name, "start": shot.start, "end": shot.end} for shot in shots],
        "cuts": [shot.start for shot in shots[1:]],
        "blacks": [_span(shot, fps) for shot in shots if shot.scene.name == "black"],
        "silences": [span.model_dump() for span in silences],
        "pauses": [span.model_dump() for span in narration.pauses(placed, seconds)],
        "tempo": music.tempo,
        "beats": [beat for beat in music.beats if not any(span.start <= beat < span.end for span in silences)],
    }
    sample.truth.write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")


def _span(shot: Shot, fps: int) -> dict[str, float]:
    return {"start": shot.start / fps, "end": shot.end / fps}
