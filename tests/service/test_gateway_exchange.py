"""Timelines to and from other editors over HTTP; the files are written and read by the real planner's tools."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import httpx

from services.gateway.handlers.sweeping import sweep
from services.planner.tools.exchange import exported, imported
from shared.contracts.commands import AnalyzeMedia, Command, ExportTimeline, ImportTimeline
from shared.contracts.events import Event, MediaAnalyzed, StepFailed, TimelineExported, TimelineImported
from shared.contracts.interchange import EXPORTS
from shared.contracts.media import Analysis, Span
from shared.contracts.speech import NOT_ASKED
from shared.errors import BadRequest
from shared.infra import Infra
from tests.database import MakeInfra
from tests.service.editor_stage import Stage, json_of, stage
from tests.service.editor_workers import media_info

MEMORY = 2 * 1024**3


async def write(infra: Infra, command: Command) -> Event:
    """What the planner does with an export."""
    assert isinstance(command, ExportTimeline)
    with tempfile.TemporaryDirectory() as folder:
        made = await exported(command, infra.blobs, Path(folder), MEMORY)
    known = await infra.blobs.stat(command.key)
    ref = known or await infra.blobs.put_bytes(command.key, made.text.encode(), EXPORTS[command.form][1])
    return TimelineExported(document=ref, losses=made.losses)


async def read(infra: Infra, command: Command) -> Event:
    """What the planner does with an import."""
    assert isinstance(command, ImportTimeline)
    with tempfile.TemporaryDirectory() as folder:
        try:
            edit = await imported(command, infra.blobs, Path(folder), MEMORY)
        except BadRequest as bad:
            return StepFailed(code=bad.code, message=bad.message, remedy=bad.remedy, attempts=1)
    ref = await infra.blobs.put_bytes("imports/read/x.json", edit.model_dump_json().encode(), "application/json")
    return TimelineImported(edit=ref, form=edit.format, clips=len(edit.clips), losses=edit.losses)


def wired(gateway: Stage) -> Stage:
    gateway.plays |= {"ExportTimeline": write, "ImportTimeline": read}
    return gateway


def frames(segments: list[dict[str, float]]) -> list[tuple[int, int]]:
    """Return the first and last frame of each segment, at the film's 30000/1001."""
    return [(round(s["start"] * 30000 / 1001), round(s["end"] * 30000 / 1001)) for s in segments]


async def send(gateway: Stage, project: str, file: bytes, name: str = "cut.otio") -> httpx.Response:
    url = f"/api/timeline/{project}/import"
    return await gateway.client.post(url, files={"file": (name, file)}, params={"wait": 60})


async def test_a_timeline_goes_out_and_comes_back_in_every_format(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as made:
        gateway = wired(made)
        project = (await gateway.ingest(title="Harbour"))["project"]
        url = f"/api/timeline/{project['id']}"
        before = json_of(await gateway.client.get(url))["timeline"]["segments"]
        formats = ("otio", "fcpxml", "fcp7xml", "edl", "json")
        answers = await asyncio.gather(
            *(gateway.client.get(f"{url}/export", params={"to": to, "wait": 60}) for to in formats)
        )
        for to, answer in zip(formats, answers, strict=True):
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-disposition"].startswith('attachment; filename="Harbour.')
            assert "ingest/" not in answer.text or to == "json"
            back = await send(gateway, project["id"], answer.content)
            body = json_of(back)
            assert back.status_code == 200, back.text
            assert body["unlinked"] == []
            found = body["timeline"]["segments"]
            assert frames(found) == frames(before)
            assert body["timeline"]["captions"] == project["timeline"]["captions"]
        assert [s["effects"] for s in found] == [["zoom"], []]
        history = json_of(await gateway.client.get(f"{url}/revisions"))
        assert [i["origin"].partition(":")[0] for i in history["items"]] == ["import"] * 5 + ["plan"]


async def test_the_report_names_what_is_lost(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as made:
        gateway = wired(made)
        project = (await gateway.ingest())["project"]
        url = f"/api/timeline/{project['id']}/export"
        told = await gateway.client.get(url, params={"to": "edl", "report": "true"})
        assert {loss["code"] for loss in json_of(told)["losses"]} >= {"effects", "captions"}
        job = json_of(await gateway.client.get(json_of(told)["status_url"]))
        assert (job["kind"], job["status"], job["result"]["losses"]) == ("export", "completed", json_of(told)["losses"])
        file = await gateway.client.get(url, params={"to": "srt"})
        assert file.text.startswith("1\n00:00:00,500 --> 00:00:01,500\nhello world")
        for wrong in ("?to=avid", "", "?to=edl&mode=half", "?to=edl&fps=0"):
            assert (await gateway.client.get(url + wrong)).status_code == 422
        assert (await gateway.client.get("/api/timeline/x/export?to=edl")).status_code == 404


async def hear(infra: Infra, command: Command) -> Event:
    """What the analyzer says of the sound alone: a second of silence."""
    assert isinstance(command, AnalyzeMedia) and command.parts == ("sound",)
    info = media_info(command.media.size)
    heard = Analysis(sha256=command.media.sha256, media=info, transcript=NOT_ASKED, silences=(Span(start=3, end=4),))
    body = heard.model_dump_json().encode()
    ref = await infra.blobs.put_bytes(f"analyses/sound-{command.asset_id}.json", body, "application/json")
    return MediaAnalyzed(
        asset_id=command.asset_id, analysis=ref, thumbnail=None, shots=0, words=0, tempo=None,
        transcript="not_requested", parts=("sound",),
    )  # fmt: skip


async def test_marks_of_silence_need_no_more_than_the_sound(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as made:
        gateway = wired(made)
        gateway.plays |= {"AnalyzeMedia": hear}
        project = (await gateway.ingest(auto_analyze="false"))["project"]
        url = f"/api/timeline/{project['id']}"
        written = {"timeline": {"segments": [{"start": 1.0, "end": 9.0}]}}
        assert (await gateway.client.post(url, json=written)).status_code == 200
        for to in ("fcp7xml", "fcpxml"):
            answer = await gateway.client.get(f"{url}/export", params={"to": to, "mode": "mark_silence", "wait": 60})
            assert answer.status_code == 200, answer.text
            assert answer.text.count("silence") == 1
        assert [type(c).__name__ for c in gateway.seen].count("AnalyzeMedia") == 1
        plain = await gateway.client.get(f"{url}/export", params={"to": "edl", "wait": 60})
        assert plain.status_code == 200 and "silence" not in plain.text


async def test_an_empty_project_has_nothing_to_export(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as made:
        gateway = wired(made)
        project = (await gateway.ingest(auto_analyze="false"))["project"]
        answer = await gateway.client.get(f"/api/timeline/{project['id']}/export?to=edl")
        assert (answer.status_code, json_of(answer)["code"]) == (409, "timeline_empty")


EDL = """TITLE: foreign
FCM: DROP FRAME

001  TAPE1    V     C        01:00:02;00 01:00:04;00 01:00:00;00 01:00:02;00
* FROM CLIP NAME: {name}
002  TAPE1    V     C        01:00:08;00 01:00:20;00 01:00:02;00 01:00:14;00
* FROM CLIP NAME: {name}
"""


async def test_a_foreign_list_is_linked_by_name_and_held_to_the_medium(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as made:
        gateway = wired(made)
        project = (await gateway.ingest(title="Day One"))["project"]
        body = json_of(await send(gateway, project["id"], EDL.format(name="DAY ONE.MOV").encode()))
        assert [(round(s["start"], 2), round(s["end"], 2)) for s in body["timeline"]["segments"]] == [
            (2.0, 4.0), (8.01, 10.0),
        ]  # fmt: skip
        assert {loss["code"] for loss in body["losses"]} == {"timecode_origin", "trimmed"}
        refused = await send(gateway, project["id"], EDL.format(name="somebody else.mov").encode())
        assert (refused.status_code, json_of(refused)["code"]) == (422, "media_unlinked")
        assert "somebody else.mov" in json_of(refused)["detail"]
        assert json_of(await gateway.client.get(f"/api/timeline/{project['id']}"))["revision"] == 2


async def test_hostile_and_broken_files_change_nothing(make_infra: MakeInfra) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE xmeml [<!ENTITY a "a">]><xmeml version="5"><sequence>&a;</sequence></xmeml>'
    deep = b'{"OTIO_SCHEMA":"Timeline.1","tracks":' + b'{"OTIO_SCHEMA":"Stack.1","children":[' * 60_000
    async with stage(await make_infra("gateway")) as made:
        gateway = wired(made)
        project = (await gateway.ingest())["project"]
        for file in (bomb, deep, b"\x00" * 2000):
            refused = await send(gateway, project["id"], file)
            assert (refused.status_code, json_of(refused)["code"]) == (422, "interchange_invalid")
            assert json_of(refused)["remedy"]
        assert (await send(gateway, project["id"], b"")).status_code == 422
        assert json_of(await gateway.client.get(f"/api/timeline/{project['id']}"))["revision"] == 1


async def test_the_plan_of_a_job_over_several_films_is_exported(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as made:
        gateway = wired(made)
        first, second = [(await gateway.ingest(title=name))["asset"]["id"] for name in ("Day", "Night")]
        body = {"story_prompt": {"key_message": "hello"}, "video_ids": [second]}
        job = json_of(await gateway.client.post(f"/api/videos/{first}/ai-edit/generate?wait=60", json=body))["job_id"]
        await gateway.ended(job)
        edl = (await gateway.client.get(f"/api/jobs/{job}/export?to=edl")).text
        assert [line[18:] for line in edl.splitlines() if line.startswith("* FROM CLIP NAME")] == [
            "Day.mp4", "Day.mp4", "Night.mp4", "Night.mp4",
        ]  # fmt: skip
        whole = (await gateway.client.get(f"/api/jobs/{job}/export", params={"to": "json"})).json()
        assert [s["name"] for s in whole["sources"].values()] == ["Day", "Night"]
        slices = await gateway.client.get(f"/api/jobs/{job}/export", params={"to": "fcpxml", "mode": "slices"})
        assert slices.text.count('enabled="0"') == 6
        unknown = await gateway.client.get("/api/jobs/01930000-0000-7000-8000-000000000000/export?to=edl")
        assert unknown.status_code == 404


MORE = """003  NIGHT    V     C        00:00:01;00 00:00:02;00 01:00:14;00 01:00:15;00
* FROM CLIP NAME: Night.mp4
004  GONE     V     C        00:00:01;00 00:00:02;00 01:00:15;00 01:00:16;00
* FROM CLIP NAME: gone.mp4
"""


async def test_a_sequence_of_several_films_is_linked_to_all_of_them(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as made:
        gateway = wired(made)
        first, second = [await gateway.ingest(title=name) for name in ("Day", "Night")]
        edl = EDL.format(name="day.mov") + MORE
        body = json_of(await send(gateway, first["project"]["id"], edl.encode()))
        found = [s.get("asset_id") for s in body["timeline"]["segments"]]
        assert found == [None, None, second["asset"]["id"]]
        assert [hint["name"] for hint in body["unlinked"]] == ["gone.mp4"]
        out = await gateway.client.get(f"/api/timeline/{first['project']['id']}/export?to=edl")
        assert out.text.count("Night.mp4") == 1 and out.text.count("Day.mp4") == 2


async def test_files_that_nobody_asks_for_any_more_are_removed(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    async with stage(infra) as made:
        gateway = wired(made)
        body = await gateway.ingest(wait=60)
        url = f"/api/timeline/{body['project']['id']}/export?to=otio"
        file = await gateway.client.get(url)
        assert file.status_code == 200
        assert (await send(gateway, body["project"]["id"], file.content)).status_code == 200
        passing = [row["key"] for row in await infra.pool.fetch("select key from perishables order by key")]
        assert [key.split("/")[0] for key in passing] == ["exports", "imports", "imports", "timelines"]
        await infra.pool.execute("update perishables set at = now() - interval '5 days'")
        assert (await gateway.client.get(url)).content == file.content
        assert await sweep(infra.pool, infra.blobs, "passing", 4 * 86400.0) == 3
        left = [key for key in passing if await infra.blobs.stat(key)]
        assert [key.split("/")[0] for key in left] == ["exports"]
        await infra.pool.execute("update perishables set at = now() - interval '5 days'")
        assert await sweep(infra.pool, infra.blobs, "passing", 4 * 86400.0) == 2
        assert await infra.blobs.stat(left[0]) is None
        assert (await gateway.client.get(url)).content == file.content


async def test_an_export_that_is_just_being_removed_is_written_under_another_key(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    async with stage(infra) as made:
        gateway = wired(made)
        url = f"/api/timeline/{(await gateway.ingest(wait=60))['project']['id']}/export?to=edl"
        file = await gateway.client.get(url)
        (key,) = [
            row["key"] for row in await infra.pool.fetch("select key from perishables where key like 'exports/%'")
        ]
        await infra.pool.execute("update perishables set going_since = now(), at = now() - interval '9 days'")
        again = await gateway.client.get(url)
        assert (again.status_code, again.content) == (200, file.content)
        kept = [row["key"] for row in await infra.pool.fetch("select key from perishables where going_since is null")]
        assert key not in kept and [k.split(".")[-1] for k in kept if k.startswith("exports/")] == ["edl"]
        await infra.blobs.delete(key)  # what the sweep had begun
        assert (await gateway.client.get(url)).content == file.content
