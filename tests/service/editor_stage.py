"""A real gateway over HTTP, with workers that are played: they answer every command with a fact of the test's choosing."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from services.gateway.app import build
from services.gateway.settings import GatewaySettings
from shared.bus import Delivery, Message
from shared.contracts.commands import AnalyzeMedia, CancelStep, Command, PlanEdit, ProbeMedia, RenderTimeline
from shared.contracts.envelope import Envelope, decode
from shared.contracts.events import (
    EditPlanned,
    Event,
    MediaAnalyzed,
    MediaProbed,
    StepCancelled,
    StepFailed,
    TimelineRendered,
)
from shared.contracts.layout import lay_out
from shared.contracts.media import (
    Analysis,
    AudioStream,
    Beats,
    Caption,
    MediaInfo,
    Shot,
    Transcript,
    VideoStream,
    Word,
)
from shared.contracts.plan import EditPlan
from shared.contracts.timeline import Check, Clip, Effect, Rendered, Source, Timeline
from shared.contracts.topics import ANALYZER_COMMANDS, PLANNER_COMMANDS, RENDERER_COMMANDS, STEP_EVENTS
from shared.infra import Infra
from shared.messages import answer

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
            )  # fmt: skip
        )
    return TimelineRendered(outputs=tuple(made))


async def silent(_: Infra, __: Command) -> None:
    """A worker that never answers."""


def failing(code: str) -> Play:
    """Return a worker that fails for good with ``code``."""

    async def fail(_: Infra, __: Command) -> Event:
        return StepFailed(code=code, message=f"It is {code}.", remedy="Send another.", attempts=1)

    return fail


@dataclass
class Stage:
    """The gateway at ``client``; ``plays`` says how each command is answered, ``seen`` what was ordered."""

    infra: Infra
    client: httpx.AsyncClient
    plays: dict[str, Play] = field(
        default_factory=lambda: {
            "ProbeMedia": probe,
            "AnalyzeMedia": analyze,
            "PlanEdit": plan,
            "RenderTimeline": render,
        }
    )
    seen: list[Command] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def accept(self, delivery: Delivery) -> None:
        """Take a command from the bus and answer it beside."""
        task = asyncio.create_task(self._answer(decode(delivery.body)))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _answer(self, envelope: Envelope) -> None:
        command = envelope.command()
        self.seen.append(command)
        if isinstance(command, CancelStep):
            for cancelled in command.command_ids:
                await self._tell(envelope.model_copy(update={"id": cancelled}), StepCancelled())
            return
        fact = await self.plays[envelope.name](self.infra, command)
        if fact is not None:
            await self._tell(envelope, fact)

    async def _tell(self, cause: Envelope, fact: Event) -> None:
        body = answer("played", cause, fact).encode()
        await self.infra.bus.publish([Message(STEP_EVENTS, cause.subject, body)])

    async def ingest(
        self, film: bytes = FILM, *, status: int = 201, wait: float = 20, **fields: str
    ) -> dict[str, object]:
        """Upload a film and return the answer's body."""
        url = f"/api/ingest?wait={wait}"
        response = await self.client.post(url, files={"file": ("Film.mp4", film)}, data=fields)
        assert response.status_code == status, response.text
        return json_of(response)

    async def keys(self) -> list[str]:
        """Return the keys of all objects that people's uploads made."""
        root = self.infra.settings.blobs_root
        found = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
        return sorted(key for key in found if "ingest/" in key or "consent/" in key or "captions/" in key)


def json_of(response: httpx.Response) -> dict[str, object]:
    """Return the answer's body, which must be a JSON object."""
    body = json.loads(response.content)
    assert isinstance(body, dict)
    return body


@contextlib.asynccontextmanager
async def stage(infra: Infra, **knobs: object) -> AsyncIterator[Stage]:
    """Run a gateway on a free port until the block is left."""
    settings = GatewaySettings.model_validate({"port": 0, **knobs})
    service = build(infra=infra, settings=settings)
    async with httpx.AsyncClient(timeout=60) as client:
        made = Stage(infra, client)
        for topic in (ANALYZER_COMMANDS, PLANNER_COMMANDS, RENDERER_COMMANDS):
            infra.bus.subscribe(topic, "played", made.accept)
        await service.prepare()
        running = asyncio.create_task(service.run())
        bound = asyncio.create_task(service.bound.wait())
        await asyncio.wait([running, bound], return_when=asyncio.FIRST_COMPLETED)
        bound.cancel()
        if running.done():
            await running
        client.base_url = httpx.URL(f"http://127.0.0.1:{service.port}")
        try:
            yield made
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
