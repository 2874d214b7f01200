"""Words from a transcription server: what is sent, what is made of the answers, and all that can go wrong."""

from __future__ import annotations

import asyncio
import itertools
import time
from pathlib import Path

import numpy as np
import pytest

from deploy.sample import Sample
from services.analyzer.app import speech_engine
from services.analyzer.engines.speech import NoEngine, Speech, Transcribed
from services.analyzer.settings import AnalyzerSettings
from services.analyzer.tools.parting import RATE, parts
from services.analyzer.tools.speech import whisper
from tests.database import MakeInfra
from tests.patience import LONG, slack, until
from tests.providers.transcription import WORDS, Broken, TranscriptionServer, transcription_server
from tests.service.analyzer_stage import analyzer

KEY = "sk-secret-0123456789"
PAUSES = (7.0, 15.0)


def _sound(folder: Path, seconds: float, *, loud: float = 0.1) -> Path:
    """Noise with a second of nothing at each of ``PAUSES``."""
    samples = np.random.default_rng(2).standard_normal(round(seconds * RATE)).astype(np.float32) * loud
    for pause in PAUSES:
        samples[round(pause * RATE) : round((pause + 1) * RATE)] = 0
    path = folder / "sound.f32"
    path.write_bytes(samples.tobytes())
    return path


async def _listen(
    base_url: str, folder: Path, seconds: float = 10.0, *, loud: float = 0.1, **knobs: object
) -> Transcribed:
    given = {"speech_base_url": base_url, "speech_key": KEY, "speech_retries": 0, **knobs}
    settings = AnalyzerSettings.model_validate(given)
    engine = speech_engine(settings, whisper(1, 1, "cpu"), "Cutroom")
    path = await asyncio.to_thread(lambda: _sound(folder, seconds, loud=loud))
    return await engine.transcribe(Speech(path, seconds, None, folder), lambda *_: None)


async def test_words_come_with_their_times(tmp_path: Path) -> None:
    async with transcription_server() as server:
        done = await _listen(server.base_url, tmp_path, seconds=10.0)
    transcript = done.transcript
    assert (transcript.status, transcript.source, transcript.language) == ("completed", "model", "en")
    (line,) = transcript.captions
    assert [word.text for word in line.words] == list(WORDS)
    assert (line.words[2].start, line.words[2].end) == (2.5, 2.9)
    assert [s.text for s in transcript.sentences] == ["So this is what we do."]
    (asked,) = server.seen
    assert asked.key == f"Bearer {KEY}" and asked.seconds == 10.0
    assert asked.form["timestamp_granularities[]"] == ["word", "segment"]
    assert (asked.form["model"], asked.form["prompt"]) == (["whisper-1"], ["Cutroom"])


async def test_long_sound_goes_in_parts_that_end_in_pauses(tmp_path: Path) -> None:
    async with transcription_server() as server:
        done = await _listen(server.base_url, tmp_path, seconds=40.0, speech_part_bytes=1024**2)
    assert len(server.seen) == 2 and all(asked.size <= 1024**2 for asked in server.seen)
    first = server.seen[0].seconds
    starts = [line.start for line in done.transcript.captions]
    assert starts == [0.5, pytest.approx(first + 0.5, abs=1e-3)]


def test_parts_end_where_it_is_quietest(tmp_path: Path) -> None:
    samples = np.fromfile(_sound(tmp_path, 24.0), np.float32)
    found = list(parts(samples, 9.0))
    assert [end / RATE for _, end in found[:2]] == [pytest.approx(p, abs=1.05) for p in PAUSES]
    assert all(abs(samples[end]) == 0 for _, end in found[:2])
    assert found[0][0] == 0 and found[-1][1] == len(samples)
    assert all(a[1] == b[0] and a[1] - a[0] <= 9 * RATE for a, b in itertools.pairwise(found))


@pytest.mark.parametrize("strict", [True, False])
async def test_a_server_without_times_gets_short_parts(strict: bool, tmp_path: Path) -> None:
    async with transcription_server(timed=False, strict=strict) as server:
        done = await _listen(server.base_url, tmp_path, seconds=40.0)
    assert [asked.form["response_format"] for asked in server.seen] == [["verbose_json"], ["json"], ["json"]]
    assert all(asked.seconds <= 25 for asked in server.seen[1:])
    words = [word for line in done.transcript.captions for word in line.words]
    assert [word.text for word in words] == [*WORDS, *WORDS]
    assert all(a.end <= b.start + 1e-6 for a, b in itertools.pairwise(words)) and words[-1].end <= 40.0


async def test_silence_costs_nothing(tmp_path: Path) -> None:
    async with transcription_server() as server:
        done = await _listen(server.base_url, tmp_path, loud=0.0)
    assert (server.seen, done.transcript.status, done.transcript.captions) == ([], "completed", ())


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (Broken(401, f"Incorrect API key provided: {KEY}."), "speech_key_refused"),
        (Broken(403, "no"), "speech_key_refused"),
        (Broken(404, "no such model"), "speech_model_unknown"),
        (Broken(413, "too large"), "speech_request_refused"),
        (Broken(400, "the sound was refused by the content filter"), "speech_request_refused"),
        (Broken(429, "slow down"), "speech_quota_exceeded"),
        (Broken(500), "speech_server_failed"),
        (Broken(503), "speech_server_failed"),
        (Broken(200, body=b"<html>hello</html>"), "speech_answer_invalid"),
        (Broken(200, body=b'{"text": 5}'), "speech_answer_invalid"),
        (Broken(200, body=b"[" * 99_999), "speech_answer_invalid"),
    ],
)
async def test_each_failure_has_its_code_and_remedy(broken: Broken, code: str, tmp_path: Path) -> None:
    async with transcription_server(broken) as server:
        done = await _listen(server.base_url, tmp_path)
    transcript = done.transcript
    assert (transcript.status, transcript.code) == ("failed", code)
    assert transcript.reason and transcript.remedy and KEY not in transcript.reason


async def test_passing_failures_are_tried_again(tmp_path: Path) -> None:
    passing = (Broken(429, headers={"retry-after-ms": "20"}), Broken(503, headers={"retry-after-ms": "20"}))
    async with transcription_server(*passing) as server:
        done = await _listen(server.base_url, tmp_path, speech_retries=2)
    assert (len(server.seen), done.transcript.status) == (3, "completed")


async def test_a_server_that_is_slow_or_away_is_named(tmp_path: Path) -> None:
    async with transcription_server(after_s=2 * LONG) as server:
        done = await _listen(server.base_url, tmp_path, speech_timeout_s=0.3)
    assert done.transcript.code == "speech_timeout"
    away = await _listen("http://127.0.0.1:9/v1", tmp_path)
    assert away.transcript.code == "speech_unreachable" and "127.0.0.1:9" in (away.transcript.reason or "")


async def test_cancel_does_not_wait_for_the_server(tmp_path: Path) -> None:
    async with transcription_server(after_s=2 * LONG) as server:
        asking = asyncio.create_task(_listen(server.base_url, tmp_path))
        await until(lambda: bool(server.seen))
        soon, started = slack(1), time.monotonic()
        asking.cancel()
        await asyncio.wait([asking])
        assert asking.cancelled() and time.monotonic() - started < soon


def test_sound_leaves_the_machine_only_where_a_server_was_set_up() -> None:
    staying = whisper(1, 1, "cpu")
    for knobs, kind in (({}, "local"), ({"speech_key": KEY}, "remote"), ({"speech_base_url": "http://a/v1"}, "remote")):
        engine = speech_engine(AnalyzerSettings.model_validate(knobs), staying)
        assert engine.identity.startswith("remote") == (kind == "remote")
    local = speech_engine(AnalyzerSettings.model_validate({"speech_key": KEY, "speech": "local"}), staying)
    assert not local.identity.startswith("remote")
    for speech, code in (("none", "speech_off"), ("remote", "speech_server_missing")):
        engine = speech_engine(AnalyzerSettings.model_validate({"speech": speech}), staying)
        assert isinstance(engine, NoEngine) and engine.code == code


async def test_the_analyzer_asks_the_server(make_infra: MakeInfra, sample: Sample) -> None:
    server: TranscriptionServer
    async with transcription_server() as server:
        knobs = {"speech_base_url": server.base_url, "speech_model": "large"}
        async with analyzer(await make_infra("analyzer"), **knobs) as stage:
            _, analysis = await stage.analyze(sample.video)
    assert (analysis.transcript.status, analysis.transcript.source) == ("completed", "model")
    assert [word.text for word in analysis.transcript.captions[0].words] == list(WORDS)
    assert server.seen[0].form["model"] == ["large"]
    assert analysis.transcript.sentences and analysis.transcript.paragraphs and analysis.speech
