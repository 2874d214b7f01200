"""The two Dockerfiles: what they copy exists, what they pin is what the tests run, and nothing ends as root."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from pathlib import Path

import pytest

from deploy.runtime_requirements import LEFT_OUT, runtime_requirements
from deploy.stack.install import MINIO_VERSION

ROOT = Path(__file__).parents[2]
IMAGES = {"Dockerfile": ROOT, "minio.Dockerfile": ROOT / "deploy"}


def instructions(name: str) -> list[tuple[str, str]]:
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "deploy" / name).read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [
        (word.upper(), rest.strip()) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line)
    ]


def copied(name: str) -> list[str]:
    arguments = [rest.split() for word, rest in instructions(name) if word == "COPY"]
    return [source for words in arguments if not words[0].startswith("--from") for source in words[:-1]]


@pytest.mark.parametrize("name", IMAGES)
def test_what_is_copied_exists_and_reaches_the_builder(name: str) -> None:
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for source in copied(name):
        assert (IMAGES[name] / source).exists()
        assert any(fnmatch.fnmatch(source.split("/")[0], pattern) for pattern in let_in)


def test_all_our_packages_are_copied() -> None:
    include = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]
    assert {pattern.rstrip("*") for pattern in include} <= set(copied("Dockerfile"))


@pytest.mark.parametrize("name", IMAGES)
def test_the_last_user_is_not_root(name: str) -> None:
    users = [rest for word, rest in instructions(name) if word == "USER"]
    assert users
    assert users[-1] not in ("root", "0")


@pytest.mark.parametrize("name", IMAGES)
def test_every_base_image_has_a_version(name: str) -> None:
    defaults = dict(rest.split("=", 1) for word, rest in instructions(name) if word == "ARG")
    for word, rest in instructions(name):
        if word == "FROM":
            image = re.sub(r"\$\{(\w+)\}", lambda match: defaults[match[1]], rest.split()[0])
            assert re.search(r":\d", image), image


def test_minio_is_built_at_the_version_that_the_tests_run() -> None:
    assert ("ARG", f"MINIO_VERSION={MINIO_VERSION}") in instructions("minio.Dockerfile")


def test_the_image_has_the_python_that_the_project_asks_for() -> None:
    (base,) = [rest for word, rest in instructions("Dockerfile") if word == "ARG"]
    lowest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert base.startswith(f"PYTHON=python:{lowest.removeprefix('>=')}-slim")


def test_the_audio_analysis_is_compiled_in_the_build_by_the_user_who_runs_it() -> None:
    words = instructions("Dockerfile")
    assert words.index(("USER", "cutroom")) < words.index(("RUN", "python -m services.analyzer warm"))


def test_production_needs_all_dependencies_but_the_laptop_s_database() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text()
    wanted: list[str] = tomllib.loads(pyproject)["project"]["dependencies"]
    taken = runtime_requirements(pyproject)
    assert [one for one in wanted if one not in taken] == [one for one in wanted if one.startswith(tuple(LEFT_OUT))]
    assert len(wanted) == len(taken) + len(LEFT_OUT)


def test_what_production_needs_is_locked() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    locked = {name.replace("_", "-") for name in re.findall(r"^([\w.-]+)==", lock.lower(), re.MULTILINE)}
    for one in runtime_requirements((ROOT / "pyproject.toml").read_text()):
        assert re.split(r"[\[<>=,]", one)[0] in locked
