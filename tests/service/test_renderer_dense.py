"""Edits of many short shots from all over their source: every frame in its place, the source decoded once."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from structlog.testing import capture_logs

from services.renderer.domain.chunks import chunks
from services.renderer.domain.dense import dense, rows
from services.renderer.tools.decoding import Pictures
from services.renderer.tools.edging import Edge, Piece, encode
from services.renderer.tools.onwards import Unfit, Way
from services.renderer.tools.spans import Film, Source
from shared.contracts.timeline import RenderOptions
from tests.service.renderer_footage import Footage, clip, numbers, pictures, timeline
from tests.service.test_renderer_copy import SIZE, WIDE, coded, cut, hold

PLAIN = RenderOptions(captions=False, loudness=None)
FAR = ("-g", "250", "-bf", "3", "-sc_threshold", "0")
WAYS = {
    "far": FAR,
    "pyramid": ("-g", "90", "-bf", "8", "-x264-params", "b-pyramid=normal"),
    "open": ("-g", "30", "-bf", "3", "-x264-params", "open-gop=1"),
}  # fmt: skip


def shots(count: int, frames: int, seed: int = 11) -> list[tuple[int, int]]:
    """(first frame, frames) of short shots in no order."""
    rng = np.random.default_rng(seed)
    return [(int(rng.integers(0, frames - 14)), int(rng.integers(4, 13))) for _ in range(count)]


@pytest.mark.parametrize("way", WAYS)
async def test_every_frame_of_short_shots_is_in_its_place(tmp_path: Path, way: str) -> None:
    source = await coded(tmp_path, "25/1", *WAYS[way])
    cuts = shots(30, 440)
    with capture_logs() as told:
        film = await cut(tmp_path / "out", source, "25/1", cuts, PLAIN)
    await hold(film, source, "25/1", cuts)
    # Behind a key frame that others before it are needed for, frames are drawn in the usual way.
    assert any(one["event"] == "edge.otherwise" for one in told) == (way == "open")
    assert len([path for path in (tmp_path / "out").glob("*.mp4") if len(path.stem) == 64]) == len(set(cuts))


class Counted:
    """A film that counts the packets which are read of it."""

    def __init__(self, film: Film, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read, packets = 0, film.packets

        def counting(frame: int) -> Iterator[av.Packet[av.VideoStream]]:
            for packet in packets(frame):
                self.read += 1
                yield packet

        monkeypatch.setattr(film, "packets", counting)


def opened(source: Footage) -> Film:
    return Film(Source(url=str(source.path), stream=0, rate="25/1", spans={}), {})


def shown(frame: av.VideoFrame) -> int:
    return numbers(np.asarray(frame.to_ndarray(format="gray"), np.uint8)[None])[0]


async def test_shots_in_order_are_decoded_in_one_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = await coded(tmp_path, "25/1", *FAR)
    film = opened(source)
    counted, asked, way = Counted(film, monkeypatch), sorted(shots(30, 440)), Way(film, 0)
    passes = 0
    for first, frames in asked:
        if not way.reaches(first):
            way, passes = Way(film, first), passes + 1
        assert [shown(frame) for frame in way.frames(first, frames)] == list(range(first, first + frames))
    assert any(second < first + frames for (first, frames), (second, _) in pairwise(asked))
    assert passes <= 1 and counted.read <= 440  # one where the second key frame is nearer than the end of a shot


async def test_a_key_frame_on_the_way_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = await coded(tmp_path, "25/1", "-g", "25", "-keyint_min", "25", "-bf", "2")
    film = opened(source)
    way = Way(film, 3)
    assert [shown(frame) for frame in way.frames(3, 4)] == [3, 4, 5, 6]
    assert way.reaches(9) and not way.reaches(2) and not way.reaches(430)
    counted = Counted(film, monkeypatch)
    for first in (24, 49, 405):  # just before a key frame, which is decoded before it
        assert [shown(frame) for frame in Way(film, first).frames(first, 3)] == [first, first + 1, first + 2]
    assert counted.read < 3 * 50


async def test_frames_that_are_not_there_are_told(tmp_path: Path) -> None:
    source = await coded(tmp_path, "25/1", *FAR)
    with pytest.raises(Unfit):
        list(Way(opened(source), 436).frames(436, 9))


async def test_what_is_encoded_onwards_is_what_is_encoded_anew(tmp_path: Path) -> None:
    source = await coded(tmp_path, "25/1", *FAR)
    films, made = Pictures(), []
    for onwards in (True, False):
        for number, (first, frames) in enumerate(((20, 9), (40, 6), (43, 5), (9, 4))):
            target, small = (tmp_path / f"{onwards}{number}.{ending}" for ending in ("mp4", "grey"))
            asked = Edge(
                options={}, sources={"a": Source(url=str(source.path), stream=0, rate="25/1", spans={})},
                pieces=[Piece(source="a", first=first, frames=frames)], rate="25/1", size=SIZE,
                encoder={"preset": "veryfast", "crf": "20"}, clock=12800, target=str(target), small=str(small),
                onwards=onwards,
            )  # fmt: skip
            encode(films, asked)
            made.append((numbers(await pictures(target, SIZE)), small.read_bytes()))
    assert made[:4] == made[4:]
    assert [place for place, _ in made[:2]] == [list(range(20, 29)), list(range(40, 46))]


async def test_only_so_many_sources_stay_open(tmp_path: Path) -> None:
    """Each has its index and its decoder: memory must not grow with the number of sources."""
    source = await coded(tmp_path, "25/1", *FAR)
    names = [source.path.with_name(f"copy{n}.mp4") for n in range(5)]
    for name in names:
        name.hardlink_to(source.path)
    for most, onwards in ((1, True), (3, False)):
        assert _open_at_once(tmp_path, names, most, onwards=onwards) == [min(n + 1, most) for n in range(10)]
        gc.collect()


def _open_at_once(folder: Path, names: Sequence[Path], most: int, *, onwards: bool) -> list[int]:
    """How many films are open after each of some shots, from one source after the other."""
    films, found = Pictures(), list[int]()
    for number, name in enumerate([*names, *names]):
        film = films.film(Source(url=str(name), stream=0, rate="25/1", spans={}), {}, most)
        begin, taken = 10 + 5 * number, films.onwards if onwards else films.of
        assert [shown(frame) for frame in taken(film, begin, 4)] == list(range(begin, begin + 4))
        found.append(len(_open_under(folder)))
    return found


def _open_under(folder: Path) -> list[str]:
    """The files in ``folder`` that this process has open."""
    found = [os.readlink(one) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
    return [name for name in found if name.startswith(str(folder))]


async def test_only_edits_of_many_short_plain_shots_are_dense(tmp_path: Path) -> None:
    footage = {"a": await coded(tmp_path, "25/1", *FAR)}

    def line(length: float, count: int = 30, **more: Any) -> bool:
        clips = [clip(i, (i * 37) % 14, (i * 37) % 14 + length, **more) for i in range(count)]
        return dense(timeline(footage, clips, "25/1"), (WIDE,), PLAIN)

    assert line(0.4)
    assert not line(0.4, count=10) and not line(2) and not line(0.4, effects=[{"name": "blur"}])
    assert not line(0.4, reverse=True) and not line(0.4, speed="1/2")
    made = timeline(footage, [clip(i, i / 3, i / 3 + 0.4) for i in range(30)], "25/1")
    larger = WIDE.model_copy(update={"width": 640, "height": 360})
    assert dense(made, (WIDE,), PLAIN)
    assert not dense(made, (WIDE, larger.model_copy(update={"name": "b"})), PLAIN) and not dense(made, (larger,), PLAIN)
    cut_ = chunks(made.video, 50, 1)
    assert all(len(chunk.pieces) == 1 for chunk in cut_)
    divided = rows(made, cut_, 2)
    assert sorted(divided[0] + divided[1]) == list(range(len(cut_))) and divided[0] == sorted(divided[0])
