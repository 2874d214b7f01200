"""The compose file resolved as Docker Compose resolves it, by a small Go program around the same library."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.stack import StackUnavailable, programs, toolchain
from deploy.stack.cache import Cache, cache_folder
from shared.errors import BadRequest
from shared.process import ProcessFailed

COMPOSE_FILE = Path(__file__).parents[2] / "docker-compose.yml"
_SOURCE = Path(__file__).with_name("resolver")


def resolve(
    variables: Mapping[str, str], *, compose: Path = COMPOSE_FILE, cache: Cache | None = None
) -> dict[str, Any]:
    """The project as Docker would run it, in the form of the compose specification.

    Raises ``BadRequest`` with Docker's words when it would refuse the file, ``StackUnavailable`` where there is no Go.
    """
    resolver = _resolver(cache or Cache(cache_folder()))
    env = {"PATH": os.environ.get("PATH", os.defpath), **variables}
    try:
        resolved = programs.run([str(resolver), str(compose)], env=env, cwd=compose.parent)
    except ProcessFailed as refused:
        raise BadRequest(refused.stderr_tail.strip(), code="compose_invalid", remedy=f"Correct {compose}.") from refused
    project: dict[str, Any] = json.loads(resolved)
    return project


def _resolver(cache: Cache) -> Path:
    sources = sorted(_SOURCE.iterdir())
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    return cache.entry(f"compose-resolver-{digest}", _build) / "resolver"


def _build(folder: Path) -> None:
    # Built in a copy: the checkout may be read-only, and `go` takes files beside ours for part of the program.
    source = folder / "source"
    shutil.copytree(_SOURCE, source)
    env = dict(os.environ) | {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly -buildvcs=false"}
    argv = [toolchain.go(), "build", "-ldflags=-s -w", "-o", str(folder / "resolver"), "."]
    try:
        programs.run(argv, env=env, cwd=source, wall_s=600)
    except ProcessFailed as failure:
        raise StackUnavailable(f"The resolver could not be built: {failure.stderr_tail.strip()}") from failure
    shutil.rmtree(source)
