"""Timelines made up for the formats of other editors."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from shared.contracts.blob import BlobRef
from shared.contracts.layout import violations
from shared.contracts.media import AudioStream, MediaInfo, VideoStream
from shared.contracts.speech import Caption, Word
from shared.contracts.time import fraction_text, to_ticks
from shared.contracts.timeline import Clip, Effect, Source, Timeline, Transition

RATES = ("24000/1001", "24/1", "25/1", "30000/1001", "30/1", "50/1", "60000/1001")
SOURCE_FRAMES = 40_000


def source(name: str, rate: str, *, digest: str = "a", sound: bool = True, first: float = 0.0) -> Source:
    """A film of 320x180 with ``SOURCE_FRAMES`` frames."""
    duration = round(float(SOURCE_FRAMES / Fraction(rate)) + first + 0.0005, 6)
    base = fraction_text(1 / (Fraction(rate) * 512))
    video = VideoStream(
        index=0, codec="h264", width=320, height=180, coded_width=320, coded_height=180, frame_rate=rate,
        time_base=base, start=first, duration=duration - first,
    )  # fmt: skip
    audio = AudioStream(index=1, codec="aac", sample_rate=48000, channels=2, duration=duration) if sound else None
    info = MediaInfo(kind="video", container="mp4", duration=duration, size=1, video=video, audio=audio)
    blob = BlobRef(key=f"ingest/{digest}/f.mp4", sha256=digest * 64, size=1, content_type="video/mp4")
    return Source(blob=blob, media=info, name=name)


def clip(
    media: Source, key: str, first: int, frames: int, *, number: int = 1, speed: str = "1/1", overlap: int = 0,
    kind: str = "dissolve",    **members: object,
) -> Clip:  # fmt: skip
    """A clip of ``frames`` output frames on the source's own grid, from frame ``first`` of the source."""
    video = media.media.video
    assert video is not None
    rate, start = Fraction(video.frame_rate), Fraction(repr(video.start))
    used = frames * Fraction(speed)
    ticks = [to_ticks(start + n / rate, video.time_base) for n in (Fraction(first), first + used)]
    whole: dict[str, object] = {
        "id": f"c{number}", "name": f"clip {number}", "source": key, "start": ticks[0], "end": ticks[1],
        "time_base": video.time_base, "speed": speed, "frames": frames,
        "transition_in": Transition.model_validate({"kind": kind, "frames": overlap}) if overlap else None,
    }  # fmt: skip
    return Clip.model_validate(whole | members)


def timeline(rate: str, sources: dict[str, Source], *clips: Clip) -> Timeline:
    """A timeline that keeps every invariant."""
    made = Timeline(rate=rate, sources=sources, video=clips)
    assert violations(made) == []
    return made


def spoken(start: float) -> Caption:
    """A line of two words."""
    words = (Word(text="two", start=start, end=start + 0.4), Word(text="words", start=start + 0.4, end=start + 1.0))
    return Caption(text="two words", start=start, end=start + 1.0, words=words)


ZOOM = Effect(name="zoom")


@st.composite
def timelines(draw: st.DrawFn, rate: str | None = None) -> Timeline:
    """Any edit of two films on a grid of their own rate, with dissolves and with speeds that land on frames."""
    rate = rate or draw(st.sampled_from(RATES))
    sources = {"asset-one": source("Ünë film.mp4", rate), "asset-two": source("two.mov", rate, digest="b")}
    clips: list[Clip] = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        key = draw(st.sampled_from(sorted(sources)))
        speed = draw(st.sampled_from(["1/1", "1/1", "1/1", "1/2", "2/1"]))
        frames = 2 * draw(st.integers(2, 2000))
        first = 2 * draw(st.integers(0, (SOURCE_FRAMES - 2 * frames) // 2))
        room = (
            min(frames, clips[-1].frames - (clips[-1].transition_in.frames if clips[-1].transition_in else 0))
            if clips
            else 0
        )
        overlap = draw(st.integers(0, min(12, room - 1))) if clips and room > 1 and draw(st.booleans()) else 0
        clips.append(clip(sources[key], key, first, frames, number=number, speed=speed, overlap=overlap))
    return timeline(rate, {k: s for k, s in sources.items() if k in {c.source for c in clips}}, *clips)
