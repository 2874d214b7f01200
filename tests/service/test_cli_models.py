"""``cutroom models``: what is here, fetching from a hub, and all that a hub can say instead."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.analyzer.engines.models import find_model
from tests.patience import LONG
from tests.providers.hub import hub_server
from tests.service.analyzer_model import build_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny model of random weights."""
    return build_model(tmp_path_factory.mktemp("models") / "faster-whisper-tiny")


async def cutroom(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "cutroom", "models", *arguments]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("CUTROOM_", "HF_"))}
    env |= {"HF_HOME": str(home), "HF_HUB_DISABLE_PROGRESS_BARS": "1", **environment}
    return await asyncio.to_thread(
        subprocess.run, argv, capture_output=True, text=True, timeout=LONG, env=env, check=False
    )


async def test_a_model_is_fetched_once_and_then_in_use(model: Path, tmp_path: Path) -> None:
    async with hub_server({"Systran/faster-whisper-tiny": model}) as hub:
        got = await cutroom(tmp_path, "get", "tiny", HF_ENDPOINT=hub.url)
        assert got.returncode == 0, got.stderr
        fetched = [seen for seen in hub.seen if seen.startswith("GET model.bin")]
        again = await cutroom(tmp_path, "get", "tiny", HF_ENDPOINT=hub.url)
        assert (
            again.returncode == 0 and len(fetched) == len([s for s in hub.seen if s.startswith("GET model.bin")]) == 1
        )
    found = find_model("tiny", tmp_path / "hub")
    assert found and (found.folder / "model.bin").read_bytes() == (model / "model.bin").read_bytes()
    assert got.stdout.startswith("Systran/faster-whisper-tiny at ")
    shown = await cutroom(tmp_path, "list", "--json")
    states = {row["name"]: row["state"] for row in json.loads(shown.stdout)}
    assert states["tiny"] == "in use" and states["base"] == "missing"


async def test_what_a_hub_says_instead_has_its_code_and_remedy(model: Path, tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.mkdir()
    (part / "config.json").write_text("{}")
    repositories = {"someone/part": part, "someone/gated": model}
    async with hub_server(repositories, {"someone/gated"}) as hub:
        asked = {
            "nobody/nothing": "model_unknown",
            "someone/part": "model_unusable",
            "someone/gated": "model_refused",
            "../../etc": "model_unknown",
        }
        for name, code in asked.items():
            refused = await cutroom(tmp_path / "home", "get", name, HF_ENDPOINT=hub.url)
            assert refused.returncode == 1 and f"[{code}]" in refused.stderr, (name, refused.stderr)
            assert "what to do" in refused.stderr and "Traceback" not in refused.stderr
    away = await cutroom(tmp_path / "home", "get", "base", HF_ENDPOINT="http://127.0.0.1:9")
    assert away.returncode == 1 and "[model_unreachable]" in away.stderr
    off = await cutroom(tmp_path / "home", "get", "base", HF_HUB_OFFLINE="1")
    assert off.returncode == 1 and "HF_HUB_OFFLINE" in off.stderr


async def test_listing_fetches_nothing(tmp_path: Path) -> None:
    shown = await cutroom(tmp_path, "list")
    assert shown.returncode == 0 and "base\tSystran/faster-whisper-base\t145\tmissing" in shown.stdout
    assert not (tmp_path / "hub").exists()
