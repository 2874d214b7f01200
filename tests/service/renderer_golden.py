"""Pictures that somebody looked at: a scene, ways to draw on it, and how near a new picture must come to the old one.

``CUTROOM_GOLDEN=write`` writes them anew; look at every one before it is committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from shared.contracts.media import MediaInfo, VideoStream
from shared.process import ffmpeg_path, run
from tests.service.renderer_footage import Footage, Grey

SIZE = (192, 108)
FOLDER = Path(__file__).parent / "golden"
RATE = "25/1"
FRAMES = 25
Floats = npt.NDArray[np.float64]


async def scene(folder: Path, name: str, ball: tuple[int, int, int], blue: int) -> Footage:
    """A second of a ball that crosses a coloured ground with a grid and a green square."""
    width, height = SIZE
    y, x = np.mgrid[0:height, 0:width]
    frames = []
    for number in range(FRAMES):
        frame = np.zeros((height, width, 3), np.uint8)
        frame[..., 0], frame[..., 1], frame[..., 2] = x / width * 200 + 20, y / height * 160 + 30, blue
        middle = width * (0.2 + 0.6 * number / FRAMES)
        frame[(x - middle) ** 2 + (y - height / 2) ** 2 < (height / 5) ** 2] = ball
        frame[6:24, 6:36] = (20, 200, 40)
        frame[::18] //= 2
        frame[:, ::18] //= 2
        frames.append(frame.tobytes())
    path = folder / f"{name}.mp4"
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", RATE, "-i", "pipe:0"]
    colours = ["-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", "-colorspace", "bt709"]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "6", str(path)]
    await run([ffmpeg_path(), "-loglevel", "error", "-y", *raw, *colours, *codec], stdin=b"".join(frames))
    stream = VideoStream(
        index=0, codec="h264", width=width, height=height, coded_width=width, coded_height=height, frame_rate=RATE,
        time_base="1/90000", duration=FRAMES / 25, frames=FRAMES, color_space="bt709", pixel_format="yuv420p",
    )  # fmt: skip
    media = MediaInfo(kind="video", container="mp4", duration=FRAMES / 25, size=path.stat().st_size, video=stream)
    return Footage(path, media, np.zeros(0, np.float32))


def logo(folder: Path) -> Footage:
    """A white disc with a red bar on a transparent ground."""
    y, x = np.mgrid[0:80, 0:120]
    picture = np.zeros((80, 120, 4), np.uint8)
    picture[((x - 60) / 56) ** 2 + ((y - 40) / 36) ** 2 < 1] = 255
    picture[30:50, 40:80] = (200, 0, 0, 255)
    path = folder / "logo.png"
    Image.fromarray(picture).save(path)
    stream = VideoStream(
        index=0, codec="png", width=120, height=80, coded_width=120, coded_height=80, frame_rate=RATE,
        time_base="1/25", duration=0, pixel_format="rgba",
    )  # fmt: skip
    media = MediaInfo(kind="image", container="png_pipe", duration=0, size=path.stat().st_size, video=stream)
    return Footage(path, media, np.zeros(0, np.float32))


def held(name: str, picture: Grey) -> None:
    """Hold ``picture`` against the golden one of that name, by structure and by colour."""
    path = FOLDER / f"{name}.png"
    if os.environ.get("CUTROOM_GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        Image.fromarray(picture & 0xF8 | 4).save(path, optimize=True)
    wanted = np.asarray(Image.open(path).convert("RGB"))
    assert wanted.shape == picture.shape, f"{name}: another size"
    likeness, off = similarity(wanted, picture), float(np.abs(_blocks(wanted) - _blocks(picture)).max())
    assert likeness > 0.93 and off < 14, f"{name}: likeness {likeness:.3f}, colours off by up to {off:.1f}"


def similarity(a: Grey, b: Grey) -> float:
    """Mean structural similarity of the lumas over blocks of 8x8 (Wang et al., IEEE TIP 13(4), 2004)."""
    one, two = (_tiles(np.asarray(p.astype(np.float64) @ np.array([0.2126, 0.7152, 0.0722]))) for p in (a, b))
    means = one.mean(axis=1), two.mean(axis=1)
    spread = one.var(axis=1), two.var(axis=1)
    both = ((one - means[0][:, None]) * (two - means[1][:, None])).mean(axis=1)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    like = (2 * means[0] * means[1] + c1) * (2 * both + c2)
    return float((like / ((means[0] ** 2 + means[1] ** 2 + c1) * (spread[0] + spread[1] + c2))).mean())


def _tiles(luma: Floats) -> Floats:
    height, width = luma.shape[0] // 8 * 8, luma.shape[1] // 8 * 8
    cut = luma[:height, :width].reshape(height // 8, 8, width // 8, 8)
    return cut.transpose(0, 2, 1, 3).reshape(-1, 64)


def _blocks(picture: Grey) -> Floats:
    """Mean colours of blocks of 12x12."""
    height, width = picture.shape[0] // 12, picture.shape[1] // 12
    blocks = picture[: height * 12, : width * 12].astype(np.float64).reshape(height, 12, width, 12, 3)
    return np.asarray(blocks.mean(axis=(1, 3)))
