"""What the parent asks of the children that look into pictures and documents, and what they answer."""

from __future__ import annotations

from pathlib import Path

from services.analyzer.domain.documents import DocumentFound
from services.analyzer.domain.images import Format, ImageFound
from shared.contracts.value import Value


class ImageRequest(Value):
    """Look into the picture ``path`` of a known ``format``; leave one for people, upright, as the JPEG ``still``."""

    path: Path
    folder: Path
    format: Format
    still: str
    max_pixels: int


class ImageAnswer(Value):
    """The facts; ``still`` tells whether the picture was made."""

    found: ImageFound
    still: bool = False


class DocumentRequest(Value):
    """Look into the PDF ``path``; leave a picture of its first page as the JPEG ``still``."""

    path: Path
    folder: Path
    still: str


class DocumentAnswer(Value):
    """The facts; ``still`` tells whether the picture was made."""

    found: DocumentFound
    still: bool = False
