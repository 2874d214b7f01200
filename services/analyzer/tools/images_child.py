"""Look into a still or animated picture: size before anything is decoded, colours, alpha, faces, a picture for people.

Runs as ``python -m services.analyzer.tools.images_child`` with a request on stdin; never in the service's own process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from services.analyzer.domain.animations import Read, gif_frames, png_frames, webp_frames
from services.analyzer.domain.images import MOST_FRAMES, Format, ImageFound, too_large
from services.analyzer.domain.stills import STILL, fit
from services.analyzer.tools import telling
from services.analyzer.tools.faces import find_faces
from services.analyzer.tools.holding_requests import ImageAnswer, ImageRequest
from services.analyzer.tools.pictures import save
from shared.contracts.sight import Colour

_ORIENTATION = 0x0112
_CUT_INTO, _COLOURS = 16, 6
_ALIKE = 10
_SEEN = 1280
_PLUGINS = {"png": "PNG", "jpeg": "JPEG", "gif": "GIF", "webp": "WEBP"}
_BACKDROP = (24, 24, 24)
_LAYOUTS = {"RGB": "rgb24", "RGBA": "rgba", "L": "gray", "P": "pal8", "CMYK": "cmyk", "I;16": "gray16"}
_COUNTED: dict[Format, Callable[[Read, int], tuple[int, float]]] = {
    "gif": gif_frames,
    "webp": webp_frames,
    "png": png_frames,
}


def look(request: ImageRequest) -> ImageAnswer:
    """Return what the picture is like; what is wrong with it is a fact too."""
    Image.MAX_IMAGE_PIXELS = None  # our own bound is asked first, and is known to the person who runs this
    try:
        with Image.open(request.path, formats=[_PLUGINS[request.format]]) as image:
            return _judged(request, image)
    except (UnidentifiedImageError, ValueError, SyntaxError, OSError, EOFError) as error:
        problem = "cut_off" if "truncated" in str(error) else "broken"
        found = ImageFound(format=request.format, width=0, height=0, problem=problem, reason=_plain(error))
        return ImageAnswer(found=found)


def _judged(request: ImageRequest, image: Image.Image) -> ImageAnswer:
    frames, seconds = _animation(request.path, request.format)
    found = ImageFound(
        format=request.format,
        width=image.width,
        height=image.height,
        frames=max(1, frames),
        seconds=seconds,
        problem=too_large(image.width, image.height, frames, request.max_pixels),
    )
    if found.problem:
        return ImageAnswer(found=found)
    orientation = int(image.getexif().get(_ORIENTATION, 1) or 1)
    image.draft("RGB", (_SEEN, _SEEN))
    pixels = _LAYOUTS.get(image.mode, image.mode)
    small = _shallow(image).convert("RGBA" if _may_be_clear(image) else "RGB")
    small.thumbnail(fit(*small.size, _SEEN), Image.Resampling.BOX)
    upright = ImageOps.exif_transpose(_tagged(small, orientation))
    alpha = "A" in upright.getbands() and int(np.asarray(upright.getchannel("A")).min()) < 255
    seen = _on_backdrop(upright)
    shown = seen.copy()
    shown.thumbnail(fit(*seen.size, STILL), Image.Resampling.BOX)
    save(shown, request.folder / request.still)
    done = {"orientation": orientation, "alpha": alpha, "pixels": pixels}
    colours = {"palette": _palette(upright), "faces": tuple(b for b in find_faces(seen) if b.score >= 0.6)}
    return ImageAnswer(found=found.model_copy(update={**done, **colours}), still=True)


def _animation(path: Path, name: Format) -> tuple[int, float]:
    """Frames and seconds. They are counted by the blocks: a library would decode them to count them."""
    count = _COUNTED.get(name)
    if count is None:
        return 1, 0.0
    with path.open("rb") as file:
        return count(file.read, MOST_FRAMES)


def _shallow(image: Image.Image) -> Image.Image:
    """16 bits of grey as 8: a conversion would clip them instead."""
    if not image.mode.startswith("I"):
        return image
    return Image.fromarray((np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))


def _may_be_clear(image: Image.Image) -> bool:
    return image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info


def _tagged(image: Image.Image, orientation: int) -> Image.Image:
    """A converted picture forgets its tags; give it the one that counts."""
    plain = Image.frombytes(image.mode, image.size, image.tobytes())
    plain.getexif()[_ORIENTATION] = orientation
    return plain


def _on_backdrop(image: Image.Image) -> Image.Image:
    if "A" not in image.getbands():
        return image.convert("RGB")
    behind = Image.new("RGBA", image.size, (*_BACKDROP, 255))
    return Image.alpha_composite(behind, image).convert("RGB")


def _palette(image: Image.Image) -> tuple[Colour, ...]:
    """The colours that stand for most of what can be seen, by median cut, the most frequent first."""
    small = image.copy()
    small.thumbnail((96, 96), Image.Resampling.BOX)
    pixels = np.asarray(small.convert("RGBA")).reshape(-1, 4)
    seen = pixels[pixels[:, 3] >= 128][:, :3]
    if not len(seen):
        return ()
    strip = Image.fromarray(seen[None].copy())
    cut = strip.quantize(_CUT_INTO, Image.Quantize.MEDIANCUT)
    table = cut.getpalette() or []
    counts = sorted(cut.getcolors() or [], reverse=True)
    found = [(table[3 * i : 3 * i + 3], count) for count, i in counts if isinstance(i, int)]
    return tuple(
        Colour(rgb="#" + bytes(rgb).hex(), share=round(count / len(seen), 3)) for rgb, count in _apart(found)[:_COLOURS]
    )


def _apart(found: list[tuple[list[int], int]]) -> list[tuple[list[int], int]]:
    """Count colours that nobody tells apart as the more frequent one: grain and compression make many out of one."""
    kept: list[tuple[list[int], int]] = []
    for rgb, count in found:
        near = next((n for n, (other, _) in enumerate(kept) if _alike(rgb, other)), None)
        if near is None:
            kept.append((rgb, count))
        else:
            kept[near] = (kept[near][0], kept[near][1] + count)
    return sorted(kept, key=lambda one: -one[1])


def _alike(one: Sequence[int], other: Sequence[int]) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= _ALIKE


def _plain(error: Exception) -> str:
    text = str(error).split(" at 0x")[0].split("'")[0]
    return text[:120].strip() or type(error).__name__


if __name__ == "__main__":
    asked = telling.request(ImageRequest)
    telling.answer(asked.folder, look(asked))
