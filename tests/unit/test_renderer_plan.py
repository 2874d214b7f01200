"""Chunks, fits, readings, orders and keys."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.renderer.domain.chunks import Chunk, Piece, chunks, target_frames
from services.renderer.domain.effort import START, drawing, edging, finishing
from services.renderer.domain.fit import Fit, fit
from services.renderer.domain.formats import picture_options
from services.renderer.domain.key import chunk_key, sound_key
from services.renderer.domain.order import problems
from services.renderer.domain.progress import AHEAD, Progress, Task
from services.renderer.domain.reading import audio_reading, video_reading
from services.renderer.settings import RendererSettings
from shared.allowance import cores
from shared.contracts.blob import BlobRef
from shared.contracts.layout import lay_out, starts
from shared.contracts.media import AudioStream, MediaInfo, VideoStream
from shared.contracts.timeline import Clip, Output, SoundClip, Source, Timeline, Transition

VIDEO = VideoStream(
    index=0, codec="h264", width=1920, height=1080, coded_width=1920, coded_height=1080, frame_rate="25/1",
    time_base="1/90000", duration=60.0,
)  # fmt: skip
AUDIO = AudioStream(index=1, codec="aac", sample_rate=48000, channels=2, duration=60.0)
MEDIA = MediaInfo(kind="video", container="mp4", duration=60.0, size=1, video=VIDEO, audio=AUDIO)
OUTPUT = Output(name="out", width=1280, height=720)


def source(digest: str = "a", media: MediaInfo = MEDIA) -> Source:
    return Source(blob=BlobRef(key="a.mp4", sha256=digest * 64, size=1, content_type="video/mp4"), media=media)


def clip(number: int, start: float, end: float, **more: object) -> Clip:
    values = {"id": f"c{number}", "name": f"n{number}", "source": "a", "time_base": "1/1000", "frames": 1}
    return Clip.model_validate({**values, "start": round(start * 1000), "end": round(end * 1000), **more})


def edit(*clips: Clip, **more: object) -> Timeline:
    return Timeline.model_validate(
        {"rate": "25/1", "sources": {"a": source()}, "video": lay_out(clips, "25/1"), **more}
    )


@st.composite
def tracks(draw: st.DrawFn) -> tuple[Clip, ...]:
    made: list[Clip] = []
    for i, frames in enumerate(draw(st.lists(st.integers(1, 400), min_size=1, max_size=30))):
        before = made[-1] if made else None
        room = 0
        if before is not None:
            taken = before.transition_in.frames if before.transition_in else 0
            room = min(frames, before.frames - taken) - 1
        overlap = draw(st.integers(0, max(0, min(room, 30))))
        change = Transition(kind="dissolve", frames=overlap) if overlap else None
        made.append(clip(i, 0, frames / 25).model_copy(update={"frames": frames, "transition_in": change}))
    return tuple(made)


@settings(max_examples=40)
@given(tracks(), st.integers(20, 200), st.integers(3, 8))
def test_chunks_cover_every_frame_of_every_clip_once(track: tuple[Clip, ...], target: int, most: int) -> None:
    made = chunks(track, target, most)
    assert made[0].first == 0
    for before, after in pairwise(made):
        assert after.first == before.first + before.frames
    total = sum(c.frames for c in track) - sum(c.transition_in.frames for c in track if c.transition_in)
    assert made[-1].first + made[-1].frames == total
    for number, shot in enumerate(track):
        pieces = [p for c in made for p in c.pieces if p.clip == number]
        assert pieces[0].first == 0
        assert sum(p.frames for p in pieces) == shot.frames
        assert all(b.first == a.first + a.frames for a, b in pairwise(pieces))
    for chunk in made:
        assert chunk.pieces[0].overlap == 0, "a transition has both its clips in one chunk"
        assert sum(p.frames - p.overlap for p in chunk.pieces) == chunk.frames


@settings(max_examples=40)
@given(tracks(), st.integers(20, 200))
def test_chunks_are_of_a_good_length(track: tuple[Clip, ...], target: int) -> None:
    assert all(c.frames <= target * 3 // 2 + 60 for c in chunks(track, target, 1000))


def test_a_chunk_prefers_to_begin_at_a_cut() -> None:
    track = lay_out([clip(i, 0, 1.8) for i in range(10)], "25/1")
    assert [c.first for c in chunks(track, 50, 5)] == starts(track)
    assert chunks(track, 100, 5)[0] == Chunk(0, 0, 90, (Piece(0, 0, 45), Piece(1, 0, 45)))


def test_the_number_of_open_sources_is_bounded() -> None:
    track = lay_out([clip(i, 0, 0.2) for i in range(100)], "25/1")
    assert max(len(c.pieces) for c in chunks(track, 500, 5)) == 5


def test_targets_suit_short_and_long_edits() -> None:
    assert target_frames(100, 25.0, 2) == 50
    assert target_frames(600, 25.0, 2) == 100
    assert target_frames(1500, 25.0, 2) == target_frames(90_000, 25.0, 2) == 150


@pytest.mark.parametrize(
    ("shape", "frame", "wanted", "expected"),
    [
        ((1920, 1080), (1280, 720), "auto", Fit("exact", 1280, 720)),
        ((1920, 1088), (1280, 720), "blur", Fit("exact", 1280, 720)),
        ((1920, 1080), (1080, 1920), "crop", Fit("crop", 3414, 1920)),
        ((1920, 1080), (1080, 1920), "auto", Fit("blur", 1080, 608)),
        ((1440, 1080), (1920, 1080), "auto", Fit("crop", 1920, 1440)),
        ((1080, 1920), (1920, 1080), "pad", Fit("pad", 608, 1080)),
        ((4000, 10), (64, 64), "pad", Fit("pad", 64, 2)),
    ],
)
def test_fits(shape: tuple[int, int], frame: tuple[int, int], wanted: str, expected: Fit) -> None:
    assert fit(shape, frame, wanted) == expected  # type: ignore[arg-type]


@given(st.tuples(st.integers(1, 8000), st.integers(1, 8000)), st.tuples(st.integers(8, 1000), st.integers(8, 1000)))
def test_fits_are_even_and_cover_or_stay_inside(shape: tuple[int, int], half: tuple[int, int]) -> None:
    frame = (half[0] * 2, half[1] * 2)
    crop, pad = fit(shape, frame, "crop"), fit(shape, frame, "pad")
    assert crop.width >= frame[0] and crop.height >= frame[1]
    assert 2 <= pad.width <= frame[0] and 2 <= pad.height <= frame[1]
    assert not (crop.width | crop.height | pad.width | pad.height) % 2


def test_reading_begins_before_the_wanted_frame_and_counts_from_it() -> None:
    reading = video_reading(clip(0, 10, 12), Piece(0, 25, 10), VIDEO, "25/1")
    assert reading.seek == Fraction(11) - Fraction(2, 25)
    assert reading.shift == 80_000 + 2_000
    assert reading.seek + reading.length > Fraction(11) + Fraction(10, 25)


def test_reading_follows_the_speed() -> None:
    slow = clip(0, 10, 12, speed="1/2")
    assert video_reading(slow, Piece(0, 50, 50), VIDEO, "25/1").seek == Fraction(11) - Fraction(2, 25)
    assert audio_reading(slow, 4 * 48000, AUDIO, 48000).length > 2


def test_reading_behind_the_last_frame_reads_the_last_frame() -> None:
    late = clip(0, 70, 71)
    assert video_reading(late, Piece(0, 0, 25), VIDEO, "25/1").seek < 60
    assert audio_reading(late, 48000, AUDIO, 48000).seek < 60


def test_reading_at_the_very_beginning() -> None:
    assert video_reading(clip(0, 0, 1), Piece(0, 0, 25), VIDEO, "25/1").seek == 0
    assert audio_reading(clip(0, 0, 1), 48000, AUDIO, 48000).shift == 0


def codes(made: Timeline, *outputs: Output) -> set[str]:
    return {problem.code for problem in problems(made, outputs or (OUTPUT,), 10_000)}


def test_a_good_order_has_no_problems() -> None:
    assert codes(edit(clip(0, 0, 2), clip(1, 4, 5))) == set()


def test_every_problem_is_named() -> None:
    mute = source(media=MEDIA.model_copy(update={"video": None, "audio": None, "kind": "audio"}))
    sounds = (SoundClip(id="s", name="boing", at=0), SoundClip(id="t", name="x", at=0, source="m"))
    clips = (
        clip(0, 0, 90).model_copy(update={"frames": 9000}),
        clip(1, 0, 1, source="m"),
        clip(2, 0, 1, speed="1/100"),
        clip(3, 0, 1).model_copy(update={"frames": 60}),
    )
    made = Timeline(rate="500/1", sample_rate=8000, sources={"a": source(), "m": mute}, video=clips, sounds=sounds)
    wrong = codes(made, OUTPUT, OUTPUT, Output(name="../x", width=64, height=64))
    assert wrong >= {
        "rate_invalid", "sample_rate_invalid", "outside_source", "source_without_video", "speed_invalid",
        "frames_wrong", "sound_unknown", "source_without_sound", "output_twice", "output_name",
    }  # fmt: skip
    assert codes(edit(clip(0, 0, 50))) == set()
    assert {p.code for p in problems(edit(clip(0, 0, 50)), (), 100)} == {"outputs_count", "timeline_too_long"}


def key(made: Timeline, output: Output = OUTPUT, captions: str = "", crf: int = 20) -> str:
    return chunk_key(made, chunks(made.video, 50, 5)[0], output, captions, {"crf": crf})


def test_the_key_of_a_chunk_changes_with_its_pixels_and_with_nothing_else() -> None:
    made = edit(clip(0, 0, 1), clip(1, 4, 5))
    renamed = edit(clip(0, 0, 1, name="other", id="z"), clip(1, 4, 5), sounds=[{"id": "s", "name": "pop", "at": 1}])
    assert key(made) == key(renamed)
    others = [
        key(edit(clip(0, 0, 1), clip(1, 4, 5.04))),
        key(edit(clip(0, 0, 1, effects=[{"name": "zoom"}]), clip(1, 4, 5))),
        key(edit(clip(0, 0, 1), clip(1, 4, 5), sources={"a": source("b")})),
        key(made, OUTPUT.model_copy(update={"width": 640})),
        key(made, captions="x"),
        key(made, crf=21),
    ]
    assert len({key(made), *others}) == 7


def test_the_key_of_the_sound_changes_with_what_is_heard_and_with_nothing_else() -> None:
    def sounds_like(*clips: Clip, loudness: float | None = -14.0, codec: str = "aac", **more: object) -> str:
        return sound_key(edit(*clips, **more), loudness, {"codec": codec})

    def said(text: str, end: float) -> Clip:
        return clip(0, 0, 2, captions=[{"text": text, "start": 0.5, "end": end}])

    music = [{"id": "m", "name": "pop", "at": 1, "duck_db": 12}]
    plain = sounds_like(clip(0, 0, 1), clip(1, 4, 5))
    assert plain == sounds_like(clip(0, 0, 1, name="other", id="z", effects=[{"name": "zoom"}]), clip(1, 4, 5))
    assert sounds_like(said("a", 1.0)) == sounds_like(said("b", 1.5)) == sounds_like(clip(0, 0, 2))
    assert sounds_like(said("a", 1.0), sounds=music) == sounds_like(said("b", 1.0), sounds=music)
    others = [
        sounds_like(clip(0, 0, 1), clip(1, 4, 5.04)),
        sounds_like(clip(0, 0, 1), clip(1, 4, 5), loudness=None),
        sounds_like(clip(0, 0, 1), clip(1, 4, 5), codec="libopus"),
        sounds_like(clip(0, 0, 1), clip(1, 4, 5), sources={"a": source("b")}),
        sounds_like(clip(0, 0, 1), clip(1, 4, 5), layout="mono"),
        sounds_like(said("a", 1.0), sounds=music),
        sounds_like(said("a", 1.5), sounds=music),
    ]
    assert len({plain, *others}) == 8


def begun(sounding: float = 0.0, finishing: float = 0.0, **frames: int) -> Progress:
    tasks = {key: Task(count, float(count)) for key, count in frames.items()}
    return Progress(sum(frames.values()), tasks, sounding, finishing, uses=Counter(frames.keys()))


def test_progress_sums_up_what_runs_side_by_side() -> None:
    progress = begun(10, 10, a=100, b=50)
    progress.total, progress.uses["b"] = 200, 2
    assert progress.fraction == 0 and "eta_seconds" not in progress.detail(1.0)
    progress.rendered.update({"a": 60, "b": 25})
    assert progress.frame == 110
    told = progress.detail(10.0)
    done = 85 + 150 * AHEAD
    assert told == {"frame": 110, "frames": 200, "eta_seconds": round(10 * (170 - done) / done, 1)}
    progress.rendered.update({"a": 100, "b": 50})
    progress.sound, progress.finished = 1.0, 1.0
    assert progress.fraction == 1.0 and progress.detail(10.0)["eta_seconds"] == 0


def test_what_was_kept_is_done_at_once_and_does_not_make_the_rest_look_quick() -> None:
    progress = begun(100, 0, kept=900, new=100)
    progress.kept, progress.sound_kept = frozenset({"kept"}), True
    assert progress.frame == 900 and progress.fraction == 1000 / 1100 and "eta_seconds" not in progress.detail(1.0)
    progress.rendered.update({"kept": 900, "new": 50})
    done = 50 + 100 * AHEAD
    assert progress.frame == 950 and progress.detail(10.0)["eta_seconds"] == round(10 * (100 - done) / done, 1)


def test_a_chunk_is_done_when_all_its_frames_are_there_and_not_sooner_than_its_work() -> None:
    progress, told = begun(a=100), list[float]()
    for frames in (0, 50, 94, 99, 100):
        progress.rendered["a"] = frames
        told.append(progress.fraction)
    assert told == pytest.approx([AHEAD, 0.5 + AHEAD, 1.0, 1.0, 1.0])


def test_what_others_draw_makes_the_rest_look_quicker() -> None:
    progress = begun(a=100, b=100, c=100)
    progress.rendered.update({"a": 100})
    alone = progress.detail(10.0)["eta_seconds"]
    progress.rendered.update({"b": 100})
    assert (alone, progress.detail(10.0)["eta_seconds"]) == (20.0, 5.0)


def test_a_chunk_begun_while_others_have_much_left_does_not_outlast_them() -> None:
    progress = begun(a=100, b=100, c=100)
    assert progress.outlast(["c"], []) and not progress.outlast(["c"], ["a"])
    progress.rendered["a"] = 49
    assert not progress.outlast(["c"], ["a"])
    progress.rendered["a"] = 51
    assert progress.outlast(["c"], ["a"]) and not progress.outlast(["c"], ["a", "b"])


def test_few_chunks_share_all_cores_and_x264_gets_more_threads_than_that() -> None:
    usual = RendererSettings(parallel=4, threads=0)
    assert usual.for_few(4) is usual and usual.for_few(9) is usual
    assert usual.for_few(1).chunk_threads() == cores() >= usual.chunk_threads()
    assert RendererSettings(parallel=4, threads=3).for_few(1).chunk_threads() == 3
    told = {n: picture_options(Output(name="o", width=64, height=64), crf=20, preset="fast", keyframe=50, threads=n)
            for n in (1, 2, 4)}  # fmt: skip
    assert [options["threads"] for options in told.values()] == [1, 3, 6]


def test_ladders_and_copies_take_longer_to_finish() -> None:
    line = edit(clip(0, 0, 2), clip(1, 4, 6))
    plain = Output(name="wide", width=1280, height=720)
    ladder = plain.model_copy(update={"hls": True})
    usual = finishing(line, [plain])
    assert finishing(line, [plain, plain]) == 2 * usual
    assert finishing(line, [ladder]) > 2 * usual and finishing(line, [plain], copied=1) > usual


def test_what_lies_between_copies_is_quick_to_encode_once_its_programs_run() -> None:
    line = edit(clip(0, 0, 4))
    (chunk,) = chunks(line.video, 100, 1)
    output = Output(name="wide", width=1280, height=720)
    alone, among = edging(chunk, output, 1.0), edging(chunk, output, 0.1)
    assert among < drawing(line, chunk, output, written=False) and alone - among == pytest.approx(0.9 * START)


def test_the_work_of_a_chunk_follows_its_size_and_what_is_done_to_it() -> None:
    made = edit(clip(0, 0, 2), clip(1, 4, 6, effects=[{"name": "zoom"}]))
    plain, dressed = chunks(made.video, 50, 1)

    def work(chunk: Chunk, **more: object) -> float:
        return drawing(made, chunk, OUTPUT.model_copy(update=more), written=False)

    assert work(plain) == 50 and work(plain, width=2560) == 100 and work(plain, codec="hevc") > 100
    assert work(dressed) > 80 > work(plain, draft=True)
