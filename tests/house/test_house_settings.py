"""The page of settings is what the code knows."""

from __future__ import annotations

from pathlib import Path

from deploy.settings_page import CLASSES, names, page

ROOT = Path(__file__).parents[2]


def test_the_page_lists_every_setting() -> None:
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == page(), "run: python -m deploy.settings_page"


def test_every_setting_is_ours_or_a_known_alias() -> None:
    aliases = {"DATABASE_URL", "CORS_ORIGINS", "AIVE_CORS_ORIGINS", "AIVE_WATERMARK_TEXT", "AIVE_WHISPER_MODEL"}
    aliases |= {"AI_PROVIDER", "AI_MODEL", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "HF_TOKEN"}
    aliases |= {"AIVE_CHAT_BACKEND", "AIVE_HF_TEXT_MODEL"}
    for settings in CLASSES.values():
        for name in names(settings):
            assert {n for n in name.split(" or ") if not n.startswith("CUTROOM_")} <= aliases, name
