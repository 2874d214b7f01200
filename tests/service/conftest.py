"""What several service tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.process import ffmpeg_path
from tests.service.held_ffmpeg import Held, held_ffmpeg
from tests.service.studio_double import FakeStudio, fake_studio


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeStudio]:
    """A fake studio; nothing in the environment names another one."""
    for name in ("CUTROOM_SERVER", "CUTROOM_API_KEY", "CUTROOM_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    with fake_studio() as studio:
        yield studio


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    """An ffmpeg that draws no picture before the test lets it."""
    yield held_ffmpeg(tmp_path_factory.mktemp("held"), monkeypatch)
    ffmpeg_path.cache_clear()
