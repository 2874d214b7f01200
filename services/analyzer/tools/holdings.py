"""Look into what is no film: still pictures and documents, without trusting them."""

from __future__ import annotations

from pathlib import Path

from services.analyzer.domain import bad
from services.analyzer.domain.documents import DocumentFound
from services.analyzer.domain.images import Format, ImageFound
from services.analyzer.tools.child import call, too_much
from services.analyzer.tools.holding_requests import DocumentAnswer, DocumentRequest, ImageAnswer, ImageRequest
from shared.process import Limits, ProcessFailed

STILL_NAME = "still.jpg"
_LIMITS = Limits(wall_s=90, cpu_s=30, memory_bytes=3 * 1024**3, file_bytes=64 * 1024**2)


async def look_at_image(path: Path, name: Format, folder: Path, max_pixels: int) -> tuple[ImageFound, Path | None]:
    """Return what a picture is like and a JPEG of it, which lies in ``folder``. Raises BadMedia, ProcessFailed."""
    request = ImageRequest(path=path, folder=folder, format=name, still=STILL_NAME, max_pixels=max_pixels)
    try:
        answer = await call("images_child", request, ImageAnswer, folder=folder, limits=_LIMITS)
    except ProcessFailed as failed:
        raise _meaning(failed, f"a {name.upper()} picture") from failed
    return answer.found, folder / STILL_NAME if answer.still else None


async def look_at_document(path: Path, folder: Path) -> tuple[DocumentFound, Path | None]:
    """Return what a PDF is like and a JPEG of its first page, in ``folder``. Raises BadMedia, ProcessFailed."""
    request = DocumentRequest(path=path, folder=folder, still=STILL_NAME)
    try:
        answer = await call("documents_child", request, DocumentAnswer, folder=folder, limits=_LIMITS)
    except ProcessFailed as failed:
        raise _meaning(failed, "a PDF document") from failed
    return answer.found, folder / STILL_NAME if answer.still else None


def _meaning(failed: ProcessFailed, kind: str) -> Exception:
    why = too_much(failed)
    remedy = "Save it smaller or simpler (a document: print it into a new PDF) and upload that."
    return bad.too_complex(kind, why, remedy) if why else failed
