"""The fonts that captions are drawn with: ours, linked into the scratch folder, and no others of the machine."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

FONTS = Path(__file__).parent.parent / "fonts"
FOLDER = "fonts"


def lay_out_fonts(scratch: Path) -> None:
    """Link the fonts into ``scratch`` as ``fonts``, so that no path stands in a filter, and write fontconfig's file."""
    (scratch / FOLDER).symlink_to(FONTS, target_is_directory=True)
    (scratch / "fonts.conf").write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>'
        f"<dir>{escape(str(FONTS))}</dir><cachedir>{escape(str(scratch / 'cache'))}</cachedir></fontconfig>\n"
    )
