"""Made-up material for the planner's tests."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from services.planner.domain.footage import Material
from services.planner.domain.planning import plan
from services.planner.tools.catalog import templates
from shared.contracts.blob import BlobRef
from shared.contracts.hearing import Beats, Curve
from shared.contracts.layout import violations
from shared.contracts.media import Analysis, AudioStream, MediaInfo, Shot, Span, VideoStream
from shared.contracts.plan import EditPlan, Wishes
from shared.contracts.speech import Caption, Transcript, Word
from shared.contracts.timeline import Clip

Pair = tuple[float, float]


def words(text: str, start: float, each: float = 0.3, gap: float = 0.05) -> tuple[Word, ...]:
    return tuple(
        Word(text=w, start=round(start + i * (each + gap), 3), end=round(start + i * (each + gap) + each, 3))
        for i, w in enumerate(text.split())
    )


def said(*lines: tuple[str, float]) -> Transcript:
    found = [words(text, at) for text, at in lines]
    captions = tuple(
        Caption(text=text, start=w[0].start, end=w[-1].end, words=w) for (text, _), w in zip(lines, found, strict=True)
    )
    return Transcript(status="completed", source="captions", captions=captions)


def spans(*pairs: Pair) -> tuple[Span, ...]:
    return tuple(Span(start=a, end=b) for a, b in pairs)


def material(
    name: str = "one",
    duration: float = 20.0,
    *,
    cuts: Sequence[float] = (),
    transcript: Transcript | None = None,
    silences: Sequence[Pair] = (),
    blacks: Sequence[Pair] = (),
    freezes: Sequence[Pair] = (),
    beats: Beats | None = None,
    motion: Sequence[float] = (),
    sound: bool = True,
    rate: str = "25/1",
    time_base: str = "1/12800",
) -> Material:
    edges = [0.0, *cuts, duration]
    ticks = [round(Fraction(repr(e)) / Fraction(time_base)) for e in edges]
    video = VideoStream(
        index=0, codec="h264", width=320, height=180, coded_width=320, coded_height=180, frame_rate=rate,
        time_base=time_base, duration=duration,
    )  # fmt: skip
    audio = AudioStream(index=1, codec="aac", sample_rate=48000, channels=2, duration=duration) if sound else None
    info = MediaInfo(kind="video", container="mp4", duration=duration, size=1, video=video, audio=audio)
    analysis = Analysis(
        sha256="0" * 64,
        media=info,
        transcript=transcript or Transcript(status="unavailable"),
        shots=tuple(
            Shot(start_ticks=ticks[i], end_ticks=ticks[i + 1], start=edges[i], end=edges[i + 1])
            for i in range(len(edges) - 1)
        ),
        silences=spans(*silences),
        blacks=spans(*blacks),
        freezes=spans(*freezes),
        motion=Curve(step=1.0, values=tuple(motion)) if motion else None,
        beats=beats or Beats(),
    )
    blob = BlobRef(key=f"media/{name}", sha256="0" * 64, size=1, content_type="video/mp4")
    return Material(name, blob, analysis)


def edit(*sources: Material, **wishes: object) -> EditPlan:
    made = plan(sources, Wishes.model_validate(wishes), templates())
    assert violations(made.timeline) == []
    return made


def shown(clip: Clip) -> Pair:
    return float(clip.source_start), float(clip.source_end)


def kept(made: EditPlan) -> list[Pair]:
    return [shown(c) for c in made.timeline.video]
