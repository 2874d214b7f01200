"""Running one service as a process: ``python -m services.NAME [run|migrate]``."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable

from shared import ignored, log
from shared.db import migrate_service, open_pool
from shared.errors import CutroomError
from shared.infra import Infra, build_blobs, build_bus
from shared.service import Service
from shared.settings import Settings
from shared.web import health_app, serve

Build = Callable[[Infra], Service]
logger = log.get(__name__)


def main(name: str, build: Build) -> None:
    """Run the service until SIGTERM or SIGINT; ``migrate`` only brings its database up to date."""
    settings = Settings()
    log.configure(settings.log_level, settings.log_format)
    ignored.warn(os.environ)
    if not settings.database_url:
        sys.exit("CUTROOM_DATABASE_URL is not set: give this service its PostgreSQL database.")
    wanted = sys.argv[1] if len(sys.argv) > 1 else "run"
    if wanted not in {"run", "migrate"}:
        sys.exit(f"usage: python -m services.{name} [run|migrate]")
    try:
        asyncio.run(_until_told(_run(name, build, settings, only_migrate=wanted == "migrate")))
    except (CutroomError, ExceptionGroup) as failed:
        error: Exception = failed
        while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        if not isinstance(error, CutroomError):
            raise
        logger.error("service.failed", code=error.code, error=error.message, remedy=error.remedy)
        sys.exit(1)


async def _until_told(work: object) -> None:
    task = asyncio.ensure_future(work)  # type: ignore[call-overload]
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        logger.info("service.stopped")


async def _run(name: str, build: Build, settings: Settings, *, only_migrate: bool) -> None:
    pool = await open_pool(settings.database_url, settings.database_pool)
    try:
        infra = Infra(
            settings=settings,
            database_url=settings.database_url,
            pool=pool,
            bus=build_bus(settings, f"cutroom-{name}"),
            blobs=build_blobs(settings),
            scratch=settings.scratch_dir,
        )
        service = build(infra)
        if only_migrate:
            await migrate_service(pool, name, [service.migrations])
            return
        service.listen()
        try:
            await service.prepare()
            await _serve(service)
        finally:
            service.deafen()
    finally:
        pool.terminate()


async def _serve(service: Service) -> None:
    """Health first, so that liveness answers while the broker is still away."""
    settings = service.infra.settings
    async with asyncio.TaskGroup() as group:
        if settings.health_port:
            app = health_app(service.name, service.health, lambda: service.ready)
            group.create_task(serve(app, settings.health_host, settings.health_port))
        await service.infra.bus.start()
        try:
            await service.run()
        finally:
            await service.infra.bus.stop()
