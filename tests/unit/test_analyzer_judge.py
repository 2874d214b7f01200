"""From facts to a verdict."""

import pytest

from services.analyzer.domain.facts import FileFacts, StreamFacts
from services.analyzer.domain.judge import Bounds, judge
from shared.errors import BadMedia

VIDEO = StreamFacts(
    index=0, type="video", codec="h264", time_base="1/90000", promised=270_000, promised_frames=90, packets=90, first=0,
    end=270_000, rate="30/1", coded_width=1920, coded_height=1080, decoded=True,
)  # fmt: skip
AUDIO = StreamFacts(
    index=1, type="audio", codec="aac", time_base="1/48000", promised=144_000, packets=141, first=0, end=144_000,
    sample_rate=48000, channels=2,
)  # fmt: skip
FILM = FileFacts(size=1000, kind="mp4", container="mov,mp4", promised=3_000_000, streams=(VIDEO, AUDIO))


def _code(facts: FileFacts, bounds: Bounds | None = None, *, sound_alone: bool = True) -> str:
    with pytest.raises(BadMedia) as caught:
        judge(facts, bounds or Bounds(), sound_alone=sound_alone)
    assert caught.value.remedy != BadMedia.default_remedy
    assert caught.value.details["detected"]
    return caught.value.code


def _with(facts: FileFacts, **changes: object) -> FileFacts:
    return facts.model_copy(update=changes)


def _video(**changes: object) -> FileFacts:
    return _with(FILM, streams=(VIDEO.model_copy(update=changes), AUDIO))


def test_a_good_film_has_no_notes() -> None:
    info = judge(FILM)
    assert info.kind == "video" and info.duration == 3.0 and not info.notes
    assert info.video and info.video.frame_rate == "30/1" and info.video.frames == 90
    assert info.audio and info.audio.sample_rate == 48000


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (FileFacts(size=0, kind="unknown data", refused=True), "media_empty"),
        (FileFacts(size=9, kind="a PNG picture", refused=True), "media_unsupported"),
        (FileFacts(size=9, kind="mp4", failure="invalid"), "media_unsupported"),
        (FileFacts(size=9, kind="mp4", failure="invalid", missing=100), "media_truncated"),
        (FileFacts(size=9, kind="mp4", failure="invalid", index=False), "media_truncated"),
        (FileFacts(size=9, kind="mp4", failure="too_complex"), "media_too_complex"),
        (FileFacts(size=9, kind="mp4", container="mov"), "media_too_short"),
        (FileFacts(size=9, kind="mp4", container="mov", missing=5), "media_truncated"),
        (_with(FILM, streams=(StreamFacts(index=0, type="subtitle"),)), "media_unsupported"),
        (_video(end=90_000, packets=30), "media_truncated"),
        (_with(FILM, streams=(VIDEO, AUDIO.model_copy(update={"end": 48_000}))), "media_truncated"),
        (_with(FILM, streams=(VIDEO.model_copy(update={"promised": 3000, "end": 3000}),)), "media_too_short"),
        (
            _with(FILM, streams=(VIDEO.model_copy(update={"promised": 0, "end": None, "promised_frames": 0}),)),
            "media_too_short",
        ),
        (_video(decoded=False), "media_unsupported"),
        (_video(coded_width=20_000, coded_height=20_000), "media_too_complex"),
        (_with(FILM, scan_ended=False), "media_too_long"),
    ],
)
def test_each_kind_of_bad_file_has_its_own_code(facts: FileFacts, code: str) -> None:
    assert _code(facts) == code


def _matroska(promised: int, *, first: int, end: int) -> FileFacts:
    video = VIDEO.model_copy(
        update={"time_base": "1/1000", "promised": None, "promised_frames": 0, "first": first, "end": end}
    )
    facts = {"kind": "matroska", "container": "matroska,webm", "promised": promised, "start": first * 1000}
    return _with(FILM, streams=(video,), **facts)


@pytest.mark.parametrize("promised", [8_000_000, 3_000_000], ids=["from zero", "from its first time stamp"])
def test_a_matroska_that_begins_late_is_whole(promised: int) -> None:
    info = judge(_matroska(promised, first=5000, end=8000))
    assert info.duration == 3.0 and "duration_wrong" not in {note.code for note in info.notes}


@pytest.mark.parametrize("first", [0, 5000])
def test_a_matroska_that_stops_early_is_cut_off(first: int) -> None:
    assert _code(_matroska(first * 1000 + 9_000_000, first=first, end=first + 3000)) == "media_truncated"


def test_a_matroska_whose_sound_is_longer_than_its_pictures_is_whole() -> None:
    film = _matroska(5_500_000, first=0, end=3000)
    sound = AUDIO.model_copy(update={"time_base": "1/1000", "promised": None, "first": 1500, "end": 5500})
    info = judge(_with(film, streams=(*film.streams, sound)))
    assert info.duration == 5.5 and not info.notes
    assert _code(_with(film, streams=(*film.streams, sound.model_copy(update={"end": 4500})))) == "media_truncated"


def test_sound_that_was_promised_and_is_gone_is_a_truncated_file() -> None:
    gone = AUDIO.model_copy(update={"packets": 0, "first": None, "end": None, "promised_frames": 141})
    assert _code(_with(FILM, streams=(VIDEO, gone))) == "media_truncated"


def test_sound_alone_is_good_unless_a_film_is_wanted() -> None:
    facts = _with(FILM, streams=(AUDIO,))
    assert judge(facts).kind == "audio"
    assert _code(facts, sound_alone=False) == "media_no_video"
    cover = VIDEO.model_copy(update={"picture": True})
    assert _code(_with(FILM, streams=(AUDIO, cover)), sound_alone=False) == "media_no_video"


def test_a_song_with_a_single_frame_is_sound_alone() -> None:
    song = _video(promised=3000, end=3000, packets=1)
    info = judge(song)
    assert (info.kind, info.video, info.duration) == ("audio", None, 3.0)
    assert [note.code for note in info.notes] == ["video_too_short"]


def test_a_film_without_sound_is_good_and_says_so() -> None:
    info = judge(_with(FILM, streams=(VIDEO,)))
    assert info.audio is None
    assert [note.code for note in info.notes] == ["no_sound"]


def test_a_fragmented_file_that_lies_about_its_length_is_believed_by_its_packets() -> None:
    lying = _with(FILM, fragmented=True, streams=(VIDEO.model_copy(update={"promised": 90_000 * 143_165}), AUDIO))
    info = judge(lying)
    assert info.duration == 3.0
    assert "duration_wrong" in [note.code for note in info.notes]
    assert _code(_with(lying, missing=10)) == "media_truncated"


def test_width_and_height_are_those_on_the_screen() -> None:
    info = judge(_video(rotation=90, aspect="4/3"))
    assert info.video
    assert (info.video.width, info.video.height, info.video.rotation) == (1080, 2560, 90)
    assert info.video.sample_aspect_ratio == "4/3"


def test_times_begin_with_the_earliest_stream() -> None:
    late = VIDEO.model_copy(update={"first": 135_000, "end": 405_000})
    early = AUDIO.model_copy(update={"first": 67_200, "end": 67_200 + 144_000})
    info = judge(_with(FILM, start=1_400_000, streams=(late, early)))
    assert info.video and info.audio
    assert (info.video.start, info.audio.start, info.duration) == (0.1, 0.0, 3.1)


def test_the_larger_picture_and_the_fuller_sound_are_chosen() -> None:
    small = VIDEO.model_copy(update={"index": 2, "coded_width": 320, "coded_height": 180})
    surround = AUDIO.model_copy(update={"index": 3, "channels": 6})
    info = judge(_with(FILM, streams=(small, AUDIO, VIDEO, surround)))
    assert info.video and info.audio
    assert (info.video.index, info.audio.index) == (0, 3)


@pytest.mark.parametrize(("transfer", "name"), [(16, "pq"), (18, "hlg"), (1, None)])
def test_hdr_is_known_by_its_transfer(transfer: int, name: str | None) -> None:
    info = judge(_video(transfer=transfer))
    assert info.video and info.video.hdr == name
    assert ("hdr" in [note.code for note in info.notes]) == (name is not None)


@pytest.mark.parametrize(("matrix", "name"), [(1, "bt709"), (6, "smpte170m"), (9, "bt2020nc"), (2, "")])
def test_the_colour_matrix_is_named_where_the_file_names_it(matrix: int, name: str) -> None:
    info = judge(_video(matrix=matrix))
    assert info.video and info.video.color_space == name


def test_a_film_that_is_too_long_is_refused() -> None:
    assert _code(FILM, Bounds(max_seconds=2)) == "media_too_long"


def _sounds(*streams: StreamFacts) -> FileFacts:
    return _with(FILM, streams=(VIDEO, *streams))


def test_the_default_sound_is_heard_and_the_others_are_told() -> None:
    german = AUDIO.model_copy(update={"language": "ger", "channels": 6})
    english = AUDIO.model_copy(update={"index": 2, "language": "eng", "default": True})
    info = judge(_sounds(german, english))
    assert info.audio and info.audio.index == 2 and info.audio.language == "eng"
    (note,) = info.notes
    assert note.code == "several_sounds" and "1 (ger), 2 (eng); number 2 is heard" in note.message


def test_a_sound_that_can_be_decoded_goes_before_one_that_cannot() -> None:
    unknown = AUDIO.model_copy(update={"codec": "", "decoded": False, "default": True})
    info = judge(_sounds(unknown, AUDIO.model_copy(update={"index": 2})))
    assert info.audio and info.audio.index == 2
    info = judge(_sounds(unknown))
    assert info.audio is None and [note.code for note in info.notes] == ["sound_unreadable"]
    assert _code(_with(FILM, streams=(unknown,))) == "media_unsupported"


@pytest.mark.parametrize("seconds", [-4, 96])
def test_a_transport_stream_whose_clock_jumps_is_refused(seconds: int) -> None:
    jumping = _video(jump=seconds * 90_000, jump_at=180_000)
    assert judge(jumping).duration == 3.0
    with pytest.raises(BadMedia) as caught:
        judge(_with(jumping, kind="mpegts"))
    assert caught.value.code == "media_clock_broken" and caught.value.details["at"] == 2.0
    judge(_with(_video(jump=9 * 90_000), kind="mpegts"))


def test_an_mp3_cut_off_is_taken_with_a_note() -> None:
    song = FileFacts(size=1000, kind="mp3", container="mp3", missing=3000, streams=(AUDIO,))
    assert [note.code for note in judge(song).notes] == ["end_missing"]
    assert _code(_with(song, kind="wav", container="wav")) == "media_truncated"


def test_a_header_that_was_never_finished_promises_nothing() -> None:
    lies = _video(promised=90_000 * 5000)
    assert _code(lies) == "media_truncated"
    assert [note.code for note in judge(_with(lies, unsized=True)).notes] == ["duration_wrong"]
