"""The fonts that captions are drawn with: ours, those of a folder in the settings, and no others of the machine."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from xml.sax.saxutils import escape

from services.renderer.domain.glyphs import characters

FONTS = Path(__file__).parent.parent / "fonts"
FOLDER = "fonts"
ENDINGS = frozenset({".ttf", ".otf", ".ttc"})


def lay_out_fonts(scratch: Path, more: Path | None) -> None:
    """Link our fonts into ``scratch`` as ``fonts``, so that no path stands in a filter, and write fontconfig's file.

    ``more`` is a folder of further fonts, for what ours do not have.
    """
    (scratch / FOLDER).unlink(missing_ok=True)  # a render that begins again finds its own
    (scratch / FOLDER).symlink_to(FONTS, target_is_directory=True)
    folders = "".join(f"<dir>{escape(str(folder))}</dir>" for folder in _folders(more))
    (scratch / "fonts.conf").write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>'
        f"{folders}<cachedir>{escape(str(scratch / 'cache'))}</cachedir></fontconfig>\n"
    )


@functools.cache
def known_characters(more: Path | None) -> frozenset[int]:
    """Return the code points that can be drawn. Files that are no fonts are passed over."""
    known: set[int] = set()
    for folder in _folders(more):
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in ENDINGS and path.is_file():
                known |= _of(path)
    return frozenset(known)


@functools.cache
def fonts_digest(more: Path | None) -> str:
    """Return a digest of the fonts' names and bytes: what is written with others is another picture."""
    digest = hashlib.sha256()
    for folder in _folders(more):
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in ENDINGS and path.is_file():
                digest.update(f"{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _of(path: Path) -> frozenset[int]:
    try:
        return characters(path.read_bytes())
    except ValueError:
        return frozenset()


def _folders(more: Path | None) -> list[Path]:
    return [FONTS, *([more.absolute()] if more is not None else [])]
