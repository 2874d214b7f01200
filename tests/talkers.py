"""Films of faces that speak, or do not, at known times: a portrait whose jaw follows the local voice.

There is no engine here that makes a face speak, so the mouth is opened by warping: below the lips the face is pulled
down by as much as the voice is loud, and what comes apart is dark. Heads sway, turn and blink while they are silent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter
from scipy.ndimage import gaussian_filter1d, map_coordinates

from tests.people import PORTRAIT, scene
from tests.spoken import Pair, Take

RATE = 25
_FACE = (98, 94)
"""The middle of the face in the portrait of 200x200 pixels; lips, jaw and eyes are given in the same."""
_LIPS, _JAW, _REACH, _OPEN = (94, 124), (150, 172), 21.0, 9.0
_NODS_HZ = 1.3
_EYES = ((72, 81), (116, 82))
Picture = npt.NDArray[np.uint8]
Curve = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Talker:
    """A head in the middle of ``place`` (fractions of the frame), ``size`` times as high as the frame.

    ``sway``: how far it moves about, ``turn``: how far it leans, in the portrait's pixels and degrees; ``walk``:
    how far it goes to the right, as a fraction of the frame. ``says``: how open the mouth is in each frame, 0..1.
    ``moves``: the same where it opens without a word, as in chewing. ``nod``: how far it nods, in the portrait's
    pixels. ``wide``: its width beside the portrait's, as of another face or one half turned away. ``tint``: what its
    colours are multiplied by.
    """

    place: tuple[float, float]
    size: float
    says: Curve
    sway: float = 1.0
    turn: float = 0.6
    walk: float = 0.0
    mirrored: bool = False
    seed: int = 1
    moves: Curve | None = None
    nod: float = 0.0
    wide: float = 1.0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @property
    def mouth(self) -> Curve:
        """How open the mouth is in each frame, whatever for."""
        return self.says if self.moves is None else self.moves

    def at(self, n: int) -> tuple[float, float]:
        """Return the middle of its face in frame ``n`` as fractions of the frame, but for its sway."""
        return self.place[0] + self.walk * n / len(self.says), self.place[1]


def openings(take: Take) -> Curve:
    """Return how far a mouth is open that says the take, for each frame."""
    size = 16_000 // RATE
    count = len(take.samples) // size
    power = np.sqrt((take.samples[: count * size].reshape(count * 4, size // 4) ** 2).mean(axis=1))
    loud = np.percentile(power[power > 1e-3], 90)
    return np.asarray(gaussian_filter1d(np.clip(power / loud, 0, 1) ** 0.6, 1.4)[::4])


def spoken(curve: Curve) -> tuple[Pair, ...]:
    """Return the spans in seconds in which the mouth moves; shorter rests than 0.3 s belong to them."""
    spans: list[list[float]] = []
    for n in np.flatnonzero(curve > 0.12) / RATE:
        if spans and n - spans[-1][1] < 0.3:
            spans[-1][1] = n + 1 / RATE
        else:
            spans.append([n, n + 1 / RATE])
    return tuple((float(a), float(b)) for a, b in spans)


@cache
def _portrait(mirrored: bool) -> npt.NDArray[np.float32]:
    drawn = Image.open(PORTRAIT).convert("RGB").resize((400, 400), Image.Resampling.LANCZOS)
    oval = Image.new("L", drawn.size, 0)
    ImageDraw.Draw(oval).ellipse((40, 8, 360, 392), fill=255)
    drawn.putalpha(oval.filter(ImageFilter.GaussianBlur(10)))
    return np.asarray(drawn.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else drawn, np.float32)


@cache
def face(share: float, lids: float, mirrored: bool = False) -> Image.Image:
    """Return the portrait, 400x400 with its outline as alpha, with the mouth ``share`` and the eyes ``lids`` 0..1."""
    pixels = _portrait(mirrored).copy()
    y, x = np.mgrid[0:400, 0:400].astype(np.float32) / 2
    x = 199.5 - x if mirrored else x
    across = np.exp(-(((x - _LIPS[0]) / _REACH) ** 2))
    fall = np.clip((_JAW[1] - y) / (_JAW[1] - _JAW[0]), 0, 1) * (y > _LIPS[1])
    down = _OPEN * share * across * fall
    rows, columns = np.mgrid[0:400, 0:400].astype(np.float32)
    below = rows - 2 * down
    for plane in range(3):
        pixels[..., plane] = map_coordinates(pixels[..., plane], [below, columns], order=1, mode="nearest")
    gap = np.clip((_LIPS[1] * 2 + 1 - below) / 2, 0, 1) * (rows > _LIPS[1] * 2 + 1) * (np.abs(x - _LIPS[0]) < 19)
    pixels[..., :3] += gap[..., None] * (np.array([58, 22, 24], np.float32) - pixels[..., :3])
    for eye_x, eye_y in _EYES if lids else ():
        lid = np.exp(-((((x - eye_x) / 9) ** 2 + ((y - eye_y) / 4.5) ** 2) ** 2)) * lids
        pixels[..., :3] += lid[..., None] * (np.array([205, 160, 140], np.float32) - pixels[..., :3])
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


@cache
def _tinted(share: float, lids: float, mirrored: bool, tint: tuple[float, float, float]) -> Image.Image:
    head = face(share, lids, mirrored)
    if tint == (1.0, 1.0, 1.0):
        return head
    pixels = np.asarray(head, np.float32) * np.array([*tint, 1.0], np.float32)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _moves(talker: Talker) -> npt.NDArray[np.float64]:
    """Return right, down and lean of each frame: slow, and nods now and then; and how far the eyes are shut."""
    rng = np.random.default_rng(talker.seed)
    count = len(talker.says)
    slow = gaussian_filter1d(rng.normal(0, 1, (3, count)), 12, axis=1) * 5
    moved = slow * np.array([[talker.sway], [talker.sway * 0.7], [talker.turn]])
    moved[1] += talker.nod * np.sin(np.arange(count) * 2 * np.pi * _NODS_HZ / RATE)
    lids = np.zeros(count)
    for at in np.cumsum(rng.uniform(1.5, 5, count // 50 + 1)):
        lids[int(at * RATE) : int(at * RATE) + 4] = (0.6, 1, 1, 0.5)[: max(0, count - int(at * RATE))]
    return np.concatenate([moved, lids[None]])


def pictures(talkers: Sequence[Talker], backdrop: int, size: tuple[int, int]) -> Iterator[Picture]:
    """Yield the film's frames, RGB, with grain."""
    ground, grain = scene(backdrop, size), np.random.default_rng(5)
    moves = [_moves(talker) for talker in talkers]
    for n in range(len(talkers[0].says)):
        frame = ground.copy()
        for talker, (right, down, lean, lids) in zip(talkers, (m[:, n] for m in moves), strict=True):
            head = _tinted(round(float(talker.mouth[n]) * 14) / 14, float(lids), talker.mirrored, talker.tint)
            scale = talker.size * size[1] / 400
            x, y = talker.at(n)
            middle = (_FACE[0] if not talker.mirrored else 199.5 - _FACE[0]) * 2, _FACE[1] * 2
            left, top = x * size[0] + right * 2 * scale, y * size[1] + down * 2 * scale
            cos, sin = np.cos(np.radians(lean)) / scale, np.sin(np.radians(lean)) / scale
            across, along = cos / talker.wide, -sin / talker.wide
            matrix = (
                across,
                sin,
                middle[0] - across * left - sin * top,
                along,
                cos,
                middle[1] - along * left - cos * top,
            )
            small = head.reduce(2) if scale < 0.45 else head
            if small is not head:
                matrix = tuple(value / 2 for value in matrix)  # type: ignore[assignment]
            shown = small.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
            frame.paste(shown, (0, 0), shown)
        noisy = np.asarray(frame, np.float32) + grain.normal(0, 2, (size[1], size[0], 3))
        yield np.clip(noisy, 0, 255).astype(np.uint8)


def film(path: Path, talkers: Sequence[Talker], backdrop: int = 1, size: tuple[int, int] = (640, 360)) -> Path:
    """Encode the talkers, who must be of one length, as H.264."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": "24"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, RATE)
        for n, picture in enumerate(pictures(talkers, backdrop, size)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
