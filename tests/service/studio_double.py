"""A studio for the command to speak to: real HTTP, the routes that the client uses, and no work behind them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from cutroom.__main__ import main

FILM = b"\0\0\0\x18ftypisom" + bytes(range(256)) * 64


def event(job_id: str, seq: int, name: str, **data: object) -> dict[str, object]:
    """One CloudEvent of a job's log."""
    return {
        **{"specversion": "1.0", "id": f"{job_id}-{seq}", "source": "/services/gateway", "subject": job_id},
        **{"type": f"cutroom.job.{name}", "time": "2026-11-02T10:00:00Z", "sequence": seq, "data": data},
    }


def log_of(job_id: str, end: str = "completed") -> list[dict[str, object]]:
    """A whole log that ends as said."""
    steps = [("created", {}), ("started", {})]
    steps += [("progress", {"percent": p, "step": "render", "eta_seconds": 9}) for p in (10, 30, 90)]
    steps += [("log", {"step": "render", "message": "Sound is being mixed."}), (end, {})]
    return [event(job_id, seq, name, **data) for seq, (name, data) in enumerate(steps, 1)]


@dataclass
class FakeStudio:
    """What the studio was asked, and how it is to answer.

    ``ends``: how jobs of a kind end, completed unless said. ``cut``: after how many events each connection to a log is
    closed. ``hang``: kinds whose log never ends. ``analysis``: the document of every asset. ``refusals``: status and
    problem by path prefix, ``refused_files``: by the name of an upload.
    """

    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    bodies: dict[str, object] = field(default_factory=dict)
    forms: list[dict[str, object]] = field(default_factory=list)
    jobs: dict[str, dict[str, object]] = field(default_factory=dict)
    consents: set[str] = field(default_factory=set)
    ends: dict[str, str] = field(default_factory=dict)
    hang: set[str] = field(default_factory=set)
    cut: list[int] = field(default_factory=list)
    refusals: dict[str, tuple[int, dict[str, object]]] = field(default_factory=dict)
    refused_files: dict[str, tuple[int, dict[str, object]]] = field(default_factory=dict)
    short_media: bool = False
    analysis: str = ""
    resumed: list[str | None] = field(default_factory=list)
    hanging: threading.Event = field(default_factory=threading.Event)

    def start(self, kind: str, outputs: list[str]) -> str:
        """Make a job and return its id."""
        job_id = f"0193-{kind}-{len(self.jobs)}"
        status = self.ends.get(kind, "completed")
        error = {"step": kind, "code": "step_broke", "message": "It broke.", "remedy": "Mend it."}
        check = {"passed": True, "findings": []}
        made = [
            {
                **{"name": name, "url": f"/media/{name}.mp4", "width": 1920, "height": 1080},
                "duration": 4.5,
                "check": check,
            }
            for name in outputs
        ]
        self.jobs[job_id] = {
            **{"id": job_id, "kind": kind, "status": "processing" if kind in self.hang else status, "percent": 100.0},
            **{"result": {"outputs": made} if status == "completed" else None},
            **{"error": error if status == "failed" else None, "created_at": "2026-11-02T10:00:00.000Z"},
        }
        return job_id


def _app(studio: FakeStudio) -> Starlette:
    async def ingest(request: Request) -> Response:
        got: dict[str, object] = {}
        async with request.form() as form:
            for name, part in form.items():
                got[name] = part if isinstance(part, str) else (part.filename, await part.read())
        studio.forms.append(got)
        number = len(studio.forms)
        asset = {"id": f"asset-{number}", "duration": 9.0, "resolution": "1920x1080", "fps": 30.0, "has_audio": True}
        project = {"id": f"project-{number}", "title": "film", "status": "analyzing", "asset": asset}
        job_id = studio.start("ingest", []) if got["auto_analyze"] == "true" else None
        return JSONResponse({"asset": asset, "project": project, "job_id": job_id}, 202)

    async def assets(request: Request) -> Response:
        async with request.form() as form:
            part = form["file"]
            assert not isinstance(part, str)
            studio.forms.append({"file": (part.filename, await part.read())})
        if refused := studio.refused_files.get(part.filename or ""):
            return JSONResponse(refused[1], refused[0])
        return JSONResponse({"asset": {"id": f"asset-{len(studio.forms)}", "duration": 9.0}, "job_id": "j"}, 201)

    async def transcript(request: Request) -> Response:
        studio.bodies["captions"] = await request.body()
        return JSONResponse({"id": request.path_params["asset"], "duration": 9.0})

    async def analyze(request: Request) -> Response:
        key = f"analyze {request.path_params['asset']}"
        known = key in studio.bodies
        order = await request.json()
        studio.bodies[key] = order.pop("parts")
        studio.bodies["heard"] = order
        if known and "tool" not in studio.hang:
            return Response(studio.analysis, media_type="application/json")
        return JSONResponse({"job_id": studio.start("tool", []), "status_url": "/"}, 202)

    async def consent(request: Request) -> Response:
        asset = request.path_params["asset"]
        if (await request.json())["accepted"]:
            studio.consents.add(asset)
        return JSONResponse({"asset_id": asset, "has_checkbox": True})

    async def render(request: Request) -> Response:
        if not studio.consents:
            return JSONResponse({"code": "consent_required", "detail": "Consent is needed."}, 409)
        order = await request.json()
        studio.bodies[f"render {order['aspect_ratio']}"] = order
        return JSONResponse(
            {"job_id": studio.start("render", ["video_" + order["aspect_ratio"].replace(":", "_")])}, 202
        )

    async def generate(request: Request) -> Response:
        studio.bodies["generate"] = await request.json()
        return JSONResponse({"job_id": studio.start("edit", [])}, 202)

    async def apply(request: Request) -> Response:
        ratios = json.loads(request.query_params["aspect_ratios"])
        job_id = studio.start("render", [f"edited_{ratio.replace(':', '_')}" for ratio in ratios])
        return JSONResponse(
            {"job_id": request.path_params["job"], "status": "processing", "render_job_id": job_id}, 202
        )

    async def jobs(request: Request) -> Response:
        studio.bodies["jobs"] = dict(request.query_params)
        return JSONResponse({"items": list(reversed(studio.jobs.values())), "next_cursor": None})

    async def job(request: Request) -> Response:
        found = studio.jobs.get(request.path_params["job"])
        missing = {"code": "not_found", "detail": "There is no such job.", "remedy": "Check the id."}
        return JSONResponse(found) if found else JSONResponse(missing, 404)

    async def cancel(request: Request) -> Response:
        found = studio.jobs[request.path_params["job"]]
        found["status"] = "cancelled"
        return JSONResponse(found, 202)

    async def media(request: Request) -> Response:
        if studio.short_media:
            return StreamingResponse(_pieces(FILM[:1000]), headers={"Content-Length": str(len(FILM))})
        return Response(FILM, media_type="video/mp4")

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    routes = [
        Route("/api/healthz", health),
        Route("/api/ingest", ingest, methods=["POST"]),
        Route("/api/assets", assets, methods=["POST"]),
        Route("/api/assets/{asset}/transcript", transcript, methods=["PUT"]),
        Route("/api/assets/{asset}/analyze", analyze, methods=["POST"]),
        Route("/api/consent/{asset}/checkbox", consent, methods=["POST"]),
        Route("/api/render/{project}", render, methods=["POST"]),
        Route("/api/videos/{video}/ai-edit/generate", generate, methods=["POST"]),
        Route("/api/videos/{video}/ai-edit/apply/{job}", apply, methods=["POST"]),
        Route("/api/jobs", jobs),
        Route("/api/jobs/{job}", job),
        Route("/api/jobs/{job}/cancel", cancel, methods=["POST"]),
        Route("/api/jobs/{job}/events", partial(_events, studio)),
        Route("/media/{name}", media),
    ]
    return Starlette(routes=routes)


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _events(studio: FakeStudio, request: Request) -> Response:
    job_id, last = request.path_params["job"], request.headers.get("last-event-id")
    if job_id not in studio.jobs:
        return JSONResponse({"code": "not_found", "detail": "There is no such job."}, 404)
    studio.resumed.append(last)
    kind = str(studio.jobs[job_id]["kind"])
    rest = log_of(job_id, str(studio.ends.get(kind, "completed")))[int(last or 0) :]
    if not rest:
        return Response(status_code=204)
    count = studio.cut.pop(0) if studio.cut else len(rest)

    async def frames() -> AsyncIterator[str]:
        yield ": hello\n\n"
        for entry in rest[: 3 if kind in studio.hang else count]:
            yield f"id: {entry['sequence']}\nevent: {entry['type']}\ndata: {json.dumps(entry)}\n\n"
        if kind in studio.hang:
            studio.hanging.set()
        while kind in studio.hang and not await request.is_disconnected():
            await asyncio.sleep(0.02)

    return StreamingResponse(frames(), media_type="text/event-stream")


class _Recorder:
    """Notes every request, and refuses where the studio is told to."""

    def __init__(self, studio: FakeStudio) -> None:
        self.studio, self.app = studio, _app(studio)

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def] # ASGI
        if scope["type"] == "http":
            self.studio.asked.append((scope["method"], scope["path"]))
            for prefix, (status, problem) in self.studio.refusals.items():
                if scope["path"].startswith(prefix):
                    await JSONResponse(problem, status)(scope, receive, send)
                    return
        await self.app(scope, receive, send)


@contextlib.contextmanager
def fake_studio() -> Iterator[FakeStudio]:
    """Run a fake studio on a free port, in a thread of its own."""
    studio = FakeStudio()
    config = uvicorn.Config(
        _Recorder(studio), port=0, log_level="critical", lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    studio.url = f"http://127.0.0.1:{socket.getsockname()[1]}"
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([socket])))
    thread.start()
    while thread.is_alive() and not server.started:
        time.sleep(0.01)
    try:
        yield studio
    finally:
        server.should_exit = True
        thread.join(60)
        socket.close()


def cutroom(*arguments: object) -> int:
    """Run a command in this process and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)
