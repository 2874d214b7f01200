"""Documents of pages: what is taken of them, and the facts that come out. Pure."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.analyzer.domain import bad
from shared.contracts.blob import BlobRef
from shared.contracts.media import MediaInfo, Note
from shared.contracts.sight import DocumentFacts
from shared.errors import BadMedia

MOST_PAGES = 2000
MOST_CHARACTERS = 1_000_000
MOST_ON_PAGE = 50_000
SHOWN_SIZES = 100


class DocumentFound(BaseModel):
    """What the reader said: sizes in points, ``texts`` one for each page that was read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pages: int = 0
    sizes: tuple[tuple[float, float], ...] = ()
    texts: tuple[str, ...] = ()
    cut: bool = False
    problem: Literal["", "broken", "locked", "pages"] = ""
    reason: str = ""


def clean(text: str) -> str:
    """Return the text of a page without control characters, its line ends alike."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in {"\n", "\t"} or (c.isprintable() and c != "\ufffe")).strip()


def refuse(found: DocumentFound) -> None:
    """Raise BadMedia for a document that is not taken."""
    match found.problem:
        case "broken":
            raise bad.spoilt("a damaged PDF document", found.reason)
        case "locked":
            raise BadMedia(
                "The document can be opened with a password only.",
                code="document_locked",
                remedy="Save it without a password and upload that.",
                details={"detected": "a PDF document"},
            )
        case "pages":
            raise bad.too_complex(
                "a PDF document",
                f"it has {found.pages} pages, more than {MOST_PAGES}",
                "Split it into shorter documents and upload those.",
            )
    if found.pages == 0:
        raise bad.spoilt("a PDF document", "it has no pages")


def document_info(found: DocumentFound, text: BlobRef | None, size: int) -> MediaInfo:
    """Return what the document is; ``text`` is where its words lie."""
    notes = []
    if text is None:
        notes.append(Note(code="no_text", message="The document holds no text, only pictures of it, if any."))
    if found.cut:
        message = f"Only the first {MOST_CHARACTERS} characters of its text are kept."
        notes.append(Note(code="text_cut", message=message))
    facts = DocumentFacts(
        pages=found.pages, sizes=found.sizes, characters=sum(map(len, found.texts)), text=text, cut=found.cut
    )
    return MediaInfo(kind="document", container="pdf", duration=0.0, size=size, document=facts, notes=tuple(notes))
