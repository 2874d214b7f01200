"""What is known of an asset, in the forms that players and editors take."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from pydantic import BaseModel, Field

from services.gateway.api.context import Caller, Gateway, Parts, Wait
from services.gateway.api.problems import PROBLEMS
from services.gateway.api.shown import linker, own_asset
from services.gateway.api.tool_runs import Caller as Asking
from services.gateway.api.tool_runs import Unfinished, not_ready, ran
from services.gateway.domain.account import Account
from services.gateway.domain.job import JobInput
from services.gateway.domain.knowledge import PARTS
from services.gateway.domain.records import Asset
from services.gateway.domain.refusal import conflict, wrong_field
from services.gateway.domain.storyboard import storyboard
from services.gateway.domain.waveform import columns, stretch
from services.gateway.handlers.analysed import known_analysis
from services.gateway.handlers.analyses import source_of
from shared.contracts.media import Analysis, Part
from shared.contracts.speech import SpeechWishes
from shared.subtitles import Format, write

router = APIRouter(prefix="/api/assets/{asset_id}", tags=["assets"])
MOST_POINTS = 20_000
DEFAULT_WAIT = 30.0
MEDIA_TYPES: dict[Format, str] = {
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
    "ass": "text/x-ssa",
    "txt": "text/plain",
    "json": "application/json",
}
_TEXT = {"schema": {"type": "string"}}
_FILES = {200: {"content": dict.fromkeys(MEDIA_TYPES.values(), _TEXT)}, **PROBLEMS(401, 404, 409, 422)}
Seconds = Annotated[float | None, Query(ge=0, allow_inf_nan=False)]


class WaveformRecord(BaseModel):
    """Peaks of the sound, mixed to one channel, from ``start`` to ``end`` seconds in columns of equal length."""

    asset_id: str
    start: float = Field(examples=[0.0])
    end: float = Field(examples=[12.48])
    points: int = Field(description="How many columns there are.", examples=[2])
    peaks: list[list[float]] = Field(
        description="Lowest and highest of each, -1..1.", examples=[[[-0.5, 0.4], [-1, 1]]]
    )
    picture_url: str = Field(description="The whole as a PNG, signed.", examples=["/media/thumbnails/…png?exp=…&sig=…"])


class AnalyzeOrder(SpeechWishes):
    """What is to be looked for; everything when nothing is named. And how the words are to be heard."""

    parts: tuple[Part, ...] = Field(default=(), max_length=len(PARTS), examples=[["beats", "sound"]])


class AnalysisStarted(BaseModel):
    """The wait was over first: the job goes on. The same request answers at once when it is done."""

    job_id: str
    status_url: str = Field(examples=["/api/jobs/0193…"])


async def _known(gateway: Gateway, caller: Account, asset_id: str, part: Part) -> tuple[Asset, Analysis]:
    async with gateway.pool.acquire() as connection:
        asset = await own_asset(connection, caller.id, asset_id)
    analysis = await known_analysis(gateway.blobs, asset, (part,))
    if analysis is None:
        raise not_ready(asset, (part,))
    return asset, analysis


@router.post(
    "/analyze",
    summary="Analyse an asset, or parts of it",
    responses={200: {"model": Analysis}, 202: {"model": AnalysisStarted}, **PROBLEMS(401, 404, 409, 422, 503)},
)
async def analyze(
    asset_id: str, gateway: Parts, caller: Caller, order: AnalyzeOrder | None = None, wait: Wait = None
) -> Response:
    """Measure what is not known yet of the `parts` and answer with the analysis document; 202 while that goes on.

    `pictures`: shots, stills, black, motion. `faces`. `sound`: loudness, energy, silences, waveform. `beats`. `speech`:
    the words, heard in `language` and with `hotwords`. What was measured before is not measured again; other words to
    expect redo the `speech` alone. No project and no timeline is touched.
    """
    async with gateway.pool.acquire() as connection:
        asset = await own_asset(connection, caller.id, asset_id)
    deadline = asyncio.get_running_loop().time() + (DEFAULT_WAIT if wait is None else wait)
    order = order or AnalyzeOrder()
    wanted = JobInput(sources=(source_of(asset, speech=order),), parts=order.parts)
    try:
        job = await ran(Asking(gateway, caller, deadline), asset, wanted)
    except Unfinished as unfinished:
        url = f"/api/jobs/{unfinished.job.id}"
        return JSONResponse({"job_id": unfinished.job.id, "status_url": url}, 202, headers={"Location": url})
    ref = job.state.analyses[asset.id]
    headers = {"Content-Length": str(ref.size)}
    return StreamingResponse(gateway.blobs.read(ref.key), headers=headers, media_type="application/json")


@router.get(
    "/waveform",
    summary="The waveform of an asset",
    response_model=WaveformRecord,
    responses={200: {"content": {"image/png": {}}}, **PROBLEMS(401, 404, 409, 422)},
)
async def waveform(
    asset_id: str,
    gateway: Parts,
    caller: Caller,
    points: Annotated[int, Query(ge=1, le=MOST_POINTS, description="Columns, at most.")] = 1000,
    start: Seconds = None,
    end: Seconds = None,
    form: Annotated[Literal["json", "png"], Query(alias="format")] = "json",
) -> Response | WaveformRecord:
    """Peaks as JSON, or the whole as a PNG, drawn when the asset was analysed. 409 `sound_missing` without sound."""
    asset, analysis = await _known(gateway, caller, asset_id, "sound")
    wave = analysis.waveform
    if wave is None:
        raise conflict("sound_missing", "Nothing is to be heard in the asset.", remedy="Take one with sound.")
    if form == "png":
        headers = {"Content-Length": str(wave.picture.size)}
        return StreamingResponse(gateway.blobs.read(wave.picture.key), headers=headers, media_type="image/png")
    first, last = start or 0.0, wave.count / wave.rate if end is None else end
    if last <= first:
        raise wrong_field("end", "value_invalid", "It must lie behind `start`, inside the asset.")
    place = stretch(wave.count, wave.rate, first, last)
    data = (
        b"".join([piece async for piece in gateway.blobs.read(wave.peaks.key, *place)]) if place[1] > place[0] else b""
    )
    peaks = await asyncio.to_thread(columns, data, points)
    return WaveformRecord(
        asset_id=asset.id, start=first, end=round(min(last, wave.count / wave.rate), 3), points=len(peaks), peaks=peaks,
        picture_url=linker(gateway)(wave.picture.key),
    )  # fmt: skip


@router.get(
    "/sprites",
    summary="Thumbnails along the time line",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/vtt": _TEXT}}, **PROBLEMS(401, 404, 409)},
)
async def sprites(asset_id: str, gateway: Parts, caller: Caller) -> Response:
    """A WebVTT file whose cues are parts of one picture (`#xywh=`), by signed links. 409 without pictures."""
    asset, analysis = await _known(gateway, caller, asset_id, "pictures")
    if analysis.sprites is None:
        raise conflict("pictures_missing", "The asset has no pictures.", remedy="Take one with a video stream.")
    text = storyboard(analysis.sprites, linker(gateway)(analysis.sprites.image.key), asset.info.duration)
    return PlainTextResponse(text, media_type="text/vtt")


@router.get("/transcript", summary="What is said in an asset", response_class=PlainTextResponse, responses=_FILES)
async def transcript(
    asset_id: str,
    gateway: Parts,
    caller: Caller,
    form: Annotated[str, Query(alias="format", description="srt, vtt, ass, txt or json.", examples=["srt"])] = "json",
    *,
    karaoke: Annotated[bool, Query(description="Each word with its time, in vtt and ass.")] = False,
) -> Response:
    """The transcript as a file. 409 `transcript_unavailable`, with the reason and its remedy, where there is none."""
    known: Format | None = next((each for each in get_args(Format) if each == form), None)
    if known is None:
        raise wrong_field("format", "format_unknown", f"There are {', '.join(get_args(Format))}.")
    asset, analysis = await _known(gateway, caller, asset_id, "speech")
    said = analysis.transcript
    if said.status != "completed":
        raise conflict("transcript_unavailable", said.reason or "There is no transcript.", remedy=said.remedy or "")
    text = await asyncio.to_thread(write, said.captions, known, karaoke=karaoke, language=said.language)
    headers = {"Content-Disposition": f'inline; filename="{asset.id}.{known}"'}
    return Response(text, media_type=f"{MEDIA_TYPES[known]}; charset=utf-8", headers=headers)
