"""The web application: routes, the layers around them, and its documentation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from services.gateway.api import openapi, problems
from services.gateway.api.access import Access
from services.gateway.api.context import Gateway
from services.gateway.api.idempotency import Idempotency
from services.gateway.api.limits import BodyLimit
from services.gateway.api.problems import PROBLEMS
from services.gateway.api.requests import Requests
from services.gateway.api.routers import ROUTERS
from services.gateway.handlers.watch import Watch
from services.gateway.settings import GatewaySettings
from shared.db import Pool

DESCRIPTION = """
Footage in, finished video out. Every write that starts work answers with a job: follow it under
`/api/jobs/{id}/events`.

Errors are problem documents (RFC 9457) with a stable `code`. Writes take an `Idempotency-Key`; lists take `limit` and
`cursor`; what starts work takes `wait`.

The WebSocket `/api/ws/jobs/{id}?after=SEQ` sends the same events as `/api/jobs/{id}/events`. Messages on the bus are
described at [/asyncapi](/asyncapi).
"""
TAGS = [
    {"name": "studio", "description": "Health and documentation."},
    {"name": "ingest", "description": "Footage in."},
    {"name": "projects", "description": "What is made of an asset."},
    {"name": "assets", "description": "What was uploaded, and what is known of it."},
    {"name": "tools", "description": "Single looks at a medium."},
    {"name": "timeline", "description": "The edit, in revisions."},
    {"name": "interchange", "description": "Timelines to and from other editors."},
    {"name": "consent", "description": "Who agreed to be seen."},
    {"name": "render", "description": "Finished video out."},
    {"name": "templates", "description": "Saved timelines with blanks, for repeated videos."},
    {"name": "ai-edit", "description": "Edits by a story."},
    {"name": "chat", "description": "Conversations that edit."},
    {"name": "media", "description": "Files behind signed links."},
    {"name": "jobs", "description": "All work: look, follow, stop, try again."},
]


def create_web(
    settings: GatewaySettings, pool: Pool, answers: Watch, parts: Callable[[], Awaitable[Gateway]]
) -> FastAPI:
    """Return the application; ``parts`` are asked for when it starts, when the database is up to date.

    ``answers`` wakes those who wait for the answer to an earlier request with the same Idempotency-Key.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.gateway = await parts()
        yield

    layers = [
        Middleware(Requests),
        *_cors(settings.cors_origins),
        Middleware(Access, settings=settings, pool=pool),
        Middleware(BodyLimit, most=settings.max_body_bytes),
        Middleware(Idempotency, settings=settings, pool=pool, watch=answers),
    ]
    app: FastAPI = FastAPIOffline(
        title="Cutroom",
        version=version("cutroom"),
        description=DESCRIPTION,
        openapi_tags=TAGS,
        middleware=layers,
        responses=PROBLEMS(422, 503),
        generate_unique_id_function=_name,
        lifespan=lifespan,
    )
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    openapi.complete(app)
    return app


def _cors(origins: tuple[str, ...]) -> list[Middleware]:
    if not origins:
        return []
    exposed = ["ETag", "Link", "Location", "Idempotency-Replayed", "Retry-After", "Content-Range"]
    anything = ["*"]
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=anything,
            allow_headers=anything,
            expose_headers=exposed,
        )
    ]


def _name(route: APIRoute) -> str:
    return f"{route.tags[0] if route.tags else 'studio'}_{route.name}".replace("-", "_")
