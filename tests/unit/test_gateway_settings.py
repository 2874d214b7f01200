"""The gateway's settings: their own names, and the names that older set-ups use."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from services.gateway.settings import GatewaySettings


def test_names_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("CUTROOM_GATEWAY_PORT", "9000"),
        ("CUTROOM_AUTH", "keys"),
        ("CUTROOM_LOCAL_TIER", "free"),
        ("CORS_ORIGINS", "https://a.example, https://b.example,"),
    ):
        monkeypatch.setenv(name, value)
    settings = GatewaySettings()
    assert (settings.port, settings.auth, settings.local_tier) == (9000, "keys", "free")
    assert settings.cors_origins == ("https://a.example", "https://b.example")


def test_what_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("CUTROOM_GATEWAY_PORT", "70000"),
        ("CUTROOM_AUTH", "maybe"),
        ("CUTROOM_GATEWAY_LINK_TTL", "0"),
    ):
        with monkeypatch.context() as only:
            only.setenv(name, value)
            with pytest.raises(ValidationError):
                GatewaySettings()
