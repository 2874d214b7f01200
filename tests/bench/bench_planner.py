"""The rules planner on narrations with planted hesitation, dropped takes, pauses and highlights, beside auto-editor.

Good is every word of the takes that should stay; bad are fillers, dropped takes and pauses over half a second (less a
quarter of a second beside words, which nobody counts). Precision: of what is kept and is either, the good; recall: of
the good, what is kept. Words and marks are the planner's input as from captions; auto-editor 23.32.1 hears the sound
alone, as it comes, and cuts whole frames of the same film. The scripts were written once and tuned to nothing.
"""

from __future__ import annotations

import asyncio
import random
import resource
import tempfile
import time
from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import soundfile

from services.analyzer.domain.text.marks import marks
from services.analyzer.tools.sound import measure_levels
from services.planner.domain.footage import Material
from services.planner.domain.planning import plan
from services.planner.tools.catalog import templates
from shared.contracts.hearing import Beats, Curve
from shared.contracts.plan import EditPlan, Wishes
from shared.contracts.speech import Caption, Transcript, Word
from tests import spoken
from tests.bench import auto_editor
from tests.bench.table import Row
from tests.unit.planner_material import material

Pairs = list[tuple[float, float]]
FPS = 30
MARGIN, PAUSE = 0.25, 0.5
SAID = ("ship", "storm", "sea", "gold", "and", "the", "of", "um")
SCRIPTS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("en-us", 165, (
        "Welcome to the workshop, today we build a small wooden boat.",
        "-The hull is made of, of thin.",
        "The hull is made of thin cedar strips.",
        "Um, first we, uh, glue the strips along the frame.",
        "This takes about fourteen hours of patient work.",
        "-Then you sand the whole surface.",
        "Then you sand the whole surface until it feels like glass.",
        "!Why does it float? Because it weighs only nine kilograms!",
        "Uh, finally we paint it, and thank you for watching.",
    )),
    ("en-us+f3", 185, (
        "Hello and welcome back to the kitchen.",
        "Our bread needs, um, flour, water and salt.",
        "-Mix the flour with the.",
        "Mix the flour with the water and wait for an hour.",
        "!The dough exploded in the oven and hit the ceiling!",
        "Uh, so fold it gently, um, four times.",
        "-Bake it at two hundred and thirty.",
        "Bake it at two hundred and thirty degrees until it is brown.",
        "Thanks for baking with me, see you next week.",
    )),
    ("en-us+m4", 150, (
        "Today I want to talk about trains in the mountains.",
        "The first line was, uh, opened in eighteen seventy one.",
        "-It climbs for more than.",
        "It climbs for more than seven kilometres through the forest.",
        "Um, the driver told me a strange story.",
        "!One winter a goat rode the whole way on the roof!",
        "People still, um, feed the goat at the upper station.",
        "Finally, remember to buy your ticket before you travel.",
    )),
)  # fmt: skip
"""A line with ``-`` is a dropped take of the next one, one with ``!`` a highlight that people laugh at."""


class Narration:
    """A recording with what is good and what is bad in it, by seconds."""

    def __init__(self, take: spoken.Take, lines: Sequence[str], laughs: bool) -> None:
        self.take = take
        said = [line.lstrip("-!") for line in lines]
        words = iter(take.words)
        groups = [[next(words) for _ in line.split()] for line in said]
        pairs = list(zip(lines, groups, strict=True))
        fillers = {id(w) for g in groups for w in g if w.text.strip(",.").casefold() in ("um", "uh")}
        self.captions = tuple(
            Caption(text=text, start=g[0].start, end=g[-1].end, words=tuple(g))
            for text, g in zip(said, groups, strict=True)
        )
        self.good = [(w.start, w.end) for line, g in pairs if line[0] != "-" for w in g if id(w) not in fillers]
        vain = [(w.start, w.end) for line, g in pairs for w in g if line[0] == "-" or id(w) in fillers]
        edges = sorted((w.start, w.end) for g in groups for w in g)
        gaps = zip([0.0, *(e for _, e in edges)], [*(s for s, _ in edges), take.seconds], strict=True)
        self.bad = vain + [(a + MARGIN, b - MARGIN) for a, b in gaps if b - a >= PAUSE]
        self.highlights = [(g[0].start, g[-1].end) for line, g in pairs if line[0] == "!"]
        self.samples = self._with_laughter() if laughs else take.samples

    def _with_laughter(self) -> spoken.Samples:
        """A second of noise right behind each highlight."""
        samples, dice = self.take.samples.copy(), np.random.default_rng(5)
        for _, end in self.highlights:
            at = round((end + 0.15) * spoken.RATE)
            noise = dice.standard_normal(spoken.RATE).astype(np.float32) * 0.2
            samples[at : at + len(noise)] += noise[: max(0, len(samples) - at)]
        return samples


async def measure() -> list[Row]:
    """Return the table."""
    rows: list[Row] = []
    kept: dict[str, list[tuple[Narration, Pairs]]] = {"ours": [], "auto-editor": []}
    cut_words, highlights, wanted = 0, 0.0, 0.0
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        folder = Path(name)
        for number, (voice, pace, lines) in enumerate(SCRIPTS):
            take = await spoken.record(
                [line.lstrip("-!") for line in lines], voice, folder, pace=pace, seed=number + 50
            )
            plain = Narration(spoken.heard(take, "clean", seed=number), lines, laughs=False)
            made = plan([await _material(plain, folder)], Wishes(), templates())
            kept["ours"].append((plain, _shown(made)))
            cut_words += _inside_words(plain, _shown(made))
            if auto_editor.installed():
                soundfile.write(folder / f"{number}.wav", plain.samples, spoken.RATE)
                removed = await auto_editor.removed(folder / f"{number}.wav", folder)
                kept["auto-editor"].append((plain, _complement(removed, plain.take.seconds)))
            laughed = Narration(spoken.heard(take, "clean", seed=number), lines, laughs=True)
            length = sum(b - a for a, b in laughed.highlights)
            short = plan([await _material(laughed, folder)], Wishes(target_duration=take.seconds / 3), templates())
            highlights += spoken.overlap(laughed.highlights, _shown(short))
            wanted += length
    if not kept["auto-editor"]:
        print(auto_editor.MISSING)
    for who, found in kept.items():
        rows += _judged(who, found) if found else []
    rows.append(Row("cuts inside words, ours", float(cut_words), "", "0"))
    rows.append(Row("a third of the film: highlights kept", 100 * highlights / wanted, "%"))
    return rows + _on_beats() + await asyncio.to_thread(_three_hours)


async def _material(narration: Narration, folder: Path) -> Material:
    """Silences and energy as the analyzer measures them, words and marks as from captions."""
    samples = folder / "sound.f32"
    samples.write_bytes(narration.samples.astype(np.float32).tobytes())
    levels = await measure_levels(samples, narration.take.seconds, folder)
    transcript = Transcript(status="completed", source="captions", language="en", captions=narration.captions)
    made = material(duration=round(narration.take.seconds, 3), transcript=transcript, rate="30/1", time_base="1/15360")
    update = {"silences": levels.silences, "energy": levels.energy, "marks": marks(narration.take.words, "en")}
    return Material(made.asset_id, made.media, made.analysis.model_copy(update=update))


def _judged(who: str, found: list[tuple[Narration, Pairs]]) -> list[Row]:
    good = sum(spoken.overlap(n.good, kept) for n, kept in found)
    bad = sum(spoken.overlap(n.bad, kept) for n, kept in found)
    whole = sum(spoken.total(n.good) for n, _ in found)
    vain = sum(spoken.total(n.bad) for n, _ in found)
    targets = (">= 97", ">= 99", "") if who == "ours" else ("", "", "")
    return [
        Row(f"{who}: precision of what is kept", 100 * good / (good + bad), "%", targets[0]),
        Row(f"{who}: recall of the good", 100 * good / whole, "%", targets[1]),
        Row(f"{who}: of the planted bad, still there", 100 * bad / vain, "%", targets[2]),
    ]


def _shown(made: EditPlan) -> Pairs:
    return sorted((float(c.source_start), float(c.source_end)) for c in made.timeline.video)


def _complement(removed: Sequence[tuple[float, float]], end: float) -> Pairs:
    edges = [0.0, *(t for span in sorted(removed) for t in span), end]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]


def _inside_words(narration: Narration, kept: Pairs) -> int:
    slack = 0.5 / FPS + 0.001
    cuts = [t for span in kept for t in span]
    return sum(1 for t in cuts for w in narration.take.words if w.start + slack < t < w.end - slack)


def _on_beats() -> list[Row]:
    """A minute without words over a sure beat: how far cuts that are not changes of shot lie from a beat."""
    dice, worst, cuts, on = random.Random(3), 0.0, 0, 0
    for tempo in (84, 100, 120, 128, 171):
        beats = tuple(0.31 + i * 60 / tempo for i in range(int(58 * tempo / 60)))
        found = Beats(times=beats, tempo=float(tempo), confidence=0.9)
        film = material(
            duration=60.0, beats=found, motion=[dice.random() for _ in range(60)], rate="30/1", time_base="1/15360"
        )
        made = plan([film], Wishes(template_name="energetic", target_duration=30), templates())
        shown = _shown(made)
        for start, end in shown:
            for at in (start, end):
                if 0.01 < at < 59.9 and at not in (shown[0][0], shown[-1][1]):  # the edit itself begins and ends there
                    near = min(
                        beats[max(0, bisect_left(beats, at) - 1) : bisect_left(beats, at) + 1],
                        key=lambda b: abs(b - at),
                    )
                    cuts, on = cuts + 1, on + (abs(near - at) * FPS <= 1)
                    worst = max(worst, abs(near - at) * FPS if abs(near - at) * FPS <= 1 else 0.0)
    return [
        Row("music: cuts within a frame of a beat", 100 * on / cuts, "%"),
        Row("music: farthest of these from its beat", worst, "frames", "<= 1"),
    ]


def _three_hours() -> list[Row]:
    dice, seconds, at = random.Random(1), 3 * 3600.0, 0.5
    captions, pauses = [], []
    while at < seconds - 20:
        words = []
        for _ in range(dice.randint(4, 14)):
            length = dice.uniform(0.15, 0.5)
            words.append(Word(text=dice.choice(SAID), start=at, end=at + length))
            at += length + 0.02
        captions.append(Caption(text="", start=words[0].start, end=words[-1].end, words=tuple(words)))
        pause = dice.choice([0.3, 0.5, 1.0, 2.0])
        pauses.append((at + 0.02, at + pause - 0.02))
        at += pause
    transcript = Transcript(status="completed", captions=tuple(captions))
    made = material("long", seconds, silences=pauses, transcript=transcript)
    told = marks([w for c in captions for w in c.words], "en")
    update = {"motion": Curve(step=0.25, values=tuple(dice.random() for _ in range(43_200))), "marks": told}
    film = Material(made.asset_id, made.media, made.analysis.model_copy(update=update))
    began = time.process_time()
    planned = plan([film], Wishes(), templates())
    took = time.process_time() - began
    length = float(planned.timeline.frames / Fraction(planned.timeline.rate))
    return [
        Row(
            f"3 hours ({len(told)} marks, {len(planned.timeline.video)} clips, {length:.0f} s kept) planned in",
            took,
            "s",
            "< 5",
        ),
        Row("peak memory of this process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB", "< 500"),
    ]
