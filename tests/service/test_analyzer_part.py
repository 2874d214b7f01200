"""What one pass measured, on its way through files."""

import resource
from pathlib import Path

import numpy as np

from services.analyzer.domain.looks import Box, Look
from services.analyzer.domain.shots.frames import Features
from services.analyzer.domain.shots.trace import WIDTH, Trace, traced
from services.analyzer.tools.part import TRACE, Filed, Part, join, load, save, trace_rows


def test_rows_in_a_file_are_those_in_memory(tmp_path: Path) -> None:
    rows = np.random.default_rng(3).integers(0, 256, (400, WIDTH)).astype(np.uint8)
    (tmp_path / TRACE).write_bytes(rows.tobytes())
    filed = trace_rows(tmp_path, len(rows))
    assert len(filed) == 400 and (filed[7] == rows[7]).all() and (filed[390:500] == rows[390:]).all()
    for picked in ([3], [3, 4, 9], [0, 399], [9, 3, 3], []):
        frames = np.array(picked, np.int64)
        assert (filed[frames] == rows[frames]).all() and filed[frames].shape == (len(picked), WIDTH)
    found = Features(*(np.ones(400, np.float32) * 100 for _ in range(6)))
    mine, theirs = (traced(part, np.arange(401) / 25, found) for part in (rows, filed))
    assert (mine.signed(slice(5, 90)) == theirs.signed(slice(5, 90))).all() and mine.live == theirs.live
    assert mine.tinted(3, 77) == theirs.tinted(3, 77) and (mine.luma(12) == theirs.luma(12)).all()


def test_a_long_trace_takes_no_memory_however_much_of_it_was_read(tmp_path: Path) -> None:
    frames = 200_000
    with (tmp_path / TRACE).open("wb") as file:
        file.truncate(frames * WIDTH)
    trace = Trace(Filed(tmp_path / TRACE, frames), np.arange(frames) / 25, np.zeros(frames, np.bool_))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for first in range(0, frames, 1000):
        assert not trace.signed(slice(first, first + 500)).any() and not trace.luma(first + 700).any()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024


def _part(folder: Path, first: int, count: int) -> Part:
    folder.mkdir()
    (folder / TRACE).write_bytes(np.full((count, WIDTH), first, np.uint8).tobytes())
    look = Look(time=first / 25, faces=(Box(0.1, 0.2, 0.3, 0.4, 0.9, 1.5),), focus=(0.5, 0.5, 0.7), sharpness=0.5)
    return Part(
        ticks=np.arange(first, first + count + 1),
        found=Features(*(np.full(count, n, np.float32) for n in range(6))),
        rows=trace_rows(folder, count),
        looks=[look],
        tiles={first: np.zeros((2, 2, 3), np.uint8)},
        stills={0: (first / 10, first / 25, np.zeros((2, 2, 3), np.uint8))},
        damaged=1,
    )


def test_parts_come_back_as_they_were_saved_and_are_joined_in_their_order(tmp_path: Path) -> None:
    one, two = _part(tmp_path / "a", 0, 5), _part(tmp_path / "b", 5, 3)
    for name, part in (("a", one), ("b", two)):
        save(part, tmp_path / name)
    loaded = [load(tmp_path / name) for name in "ab"]
    assert loaded[0].looks == one.looks and loaded[1].ticks.tolist() == two.ticks.tolist()
    both = join(loaded, tmp_path)
    assert both.ticks.tolist() == list(range(9)) and len(both.found) == len(both.rows) == 8
    assert both.rows[4:6].tolist() == [[0] * WIDTH, [5] * WIDTH]
    assert [look.time for look in both.looks] == [0, 0.2] and sorted(both.tiles) == [0, 5] and both.damaged == 2
    assert both.stills[0][0] == 0.5
