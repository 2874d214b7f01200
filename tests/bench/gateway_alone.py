"""The gateway on a real database, with workers that answer at once: what is measured is the gateway and the plumbing.

``python -m tests.bench.gateway_alone PORT NOTES``: writes to NOTES when each render was answered, as ``job seconds``.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from pydantic import BaseModel

from deploy.database import EmbeddedDatabase
from services.gateway.app import build
from services.gateway.settings import GatewaySettings
from shared import log
from shared.blobs import FolderBlobs
from shared.bus import LocalBus
from shared.contracts import topics
from shared.contracts.blob import BlobRef
from shared.contracts.commands import CancelStep, ProbeMedia, RenderTimeline
from shared.contracts.events import MediaProbed, TimelineRendered
from shared.contracts.media import MediaInfo, VideoStream
from shared.contracts.timeline import Check, Rendered
from shared.db import open_pool
from shared.infra import Infra
from shared.service import Service, Subscription
from shared.settings import Settings
from shared.step import Handler, Step

STILL = BlobRef(key="thumbnails/x.jpg", sha256="0" * 64, size=1, content_type="image/jpeg")
VIDEO = VideoStream(
    index=0, codec="h264", width=320, height=180, coded_width=320, coded_height=180, frame_rate="25/1",
    time_base="1/12800", duration=60.0, frames=1500,
)  # fmt: skip
INFO = MediaInfo(kind="video", container="mp4", duration=60.0, size=1000, video=VIDEO)


class Workers:
    """Answers at once, and notes when."""

    def __init__(self, notes: Path) -> None:
        self._notes = notes.open("a", buffering=1)

    async def probe(self, order: ProbeMedia, step: Step) -> None:
        """Say that the upload is a minute of video."""
        async with step.finish() as done:
            await done.emit(MediaProbed(asset_id=order.asset_id, info=INFO, thumbnail=STILL))

    async def render(self, order: RenderTimeline, step: Step) -> None:
        """Say that all is rendered."""
        outputs = tuple(
            Rendered(
                name=o.name,
                file=STILL,
                width=o.width,
                height=o.height,
                duration=1.0,
                frames=30,
                check=Check(passed=True),
            )
            for o in order.outputs
        )
        async with step.finish() as done:
            await done.emit(TimelineRendered(outputs=outputs))
            self._notes.write(f"{step.job_id} {time.time()}\n")


async def main(port: int, notes: Path) -> None:
    """Run until killed."""
    log.configure("warning")
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        folder = Path(name)
        database = EmbeddedDatabase(folder / "postgres")
        await asyncio.to_thread(database.start)
        bus, workers = LocalBus(), Workers(notes)

        async def infra(service: str) -> Infra:
            url = database.url(service)
            settings = Settings(
                database_url=url, bus="local", blobs_root=folder / "blobs", scratch_dir=folder / "scratch"
            )
            return Infra(settings, url, await open_pool(url, 8), bus, FolderBlobs(folder / "blobs"), folder / "scratch")

        def worker(name: str, at: Infra, topic: str, model: type[BaseModel], handler: Handler) -> Service:
            models: dict[str, type[BaseModel]] = {model.__name__: model, "CancelStep": CancelStep}
            return Service(
                name=name, infra=at, subscriptions=[Subscription(topic, models)], migrations=folder / "none",
                handlers={model.__name__: (model, handler)}, concurrency=4,
            )  # fmt: skip

        services = [
            build(GatewaySettings(port=port), await infra("gateway")),
            worker("analyzer", await infra("analyzer"), topics.ANALYZER_COMMANDS, ProbeMedia, workers.probe),
            worker("renderer", await infra("renderer"), topics.RENDERER_COMMANDS, RenderTimeline, workers.render),
        ]
        for service in services:
            await service.prepare()
        async with asyncio.TaskGroup() as group:
            for service in services:
                group.create_task(service.run())


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
