"""Looking into finished films."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Film:
    """What a player would see and hear."""

    width: int
    height: int
    rate: float
    frames: int
    seconds: float
    video_codec: str
    audio_codec: str
    audio_seconds: float
    loudest: float
    brightest: float


def look(path: Path) -> Film:
    """Decode the whole film."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        frames, brightest = 0, 0.0
        for frame in container.decode(video):
            frames += 1
            brightest = max(brightest, float(frame.to_ndarray(format="gray").mean()))
    with av.open(str(path)) as container:
        audio = container.streams.audio[0]
        blocks: list[npt.NDArray[np.float32]] = [f.to_ndarray().astype(np.float32) for f in container.decode(audio)]
        return Film(
            width=container.streams.video[0].width,
            height=container.streams.video[0].height,
            rate=float(container.streams.video[0].average_rate or 0),
            frames=frames,
            seconds=float((container.duration or 0) / 1_000_000),
            video_codec=container.streams.video[0].codec_context.name,
            audio_codec=audio.codec_context.name,
            audio_seconds=sum(b.shape[-1] for b in blocks) / (audio.codec_context.sample_rate or 1),
            loudest=max((float(np.abs(b).max()) for b in blocks), default=0.0),
            brightest=brightest,
        )


def starts_with_moov(path: Path) -> bool:
    """Tell whether the index stands before the media, so that playing can begin at once."""
    head = path.read_bytes()
    return 0 < head.find(b"moov") < head.find(b"mdat")
