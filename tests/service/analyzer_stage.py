"""What the analyzer's tests share: footage made by ffmpeg, and the service run on commands."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from services.analyzer.app import build
from services.analyzer.domain.facts import FileFacts
from services.analyzer.domain.judge import Bounds, judge
from services.analyzer.settings import AnalyzerSettings
from services.analyzer.tools.probe import probe
from shared.bus import Delivery, LocalBus, Message
from shared.contracts.blob import BlobRef
from shared.contracts.commands import AnalyzeMedia, CancelStep, Command
from shared.contracts.envelope import Envelope, decode
from shared.contracts.ids import new_id
from shared.contracts.media import Analysis, MediaInfo
from shared.contracts.topics import ANALYZER_COMMANDS, JOB_PROGRESS, STEP_EVENTS
from shared.infra import Infra
from shared.messages import order
from shared.process import ffmpeg_path, run

PICTURE = "testsrc2=size=320x180:rate=30000/1001"
TONE = "sine=frequency=440:sample_rate=44100"
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


async def ffmpeg(*arguments: str | Path) -> None:
    """Run ffmpeg; it must end well."""
    await run([ffmpeg_path(), "-v", "error", "-nostdin", "-y", *map(str, arguments)])


async def clip(path: Path, *options: str, seconds: float = 3, picture: str = PICTURE, tone: str = TONE) -> Path:
    """Make a clip with picture and tone; an empty ``tone`` or ``picture`` leaves that out."""
    inputs = [part for source in (picture, tone) if source for part in ("-f", "lavfi", "-i", source)]
    video = X264 if picture else ()
    await ffmpeg(*inputs, "-t", f"{seconds}", *video, *(("-c:a", "aac") if tone else ()), *options, path)
    return path


def cut(path: Path, target: Path, share: float) -> Path:
    """Copy the first part of a file."""
    data = path.read_bytes()
    target.write_bytes(data[: round(len(data) * share)])
    return target


async def facts_of(path: Path, folder: Path) -> FileFacts:
    """What the probe finds in a file."""
    folder.mkdir(exist_ok=True)
    facts, _ = await probe(path, folder, Bounds(), still=False)
    return facts


async def info_of(path: Path, folder: Path, *, sound_alone: bool = True) -> MediaInfo:
    """The verdict on a file."""
    return judge(await facts_of(path, folder), sound_alone=sound_alone)


@dataclass
class Stage:
    """The running analyzer, its bus and its object store."""

    infra: Infra
    bus: LocalBus
    events: list[Envelope]
    progress: list[Envelope]
    more: asyncio.Condition

    async def upload(self, path: Path, content_type: str = "video/mp4") -> BlobRef:
        """Put a file into the object store."""
        return await self.infra.blobs.put_file(f"uploads/{new_id()}", path, content_type)

    async def send(self, command: Command) -> str:
        """Give the analyzer an order; return the order's id."""
        envelope = order("test", new_id(), command, message_id=new_id(), tenant="a")
        await self.bus.publish([Message(ANALYZER_COMMANDS, envelope.subject, envelope.encode())])
        return envelope.id

    async def answer(self, command_id: str, within_s: float = 120) -> Envelope:
        """Wait for the fact that answers an order."""

        def found() -> Envelope | None:
            return next((e for e in self.events if e.commandid == command_id), None)

        async with asyncio.timeout(within_s), self.more:
            await self.more.wait_for(lambda: found() is not None)
        answer = found()
        assert answer is not None
        return answer

    async def ask(self, command: Command) -> Envelope:
        """Give an order and wait for its answer."""
        return await self.answer(await self.send(command))

    async def document(self, ref: BlobRef) -> Analysis:
        """Read an analysis."""
        return Analysis.model_validate_json(await self.infra.blobs.get_bytes(ref))

    async def analyze(self, path: Path, captions: Path | None = None) -> tuple[Envelope, Analysis]:
        """Upload and analyse a file; return the answer and the document."""
        given = await self.upload(captions, "text/plain") if captions else None
        answer = await self.ask(AnalyzeMedia(asset_id=new_id(), media=await self.upload(path), captions=given))
        assert answer.name == "MediaAnalyzed", answer.data
        return answer, await self.document(BlobRef.model_validate(answer.data["analysis"]))

    async def cancel(self, command_id: str) -> None:
        """Order that a command be stopped."""
        await self.send(CancelStep(command_ids=(command_id,)))


@asynccontextmanager
async def analyzer(infra: Infra, **knobs: object) -> AsyncIterator[Stage]:
    """Run the analyzer on ``infra``, whose bus must be a local one."""
    assert isinstance(infra.bus, LocalBus)
    stage = Stage(infra, infra.bus, [], [], asyncio.Condition())

    async def hear(got: Delivery) -> None:
        async with stage.more:
            stage.events.append(decode(got.body))
            stage.more.notify_all()

    async def follow(got: Delivery) -> None:
        async with stage.more:
            stage.progress.append(decode(got.body))
            stage.more.notify_all()

    infra.bus.subscribe(STEP_EVENTS, "test", hear)
    infra.bus.subscribe_lossy(JOB_PROGRESS, "test", follow)
    service = build(AnalyzerSettings.model_validate(knobs), infra)
    await service.prepare()
    task = asyncio.create_task(service.run())
    try:
        yield stage
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def children_in(folder: Path) -> list[str]:
    """The command lines of running programs that work below ``folder``."""
    found: list[str] = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink().is_relative_to(folder):
                found.append((process / "cmdline").read_text())
    return found
