"""The page of codes is what the code says, and every code of a Finding, Note, Violation or error is on it."""

from __future__ import annotations

import re
from pathlib import Path

from deploy.codes_page import PARTS, page

ROOT = Path(__file__).parents[2]


def test_the_page_is_made_from_the_code() -> None:
    assert (ROOT / "docs" / "codes.md").read_text("utf-8") == page(), "python -m deploy.codes_page > docs/codes.md"


def test_every_code_that_is_given_by_name_is_on_the_page() -> None:
    told = set(re.findall(r"^\| `([a-z0-9_]+)`", page(), re.MULTILINE))
    given = {
        code
        for folder in PARTS
        for file in (ROOT / folder).rglob("*.py")
        for code in re.findall(r'\bcode="([a-z0-9_]+)"', file.read_text("utf-8"))
    }
    assert len(given) > 60
    assert given <= told, sorted(given - told)
