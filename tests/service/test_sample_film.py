"""Demo footage is what its truth file says: looked at with PyAV, listened to with numpy."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pysubs2
import pytest

from deploy.sample import Sample, make_sample
from shared.errors import BadRequest

FPS = 20
SIZE = (256, 144)


@pytest.fixture(scope="module")
async def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return await make_sample(tmp_path_factory.mktemp("sample"), seconds=24, size=SIZE, fps=FPS)


@pytest.fixture(scope="module")
def truth(sample: Sample) -> dict:
    return json.loads(sample.truth.read_text())


@pytest.fixture(scope="module")
def frames(sample: Sample) -> npt.NDArray[np.float32]:
    with av.open(str(sample.video)) as film:
        return np.array([frame.to_ndarray(format="gray") for frame in film.decode(video=0)], dtype=np.float32)


@pytest.fixture(scope="module")
def sound(sample: Sample) -> npt.NDArray[np.float32]:
    return _listen(sample.video)


def _listen(path: Path) -> npt.NDArray[np.float32]:
    with av.open(str(path)) as film:
        assert film.streams.audio[0].rate == 48_000
        return np.concatenate([frame.to_ndarray().mean(axis=0) for frame in film.decode(audio=0)])


def _level(sound: npt.NDArray[np.float32], start: float, end: float) -> float:
    return float(np.sqrt(np.mean(sound[round(start * 48_000) : round(end * 48_000)] ** 2)))


def test_film_is_h264_and_aac_of_the_wished_size_and_length(sample: Sample, truth: dict, frames: npt.NDArray) -> None:
    with av.open(str(sample.video)) as film:
        assert film.streams.video[0].codec_context.name == "h264"
        assert film.streams.audio[0].codec_context.name == "aac"
        assert film.streams.video[0].average_rate == FPS
    assert frames.shape == (24 * FPS, SIZE[1], SIZE[0])
    assert truth["frames"] == 24 * FPS
    assert len(truth["shots"]) == 8


def test_picture_changes_at_every_cut_and_nowhere_else(truth: dict, frames: npt.NDArray) -> None:
    change = np.abs(np.diff(frames, axis=0)).mean(axis=(1, 2))
    at_cuts = [change[cut - 1] for cut in truth["cuts"]]
    elsewhere = np.delete(change, [cut - 1 for cut in truth["cuts"]])
    assert min(at_cuts) > 2.5 * elsewhere.max()


def test_every_shot_moves_but_the_black_one(truth: dict, frames: npt.NDArray) -> None:
    for shot in truth["shots"]:
        piece = frames[shot["start"] : shot["end"]]
        if shot["name"] == "black":
            assert piece.max() < 20
        else:
            assert piece.std() > 20
            assert np.abs(piece[-1] - piece[0]).max() > 8


def test_silence_is_complete_and_the_rest_sounds(truth: dict, sound: npt.NDArray) -> None:
    (silence,) = truth["silences"]
    assert _level(sound, silence["start"] + 0.1, silence["end"] - 0.1) < 1e-4
    assert _level(sound, 0.5, silence["start"] - 0.1) > 0.03
    assert np.abs(sound).max() < 0.99


def test_music_has_its_beats_where_the_truth_says(sample: Sample, truth: dict) -> None:
    music = _listen(sample.music)
    after = [_level(music, beat, beat + 0.06) for beat in truth["beats"][1:-1]]
    before = [_level(music, beat - 0.07, beat - 0.01) for beat in truth["beats"][1:-1]]
    assert np.median(after) > 1.5 * np.median(before)
    assert np.diff(truth["beats"]).min() == pytest.approx(60 / truth["tempo"], abs=1e-4)


def test_music_steps_back_under_speech(sample: Sample, truth: dict, sound: npt.NDArray) -> None:
    """What is left of the film's sound in a pause and under a line, against the music alone."""
    music = _listen(sample.music)
    length = min(len(music), len(sound))
    speech = json.loads(sample.captions.read_text())[0]
    under = np.corrcoef(*(wave[:length][_part(speech["start"], speech["end"])] for wave in (sound, music)))[0, 1]
    pause = next(span for span in truth["blacks"])
    alone = np.corrcoef(*(wave[:length][_part(pause["start"], pause["end"])] for wave in (sound, music)))[0, 1]
    assert alone > 0.95
    assert under < 0.6


def _part(start: float, end: float) -> slice:
    return slice(round(start * 48_000), round(end * 48_000))


def test_subtitles_are_the_captions(sample: Sample) -> None:
    captions = json.loads(sample.captions.read_text())
    subtitles = pysubs2.load(str(sample.subtitles))
    assert [line.text for line in subtitles] == [caption["text"] for caption in captions]
    assert [line.start for line in subtitles] == [round(caption["start"] * 1000) for caption in captions]
    assert [line.end for line in subtitles] == [round(caption["end"] * 1000) for caption in captions]


def test_captions_lie_in_their_shots_and_words_in_order(sample: Sample, truth: dict) -> None:
    captions = json.loads(sample.captions.read_text())
    assert len(captions) >= 3
    edges = [cut / FPS for cut in truth["cuts"]]
    for caption in captions:
        assert not any(caption["start"] <= edge <= caption["end"] for edge in edges)
        words = caption["words"]
        assert " ".join(word["text"] for word in words) == caption["text"]
        times = [time for word in words for time in (word["start"], word["end"])]
        assert times == sorted(times)
        assert (words[0]["start"], words[-1]["end"]) == (caption["start"], caption["end"])


def test_pauses_are_what_the_captions_leave(sample: Sample, truth: dict) -> None:
    captions = json.loads(sample.captions.read_text())
    spoken = sum(caption["end"] - caption["start"] for caption in captions)
    quiet = sum(pause["end"] - pause["start"] for pause in truth["pauses"])
    assert spoken + quiet == pytest.approx(24, abs=0.02)


def test_nothing_is_left_beside_the_files(sample: Sample) -> None:
    assert {path.name for path in sample.video.parent.iterdir()} == {
        *("sample.mp4", "sample.srt", "sample.json", "music.m4a", "truth.json"),
    }


async def test_same_arguments_make_the_same_bytes(tmp_path: Path) -> None:
    films = [await make_sample(tmp_path / name, seconds=6, size=(96, 64), fps=10) for name in "ab"]
    for name in ("video", "music", "captions", "truth"):
        first, second = (getattr(film, name).read_bytes() for film in films)
        assert first == second, name


async def test_another_seed_makes_another_film(tmp_path: Path) -> None:
    films = [await make_sample(tmp_path / str(seed), seconds=6, size=(96, 64), fps=10, seed=seed) for seed in (1, 2)]
    assert films[0].video.read_bytes() != films[1].video.read_bytes()


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"seconds": 2}, "sample_too_short"),
        ({"size": (321, 180)}, "sample_size"),
        ({"size": (0, 180)}, "sample_size"),
        ({"fps": 0}, "sample_size"),
    ],
)
async def test_impossible_wishes_are_refused(tmp_path: Path, wish: dict, code: str) -> None:
    with pytest.raises(BadRequest) as refused:
        await make_sample(tmp_path / "film", **wish)
    assert refused.value.code == code
    assert not (tmp_path / "film").exists()
