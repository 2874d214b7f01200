"""Look into a PDF: its pages, their sizes and words, and a picture of the first.

Runs as ``python -m services.analyzer.tools.documents_child`` with a request on stdin; never in the service's own
process: a page can be written so that reading or drawing it takes all memory or never ends.
"""

from __future__ import annotations

from typing import Any

import pypdfium2 as pdfium

from services.analyzer.domain.documents import (
    MOST_CHARACTERS,
    MOST_ON_PAGE,
    MOST_PAGES,
    SHOWN_SIZES,
    DocumentFound,
    clean,
)
from services.analyzer.domain.stills import STILL
from services.analyzer.tools import telling
from services.analyzer.tools.holding_requests import DocumentAnswer, DocumentRequest
from services.analyzer.tools.pictures import save

_LOCKED = "password"


def look(request: DocumentRequest) -> DocumentAnswer:
    """Return what the document is like; what is wrong with it is a fact too."""
    try:
        document = pdfium.PdfDocument(str(request.path))
    except pdfium.PdfiumError as error:
        problem = "locked" if _LOCKED in str(error).lower() else "broken"
        return DocumentAnswer(found=DocumentFound(problem=problem, reason=str(error)[:120]))
    pages = len(document)
    if pages > MOST_PAGES:
        return DocumentAnswer(found=DocumentFound(pages=pages, problem="pages"))
    try:
        texts, cut = _texts(document)
        sizes = tuple(_size(document, number) for number in range(min(pages, SHOWN_SIZES)))
        found = DocumentFound(pages=pages, sizes=sizes, texts=texts, cut=cut)
        return DocumentAnswer(found=found, still=pages > 0 and _drawn(request, document))
    except pdfium.PdfiumError as error:
        return DocumentAnswer(found=DocumentFound(pages=pages, problem="broken", reason=str(error)[:120]))


def _size(document: Any, number: int) -> tuple[float, float]:
    width, height = document.get_page_size(number)
    return round(width, 2), round(height, 2)


def _texts(document: Any) -> tuple[tuple[str, ...], bool]:
    """The words of each page, until there are too many of them."""
    texts: list[str] = []
    left, cut = MOST_CHARACTERS, False
    for number in range(len(document)):
        if left <= 0:  # the pages behind may have more, and reading them costs as much
            return (*texts, *[""] * (len(document) - number)), True
        page = document[number]
        reader = page.get_textpage()
        most = min(MOST_ON_PAGE, left)
        count = reader.count_chars()
        cut = cut or count > most
        texts.append(clean(reader.get_text_range(0, min(count, most))) if count > 0 else "")
        left -= len(texts[-1])
        reader.close()
        page.close()
        telling.progress((number + 1) / len(document))
    return tuple(texts), cut


def _drawn(request: DocumentRequest, document: Any) -> bool:
    page = document[0]
    scale = STILL / max(*page.get_size(), 1.0)
    save(page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB"), request.folder / request.still)
    return True


if __name__ == "__main__":
    asked = telling.request(DocumentRequest)
    telling.answer(asked.folder, look(asked))
