"""What is not taken is refused with what to give instead."""

from __future__ import annotations

import pytest

from services.analyzer.domain.bad import unsupported
from services.analyzer.domain.sniff import sniff


@pytest.mark.parametrize(
    ("head", "named", "remedy"),
    [
        (b"BM\x9a\0", "a bitmap picture", "Save it as PNG"),
        (b"II*\0\x08", "a TIFF picture", "Save it as PNG"),
        (b"\0\0\0\x18ftypheic", "a HEIF or AVIF picture", "Save it as PNG"),
        (b"<svg xmlns='x'/>", "an SVG drawing", "Save it as PNG"),
        (b"\x89PNG\r\n", "a PNG picture", "A picture can be an asset of its own"),
        (b"FLV\x01", "a Flash video", "Export a film as mp4"),
        (b"PK\x03\x04", "a ZIP archive", "Export a film as mp4"),
    ],
)
def test_a_picture_is_to_be_saved_as_another_and_a_film_to_be_exported(head: bytes, named: str, remedy: str) -> None:
    refused = unsupported(sniff(head).name)
    assert named in refused.message and remedy in refused.remedy
    assert ("Export a film" in refused.remedy) is (remedy == "Export a film as mp4")
