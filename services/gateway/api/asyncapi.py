"""The AsyncAPI document: every topic of the bus with every message on it, made from the contracts themselves."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.responses import HTMLResponse, JSONResponse

from services.gateway.domain.public import DATA, PREFIX
from shared.contracts import topics
from shared.contracts.commands import (
    AnalyzeMedia,
    CancelStep,
    ExportTimeline,
    GrabFrame,
    ImportTimeline,
    InterpretChat,
    PlanEdit,
    ProbeMedia,
    RenderTimeline,
    SyncLips,
)
from shared.contracts.envelope import Envelope
from shared.contracts.events import EVENTS, StepProgress

router = APIRouter(tags=["studio"])
Json = dict[str, Any]
Messages = dict[str, type[BaseModel]]
REFERENCE = "#/components/schemas/{model}"


def _named(room: str, *models: type[BaseModel]) -> Messages:
    return {f"cutroom.{room}.{model.__name__}": model for model in models}


CARRIED: dict[str, Messages] = {
    topics.ANALYZER_COMMANDS: _named("command", ProbeMedia, AnalyzeMedia, GrabFrame, CancelStep),
    topics.PLANNER_COMMANDS: _named("command", PlanEdit, ExportTimeline, ImportTimeline, InterpretChat, CancelStep),
    topics.RENDERER_COMMANDS: _named("command", RenderTimeline, CancelStep),
    topics.LIPSYNC_COMMANDS: _named("command", SyncLips, CancelStep),
    topics.STEP_EVENTS: _named("event", *(model for model in EVENTS.values() if model is not StepProgress)),
    topics.JOB_EVENTS: {PREFIX + name: model for name, model in DATA.items()},
    topics.JOB_PROGRESS: _named("event", StepProgress),
}
"""Message type to model of ``data``, by topic."""


@cache
def document() -> Json:
    """Return the whole description, AsyncAPI 3.0."""
    kinds: Messages = {kind: model for messages in CARRIED.values() for kind, model in messages.items()}
    models: list[type[BaseModel]] = [Envelope, *kinds.values()]
    _, schemas = models_json_schema([(model, "serialization") for model in models], ref_template=REFERENCE)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Cutroom's bus",
            "version": version("cutroom"),
            "description": "CloudEvents 1.0 as JSON, keyed by job id. At least once, in order for a job.",
        },
        "defaultContentType": "application/json",
        "channels": {topic: _channel(topic, messages) for topic, messages in CARRIED.items()},
        "operations": {topic.replace(".", "_"): _operation(topic) for topic in CARRIED},
        "components": {
            "messages": {kind: _message(kind, model) for kind, model in sorted(kinds.items())},
            "schemas": schemas["$defs"],
        },
    }


def _channel(topic: str, messages: Messages) -> Json:
    return {
        "address": topic,
        "description": topics.WHAT[topic],
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"} for kind in messages},
    }


def _operation(topic: str) -> Json:
    """Return what the gateway does with the topic."""
    reads = topic in (topics.STEP_EVENTS, topics.JOB_PROGRESS)
    return {
        "action": "receive" if reads else "send",
        "channel": {"$ref": f"#/channels/{topic}"},
        "summary": topics.WHAT[topic],
    }


def _message(kind: str, model: type[BaseModel]) -> Json:
    data = {"type": {"const": kind}, "data": {"$ref": REFERENCE.format(model=model.__name__)}}
    return {
        "name": kind,
        "title": model.__name__,
        "summary": (model.__doc__ or "").partition("\n")[0],
        "payload": {"allOf": [{"$ref": REFERENCE.format(model="Envelope")}, {"type": "object", "properties": data}]},
    }


@router.get("/asyncapi.json", summary="The bus, for programs", response_class=JSONResponse)
async def asyncapi_json() -> JSONResponse:
    """Return the AsyncAPI document of all topics; needs no key."""
    return JSONResponse(document())


STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1c1e}
h2{margin-top:2.5rem;border-bottom:1px solid #ddd}code{font-size:.9em;background:#f4f4f6;padding:.1em .3em}
td{padding:.3rem 1rem .3rem 0;vertical-align:top}pre{background:#f4f4f6;padding:1rem;overflow:auto;font-size:.8rem}
@media(prefers-color-scheme:dark){body{background:#1c1c1e;color:#eee}code,pre{background:#2c2c2e}}"""


@router.get("/asyncapi", summary="The bus, for people", response_class=HTMLResponse)
async def asyncapi_page() -> HTMLResponse:
    """Return a page that shows every topic and its messages; needs no key and no other site."""
    described = document()
    parts = [_shown(topic, channel, described) for topic, channel in described["channels"].items()]
    title, text = escape(described["info"]["title"]), escape(described["info"]["description"])
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    link = '<p><a href="/asyncapi.json">AsyncAPI document</a> · <a href="/docs">REST API</a></p>'
    return HTMLResponse(f"{head}<h1>{title}</h1><p>{text}</p>{link}{''.join(parts)}</html>")


def _shown(topic: str, channel: Json, described: Json) -> str:
    rows = []
    for kind in channel["messages"]:
        message = described["components"]["messages"][kind]
        schema = described["components"]["schemas"][message["title"]]
        fields = ", ".join(f"<code>{escape(name)}</code>" for name in schema.get("properties", {})) or "nothing"
        rows.append(f"<tr><td><code>{escape(kind)}</code><td>{escape(message['summary'])}<br>Carries {fields}.")
    return f"<h2><code>{escape(topic)}</code></h2><p>{escape(channel['description'])}</p><table>{''.join(rows)}</table>"
