"""The routers of the API, in the order in which the documentation shows them."""

from __future__ import annotations

from fastapi import APIRouter

from services.gateway.api.ai_edit import router as ai_edit
from services.gateway.api.asset_uploads import router as asset_uploads
from services.gateway.api.assets import router as assets
from services.gateway.api.asyncapi import router as asyncapi
from services.gateway.api.chat import router as chat
from services.gateway.api.consent import router as consent
from services.gateway.api.effects import router as effects
from services.gateway.api.events import router as events
from services.gateway.api.health import router as health
from services.gateway.api.ingest import router as ingest
from services.gateway.api.interchange import router as interchange
from services.gateway.api.jobs import router as jobs
from services.gateway.api.luts import router as luts
from services.gateway.api.media import router as media
from services.gateway.api.projects import router as projects
from services.gateway.api.render import router as render
from services.gateway.api.templates import router as templates
from services.gateway.api.timeline import router as timeline
from services.gateway.api.timeline_diff import router as timeline_diff
from services.gateway.api.tools import router as tools

ROUTERS: tuple[APIRouter, ...] = (
    health,
    ingest,
    asset_uploads,
    projects,
    assets,
    tools,
    effects,
    luts,
    timeline,
    timeline_diff,
    templates,
    interchange,
    consent,
    render,
    ai_edit,
    chat,
    media,
    jobs,
    events,
    asyncapi,
)
