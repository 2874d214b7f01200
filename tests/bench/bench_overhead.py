"""A whole job on the embedded studio against the same probe, analysis, plan and render called as functions here."""

from __future__ import annotations

import asyncio
import dataclasses
import secrets
import struct
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx

from deploy.embedded import Studio
from deploy.sample import Sample, make_sample
from services.analyzer.domain.judge import judge
from services.analyzer.domain.parts import PARTS, Found, compose
from services.analyzer.engines.captions import CaptionsEngine
from services.analyzer.handlers.deps import Deps, subfolder
from services.analyzer.handlers.measuring import Measuring
from services.analyzer.settings import AnalyzerSettings
from services.analyzer.tools.probe import probe
from services.analyzer.tools.speech import read_captions
from services.planner.domain.footage import Material
from services.planner.domain.planning import plan
from services.planner.tools.catalog import templates
from services.renderer.settings import RendererSettings
from services.renderer.tools.ffmpeg import Bench
from services.renderer.tools.film import render
from services.renderer.tools.join import Tags
from services.renderer.tools.parts import Order
from shared import log
from shared.blobs import FolderBlobs
from shared.contracts.blob import BlobRef
from shared.contracts.commands import RenderTimeline
from shared.contracts.media import Part
from shared.contracts.plan import Wishes
from shared.contracts.timeline import Timeline
from shared.step import Step
from tests.bench.table import Row, median

ROUNDS = 8
LENGTHS = (8, 20)


class Alone:
    """What the functions need of a step: a folder, and somebody to tell."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.log = log.get("bench")

    def progress(self, fraction: float, detail: dict[str, float | int | str] | None = None) -> None:
        """Nobody listens."""


def _as_new(sample: Sample, folder: Path) -> Sample:
    """The same film with another content hash: an ignored box at its end."""
    video = folder / f"{secrets.token_hex(4)}.mp4"
    noise = secrets.token_bytes(16)
    video.write_bytes(sample.video.read_bytes() + struct.pack(">I4s", 8 + len(noise), b"free") + noise)
    return dataclasses.replace(sample, video=video)


async def _job(http: httpx.AsyncClient, sample: Sample) -> tuple[float, str]:
    """The time from the upload to the checked film, in seconds, and the render's id."""
    begun = time.perf_counter()
    files = {"file": sample.video.open("rb"), "captions": sample.subtitles.open("rb")}
    body: dict[str, Any] = (await http.post("/api/ingest", files=files, params={"wait": 60})).raise_for_status().json()
    await http.post(f"/api/consent/{body['asset']['id']}/checkbox", json={"accepted": True})
    answer = (
        await http.post(f"/api/render/{body['project']['id']}", json={"draft": True}, params={"wait": 60})
    ).raise_for_status()
    job = str(answer.json()["job_id"])
    status = (await http.get(f"/api/jobs/{job}")).json()["status"]
    taken = time.perf_counter() - begun
    assert status == "completed", status
    return taken, job


async def _forget(part: Part, found: Found) -> None:
    """Parts are not kept where there is no studio."""


async def _functions(sample: Sample, order: RenderTimeline, timeline: Timeline, scratch: Path) -> float:
    begun = time.perf_counter()
    scratch.mkdir()
    engine = CaptionsEngine(sample.subtitles, "0" * 64, read_captions)
    deps = Deps(AnalyzerSettings(), FolderBlobs(scratch / "objects"), cast(Any, None), lambda *_: engine)
    step = cast(Step, Alone(scratch))
    await probe(sample.video, subfolder(scratch, "first"), deps.bounds)
    measuring = Measuring(sample.video, "0" * 64, engine, None, step, deps, _forget)
    facts = await measuring.probe()
    analysis = compose("0" * 64, judge(facts, deps.bounds), await measuring.measure(facts, frozenset(PARTS)))
    ref = BlobRef(key="x/y", sha256="0" * 64, size=1, content_type="video/mp4")
    plan([Material("a", ref, analysis)], Wishes(), templates())
    sources = dict.fromkeys(timeline.sources, sample.video)
    tags = Tags("", "", datetime.now(UTC))
    films = await render(
        Bench(scratch, RendererSettings()), Order(timeline, sources, order.outputs, order.options, tags), step.progress
    )
    assert films[0].check.passed
    return time.perf_counter() - begun


async def _order(studio: Studio, job: str) -> tuple[RenderTimeline, Timeline]:
    """What the renderer was told to do in that job."""
    pool = studio.services["renderer"].infra.pool
    body = await pool.fetchval("select body from inbox where subject = $1 and type like '%RenderTimeline'", job)
    from shared.contracts.envelope import decode

    order = RenderTimeline.model_validate(decode(body).data)
    document = await studio.services["renderer"].infra.blobs.get_bytes(order.timeline)
    return order, Timeline.model_validate_json(document)


async def _pairs(folder: Path, seconds: int) -> tuple[list[float], list[float]]:
    """The times of the two ways, pair by pair; which goes first alternates, so that warmth favours neither."""
    folder.mkdir()
    sample = await make_sample(folder, seconds=seconds, size=(640, 360), fps=30)
    jobs, alone = [], []
    async with Studio(folder / "studio") as studio, httpx.AsyncClient(base_url=studio.url, timeout=300) as http:
        _, first = await _job(http, _as_new(sample, folder))
        order, timeline = await _order(studio, first)
        for number in range(ROUNDS):
            for way in ("job", "alone") if number % 2 else ("alone", "job"):
                fresh = _as_new(sample, folder)
                if way == "job":
                    jobs.append((await _job(http, fresh))[0])
                else:
                    alone.append(await _functions(fresh, order, timeline, folder / f"alone{number}"))
                await asyncio.sleep(0.5)
    return jobs, alone


async def measure() -> list[Row]:
    """Both ways with a short and a longer film, on fresh content each time (or the analysis came from its cache)."""
    log.configure("warning")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="cutroom-bench-") as name:
        for seconds in LENGTHS:
            jobs, alone = await _pairs(Path(name) / str(seconds), seconds)
            over = sorted(a - b for a, b in zip(jobs, alone, strict=True))
            film = f"{seconds} s of 360p"
            rows += [
                Row(f"{film}: ingest and draft render as jobs over REST", median(jobs), "s"),
                Row(f"{film}: the same as functions in one process", median(alone), "s"),
                Row(f"{film}: overhead of the platform, median of {ROUNDS} pairs", median(over), "s", "≤ 1"),
                Row(f"{film}: second least and second most of the pairs", over[1], f"s to {over[-2]:.2f} s"),
            ]
    return rows
