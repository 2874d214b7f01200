"""Who speaks, on films of faces whose mouths follow the local voice (``tests/talkers.py``): how many of the moments at
which a face speaks are told, and how many of those told are right; and which of two faces it is.

There is one portrait, so ``held out`` differs in voice, words, side, movements and backdrop, not in the face; other
faces are that one in other proportions and colours. A moment counts as speech when the mouth moves for most of the
second around it, as silence when it rests for 1.3 s around it, or when it moves without a word, as of who chews.
Silent heads sway, lean, walk, nod and blink like the others.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.analyzer.tools.requests import VideoAnswer
from services.analyzer.tools.video_child import measure as measure_pictures
from shared.contracts.sight import FaceTrack
from tests import spoken
from tests.bench.bench_shots import _asked
from tests.bench.table import Row
from tests.talkers import RATE, Curve, Talker, film, openings
from tests.talkers import spoken as moving

FRAMES = 300
SPEAKS = 0.5
_LINES = {
    "en-us": ("We begin with the river and the old mill.", "Nobody had opened that door for years."),
    "de": ("Das zweite Kapitel handelt von Geduld.", "Man wartet und schaut genau hin, bis sich etwas regt."),
    "fr": ("Il y avait une maison au bord de la mer.", "Personne ne savait qui l'avait construite."),
    "en-us+m4": ("Here is what we found last year.", "It was not what anybody had expected to see."),
}
_VOICES = {"tuning": ("en-us", "de"), "held out": ("fr", "en-us+m4")}


def cases(first: Curve, second: Curve, *, other: bool) -> dict[str, list[Talker]]:
    """Return the films: who is in them. ``other``: looking the other way, and moving otherwise."""
    none, begins = np.zeros(FRAMES), np.arange(FRAMES) < FRAMES // 2
    seed = 40 if other else 0

    def one(size: float, says: Curve, number: int, **more: float) -> list[Talker]:
        x = 0.25 if "walk" in more else 0.5
        return [Talker((x, 0.48), size, says, mirrored=other, seed=seed + number, **more)]  # type: ignore[arg-type]

    def two(says: Curve, replies: Curve, number: int) -> list[Talker]:
        left = Talker((0.26, 0.5), 0.65, says, mirrored=other, seed=seed + number)
        right = Talker((0.75, 0.5), 0.55, replies, sway=2.5, turn=1.5, mirrored=not other, seed=seed + number + 1)
        return [left, right]

    return {
        **_several(first, second, other=other),
        "large": one(0.95, first, 1),
        "middle": one(0.55, second, 2, sway=1.5),
        "small": one(0.33, first, 3),
        "swaying": one(0.7, second, 4, sway=5, turn=2.5),
        "walking": one(0.6, first, 5, sway=2, walk=0.5),
        "silent": one(0.8, none, 6, sway=1.5),
        "silent, swaying": one(0.7, none, 7, sway=5, turn=2.5),
        "silent, walking": one(0.6, none, 8, sway=2, walk=0.5),
        "silent, small": one(0.33, none, 9, sway=2),
        "two by turns": two(first * begins, second * ~begins, 10),
        "one of two": two(first, none, 12),
    }


_DARK, _PALE, _RED = (0.5, 0.45, 0.42), (1.15, 1.1, 1.12), (1.1, 0.85, 0.75)


def _several(first: Curve, second: Curve, *, other: bool) -> dict[str, list[Talker]]:
    """Return the films of other faces, of several who talk by turns or at once, and of mouths that say nothing."""
    none, third = np.zeros(FRAMES), np.arange(FRAMES) * 3 // FRAMES
    at, seed = np.arange(FRAMES) / RATE, 90 if other else 60
    chews = 0.35 * (1 + np.sin(at * 2 * np.pi * (1.4 if other else 1.7))) * (at % 6 < 4)
    laughs = 0.8 * (at % 4 < 2.2) * (0.75 + 0.25 * np.sin(at * 2 * np.pi * 4.5))

    def one(x: float, size: float, says: Curve, number: int, **more: object) -> Talker:
        return Talker((x, 0.5), size, says, mirrored=other, seed=seed + number, **more)  # type: ignore[arg-type]

    def three(*says: Curve) -> list[Talker]:
        looks = ({"wide": 0.86, "tint": _DARK}, {"wide": 1.12, "tint": _PALE}, {"tint": _RED, "sway": 2.0})
        places = enumerate(zip((0.18, 0.5, 0.82), says, looks, strict=True))
        return [one(x, 0.5, said, 20 + n, **look) for n, (x, said, look) in places]

    return {
        "another face": [one(0.5, 0.7, first, 1, wide=0.86, tint=_DARK)],
        "a third face": [one(0.5, 0.7, second, 2, wide=1.14, tint=_PALE, sway=2.0)],
        "nodding": [one(0.5, 0.7, first, 3, nod=5.0)],
        "half turned away": [one(0.5, 0.7, second, 4, wide=0.68)],
        "far": [one(0.5, 0.2, first, 5)],
        "three by turns": three(first * (third == 0), second * (third == 1), first * (third == 2)),
        "three at once": three(first, second, np.roll(first, 70)),
        "two at once": [one(0.26, 0.6, first, 7, tint=_DARK), one(0.74, 0.6, second, 8, wide=1.1)],
        "silent, nodding": [one(0.5, 0.7, none, 9, nod=5.0)],
        "silent, far": [one(0.5, 0.2, none, 10, sway=2.0)],
        "silent, half turned away": [one(0.5, 0.7, none, 11, wide=0.68, sway=2.0)],
        "silent, chewing": [one(0.5, 0.7, none, 12, moves=chews)],
        "silent, laughing": [one(0.5, 0.7, none, 13, moves=laughs)],
    }


@dataclass(frozen=True, slots=True)
class Moment:
    """A face at a time: whether it speaks (None: on the verge), and by how much it is said to."""

    speaks: bool | None
    told: float


async def measure() -> list[Row]:
    """Precision and recall on both parts."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        for part, voices in _VOICES.items():
            folder = Path(name) / part.replace(" ", "-")
            folder.mkdir()
            takes = [await spoken.record(_LINES[voice], voice, folder, seed=n) for n, voice in enumerate(voices)]
            first, second = (np.resize(openings(take), FRAMES) for take in takes)
            seen = {
                what: list(_moments(talkers, await _looked(talkers, folder, number)))
                for number, (what, talkers) in enumerate(cases(first, second, other=part != "tuning").items())
            }
            rows += _rows(part, seen)
    return rows


async def _looked(talkers: Sequence[Talker], folder: Path, number: int) -> VideoAnswer:
    path = film(folder / f"{number}.mp4", talkers, backdrop=3 + number)
    request = await _asked(path)
    with tempfile.TemporaryDirectory() as name:
        return measure_pictures(request.model_copy(update={"folder": Path(name)}))


def _moments(talkers: Sequence[Talker], found: VideoAnswer) -> Iterator[list[Moment]]:
    """Yield all faces at each of the times; those that were lost are said not to speak."""
    said = [moving(talker.says) for talker in talkers]
    for at in np.arange(0.4, FRAMES / RATE - 0.4, 0.4):
        yield [_moment(talker, spans, found.faces, float(at)) for talker, spans in zip(talkers, said, strict=True)]


def _moment(talker: Talker, spans: Sequence[spoken.Pair], tracks: Sequence[FaceTrack], at: float) -> Moment:
    speaks = spoken.overlap(spans, [(at - 0.6, at + 0.6)]) > 1.0
    rests = spoken.overlap(spans, [(at - 1.3, at + 1.3)]) == 0
    x, _ = talker.at(int(at * RATE))
    near = [t for t in tracks if t.boxes[0].time <= at <= t.boxes[-1].time and abs(_middle(t, at) - x) < 0.12]
    told = _value(near[0], "talking", at) if near else 0.0
    return Moment(True if speaks else False if rests else None, told)


def _middle(track: FaceTrack, at: float) -> float:
    return _value(track, "x", at) + _value(track, "width", at) / 2


def _value(track: FaceTrack, name: str, at: float) -> float:
    return float(np.interp(at, [box.time for box in track.boxes], [getattr(box, name) for box in track.boxes]))


def _rows(part: str, seen: Mapping[str, Sequence[Sequence[Moment]]]) -> list[Row]:
    together = [faces for moments in seen.values() for faces in moments]
    speaking, silent = ([m for faces in together for m in faces if m.speaks is which] for which in (True, False))
    right, wrong = (sum(m.told >= SPEAKS for m in some) for some in (speaking, silent))
    pairs = [faces for faces in together if {m.speaks for m in faces} >= {True, False}]
    told = sum(
        max(m.told for m in faces if m.speaks) > max(m.told for m in faces if m.speaks is False) for faces in pairs
    )
    rows = [
        Row(
            f"{part}: precision, {wrong} of {len(silent)} silent moments wrong", 100 * right / (right + wrong or 1), "%"
        ),
        Row(f"{part}: recall, of {len(speaking)} moments", 100 * right / len(speaking), "%"),
        Row(f"{part}: which of several faces speaks, of {len(pairs)} moments", 100 * told / len(pairs), "%"),
    ]
    for what, moments in seen.items():
        counted = [m.told for faces in moments for m in faces if m.speaks is (not what.startswith("silent"))]
        median = float(np.median(counted)) if counted else 0.0
        rows.append(Row(f"{part}, {what}: median told of {len(counted)}", median, ""))
        for speaks, word in ((True, "speech told"), (False, "silence taken for speech")):
            some = [m.told >= SPEAKS for faces in moments for m in faces if m.speaks is speaks]
            rows += (
                [Row(f"{part}, {what}: {word}, of {len(some)} moments", 100 * float(np.mean(some)), "%")]
                if some
                else []
            )
    return rows
