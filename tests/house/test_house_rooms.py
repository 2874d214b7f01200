"""The laws of the house that no linter knows: rooms, sizes, names, who may start programs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("cutroom", "services", "shared", "deploy")
SERVICES = ("gateway", "analyzer", "planner", "renderer", "lipsync")
ROOMS = {
    "__init__", "__main__", "settings", "app", "handlers", "api", "domain", "tools", "engines", "store", "migrations",
    "fonts",
}  # fmt: skip
MAX_LINES, MAX_FUNCTION = 200, 50
LONGER: dict[str, str] = {}
"""Files over the cap, each with its reason."""
STARTS_PROGRAMS = {"shared/process.py", "shared/spawned.py", "shared/launcher.py", "shared/child.py"}
BANNED_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|manager|processor)(_|$)")


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (p for p in (ROOT / package).rglob("*.py") if "__pycache__" not in p.parts)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_rooms(service: str) -> None:
    folder = ROOT / "services" / service
    rooms = {p.stem if p.suffix == ".py" else p.name for p in folder.iterdir() if p.name != "__pycache__"}
    assert rooms <= ROOMS, f"unknown rooms: {sorted(rooms - ROOMS)}"
    assert {"__main__", "settings", "app", "handlers", "domain"} <= rooms
    assert "fonts" not in rooms or service == "renderer"
    assert "api" not in rooms or service == "gateway"


def test_files_stay_short() -> None:
    long = {name_of(p): n for p in sources() if (n := len(p.read_text("utf-8").splitlines())) > MAX_LINES}
    assert long.keys() == LONGER.keys(), f"over {MAX_LINES} lines: {long}"


def test_functions_stay_short() -> None:
    long = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                lines = node.end_lineno - node.lineno + 1
                if lines > MAX_FUNCTION:
                    long.append(f"{name_of(path)}:{node.name} has {lines} lines")
    assert not long, "\n".join(long)


def test_no_drawer_for_odds_and_ends() -> None:
    odd = [name_of(p) for p in sources() if BANNED_NAMES.search(p.stem)]
    assert not odd


def test_only_the_process_room_starts_programs() -> None:
    pattern = re.compile(r"subprocess|os\.(system|exec|posix_?spawn|fork)|create_subprocess|multiprocessing|Popen")
    found = [
        f"{name_of(p)}:{i}"
        for p in sources()
        if name_of(p) not in STARTS_PROGRAMS
        for i, line in enumerate(p.read_text("utf-8").splitlines(), 1)
        if pattern.search(line.split("#")[0]) and not line.lstrip().startswith(('"', "'", "*"))
    ]
    assert not found, "\n".join(found)


def test_only_the_adapters_know_their_libraries() -> None:
    walls = {"minio": {"shared/s3.py"}, "faststream": {"shared/kafka.py"}, "aiokafka": {"shared/kafka.py"}}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            for name in names:
                allowed = walls.get(name.split(".")[0])
                assert allowed is None or name_of(path) in allowed, f"{name_of(path)} imports {name}"


def test_domains_are_pure() -> None:
    forbidden = {"asyncio", "asyncpg", "httpx", "subprocess", "socket", "requests", "fastapi", "pydantic_settings"}
    for path in sources():
        parts = path.relative_to(ROOT).parts
        if "domain" not in parts and parts[:2] != ("shared", "contracts"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            assert not {n.split(".")[0] for n in names} & forbidden, f"{name_of(path)} does I/O: {names}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"open", "input", "print"}, f"{name_of(path)}:{node.lineno}"


def test_public_functions_say_what_they_do() -> None:
    silent = [
        f"{name_of(path)}:{node.name}"
        for path in sources()
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]
    assert not silent, "\n".join(silent)


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError|pragma: no cover")
    found = [
        f"{name_of(p)}:{i}: {line.strip()}"
        for p in sources()
        for i, line in enumerate(p.read_text("utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert not found, "\n".join(found)


def test_the_lock_names_no_registry() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in lock and "--index" not in lock and "--find-links" not in lock
    assert lock.count("==") <= lock.count("--hash=sha256:")


def test_test_files_have_names_of_their_own() -> None:
    seen: dict[str, Path] = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        assert path.name not in seen, f"{path} and {seen[path.name]}"
        seen[path.name] = path
