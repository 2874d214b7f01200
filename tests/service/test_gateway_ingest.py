"""Ingest: a film comes in over HTTP, an asset and a project come out, or nothing is left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import psutil

from services.gateway.api.records import Ingested, ProjectDetail
from shared.contracts.commands import Command, PlanEdit, ProbeMedia
from shared.contracts.events import Event, MediaProbed
from shared.infra import Infra
from tests.database import MakeInfra
from tests.patience import LONG
from tests.service.editor_stage import Stage, json_of, stage
from tests.service.editor_workers import FILM, Play, failing, media_info, silent


async def rows(gateway: Stage) -> tuple[int, int]:
    """Return how many assets and projects there are."""
    async with gateway.infra.pool.acquire() as connection:
        return await connection.fetchval("select count(*) from assets"), await connection.fetchval(
            "select count(*) from projects"
        )


async def test_ingest_answers_with_asset_project_and_timeline(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        body = await gateway.ingest(title="My film", template_name="calm", target_duration="12.5", seed="7", story="us")
        assert set(body["project"]) == set(ProjectDetail.model_fields)
        Ingested.model_validate(body)
        asset, project = body["asset"], body["project"]
        assert asset["resolution"] == "320x180"
        assert (asset["duration"], asset["fps"], asset["frame_rate"]) == (10.0, 29.97, "30000/1001")
        assert asset["has_audio"] is True
        assert asset["path"] == f"ingest/{asset['id']}/{asset['id']}.mp4"
        assert project["title"] == "My film"
        assert (project["status"], project["revision"]) == ("analyzed", 1)
        assert project["consent"] == {
            "asset_id": asset["id"], "has_checkbox": False, "document_url": None, "updated_at": None,
        }  # fmt: skip
        timeline = project["timeline"]
        assert [(s["start"], s["end"], s["effects"]) for s in timeline["segments"]] == [
            (0.5, 2.5, ["zoom"]),
            (6.0, 7.0, []),
        ]
        assert (timeline["tempo"], timeline["beats"]) == (120.0, [0.5, 1.0, 6.0, 6.5])
        assert timeline["captions"][0]["text"] == "hello world"
        assert timeline["template_name"] == "calm"
        got = await gateway.client.get(asset["url"])
        assert (got.content, got.headers["content-type"]) == (FILM, "video/mp4")
        assert (await gateway.client.get(asset["thumbnail_url"])).headers["content-type"] == "image/jpeg"
        wishes = next(c.wishes for c in gateway.seen if isinstance(c, PlanEdit))
        assert (wishes.target_duration, wishes.seed, wishes.story) == (12.5, 7, "us")
        job = json_of(await gateway.client.get(f"/api/jobs/{body['job_id']}"))
        assert (job["kind"], job["status"], job["project_id"]) == ("ingest", "completed", project["id"])


async def test_without_analysis_there_is_no_timeline_and_no_job(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        body = await gateway.ingest(auto_analyze="false")
        assert body["job_id"] is None
        assert (body["project"]["status"], body["project"]["timeline"], body["project"]["revision"]) == (
            "ingested",
            None,
            0,
        )
        assert body["project"]["title"] == "Film"


async def test_when_the_wait_is_over_the_answer_is_202_with_all_that_the_probe_knows(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        gateway.plays["AnalyzeMedia"] = silent
        body = await gateway.ingest(status=202, wait=0)
        assert (body["project"]["status"], body["project"]["timeline"]) == ("analyzing", None)
        assert body["asset"]["duration"] == 10.0
        assert body["asset"]["thumbnail_url"] is not None


async def test_an_analysis_that_fails_leaves_the_asset_and_a_failed_project(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        gateway.plays["AnalyzeMedia"] = failing("decoder_broken")
        body = await gateway.ingest()
        assert body["project"]["status"] == "failed"
        job = json_of(await gateway.client.get(f"/api/jobs/{body['job_id']}"))
        assert (job["error"]["step"], job["error"]["code"]) == ("analyze", "decoder_broken")


async def test_what_the_probe_refuses_leaves_nothing(make_infra: MakeInfra) -> None:
    refused = {
        "media_unsupported": 415,
        "media_truncated": 422,
        "media_empty": 422,
        "media_no_video": 422,
        "attempts_exhausted": 503,
    }
    files = {"file": ("Film.mp4", FILM), "captions": ("a.srt", b"1\n00:00:00,000 --> 00:00:01,000\nHi\n")}
    async with stage(await make_infra("gateway")) as gateway:
        for code, status in refused.items():
            gateway.plays["ProbeMedia"] = failing(code)
            response = await gateway.client.post("/api/ingest", files=files)
            assert response.status_code == status
            assert response.headers["content-type"] == "application/problem+json"
            problem = json_of(response)
            assert (problem["code"], problem["detail"]) == (code, f"It is {code}.")
            assert gateway.files() == []
        assert await rows(gateway) == (0, 0)


async def test_only_films_are_taken(make_infra: MakeInfra) -> None:
    def told(kind: str) -> Play:
        async def probed(_: Infra, command: Command) -> Event:
            assert isinstance(command, ProbeMedia)
            return MediaProbed(asset_id=command.asset_id, info=media_info(kind=kind), thumbnail=None)

        return probed

    async with stage(await make_infra("gateway")) as gateway:
        for kind, code, status in (("audio", "media_no_video", 422), ("image", "media_unsupported", 415)):
            gateway.plays["ProbeMedia"] = told(kind)
            response = await gateway.client.post("/api/ingest", files={"file": ("x.mp4", FILM)})
            assert (response.status_code, json_of(response)["code"]) == (status, code)
            assert gateway.files() == []
        assert await rows(gateway) == (0, 0)


async def test_forms_that_cannot_be_taken_are_refused_and_leave_nothing(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        film = ("x.mp4", FILM)
        refused = [
            ({"files": {"file": ("x.mp4", b"")}}, 422, "media_empty"),
            ({"files": {"other": film}}, 422, "unknown_part"),
            ({"files": {"captions": film}}, 422, "missing"),
            ({"files": {"file": film}, "data": {"pace": "warp"}}, 422, "validation_failed"),
            ({"files": {"file": film}, "data": {"auto_analyze": "perhaps"}}, 422, "validation_failed"),
            ({"files": {"file": film}, "data": {"auto_analyse": "false"}}, 422, "validation_failed"),
            ({"files": {"file": film}, "data": {"target_duration": "nan"}}, 422, "validation_failed"),
            ({"files": {"file": film}, "data": {"template_name": "nonesuch"}}, 422, "template_unknown"),
            ({"files": [("file", film), ("file", film)]}, 422, "duplicate_part"),
            ({"json": {"file": "x"}}, 415, "form_required"),
            ({"content": FILM, "headers": {"content-type": "video/mp4"}}, 415, "form_required"),
            ({"content": b"--x\r\n", "headers": {"content-type": "multipart/form-data"}}, 415, "form_required"),
            (
                {
                    "content": b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n' + FILM,
                    "headers": {"content-type": "multipart/form-data; boundary=x"},
                },
                422,
                "form_invalid",
            ),
        ]
        for request, status, code in refused:
            response = await gateway.client.post("/api/ingest", **request)  # type: ignore[arg-type]
            assert (response.status_code, json_of(response)["code"]) == (status, code), request
        assert gateway.files() == []
        assert gateway.seen == []


async def test_an_upload_over_the_limit_is_refused_while_it_streams(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway"), max_upload_bytes=100_000) as gateway:
        for length in (100_001, 3_000_000):
            film = FILM + bytes(length - len(FILM))
            response = await gateway.client.post("/api/ingest", files={"file": ("x.mp4", film)})
            assert (response.status_code, json_of(response)["code"]) == (413, "media_too_large")
            assert json_of(response)["max_bytes"] == 100_000
        film = FILM + bytes(100_000 - len(FILM))
        assert (await gateway.ingest(film, auto_analyze="false"))["asset"]["path"].startswith("ingest/")
        assert len(gateway.files()) == 1


async def test_an_upload_that_announces_too_much_is_refused_before_it_is_read(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway"), max_upload_bytes=100_000) as gateway:
        url = gateway.client.base_url
        reader, writer = await asyncio.open_connection(url.host, url.port)
        head = (
            f"POST /api/ingest HTTP/1.1\r\nHost: {url.host}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            "Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n"
        )
        writer.write(head.encode())
        status = await asyncio.wait_for(reader.readline(), LONG)
        assert b" 413 " in status
        writer.close()
        await writer.wait_closed()


async def test_an_upload_that_breaks_off_leaves_nothing(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        url = gateway.client.base_url
        _, writer = await asyncio.open_connection(url.host, url.port)
        head = (
            f"POST /api/ingest HTTP/1.1\r\nHost: {url.host}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            "Content-Length: 99999999\r\n\r\n"
            '--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
        )
        writer.write(head.encode() + FILM * 2000)
        await writer.drain()
        async with asyncio.timeout(LONG):
            while not gateway.files():
                await asyncio.sleep(0.01)
        writer.close()
        await writer.wait_closed()
        async with asyncio.timeout(LONG):
            while gateway.files():
                await asyncio.sleep(0.01)
        assert gateway.seen == []


async def test_captions_travel_with_the_film(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        subtitles = b"1\n00:00:01,000 --> 00:00:02,000\nHello\n"
        files = {"captions": ("a.srt", subtitles), "file": ("x.mp4", FILM)}
        response = await gateway.client.post("/api/ingest", files=files)
        assert response.status_code == 201
        captions = next(c.captions for c in gateway.seen if c.__class__.__name__ == "AnalyzeMedia")  # type: ignore[union-attr]
        assert await gateway.infra.blobs.get_bytes(captions) == subtitles


async def test_the_same_key_again_makes_nothing_new(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        headers = {"Idempotency-Key": "once"}

        async def send() -> str:
            response = await gateway.client.post("/api/ingest", files={"file": ("x.mp4", FILM)}, headers=headers)
            assert response.status_code == 201
            return str(json_of(response)["asset"]["id"])

        ids = await asyncio.gather(*(send() for _ in range(8)))
        assert len(set(ids)) == 1
        assert await rows(gateway) == (1, 1)
        assert [key for key in gateway.files() if ids[0] not in key] == []


async def test_names_are_only_labels(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        name = "../../../etc/\u202epasswd\x07" + "x" * 4000 + ".mp4"
        response = await gateway.client.post(
            "/api/ingest", files={"file": (name, FILM)}, data={"auto_analyze": "false"}
        )
        body = json_of(response)
        assert body["asset"]["path"] == f"ingest/{body['asset']['id']}/{body['asset']['id']}.mp4"
        assert len(body["project"]["title"]) <= 200
        assert "/" not in body["project"]["title"]
        assert "\u202e" not in json.dumps(body, ensure_ascii=False)


async def test_memory_stays_flat_however_large_the_film_is(make_infra: MakeInfra) -> None:
    size, piece = 96, bytes(1024 * 1024)
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n' + FILM
    process, peak = psutil.Process(), 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal peak
        yield head
        for _ in range(size):
            yield piece
            peak = max(peak, process.memory_info().rss)
        yield b'\r\n--x\r\nContent-Disposition: form-data; name="auto_analyze"\r\n\r\nfalse\r\n--x--\r\n'

    async with stage(await make_infra("gateway")) as gateway:
        await gateway.ingest(auto_analyze="false")
        before = process.memory_info().rss
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        response = await gateway.client.post("/api/ingest", content=body(), headers=headers)
        assert response.status_code == 201
        media = await gateway.infra.blobs.stat(json_of(response)["asset"]["path"])
        assert media is not None
        assert media.size == size * len(piece) + len(FILM)
        assert peak - before < 32 * len(piece)
