"""Tools and what is shown of an asset: over HTTP, with workers that are played."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.contracts.blob import BlobRef
from shared.contracts.commands import AnalyzeMedia, Command, GrabFrame
from shared.contracts.events import Event, FrameGrabbed, MediaAnalyzed
from shared.contracts.hearing import Curve, Waveform
from shared.contracts.media import Analysis, SpriteSheet, Still
from shared.infra import Infra
from tests.database import MakeInfra
from tests.service.editor_stage import Stage, json_of, stage
from tests.service.editor_workers import analyze, failing, silent
from tests.service.gateway_studio import problem_of

PEAKS = [(-100 * n, 200 * n) for n in range(100)]


async def grab(infra: Infra, command: Command) -> Event:
    """A picture of the frame at or before the time."""
    assert isinstance(command, GrabFrame)
    picture = await infra.blobs.put_bytes("thumbnails/frame.jpg", b"\xff\xd8\xff frame", "image/jpeg")
    return FrameGrabbed(asset_id=command.asset_id, picture=picture, time=command.time, width=320, height=180)


async def full(infra: Infra, command: Command) -> Event:
    """The usual analysis, with sprites, stills, energy and a waveform of 2 s at 50 peaks a second."""
    assert isinstance(command, AnalyzeMedia)
    fact = await analyze(infra, command)
    assert isinstance(fact, MediaAnalyzed)
    document = Analysis.model_validate_json(await infra.blobs.get_bytes(fact.analysis))
    peaks = b"".join(struct.pack("<hh", *pair) for pair in PEAKS)
    sheet = await infra.blobs.put_bytes("thumbnails/sheet.jpg", b"\xff\xd8\xff sheet", "image/jpeg")
    waveform = Waveform(
        peaks=await infra.blobs.put_bytes("thumbnails/peaks.bin", peaks, "application/octet-stream"),
        picture=await infra.blobs.put_bytes("thumbnails/wave.png", b"\x89PNG\r\n\x1a\n", "image/png"),
        rate=50,
        count=100,
    )
    more = {
        "parts": command.parts or document.parts,
        "sprites": SpriteSheet(image=sheet, columns=2, rows=2, tile_width=160, tile_height=90, interval=2.5, count=4),
        "stills": (
            Still(time=3.0, score=0.4, sharpness=1, exposure=1),
            Still(time=7.5, score=0.9, sharpness=1, exposure=1),
        ),
        "energy": Curve(step=0.1, values=tuple(-60.0 + (55 if n % 30 == 7 else 0) for n in range(100))),
        "waveform": waveform,
    }
    said = document.transcript.model_copy(update={"language": command.language})
    body = document.model_copy(update={**more, "transcript": said}).model_dump_json().encode()
    key = f"analyses/full-{command.asset_id}-{hashlib.sha256(body).hexdigest()[:16]}.json"
    ref = await infra.blobs.put_bytes(key, body, "application/json")
    return fact.model_copy(update={"analysis": ref, "parts": more["parts"]})


@pytest.fixture
async def gateway(make_infra: MakeInfra) -> AsyncIterator[Stage]:
    """A gateway whose analyzer has everything."""
    async with stage(await make_infra("gateway")) as running:
        running.plays |= {"AnalyzeMedia": full, "GrabFrame": grab}
        yield running


async def use(gateway: Stage, tool: str, wait: float | None = None, **args: object) -> httpx.Response:
    """Use a tool."""
    query = {} if wait is None else {"wait": wait}
    return await gateway.client.post("/api/tools", json={"tool": tool, "args": args}, params=query)


async def result_of(gateway: Stage, tool: str, **args: object) -> dict[str, Any]:
    """The result of a tool, which must succeed."""
    response = await use(gateway, tool, **args)
    assert response.status_code == 200, response.text
    body = json_of(response)
    assert body["tool"] == tool
    result: dict[str, Any] = body["result"]
    return result


def ordered(gateway: Stage) -> list[tuple[str, ...]]:
    """The parts of every analysis that was ordered."""
    return [command.parts for command in gateway.seen if isinstance(command, AnalyzeMedia)]


async def test_tools_measure_only_what_they_need(gateway: Stage) -> None:
    asset = (await gateway.ingest(auto_analyze="false"))["asset"]
    said = await result_of(gateway, "transcribe", asset_id=asset["id"])
    assert (said["text"], said["status"], said["language"]) == ("hello world", "completed", None)
    assert said["segments"] == [
        {"text": "hello world", "start": 1.0, "end": 2.0, "words": [
            {"text": "hello", "start": 1.0, "end": 1.5}, {"text": "world", "start": 1.5, "end": 2.0}]}
    ]  # fmt: skip
    found = await result_of(gateway, "beats", path=asset["path"])
    assert (found["beats"], found["tempo"], found["confidence"]) == ([0.5, 1.0, 6.0, 6.5], 120.0, 0.9)
    assert [peak["time"] for peak in found["energy_peaks"]] == [0.7, 3.7, 6.7, 9.7]
    assert {peak["energy"] for peak in found["energy_peaks"]} == {1.0}
    picture = await result_of(gateway, "thumbnail", path=asset["url"])
    assert (picture["time"], picture["width"], picture["height"]) == (7.5, 320, 180), "the best still"
    assert (await gateway.client.get(picture["url"])).content == b"\xff\xd8\xff frame"
    assert ordered(gateway) == [("speech",), ("sound", "beats"), ("pictures", "faces")]
    shown = json_of(await gateway.client.get("/api/jobs", params={"kind": "tool"}))["items"]
    assert [job["status"] for job in shown] == ["completed"] * 4 and shown[0]["result"]["time"] == 7.5
    known = json_of(await gateway.client.get(f"/api/assets/{asset['id']}/analysis"))
    assert known["missing"] == [] and known["stills"] and known["transcript"]["status"] == "completed"


async def test_what_is_known_is_not_measured_again(gateway: Stage) -> None:
    asset = (await gateway.ingest())["asset"]
    before = ordered(gateway)
    await result_of(gateway, "transcribe", asset_id=asset["id"])
    await result_of(gateway, "beats", asset_id=asset["id"])
    at = await result_of(gateway, "thumbnail", asset_id=asset["id"], time=1.25)
    assert at["time"] == 1.25 and ordered(gateway) == before


async def test_captions_become_a_subtitle_file_that_nothing_breaks(gateway: Stage) -> None:
    lines = [{"text": "One --> two\n\nthree", "start": 1.0, "end": 2.5}]
    srt = (await result_of(gateway, "caption_srt", captions=lines))["srt"]
    assert srt.startswith("1\n00:00:01,000 --> 00:00:02,500\n")
    assert srt.count("-->") == 1 and "\n\n" not in srt.strip() and "three" in srt
    wrong = await use(gateway, "caption_srt", captions=[{"text": "x", "start": 2.0, "end": 1.0}])
    assert problem_of(wrong, 422, "value_invalid")["errors"][0]["field"] == "args.captions[0].end"


async def test_only_media_of_the_caller_are_opened(gateway: Stage) -> None:
    asset = (await gateway.ingest(auto_analyze="false"))["asset"]
    other = {"asset_id": "01930d3c-7a6b-7c3e-9f6e-5d9b0f1c2a3b"}
    paths = ("/etc/passwd", "https://example.org/a.mp4", "file:///a", "ingest/../a", "thumbnails/x.jpg", "", "/media/")
    for args in (
        other,
        {"asset_id": "x"},
        *({"path": path} for path in paths),
        {},
        {"asset_id": asset["id"], "path": "a"},
    ):
        for tool in ("transcribe", "beats", "thumbnail"):
            problem_of(await use(gateway, tool, **args), 422, "media_reference_invalid")
    assert ordered(gateway) == []


async def test_wrong_orders_are_named(gateway: Stage) -> None:
    assert "transcribe" in problem_of(await use(gateway, "dance"), 422, "tool_unknown")["detail"]
    for args in (
        {"asset_id": 5},
        {"asset_id": "x", "more": 1},
        {"asset_id": "x", "time": -1},
        {"asset_id": "x", "time": "a"},
    ):
        problem = problem_of(await use(gateway, "thumbnail", **args), 422, "validation_failed")
        assert problem["errors"][0]["field"].startswith("args.")
    for body in ({}, {"tool": "beats", "args": []}, {"tool": "beats", "else": 1}):
        problem_of(await gateway.client.post("/api/tools", json=body), 422, "validation_failed")


async def test_a_wait_that_is_over_leaves_the_job_at_work(gateway: Stage) -> None:
    asset = (await gateway.ingest(auto_analyze="false"))["asset"]
    gateway.plays["AnalyzeMedia"] = silent
    response = await use(gateway, "beats", wait=0.1, asset_id=asset["id"])
    body = json_of(response)
    assert response.status_code == 202 and body["status_url"] == f"/api/jobs/{body['job_id']}"
    assert json_of(await gateway.client.get(body["status_url"]))["kind"] == "tool"


async def test_a_failure_is_told_as_the_job_has_it(gateway: Stage) -> None:
    asset = (await gateway.ingest(auto_analyze="false"))["asset"]
    gateway.plays["GrabFrame"] = failing("time_outside")
    assert problem_of(await use(gateway, "thumbnail", asset_id=asset["id"], time=99), 422, "time_outside")["job_id"]
    gateway.plays["AnalyzeMedia"] = failing("decoder_broken")
    problem_of(await use(gateway, "beats", asset_id=asset["id"]), 503, "decoder_broken")


async def test_an_asset_is_analysed_as_far_as_is_wanted(gateway: Stage) -> None:
    asset = (await gateway.ingest(auto_analyze="false"))["asset"]["id"]
    url = f"/api/assets/{asset}"
    refused = problem_of(await gateway.client.get(f"{url}/analysis"), 409, "analysis_not_ready")
    assert len(refused["missing"]) == 5
    some = await gateway.client.post(f"{url}/analyze", json={"parts": ["beats"]})
    assert some.status_code == 200 and Analysis.model_validate_json(some.content).parts == ("beats",)
    known = json_of(await gateway.client.get(f"{url}/analysis"))
    assert known["parts"] == ["beats"] and known["missing"] == ["pictures", "faces", "sound", "speech"]
    assert known["beats"]["tempo"] == 120.0 and known["shots"] == [] and known["waveform"] is None
    whole = await gateway.client.post(f"{url}/analyze")
    assert len(Analysis.model_validate_json(whole.content).parts) == 5
    assert (await gateway.client.get(f"{url}/analysis")).content == whole.content
    problem_of(await gateway.client.post(f"{url}/analyze", json={"parts": ["smell"]}), 422, "validation_failed")
    problem_of(await gateway.client.post("/api/assets/x/analyze"), 404, "not_found")
    gateway.plays["AnalyzeMedia"] = silent
    late = await gateway.client.post(f"{url}/analyze", params={"wait": 0})
    assert late.status_code == 202 and json_of(late)["status_url"] == late.headers["location"]


async def test_an_asset_shows_its_waveform(gateway: Stage) -> None:
    url = f"/api/assets/{(await gateway.ingest())['asset']['id']}/waveform"
    whole = json_of(await gateway.client.get(url))
    assert whole["points"] == 100 and (whole["start"], whole["end"]) == (0.0, 2.0)
    assert whole["peaks"][50] == pytest.approx([-5000 / 32767, 10000 / 32767], abs=1e-4)
    few = json_of(await gateway.client.get(url, params={"points": 10, "start": 0.5, "end": 1.0}))
    assert few["points"] == 10 and few["peaks"][-1][1] == pytest.approx(49 * 200 / 32767, abs=1e-4)
    picture = await gateway.client.get(url, params={"format": "png"})
    assert picture.headers["content-type"] == "image/png" and picture.content.startswith(b"\x89PNG")
    assert (await gateway.client.get(whole["picture_url"])).content == picture.content
    for query in ({"points": 0}, {"points": 1_000_000}, {"format": "gif"}, {"start": "nan"}):
        problem_of(await gateway.client.get(url, params=query), 422, "validation_failed")
    problem_of(await gateway.client.get(url, params={"start": 1, "end": 1}), 422, "value_invalid")
    problem_of(await gateway.client.get(url, params={"start": 50}), 422, "value_invalid")


async def test_an_asset_shows_its_sprites_as_a_storyboard(gateway: Stage) -> None:
    response = await gateway.client.get(f"/api/assets/{(await gateway.ingest())['asset']['id']}/sprites")
    assert response.headers["content-type"].startswith("text/vtt")
    cues = response.text.strip().split("\n\n")
    assert cues[0] == "WEBVTT" and len(cues) == 5
    assert cues[1].startswith("00:00:00.000 --> 00:00:02.500\n/media/thumbnails/sheet.jpg?")
    assert cues[4].startswith("00:00:07.500 --> 00:00:10.000\n") and cues[4].endswith("#xywh=160,90,160,90")
    link = cues[4].splitlines()[1].partition("#")[0]
    assert (await gateway.client.get(link)).content == b"\xff\xd8\xff sheet"


@pytest.mark.parametrize(
    ("form", "kind", "begins"),
    [
        ("srt", "application/x-subrip", "1\n00:00:01,000 --> 00:00:02,000\nhello world"),
        ("vtt", "text/vtt", "WEBVTT"),
        ("ass", "text/x-ssa", "[Script Info]"),
        ("txt", "text/plain", "hello world"),
        ("json", "application/json", "{"),
    ],
)
async def test_an_asset_shows_its_transcript(gateway: Stage, form: str, kind: str, begins: str) -> None:
    url = f"/api/assets/{(await gateway.ingest())['asset']['id']}/transcript"
    response = await gateway.client.get(url, params={"format": form})
    assert response.headers["content-type"].startswith(kind) and response.text.startswith(begins)
    problem_of(await gateway.client.get(url, params={"format": "docx"}), 422, "format_unknown")


async def test_what_there_is_not_is_named(gateway: Stage) -> None:
    asset = (await gateway.ingest(auto_analyze="false"))["asset"]
    for what in ("waveform", "sprites", "transcript"):
        problem_of(await gateway.client.get(f"/api/assets/{asset['id']}/{what}"), 409, "analysis_not_ready")
        problem_of(await gateway.client.get(f"/api/assets/x/{what}"), 404, "not_found")
    gateway.plays["AnalyzeMedia"] = mute
    other = (await gateway.ingest())["asset"]["id"]
    codes = {"waveform": "sound_missing", "sprites": "pictures_missing", "transcript": "transcript_unavailable"}
    for what, code in codes.items():
        problem_of(await gateway.client.get(f"/api/assets/{other}/{what}"), 409, code)


async def mute(infra: Infra, command: Command) -> Event:
    """An analysis that has no sound, no pictures and no words."""
    assert isinstance(command, AnalyzeMedia)
    fact = await analyze(infra, command)
    assert isinstance(fact, MediaAnalyzed)
    document = Analysis.model_validate_json(await infra.blobs.get_bytes(fact.analysis))
    said = document.transcript.model_copy(update={"status": "unavailable", "captions": (), "reason": "No model."})
    body = document.model_copy(update={"transcript": said}).model_dump_json().encode()
    ref: BlobRef = await infra.blobs.put_bytes(f"analyses/mute-{command.asset_id}.json", body, "application/json")
    return fact.model_copy(update={"analysis": ref})
