"""Java, Maven and Go: found on this machine, or had from Debian when we may install there."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.stack import programs
from deploy.stack.cache import Cache, cache_folder
from deploy.stack.errors import StackUnavailable
from shared.process import ProcessFailed

JAVA_AT_LEAST = 17
# From this release on, Go fetches by itself the newer toolchain that a module asks for; for an older one we do.
GO_AT_LEAST = (1, 21)
GO_FETCHED = "1.26.8"


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that a server needs, and how Debian calls its package."""

    program: str
    package: str
    remedy: str


JAVA = Tool("java", "default-jre-headless", f"Install a Java runtime, version {JAVA_AT_LEAST} or newer.")
MAVEN = Tool("mvn", "maven", "Install Apache Maven, version 3.6 or newer.")
GO = Tool("go", "golang-go", "Install Go from https://go.dev/dl/ and put it on PATH.")


def java() -> str:
    """Path of a Java runtime that Kafka accepts."""
    path = find(JAVA)
    found = re.search(r'version "(\d+)', version_of([path, "-version"]))
    if found is None or int(found[1]) < JAVA_AT_LEAST:
        raise StackUnavailable(f"{path} is older than Java {JAVA_AT_LEAST}.", remedy=JAVA.remedy)
    return path


def go() -> str:
    """Path of a Go that can build what is pinned here: the one on PATH, or a newer one fetched by it.

    The old one fetches it as a module, from the module proxy and checked against the checksum database.
    """
    path = find(GO)
    found = re.search(r"go(\d+)\.(\d+)", version_of([path, "version"]))
    if found is not None and (int(found[1]), int(found[2])) >= GO_AT_LEAST:
        return path
    try:
        fetched = Cache(cache_folder()).entry(f"go-{GO_FETCHED}", lambda folder: _fetch_go(path, folder))
    except ProcessFailed as failure:
        raise StackUnavailable(f"{path} is too old and cannot fetch a newer Go.", remedy=GO.remedy) from failure
    return str(fetched / "bin" / "go")


def _fetch_go(old: str, folder: Path) -> None:
    modules = folder / "modules"
    env = dict(os.environ) | {"GOPATH": str(modules), "GOFLAGS": "-modcacherw"}
    platform = "-".join(programs.run([old, "env", "GOOS", "GOARCH"], env=env).split())
    module = f"golang.org/toolchain@v0.0.1-go{GO_FETCHED}.{platform}"
    answer = json.loads(programs.run([old, "mod", "download", "-json", module], env=env, cwd=folder, wall_s=600))
    for path in Path(answer["Dir"]).iterdir():
        path.rename(folder / path.name)
    shutil.rmtree(modules)
    # A module's files are kept without the right to be run.
    for program in [*(folder / "bin").iterdir(), *(folder / "pkg" / "tool").rglob("*")]:
        program.chmod(0o755)


def find(tool: Tool) -> str:
    """Path of the program, installed first when it is missing and this is Debian and we are root."""
    path = shutil.which(tool.program)
    if path is None and _may_install():
        # Debian's installer refuses where another one is at work: two runs of the tests, say.
        with Cache(cache_folder()).locked("apt"):
            if shutil.which(tool.program) is None:
                _apt_install(tool)
        path = shutil.which(tool.program)
    if path is None:
        raise StackUnavailable(f"The program `{tool.program}` is missing.", remedy=tool.remedy)
    return path


def version_of(argv: list[str]) -> str:
    """Return what the program prints of its version. Raises ``ProcessFailed``."""
    # `java -version` writes to standard error, which is kept only of a failure.
    return programs.run(["sh", "-c", '"$@" 2>&1', "sh", *argv], env=dict(os.environ), wall_s=60)


def _may_install() -> bool:
    return os.geteuid() == 0 and Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


def _apt_install(tool: Tool) -> None:
    env = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        programs.run(["apt-get", "update", "-q"], env=env, wall_s=300)
        programs.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", tool.package], env=env, wall_s=900)
    except ProcessFailed as failure:
        raise StackUnavailable(
            f"Debian's package {tool.package} could not be installed: {failure.stderr_tail.strip()}", remedy=tool.remedy
        ) from failure
