"""The gateway as a service: the only place here that knows concrete things."""

from __future__ import annotations

import asyncio
from pathlib import Path

from services.gateway.api.access import is_loopback
from services.gateway.api.context import Gateway
from services.gateway.api.web import create_web
from services.gateway.handlers.facts import on_fact, on_given_up
from services.gateway.handlers.progress import Progress
from services.gateway.handlers.sweeping import sweep
from services.gateway.handlers.watch import Watch
from services.gateway.settings import GatewaySettings
from services.gateway.store import events, idempotency, links
from shared import log
from shared.contracts.events import EVENTS, StepProgress
from shared.contracts.topics import JOB_PROGRESS, STEP_EVENTS
from shared.db import Pool, transaction
from shared.errors import BadRequest
from shared.infra import Infra
from shared.service import Background, Service, Subscription

MIGRATIONS = Path(__file__).parent / "migrations"
FACTS = {name: model for name, model in EVENTS.items() if model is not StepProgress}
FORGET_EVERY = 3600.0
DAY_S = 86400.0
logger = log.get(__name__)


def build(settings: GatewaySettings, infra: Infra) -> Service:
    """Return the gateway. Raises :class:`BadRequest` when it would listen beyond this machine and ask for no keys."""
    _check_open(settings)
    watch, answers, progress = Watch(), Watch(), Progress(infra.pool)
    handle = on_fact(infra.pool, infra.blobs)

    async def parts() -> Gateway:
        secret = settings.link_secret.get_secret_value().encode()
        if not secret:
            async with transaction(infra.pool) as connection:
                secret = await links.signing_secret(connection)
        return Gateway(settings, infra.pool, infra.blobs, infra.bus, watch, secret, service.health)

    service = Service(
        name="gateway",
        infra=infra,
        subscriptions=[Subscription(STEP_EVENTS, FACTS, answers=False)],
        handlers={name: (model, handle) for name, model in FACTS.items()},
        migrations=MIGRATIONS,
        concurrency=settings.concurrency,
        lossy={JOB_PROGRESS: progress.accept},
        listeners={events.CHANNEL: watch.heard, idempotency.CHANNEL: answers.heard},
        background=[
            _closing(watch, answers),
            progress.run,
            _forgetting(infra.pool, settings),
            _sweeping(infra, settings),
        ],
        on_end=on_given_up,
        web=create_web(settings, infra.pool, answers, parts),
        host=settings.host,
        port=settings.port,
    )
    return service


def _closing(*watches: Watch) -> Background:
    """Let go of everybody who listens as soon as the service is told to stop: the server waits for them."""

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            for watch in watches:
                watch.close()

    return work


def _forgetting(pool: Pool, settings: GatewaySettings) -> Background:
    """Delete answers that are too old to be repeated."""

    async def work() -> None:
        while True:
            try:
                async with transaction(pool) as connection:
                    await idempotency.forget(connection, settings.idempotency_hours * 3600)
            except Exception as error:
                logger.warning("forgetting.waits", error=f"{type(error).__name__}: {error}")
            await asyncio.sleep(FORGET_EVERY)

    return work


def _sweeping(infra: Infra, settings: GatewaySettings) -> Background:
    """Delete what a crash left behind (uploads that nobody finished, the store's leftovers), and what is past."""

    async def work() -> None:
        while True:
            try:
                await sweep(infra.pool, infra.blobs, "upload", DAY_S)
                await sweep(infra.pool, infra.blobs, "passing", settings.exchange_days * DAY_S)
                if settings.films_days:
                    await sweep(infra.pool, infra.blobs, "film", settings.films_days * DAY_S)
                await infra.blobs.sweep()
            except Exception as error:
                logger.warning("sweeping.waits", error=f"{type(error).__name__}: {error}")
            await asyncio.sleep(FORGET_EVERY)

    return work


def _check_open(settings: GatewaySettings) -> None:
    if settings.auth == "none" and not is_loopback(settings.host):
        raise BadRequest(
            f"The gateway would listen on {settings.host} and ask nobody who they are.",
            code="auth_required",
            remedy="Set CUTROOM_AUTH=keys, or CUTROOM_GATEWAY_HOST=127.0.0.1.",
        )
