"""Who may ask: keys, strangers, other sites' pages, and a gateway that would ask nobody."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from services.gateway.app import MIGRATIONS, build
from services.gateway.handlers.keys import create_key
from services.gateway.settings import GatewaySettings
from services.gateway.store import accounts
from shared.contracts.ids import new_id
from shared.errors import BadRequest
from tests.database import MakeInfra
from tests.service.gateway_studio import FAILED, Studio, problem_of, studio


async def key_of(gateway: Studio, name: str, tier: str = "free") -> str:
    async with gateway.infra.pool.acquire() as connection:
        return await accounts.create_key(connection, name, tier)  # type: ignore[arg-type]


async def test_nobody_comes_in_without_a_key_that_is_known(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway"), auth="keys") as gateway:
        key = await key_of(gateway, "ann")
        for headers in (
            {},
            {"Authorization": "Bearer"},
            {"Authorization": f"Basic {key}"},
            {"Authorization": f"Bearer {key}x"},
            {"Authorization": "Bearer " + "x" * 5000},
            {"X-API-Key": b"\xd0\xba\xff"},
        ):
            response = await gateway.client.get("/api/jobs", headers=headers)  # type: ignore[arg-type]
            problem_of(response, 401, "unauthorized")
            assert response.headers["www-authenticate"] == "Bearer"
        for headers in ({"Authorization": f"Bearer {key}"}, {"Authorization": f"bearer {key}"}, {"X-API-Key": key}):
            assert (await gateway.client.get("/api/jobs", headers=headers)).status_code == 200


async def test_health_and_documentation_need_no_key(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway"), auth="keys") as gateway:
        for path in ("/", "/api/healthz", "/docs", "/openapi.json", "/asyncapi", "/asyncapi.json"):
            assert (await gateway.client.get(path)).status_code == 200
        problem_of(await gateway.client.get("/api/nothing"), 401, "unauthorized")


async def test_one_account_never_sees_anothers_jobs(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway"), auth="keys") as gateway:
        ann, bob = await key_of(gateway, "ann"), await key_of(gateway, "bob")
        async with gateway.infra.pool.acquire() as connection:
            account = await accounts.by_key(connection, ann)
        assert account is not None
        job = await gateway.start(account=account.id)
        mine, theirs = {"X-API-Key": ann}, {"X-API-Key": bob}
        for path in (f"/api/jobs/{job.id}", f"/api/jobs/{job.id}/events"):
            problem_of(await gateway.client.get(path, headers=theirs), 404, "not_found")
        for path in (f"/api/jobs/{job.id}/cancel", f"/api/jobs/{job.id}/retry"):
            problem_of(await gateway.client.post(path, headers=theirs), 404, "not_found")
        assert (await gateway.client.get("/api/jobs", headers=theirs)).json()["items"] == []
        assert len((await gateway.client.get("/api/jobs", headers=mine)).json()["items"]) == 1
        assert (await gateway.client.get(f"/api/jobs/{job.id}", headers=mine)).status_code == 200


async def test_a_socket_needs_a_key_too(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway"), auth="keys") as gateway:
        url = gateway.url.replace("http", "ws") + f"/api/ws/jobs/{new_id()}"
        for headers, status in (({}, 401), ({"X-API-Key": await key_of(gateway, "ann")}, 404)):
            with pytest.raises(InvalidStatus) as refused:
                await connect(url, additional_headers=headers)
            assert refused.value.response.status_code == status


async def test_a_tier_gives_its_jobs_their_priority(make_infra: MakeInfra) -> None:
    async with studio(await make_infra("gateway"), auth="keys") as gateway:
        seen = []
        for tier in ("free", "pro", "enterprise"):
            headers = {"X-API-Key": await key_of(gateway, tier, tier)}
            files = {"file": ("film.mp4", b"\x00\x00\x00\x18ftypisom" + b"x" * 5000)}
            uploading = asyncio.create_task(gateway.client.post("/api/ingest", files=files, headers=headers))
            order = await gateway.ordered("ProbeMedia")
            seen.append(order.priority)
            await gateway.reply(order, FAILED)
            await uploading
        assert seen == sorted(set(seen))


async def test_a_key_made_again_changes_the_tier_and_not_the_account(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    first = await create_key(infra.database_url, MIGRATIONS, "ann", "free")
    second = await create_key(infra.database_url, MIGRATIONS, "ann", "pro")
    async with infra.pool.acquire() as connection:
        one, two = await accounts.by_key(connection, first), await accounts.by_key(connection, second)
        kept = await connection.fetch("select sha256 from api_keys")
    assert one is not None
    assert one == two
    assert one.tier == "pro"
    assert first.encode() not in [row["sha256"] for row in kept]


async def test_the_command_prints_a_key_that_works(make_infra: MakeInfra) -> None:
    infra = await make_infra("gateway")
    environment = {**os.environ, "CUTROOM_DATABASE_URL": infra.database_url}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.gateway", "keys", "create", "--account", "ann", "--tier", "pro",
        env=environment, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    assert process.returncode == 0
    async with studio(infra, auth="keys") as gateway:
        headers = {"X-API-Key": out.decode().strip()}
        assert (await gateway.client.get("/api/jobs", headers=headers)).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "studio.example"])
async def test_a_gateway_that_asks_nobody_does_not_listen_beyond_this_machine(make_infra: MakeInfra, host: str) -> None:
    infra = await make_infra("gateway")
    with pytest.raises(BadRequest) as refused:
        build(GatewaySettings.model_validate({"host": host}), infra)
    assert refused.value.code == "auth_required"
    build(GatewaySettings.model_validate({"host": host, "auth": "keys"}), infra)


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Host": "rebound.example"}, False),
        ({"Host": "127.0.0.1.example"}, False),
        ({"Host": "[::1"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://localhost:3000"}, True),
        ({"Host": "localhost"}, True),
        ({"Host": "[::1]:80"}, True),
        ({}, True),
    ],
)
async def test_without_keys_other_sites_pages_get_nothing(
    make_infra: MakeInfra, headers: dict[str, str], allowed: bool
) -> None:
    async with studio(await make_infra("gateway")) as gateway:
        response = await gateway.client.get("/api/jobs", headers=headers)
        if allowed:
            assert response.status_code == 200
        else:
            problem_of(response, 403, "origin_forbidden")


async def test_sites_are_let_in_only_by_setting(make_infra: MakeInfra) -> None:
    site = {"Origin": "https://app.example"}
    asked = {**site, "Access-Control-Request-Method": "POST"}
    async with studio(await make_infra("gateway"), cors_origins="https://app.example, https://b.example") as gateway:
        allowed = await gateway.client.options("/api/jobs", headers=asked)
        assert allowed.headers["access-control-allow-origin"] == "https://app.example"
        got = await gateway.client.get("/api/jobs", headers=site)
        assert (got.status_code, got.headers["access-control-allow-origin"]) == (200, "https://app.example")
        refused = await gateway.client.get("/api/jobs", headers={"Origin": "https://evil.example"})
        assert refused.status_code == 403
    async with studio(await make_infra("gateway"), auth="keys") as gateway:
        got = await gateway.client.options("/api/jobs", headers=asked)
        assert "access-control-allow-origin" not in got.headers
