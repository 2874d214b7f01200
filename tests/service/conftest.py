"""What several service tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.studio_double import FakeStudio, fake_studio


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeStudio]:
    """A fake studio; nothing in the environment names another one."""
    for name in ("CUTROOM_SERVER", "CUTROOM_API_KEY", "CUTROOM_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    with fake_studio() as studio:
        yield studio
