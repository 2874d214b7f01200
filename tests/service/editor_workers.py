"""Workers that are played: each answers a command with the fact that a real one would, or with a failure."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

from shared.contracts.commands import AnalyzeMedia, Command, PlanEdit, ProbeMedia, RenderTimeline
from shared.contracts.events import EditPlanned, Event, MediaAnalyzed, MediaProbed, StepFailed, TimelineRendered
from shared.contracts.hearing import Beats
from shared.contracts.layout import lay_out
from shared.contracts.media import Analysis, AudioStream, MediaInfo, Shot, VideoStream
from shared.contracts.plan import EditPlan
from shared.contracts.speech import Caption, Transcript, Word
from shared.contracts.timeline import Check, Clip, Effect, Ladder, Rendered, Source, Timeline
from shared.infra import Infra
from shared.listing import put_listing

FILM = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 20
DURATION = 10.0
Play = Callable[[Infra, Command], Awaitable[Event | None]]


def media_info(
    size: int = len(FILM), *, kind: str = "video", duration: float = DURATION, audio: bool = True
) -> MediaInfo:
    """What a probe tells of a film of 320x180 at 30000/1001."""
    video = VideoStream(
        index=0, codec="h264", width=320, height=180, coded_width=320, coded_height=180,
        frame_rate="30000/1001", time_base="1/30000", duration=duration,
    )  # fmt: skip
    sound = AudioStream(index=1, codec="aac", sample_rate=48000, channels=2, duration=duration)
    return MediaInfo.model_validate({
        "kind": kind, "container": "mp4", "duration": duration, "size": size,
        "video": video if kind != "audio" else None, "audio": sound if audio else None,
    })  # fmt: skip


async def probe(infra: Infra, command: Command) -> Event:
    """A film, with a thumbnail."""
    assert isinstance(command, ProbeMedia)
    key = f"thumbnails/{command.asset_id}.jpg"
    thumbnail = await infra.blobs.put_bytes(key, b"\xff\xd8\xff thumbnail", "image/jpeg")
    return MediaProbed(asset_id=command.asset_id, info=media_info(command.media.size), thumbnail=thumbnail)


async def analyze(infra: Infra, command: Command) -> Event:
    """Two shots, a spoken line, four beats."""
    assert isinstance(command, AnalyzeMedia)
    words = (Word(text="hello", start=1.0, end=1.5), Word(text="world", start=1.5, end=2.0))
    document = Analysis(
        sha256=command.media.sha256,
        media=media_info(command.media.size),
        transcript=Transcript(
            status="completed",
            source="captions",
            captions=(Caption(text="hello world", start=1.0, end=2.0, words=words),),
        ),
        shots=(
            Shot(start_ticks=0, end_ticks=150_000, start=0.0, end=5.0),
            Shot(start_ticks=150_000, end_ticks=300_000, start=5.0, end=10.0),
        ),
        beats=Beats(times=(0.5, 1.0, 6.0, 6.5), tempo=120.0, confidence=0.9),
    )
    body = document.model_dump_json().encode()
    key = f"analyses/{hashlib.sha256(body).hexdigest()}-{command.asset_id}.json"
    ref = await infra.blobs.put_bytes(key, body, "application/json")
    return MediaAnalyzed(
        asset_id=command.asset_id, analysis=ref, thumbnail=None, shots=2, words=2, tempo=120.0, transcript="completed"
    )


async def plan(infra: Infra, command: Command) -> Event:
    """Two clips of every source: 0.5 to 2.5 s zoomed, and 6 to 7 s."""
    assert isinstance(command, PlanEdit)
    clips: list[Clip] = []
    for source in command.sources:
        spoken = (Caption(text="hello world", start=1.0, end=2.0),)
        spans = ((15_000, 75_000, (Effect(name="zoom"),), spoken), (180_000, 210_000, (), ()))
        clips += [
            Clip(
                id=f"c{len(clips) + i}", name=f"moment {len(clips) + i}", source=source.asset_id, start=a, end=b,
                time_base="1/30000", frames=1, effects=effects, captions=captions,
            )
            for i, (a, b, effects, captions) in enumerate(spans, 1)
        ]  # fmt: skip
    sources = {s.asset_id: Source(blob=s.media, media=media_info(s.media.size)) for s in command.sources}
    timeline = Timeline(rate="30000/1001", sources=sources, video=lay_out(clips, "30000/1001"))
    made = EditPlan(planner="rules", template_name=command.wishes.template_name or "none", timeline=timeline)
    body = made.model_dump_json().encode()
    ref = await infra.blobs.put_bytes(f"plans/{hashlib.sha256(body).hexdigest()}.json", body, "application/json")
    return EditPlanned(plan=ref, clips=len(clips), duration=3.0 * len(command.sources), planner="rules")


async def render(infra: Infra, command: Command) -> Event:
    """A file for every output, whose bytes are the timeline document."""
    assert isinstance(command, RenderTimeline)
    document = await infra.blobs.get_bytes(command.timeline)
    timeline = Timeline.model_validate_json(document)
    made = []
    for output in command.outputs:
        key = f"final/{command.options.comment or 'apply'}/{output.name}.mp4"
        file = await infra.blobs.put_bytes(key, document, "video/mp4")
        made.append(
            Rendered(
                name=output.name,
                file=file,
                width=output.width,
                height=output.height,
                frames=timeline.frames,
                duration=timeline.frames / 30,
                check=Check(passed=True),
                hls=await _ladder(infra, key, document) if output.hls else None,
            )
        )
    return TimelineRendered(outputs=tuple(made))


async def _ladder(infra: Infra, key: str, document: bytes) -> Ladder:
    master, segment = f"{key}.hls/master.m3u8", f"{key}.hls/1.m4s"
    listing = await put_listing(infra.blobs, f"{key}.hls", [master, segment])
    await infra.blobs.put_bytes(segment, document, "video/iso.segment")
    playlist = await infra.blobs.put_bytes(master, b"#EXTM3U", "application/vnd.apple.mpegurl")
    return Ladder(master=playlist, listing=listing, files=2, size=7 + len(document), renditions=())


async def silent(_: Infra, __: Command) -> None:
    """A worker that never answers."""


def failing(code: str) -> Play:
    """Return a worker that fails for good with ``code``."""

    async def fail(_: Infra, __: Command) -> Event:
        return StepFailed(code=code, message=f"It is {code}.", remedy="Send another.", attempts=1)

    return fail
