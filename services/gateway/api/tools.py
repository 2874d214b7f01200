"""``POST /api/tools``: single looks at a medium, without a project or an edit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from services.gateway.api import context
from services.gateway.api.records import answered
from services.gateway.api.shown import linker
from services.gateway.api.tool_runs import Caller, MediaArgs, Unfinished, analysis_of, asset_of, ran
from services.gateway.domain.job import JobInput
from services.gateway.domain.refusal import FieldError, invalid, wrong_field
from services.gateway.domain.suggestions import suggested
from services.gateway.domain.timeline.data import MAX_CAPTIONS, CaptionData
from services.gateway.domain.tool_views import beats_view, best_time, captions_of, transcribe_view
from services.gateway.domain.views import View
from services.gateway.handlers.analyses import source_of
from shared.contracts.speech import SpeechWishes
from shared.subtitles import write

router = APIRouter(prefix="/api", tags=["tools"])
DEFAULT_WAIT = 30.0


class ThumbnailArgs(MediaArgs):
    """``time`` in seconds; without it the best moment is found."""

    time: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


class TranscribeArgs(MediaArgs, SpeechWishes):
    """How the words are to be heard; left out, as those that are known."""


class CaptionArgs(BaseModel):
    """Lines of text with times in seconds."""

    model_config = ConfigDict(extra="forbid")

    captions: tuple[CaptionData, ...] = Field(max_length=MAX_CAPTIONS)


@dataclass(frozen=True, slots=True)
class Tool:
    """``run(caller, args)`` returns the result; ``args`` is a value of ``model``. It may raise Unfinished."""

    model: type[BaseModel]
    run: Callable[[Caller, Any], Awaitable[View]]
    example: dict[str, JsonValue]


class ToolOrder(BaseModel):
    """Which tool, and what it is to work on."""

    model_config = ConfigDict(extra="forbid")

    tool: str = Field(max_length=80, examples=["beats"])
    args: dict[str, JsonValue] = Field(default_factory=dict, examples=[{"asset_id": "0193…"}])


class ToolAnswer(BaseModel):
    """What the tool found."""

    tool: str = Field(examples=["beats"])
    result: dict[str, Any] = Field(examples=[{"beats": [0.52, 1.04], "tempo": 115.38, "confidence": 0.94}])


class ToolStarted(BaseModel):
    """The wait was over first: the job goes on. The same request answers at once when it is done."""

    tool: str
    job_id: str
    status_url: str = Field(examples=["/api/jobs/0193…"])


async def transcribe(caller: Caller, args: TranscribeArgs) -> View:
    """What is said; also an answer where nothing can tell."""
    return transcribe_view(await analysis_of(caller, await asset_of(caller, args), ("speech",), args))


async def beats(caller: Caller, args: MediaArgs) -> View:
    """Where the beat is, and where it is loud."""
    return beats_view(await analysis_of(caller, await asset_of(caller, args), ("sound", "beats")))


async def thumbnail(caller: Caller, args: ThumbnailArgs) -> View:
    """A picture of a moment, by default of the best one."""
    asset = await asset_of(caller, args)
    time = args.time
    if time is None:
        time = best_time(await analysis_of(caller, asset, ("pictures", "faces")))
    job = await ran(caller, asset, JobInput(sources=(source_of(asset),), time=time))
    made = job.state.grabbed
    assert made is not None
    link = linker(caller.gateway)(made.picture.key)
    return {"path": made.picture.key, "url": link, "time": made.time, "width": made.width, "height": made.height}


async def caption_srt(_: Caller, args: CaptionArgs) -> View:
    """Lines as a subtitle file; what would break it in their text is made harmless."""
    for place, line in enumerate(args.captions):
        if not 0 <= line.start < line.end:
            raise wrong_field(
                f"args.captions[{place}].end", "value_invalid", "It must lie behind `start`, and that at 0."
            )
    return {"srt": write(captions_of([line.model_dump() for line in args.captions]), "srt")}


async def suggest_effects(caller: Caller, args: MediaArgs) -> View:
    """Effects that suit the film, each with its span and its reason."""
    analysis = await analysis_of(caller, await asset_of(caller, args), ("pictures", "sound", "speech"))
    return {"effects": await asyncio.to_thread(suggested, analysis)}


_ASSET: dict[str, JsonValue] = {"asset_id": "01930d3c-7a6b-7c3e-9f6e-5d9b0f1c2a3b"}
TOOLS: dict[str, Tool] = {
    "transcribe": Tool(TranscribeArgs, transcribe, {**_ASSET, "hotwords": "Cutroom, Kittiwake"}),
    "beats": Tool(MediaArgs, beats, _ASSET),
    "thumbnail": Tool(ThumbnailArgs, thumbnail, {**_ASSET, "time": 12.5}),
    "caption_srt": Tool(CaptionArgs, caption_srt, {"captions": [{"text": "Hello", "start": 0.5, "end": 1.5}]}),
    "suggest_effects": Tool(MediaArgs, suggest_effects, _ASSET),
}
"""Every tool by its name."""
_EXAMPLES: Any = {name: {"value": {"tool": name, "args": tool.example}} for name, tool in TOOLS.items()}
ANSWERS = {**answered(ToolAnswer, 404, 409, 422, 503), 202: {"model": ToolStarted}}


@router.post("/tools", summary="Use a tool on a medium", responses=ANSWERS)
async def use_tool(
    order: Annotated[ToolOrder, Body(openapi_examples=_EXAMPLES)],
    gateway: context.Parts,
    account: context.Caller,
    wait: context.Wait = None,
) -> JSONResponse:
    """`transcribe` (`language?`, `hotwords?`), `beats`, `suggest_effects`, `thumbnail` (`time?`) on a medium, and
    `caption_srt` on `captions`.

    A medium is `asset_id`, or `path`: an asset's `path` or its `/media` link; anything else is 422
    `media_reference_invalid`, never opened.
    Answers with the result, or with 202 and a job when the wait (30 s unless given) is over first.
    """
    tool = TOOLS.get(order.tool)
    if tool is None:
        raise wrong_field("tool", "tool_unknown", f"There are {', '.join(TOOLS)}.")
    try:
        args = tool.model.model_validate(order.args)
    except ValidationError as bad:
        raise invalid([_wrong(e["loc"], e["type"], e["msg"]) for e in bad.errors(include_url=False)[:50]]) from bad
    deadline = asyncio.get_running_loop().time() + (DEFAULT_WAIT if wait is None else wait)
    try:
        result = await tool.run(Caller(gateway, account, deadline), args)
    except Unfinished as unfinished:
        url = f"/api/jobs/{unfinished.job.id}"
        body = {"tool": order.tool, "job_id": unfinished.job.id, "status_url": url}
        return JSONResponse(body, 202, headers={"Location": url})
    return JSONResponse({"tool": order.tool, "result": result})


def _wrong(loc: tuple[int | str, ...], code: str, message: str) -> FieldError:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return FieldError(f"args{path}", code, f"{message}.")
