"""Pytest plugin: footage that many tests share."""

from __future__ import annotations

import asyncio

import pytest

from deploy.sample import Sample, make_sample


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A short demo film with speech, pauses, music and its true subtitles."""
    folder = tmp_path_factory.mktemp("sample")
    return asyncio.run(make_sample(folder, seconds=16, size=(320, 180), fps=25))
