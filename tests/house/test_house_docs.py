"""The documents name files, pages and make targets that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRESENT = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
"""What speaks of the code as it is; decisions speak of the past."""
FOLDERS = "cutroom|services|shared|deploy|tests|docs"


@pytest.mark.parametrize("page", PRESENT, ids=lambda page: page.name)
def test_a_page_names_what_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    linked = {link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link}
    assert sorted(link for link in linked - {""} if not (page.parent / link).exists()) == []
    named = set(re.findall(rf"`((?:{FOLDERS})/[\w./-]*)`", text))
    assert sorted(name for name in named if not (ROOT / name).exists()) == []
    modules = set(re.findall(rf"python -m ((?:{FOLDERS})(?:\.\w+)+)", text))
    places = {module: ROOT / module.replace(".", "/") for module in modules}
    missing = [m for m, place in places.items() if not (place.with_suffix(".py").exists() or place.is_dir())]
    assert missing == []


def test_the_make_targets_of_the_documents_are_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    told = {
        t for page in PRESENT for t in re.findall(r"\bmake ([a-z]+)\b(?=[`\s]|$)", _commands(page.read_text("utf-8")))
    }
    assert told and told <= targets, sorted(told - targets)


def test_every_decision_is_in_the_index_and_says_what_would_reopen_it() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    for page in folder.glob("0*.md"):
        text = page.read_text("utf-8")
        title = text.splitlines()[0].removeprefix("# ")
        assert title.startswith(f"{page.name[:4]} ")
        assert f"- [{title}]({page.name})\n" in index
        assert "What would reopen this" in text
    assert len(re.findall(r"^- ", index, re.MULTILINE)) == len(list(folder.glob("0*.md")))


def _commands(text: str) -> str:
    """What stands in backticks or is set in as code."""
    inline = re.findall(r"`([^`\n]+)`", text)
    return "\n".join([*inline, *(line for line in text.splitlines() if line.startswith("    "))])
