"""Stores of every kind, empty, for the tests that all of them must pass."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.stack import StackServers
from shared.blobs import Blobs, FolderBlobs
from shared.s3 import S3Blobs

MB = 1024 * 1024
CHILD = """
import asyncio, json, resource, sys
from pathlib import Path
from shared.blobs import FolderBlobs
from shared.s3 import S3Blobs
spec = json.loads(sys.argv[1])
for name in {"root", "cache_dir"} & spec.keys():
    spec[name] = Path(spec[name])
blobs = S3Blobs(**spec) if "bucket" in spec else FolderBlobs(**spec)
def peak():  # not ru_maxrss, which begins with what the parent had at the fork
    if sys.platform == "darwin":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    status = dict(line.split(":") for line in open("/proc/self/status"))
    return int(status["VmHWM"].split()[0]) * 1024
async def main():
BODY
asyncio.run(main())
"""


@dataclass(frozen=True)
class Place:
    """A store of its own, and how another process opens it."""

    blobs: Blobs
    spec: dict[str, Any]
    stored: Callable[[], list[str]]

    def program(self, body: str) -> list[str]:
        indented = "\n".join(f"    {line}" for line in body.strip().splitlines())
        return [sys.executable, "-c", CHILD.replace("BODY", indented), json.dumps(self.spec, default=str)]


def folder_place(path: Path) -> Place:
    root = path / "objects"
    names = lambda: [str(found) for found in root.rglob("*") if found.is_file()]  # noqa: E731
    return Place(FolderBlobs(root), {"root": root}, names)


async def s3_place(path: Path, stack: StackServers) -> Place:
    environment = stack.environment("renderer")
    spec: dict[str, Any] = {
        "endpoint": environment["CUTROOM_S3_ENDPOINT"],
        "bucket": f"t-{uuid4().hex}",
        "access_key": environment["CUTROOM_S3_ACCESS_KEY"],
        "secret_key": environment["CUTROOM_S3_SECRET_KEY"],
        "region": "us-east-1",
        "cache_dir": path / "cache",
        "cache_bytes": 100 * MB,
    }
    blobs = S3Blobs(**spec)
    await blobs.check()
    return Place(blobs, spec, lambda: [name for name, _ in blobs.bucket.names("")])


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.stack)])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        return folder_place(tmp_path)
    return await s3_place(tmp_path, request.getfixturevalue("stack"))


@pytest.fixture
def blobs(place: Place) -> Blobs:
    return place.blobs


async def content(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])
