"""Pytest plugin: the fixture ``stack``, real Kafka, PostgreSQL and MinIO, started once a session.

``CUTROOM_STACK`` says what happens when a server cannot be had on this machine: ``required`` fails, ``off`` never
tries, anything else skips with the reason. A server that is there and does not start always fails.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.stack import StackServers, StackUnavailable


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the servers, so that ``-m "not stack"`` leaves it out."""
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.stack)


@pytest.fixture(scope="session")
def stack() -> Iterator[StackServers]:
    """The running servers. A test that stops one starts it again before it ends."""
    with tempfile.TemporaryDirectory(prefix="cutroom-stack-") as folder:
        servers = StackServers(Path(folder))
        with obtained():
            servers.start()
        try:
            yield servers
        finally:
            servers.stop()


@contextmanager
def obtained() -> Iterator[None]:
    """Skip, or fail, as ``CUTROOM_STACK`` says, when what the block asks for cannot be had on this machine."""
    wanted = os.environ.get("CUTROOM_STACK", "")
    if wanted == "off":
        pytest.skip("CUTROOM_STACK=off")
    try:
        yield
    except StackUnavailable as missing:
        if wanted == "required":
            raise
        pytest.skip(f"{missing.message} {missing.remedy}")
