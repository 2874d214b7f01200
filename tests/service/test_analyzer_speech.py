"""Words: from subtitles, from a model, and what is said when there is neither."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy.sample import Sample
from services.analyzer.engines.captions import CaptionsEngine
from services.analyzer.engines.choose import speech_model
from services.analyzer.engines.listening import whisper_engine
from services.analyzer.engines.models import Model, cache_folder, find_model
from services.analyzer.engines.speech import NoEngine, OnProgress, Speech
from services.analyzer.tools.requests import SpokenAnswer
from services.analyzer.tools.speech import read_captions
from shared.process import ProcessFailed
from tests.database import MakeInfra
from tests.service.analyzer_model import build_model
from tests.service.analyzer_stage import analyzer


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny model of random weights."""
    return build_model(tmp_path_factory.mktemp("models") / "faster-whisper-tiny")


async def test_a_model_makes_words_inside_the_film(make_infra: MakeInfra, model: Path, sample: Sample) -> None:
    knobs = {"whisper_model": str(model), "whisper_threads": 1, "whisper_beam": 1}
    async with analyzer(await make_infra("analyzer"), **knobs) as stage:
        answer, analysis = await stage.analyze(sample.video)
    transcript = analysis.transcript
    assert (transcript.status, transcript.source) == ("completed", "model")
    assert transcript.language and answer.data["words"] == sum(len(line.words) for line in transcript.captions)
    at = 0.0
    for word in (word for line in transcript.captions for word in line.words):
        assert at <= word.start < word.end <= analysis.media.duration
        at = word.end
    assert stage.progress, "which phases are told is left to chance: progress is lossy"


async def test_subtitles_are_taken_as_they_are(sample: Sample, tmp_path: Path) -> None:
    for file in (sample.subtitles, sample.captions):
        done = await CaptionsEngine(file, "0" * 64, read_captions).transcribe(_speech(tmp_path), lambda *_: None)
        assert (done.transcript.status, done.transcript.source) == ("completed", "captions")
        assert len(done.transcript.captions) == sample.subtitles.read_text().count("-->")
        assert all(line.words for line in done.transcript.captions)


async def test_subtitles_of_another_cut_are_told(tmp_path: Path) -> None:
    """The film has 16 seconds; a wholly foreign file is refused, one that reaches out of it is taken with a note."""
    lines = [(-5, -3, "before"), (1, 2, "inside"), (20, 21, "behind")]
    (tmp_path / "a.json").write_text(json.dumps([{"start": a, "end": b, "text": text} for a, b, text in lines]))
    engine = CaptionsEngine(tmp_path / "a.json", "0" * 64, read_captions)
    done = await engine.transcribe(_speech(tmp_path), lambda *_: None)
    assert [line.text for line in done.transcript.captions] == ["inside"]
    (note,) = [note for note in done.notes if note.code == "captions_outside"]
    assert note.message.startswith("2 lines")


async def _silent(model: Model, speech: Speech, on_progress: OnProgress) -> SpokenAnswer:
    return SpokenAnswer(language="en")


async def _broken(model: Model, speech: Speech, on_progress: OnProgress) -> SpokenAnswer:
    raise ProcessFailed("whisper", "exit", 1, "MemoryError")


def _speech(folder: Path) -> Speech:
    return Speech(folder / "sound.f32", 16.0, None, folder)


async def test_a_model_that_breaks_is_a_failed_transcript_with_a_remedy(tmp_path: Path) -> None:
    engine = whisper_engine(Model(tmp_path, "m"), _broken)
    done = await engine.transcribe(_speech(tmp_path), lambda *_: None)
    assert (done.transcript.status, done.transcript.code) == ("failed", "speech_memory")
    assert done.transcript.reason and done.transcript.remedy


async def test_without_a_model_the_reason_says_which_was_wanted(tmp_path: Path) -> None:
    for wanted in ("", "large-v9", str(tmp_path)):
        engine = speech_model(wanted, tmp_path, _silent)
        assert isinstance(engine, NoEngine)
        done = await engine.transcribe(_speech(tmp_path), lambda *_: None)
        assert done.transcript.status == "unavailable" and wanted in (done.transcript.reason or "")
        assert "CUTROOM_ANALYZER_WHISPER_MODEL" in (done.transcript.remedy or "")


def _cached(cache: Path, name: str, *, whole: bool = True) -> None:
    folder = cache / f"models--{name.replace('/', '--')}" / "snapshots" / "abc"
    folder.mkdir(parents=True)
    for file in ("model.bin", "config.json", "tokenizer.json")[: 3 if whole else 2]:
        (folder / file).touch()


def test_cached_models_are_found_by_name_and_the_best_without_one(tmp_path: Path) -> None:
    for name in ("Systran/faster-whisper-tiny", "Systran/faster-whisper-base", "someone/whisper-odd"):
        _cached(tmp_path, name)
    _cached(tmp_path, "Systran/faster-whisper-small", whole=False)
    names = {wanted: find_model(wanted, tmp_path) for wanted in ("", "tiny", "Systran/faster-whisper-tiny", "small")}
    assert names[""] and names[""].name == "Systran/faster-whisper-base@abc"
    assert names["tiny"] == names["Systran/faster-whisper-tiny"] and names["tiny"]
    assert names["small"] is None


def test_a_folder_must_hold_a_whole_model(model: Path, tmp_path: Path) -> None:
    found = find_model(str(model), tmp_path)
    assert found and found.folder == model
    assert find_model(str(tmp_path), tmp_path) is None


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"HF_HUB_CACHE": "/a", "HF_HOME": "/b"}, "/a"),
        ({"HF_HOME": "/b"}, "/b/hub"),
        ({"XDG_CACHE_HOME": "/c"}, "/c/huggingface/hub"),
    ],
)
def test_the_cache_is_where_the_library_has_it(environment: dict[str, str], folder: str) -> None:
    assert cache_folder(environment) == Path(folder)
