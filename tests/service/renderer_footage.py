"""Footage whose every frame and sample can be told apart, and ways to read finished films."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from services.renderer.settings import RendererSettings
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.film import Film, render
from services.renderer.tools.join import Tags
from services.renderer.tools.parts import Order
from shared.contracts.blob import BlobRef
from shared.contracts.layout import lay_out, violations
from shared.contracts.media import AudioStream, MediaInfo, VideoStream
from shared.contracts.time import MICROSECONDS
from shared.contracts.timeline import Clip, Output, RenderOptions, Source, Timeline
from shared.process import ffmpeg_path, run

BITS = 12
RATE = 48000
Floats = npt.NDArray[np.float32]
Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Footage:
    """A source file and what a probe says of it; ``noise`` is its sound, mono at 48 kHz."""

    path: Path
    media: MediaInfo
    noise: Floats

    @property
    def source(self) -> Source:
        """The source as a timeline holds it."""
        digest = hashlib.sha256(self.path.read_bytes()).hexdigest()
        size = self.path.stat().st_size
        blob = BlobRef(key=f"ingest/{self.path.name}", sha256=digest, size=size, content_type="video/mp4")
        return Source(blob=blob, media=self.media)


def barcode(number: int, size: tuple[int, int]) -> Grey:
    """A frame that says ``number`` in vertical bars."""
    bars = [235 if number >> bit & 1 else 16 for bit in range(BITS)]
    row = np.repeat(np.array(bars, np.uint8), -(-size[0] // BITS))[: size[0]]
    return np.broadcast_to(row, (size[1], size[0])).copy()


async def numbered(
    folder: Path,
    frames: int,
    rate: str,
    *,
    size: tuple[int, int] = (192, 108),
    sound: bool = True,
    name: str = "numbered",
) -> Footage:
    """A film of barcodes with noise for sound, in long GOPs with B-frames, as cameras write them."""
    pictures = b"".join(barcode(i, size).tobytes() for i in range(frames))
    seconds = float(frames / Fraction(rate))
    noise = (np.random.default_rng(7).standard_normal(round(seconds * RATE)) * 0.1).astype(np.float32)
    return await film(folder, pictures, noise if sound else None, rate, size, name)


async def film(
    folder: Path, pictures: bytes, sound: Floats | None, rate: str, size: tuple[int, int], name: str
) -> Footage:
    """Encode grey pictures and mono sound to mp4."""
    path = folder / f"{name}.mp4"
    frames = len(pictures) // (size[0] * size[1])
    inputs = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{size[0]}x{size[1]}", "-r", rate, "-i", "pipe:0"]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-bf", "2", "-g", "100", "-pix_fmt", "yuv420p"]
    if sound is not None:
        (folder / f"{name}.f32").write_bytes(sound.tobytes())
        inputs += ["-f", "f32le", "-ar", str(RATE), "-ch_layout", "mono", "-i", str(folder / f"{name}.f32")]
        codecs += ["-c:a", "aac", "-b:a", "192k"]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", *inputs, *codecs, str(path)], stdin=pictures)
    length = float(frames / Fraction(rate))
    video = VideoStream(
        index=0, codec="h264", width=size[0], height=size[1], coded_width=size[0], coded_height=size[1],
        frame_rate=rate, time_base="1/90000", duration=length, frames=frames, color_space="bt709",
        pixel_format="yuv420p",
    )  # fmt: skip
    audio = AudioStream(index=1, codec="aac", sample_rate=RATE, channels=1, duration=length)
    media = MediaInfo(
        kind="video", container="mp4", duration=length, size=path.stat().st_size, video=video,
        audio=audio if sound is not None else None,
    )  # fmt: skip
    return Footage(path, media, sound if sound is not None else np.zeros(0, np.float32))


def clip(number: int, start: float | Fraction, end: float | Fraction, source: str = "a", **more: object) -> Clip:
    """A clip from ``start`` to ``end`` seconds; its frames are filled in by :func:`timeline`."""
    span = {"start": round(Fraction(start) * 1_000_000), "end": round(Fraction(end) * 1_000_000)}
    values = {"id": f"c{number}", "name": f"clip {number}", "source": source, "time_base": MICROSECONDS, "frames": 1}
    return Clip.model_validate({**values, **span, **more})


def timeline(footage: dict[str, Footage], clips: Sequence[Clip], rate: str = "25/1", **more: object) -> Timeline:
    """A valid timeline of these clips."""
    sources = {name: source.source for name, source in footage.items()}
    made = Timeline.model_validate({"rate": rate, "sources": sources, "video": lay_out(clips, rate), **more})
    assert violations(made) == []
    return made


async def rendered(
    folder: Path,
    made: Timeline,
    footage: dict[str, Footage],
    *outputs: Output,
    options: RenderOptions | None = None,
    settings: RendererSettings | None = None,
) -> list[Film]:
    """Render in ``folder``."""
    folder.mkdir(exist_ok=True)
    bench = Bench(folder, settings or RendererSettings(preset="ultrafast", crf=16))
    tags = Tags("A title", "a comment", datetime(2026, 1, 2, tzinfo=UTC))
    wanted = outputs or (Output(name="wide", width=192, height=108),)
    plain = RenderOptions(captions=False, loudness=None)
    paths = {name: source.path for name, source in footage.items()}
    return await render(bench, Order(made, paths, wanted, options or plain, tags), lambda fraction, detail: None)


async def pictures(path: Path, size: tuple[int, int], pixels: str = "gray") -> Grey:
    """Every frame of a film, as it is shown: (frames, height, width) or (frames, height, width, 3) for rgb24."""
    arguments = ["-loglevel", "error", "-i", str(path), "-fps_mode", "passthrough", "-f", "rawvideo"]
    done = await run([ffmpeg_path(), *arguments, "-pix_fmt", pixels, "pipe:1"])
    shape = (-1, size[1], size[0], 3) if pixels == "rgb24" else (-1, size[1], size[0])
    return np.frombuffer(done.stdout, np.uint8).reshape(shape)


def numbers(frames: Grey) -> list[int]:
    """Read the barcodes."""
    width = frames.shape[2]
    middles = [round((bit + 0.5) * (-(-width // BITS))) for bit in range(BITS)]
    bits = frames[:, frames.shape[1] // 2, middles] > 125
    return [int(n) for n in (bits * (1 << np.arange(BITS))).sum(axis=1)]


async def sound(path: Path) -> Floats:
    """The sound of a film as a player plays it: (samples, 2) at 48 kHz."""
    arguments = ["-loglevel", "error", "-i", str(path), "-map", "0:a", "-f", "f32le", "-ar", str(RATE), "pipe:1"]
    done = await run([ffmpeg_path(), *arguments])
    return np.frombuffer(done.stdout, np.float32).reshape(-1, 2)


def lag(heard: Floats, wanted: Floats) -> int:
    """How many samples ``heard`` comes behind ``wanted``, by cross-correlation."""
    size = 2 << (len(heard) + len(wanted)).bit_length()
    product = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size)), size)
    best = int(np.argmax(product))
    return best if best < size // 2 else best - size
