"""The speech model's process: it stays, it is ended, it breaks, and another one is started."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from services.analyzer.engines.listening import whisper_engine
from services.analyzer.engines.models import Model
from services.analyzer.engines.speech import OnProgress, Speech
from services.analyzer.tools.requests import SpokenAnswer, WhisperRequest
from services.analyzer.tools.speech import recognize, whisper
from services.analyzer.tools.staying import Staying
from services.analyzer.tools.whisper_child import Models
from tests import spoken
from tests.patience import LONG, slack
from tests.service.analyzer_model import build_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny model of random weights: what it says, and whether it says anything, is chance."""
    return build_model(tmp_path_factory.mktemp("models") / "faster-whisper-tiny")


@pytest.fixture(scope="module")
async def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence as samples."""
    folder = tmp_path_factory.mktemp("voice")
    take = await spoken.record(("See you next week.",), "en-us", folder)
    path = folder / "sound.f32"
    path.write_bytes(take.samples.tobytes())
    return path


@pytest.fixture
async def staying() -> AsyncIterator[Staying]:
    """The process; ended behind the test."""
    made = whisper(600, 4 * 1024**3, "cpu")
    keeping = asyncio.create_task(made.keep())
    yield made
    keeping.cancel()
    await asyncio.wait([keeping])
    assert not made.alive


def _request(model: Path, path: Path, folder: Path, **knobs: object) -> WhisperRequest:
    given = {"path": path, "folder": folder, "model": model, "language": "en", "threads": 1, "beam": 1}
    return WhisperRequest.model_validate({**given, "duration": path.stat().st_size / 64_000, **knobs})


def _quiet(*_: object) -> None:
    """Progress that nobody looks at."""


async def test_one_process_answers_several_requests(staying: Staying, model: Path, voice: Path, tmp_path: Path) -> None:
    first = await recognize(staying, _request(model, voice, tmp_path), _quiet)
    second, third = await asyncio.gather(
        recognize(staying, _request(model, voice, tmp_path), _quiet),
        recognize(staying, _request(model, voice, tmp_path, hotwords="Cutroom"), _quiet),
    )
    assert staying.started == 1 and staying.alive
    assert {found.language for found in (first, second, third)} == {"en"}


async def test_long_sound_goes_in_batches(staying: Staying, model: Path, voice: Path, tmp_path: Path) -> None:
    long = tmp_path / "long.f32"
    samples = np.tile(np.fromfile(voice, np.float32), 20)
    long.write_bytes(samples.tobytes())
    told: list[float] = []
    request = _request(model, long, tmp_path, batch=4)
    found = await recognize(staying, request, lambda fraction, _: told.append(fraction))
    at = 0.0
    for word in (word for line in found.captions for word in line.words):
        assert at <= word.start < word.end <= request.duration
        at = word.end
    assert told and all(0 <= fraction <= 1 for fraction in told)


async def test_cancel_ends_it_at_once_and_the_next_request_starts_another(
    staying: Staying, model: Path, voice: Path, tmp_path: Path
) -> None:
    long = tmp_path / "long.f32"
    long.write_bytes(np.tile(np.fromfile(voice, np.float32), 300).tobytes())
    begun = asyncio.Event()
    request = _request(model, long, tmp_path, beam=5)
    asking = asyncio.create_task(recognize(staying, request, lambda *_: begun.set()))
    await asyncio.wait_for(begun.wait(), LONG)
    soon, started = slack(2), time.monotonic()
    asking.cancel()
    await asyncio.wait([asking])
    assert asking.cancelled() and time.monotonic() - started < soon and not staying.alive
    assert (await recognize(staying, _request(model, voice, tmp_path), _quiet)).language == "en"
    assert staying.started == 2


async def test_a_broken_model_is_an_error_and_not_the_end(
    staying: Staying, model: Path, voice: Path, tmp_path: Path
) -> None:
    whole = {path.name: path.read_bytes() for path in model.iterdir()}
    assert whole.keys() == {"model.bin", "config.json", "tokenizer.json", "vocabulary.json", "preprocessor_config.json"}
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.json"):
        for what, content in {"empty": b"", "words": b"no model", "cut": whole[name][: len(whole[name]) // 2]}.items():
            broken = tmp_path / f"{what}-{name}"
            broken.mkdir()
            for each, kept in whole.items():
                (broken / each).write_bytes(content if each == name else kept)
            fault = (await recognize(staying, _request(broken, voice, tmp_path), _quiet)).fault
            assert fault and fault.code == "speech_model_damaged" and broken.name in fault.reason, (name, what, fault)
    assert staying.started == 1
    assert (await recognize(staying, _request(model, voice, tmp_path), _quiet)).language == "en"


async def test_a_language_that_the_model_was_not_taught_is_named(
    staying: Staying, model: Path, voice: Path, tmp_path: Path
) -> None:
    fault = (await recognize(staying, _request(model, voice, tmp_path, language="tlh"), _quiet)).fault
    assert fault and fault.code == "speech_language_unknown" and "'tlh'" in fault.reason and fault.remedy
    numbers = _request(model, voice, tmp_path, device="cpu", compute="float64x")
    fault = (await recognize(staying, numbers, _quiet)).fault
    assert fault and fault.code == "speech_device_unusable" and "COMPUTE" in fault.remedy
    assert (await recognize(staying, _request(model, voice, tmp_path), _quiet)).fault is None
    assert staying.started == 1


class _Made:
    """A model that works where there are ``works``; on a GPU without its libraries it fails at its first use."""

    works = ("cpu",)

    def __init__(self, _folder: str, *, device: str, compute_type: str, **_: object) -> None:
        self.device, self.compute = device, compute_type

    def transcribe(self, *_: object, **__: object) -> tuple[list[object], None]:
        if self.device not in self.works:
            raise RuntimeError("Library libcublas.so.12 is not found or cannot be loaded")
        return [], None


class _Gpu(_Made):
    works = ("cpu", "cuda")


def test_the_device_is_a_gpu_that_works_else_the_cpu(model: Path, voice: Path, tmp_path: Path) -> None:
    def place(made: type[_Made], gpus: int, **knobs: object) -> tuple[str, str]:
        found = Models(made, lambda: gpus).get(_request(model, voice, tmp_path, **knobs))
        return found.device, found.compute

    assert place(_Gpu, 0) == ("cpu", "int8")
    assert place(_Gpu, 1) == ("cuda", "float16")
    assert place(_Made, 1) == ("cpu", "int8")
    assert place(_Gpu, 1, device="cpu", compute="float32") == ("cpu", "float32")


def test_a_model_is_loaded_once(model: Path, voice: Path, tmp_path: Path) -> None:
    models = Models(_Made, lambda: 0)
    first = models.get(_request(model, voice, tmp_path))
    assert models.get(_request(model, voice, tmp_path, beam=5)) is first
    assert models.get(_request(model, voice, tmp_path, threads=2)) is not first


async def test_it_is_ended_when_it_is_idle(model: Path, voice: Path, tmp_path: Path) -> None:
    staying = whisper(0.2, 4 * 1024**3, "cpu")
    keeping = asyncio.create_task(staying.keep())
    await recognize(staying, _request(model, voice, tmp_path), _quiet)
    async with asyncio.timeout(LONG):
        while staying.alive:
            await asyncio.sleep(0.05)
    keeping.cancel()
    await asyncio.wait([keeping])


@pytest.mark.parametrize("megabytes", [200, 500])
async def test_its_memory_is_bounded(megabytes: int, model: Path, voice: Path, tmp_path: Path) -> None:
    """Too little for its libraries, and enough for them but not for the model."""
    staying = whisper(600, megabytes * 1024**2, "cpu")

    async def run(_: Model, speech: Speech, on_progress: OnProgress) -> SpokenAnswer:
        return await recognize(staying, _request(model, voice, speech.folder), on_progress)

    done = await whisper_engine(Model(model, "m"), run).transcribe(Speech(voice, 1.0, "en", tmp_path), _quiet)
    assert (done.transcript.status, done.transcript.code) == ("failed", "speech_memory"), done.transcript.reason
    await staying.end()
    assert not staying.alive
