"""Errors of every kind are problem documents; the documentation tells all of it."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.blobs import FolderBlobs
from shared.contracts import topics
from shared.contracts.commands import COMMANDS
from shared.contracts.events import EVENTS
from shared.contracts.ids import new_id
from tests.database import MakeInfra
from tests.patience import LONG, until_told
from tests.service.gateway_studio import Studio, problem_of, studio

JSON = {"Content-Type": "application/json"}


async def test_unknown_routes_and_methods_are_problems(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        problem_of(await gateway.client.get("/nothing"), 404, "not_found")
        problem_of(await gateway.client.get("/api/nothing/at/all"), 404, "not_found")
        wrong = await gateway.client.delete("/api/jobs")
        problem_of(wrong, 405, "method_not_allowed")
        assert wrong.headers["allow"] == "GET"


async def test_what_is_wrong_is_said_in_the_words_of_json(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        url = f"/api/assets/{new_id()}/analyze"
        for body, said in (
            ({"parts": "beats"}, "parts: Input should be a valid list"),
            ({"parts": ["beats"] * 9}, "parts: A list has at most"),
            ({"colour": 1}, "colour: There is no member of this name"),
            ([], "a valid object"),
        ):
            problem = problem_of(await gateway.client.post(url, json=body), 422, "validation_failed")
            assert said in problem["detail"] and "tuple" not in problem["detail"].lower()


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b'{"accepted": nope}', b"[" * 100_000])
async def test_what_is_no_json_is_a_problem(make_infra: MakeInfra, body: bytes) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        url = f"/api/consent/{new_id()}/checkbox"
        response = await gateway.client.post(url, content=body, headers=JSON)
        assert response.status_code == 422, response.text
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["code"] == ("validation_failed" if body == b"" else "json_invalid")


async def test_a_wrong_field_is_named_by_its_path(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        url = f"/api/consent/{new_id()}/checkbox"
        body = problem_of(await gateway.client.post(url, json={"accepted": "maybe"}), 422, "validation_failed")
        (error,) = body["errors"]
        assert error["field"] == "accepted"
        assert error["code"]
        assert error["message"]


async def test_what_is_sent_as_something_else_than_json_is_415(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        url, headers = f"/api/consent/{new_id()}/checkbox", {"Content-Type": "text/plain"}
        response = await gateway.client.post(url, content=b'{"accepted": true}', headers=headers)
        problem_of(response, 415, "media_type_unsupported")


async def test_a_body_over_the_limit_is_413_announced_or_not(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway"), max_body_bytes=1000) as gateway:
        url = f"/api/consent/{new_id()}/checkbox"

        async def chunks() -> Any:
            for _ in range(11):
                yield b" " * 100

        announced = await gateway.client.post(url, content=b" " * 1001, headers=JSON)
        problem_of(announced, 413, "body_too_large")
        problem_of(await gateway.client.post(url, content=chunks(), headers=JSON), 413, "body_too_large")


async def test_a_failure_inside_is_told_without_its_text(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        async with gateway.infra.pool.acquire() as connection:
            await connection.execute("alter table jobs rename to mislaid")
        body = problem_of(await gateway.client.get("/api/jobs"), 500, "internal_error")
        assert "mislaid" not in json.dumps(body)
        assert "jobs" not in body["detail"]
        async with gateway.infra.pool.acquire() as connection:
            await connection.execute("alter table mislaid rename to jobs")


async def test_an_upload_that_is_broken_off_is_no_failure(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        with capture_logs() as lines:
            host, port = gateway.url.removeprefix("http://").split(":")
            _, writer = await asyncio.open_connection(host, int(port))
            head = "POST /api/ingest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
            begun = partial(gateway.infra.pool.fetchval, "select count(*) > 0 from perishables")
            part = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
            film = b"\x00\x00\x00\x18ftypisom" + b"x" * 5000
            writer.write(f"{head}Content-Type: multipart/form-data; boundary=b\r\n\r\n{part}".encode() + film)
            await writer.drain()
            await until_told(begun)
            writer.close()
            async with asyncio.timeout(LONG):
                while not (told := [line for line in lines if line.get("path") == "/api/ingest"]):
                    await asyncio.sleep(0.02)
        assert {line["event"] for line in told} <= {"request.abandoned", "request"}
        assert {line["log_level"] for line in told} == {"info"}
        assert (await gateway.client.get("/api/jobs")).json()["items"] == []


async def test_health_names_the_part_that_is_away(make_infra: MakeInfra, monkeypatch: pytest.MonkeyPatch) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        well = await gateway.client.get("/api/healthz")
        assert well.status_code == 200
        parts = dict.fromkeys(("bus", "redis", "database", "media"), True)
        assert well.json() == {"status": "ok", **parts, "timestamp": well.json()["timestamp"]}
        blobs = gateway.infra.blobs
        assert isinstance(blobs, FolderBlobs)
        hidden = gateway.infra.settings.blobs_root
        hidden.rename(hidden.with_name("elsewhere"))
        hidden.write_bytes(b"not a folder")
        ill = await gateway.client.get("/api/healthz")
        assert ill.status_code == 503
        assert ill.json() == {"status": "unavailable", **parts, "media": False, "timestamp": ill.json()["timestamp"]}


async def document(gateway: Studio) -> dict[str, Any]:
    response = await gateway.client.get("/openapi.json")
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


async def test_every_route_is_documented(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        described = await document(gateway)
        known = {tag["name"] for tag in described["tags"]}
        operations = [
            (f"{method} {path}", op) for path, item in described["paths"].items() for method, op in item.items()
        ]
        ids = [op["operationId"] for _, op in operations]
        assert len(ids) == len(set(ids))
        for name, op in operations:
            assert op.get("summary"), name
            assert op.get("description"), name
            assert set(op.get("tags", ())) <= known, name
            assert op.get("tags"), name
            for status, response in op["responses"].items():
                kinds = set(response.get("content", {}))
                if int(status) >= 400 and not (name.endswith("healthz") and status == "503"):
                    assert kinds == {"application/problem+json"}, f"{name} {status}"
            if "{" in name:
                assert "404" in op["responses"], name
        assert "HTTPValidationError" not in json.dumps(described)


def references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [r for child in node.values() for r in references(child)]
    return [r for child in node for r in references(child)] if isinstance(node, list) else []


def resolved(described: dict[str, Any], reference: str) -> object:
    found: Any = described
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


async def test_no_reference_of_the_documentation_dangles(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        for path in ("/openapi.json", "/asyncapi.json"):
            described = (await gateway.client.get(path)).json()
            found = references(described)
            assert found
            for reference in found:
                assert resolved(described, reference) is not None


async def test_all_topics_and_messages_are_described(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        described = (await gateway.client.get("/asyncapi.json")).json()
        assert set(described["channels"]) == {*topics.DURABLE, *topics.LOSSY}
        messages = set(described["components"]["messages"])
        assert {f"cutroom.command.{name}" for name in COMMANDS} <= messages
        assert {f"cutroom.event.{name}" for name in EVENTS} <= messages
        page = (await gateway.client.get("/asyncapi")).text
        assert all(topic in page for topic in described["channels"])
        assert "http" not in page.replace("http://127.0.0.1", "")


async def test_the_bus_carries_what_is_described(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        described = (await gateway.client.get("/asyncapi.json")).json()
        job = await gateway.completed()
        for event in await gateway.log(job):
            message = described["components"]["messages"][event["type"]]
            schema = resolved(described, message["payload"]["allOf"][1]["properties"]["data"]["$ref"])
            assert isinstance(schema, dict)
            assert set(event["data"]) == set(schema["properties"])
