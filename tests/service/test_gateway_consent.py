"""Consent: asked for before every render, given, withdrawn, and logged."""

from __future__ import annotations

import hashlib

from shared.contracts.ids import new_id
from tests.database import MakeInfra
from tests.service.editor_stage import json_of, stage
from tests.service.editor_workers import silent

PDF = b"%PDF-1.7\n" + bytes(600)


async def test_consent_is_given_withdrawn_and_logged(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        asset = (await gateway.ingest(auto_analyze="false"))["asset"]["id"]
        url = f"/api/consent/{asset}"
        nothing = {"asset_id": asset, "has_checkbox": False, "document_url": None, "updated_at": None}
        assert json_of(await gateway.client.get(url)) == nothing
        given = json_of(await gateway.client.post(f"{url}/checkbox", json={"accepted": True}))
        assert given["has_checkbox"] is True
        assert given["updated_at"].endswith("Z")
        documented = json_of(await gateway.client.post(f"{url}/upload", files={"file": ("signed.exe", PDF)}))
        assert (documented["has_checkbox"], documented["document_url"].startswith("/media/consent/")) == (True, True)
        document = await gateway.client.get(documented["document_url"])
        assert (document.content, document.headers["content-type"]) == (PDF, "application/pdf")
        assert document.headers["content-disposition"].startswith("attachment")
        withdrawn = json_of(await gateway.client.post(f"{url}/checkbox", json={"accepted": False}))
        assert (withdrawn["has_checkbox"], withdrawn["document_url"] is None) == (False, False)

        log = json_of(await gateway.client.get(f"{url}/log?limit=2"))
        assert [(i["action"], i["account"]) for i in log["items"]] == [
            ("withdrawn", "local"),
            ("document_uploaded", "local"),
        ]
        assert log["items"][1]["document_sha256"] == hashlib.sha256(PDF).hexdigest()
        rest = json_of(await gateway.client.get(f"{url}/log?limit=2&cursor={log['next_cursor']}"))
        assert [i["action"] for i in rest["items"]] == ["accepted"]
        assert rest["next_cursor"] is None
        assert json_of(await gateway.client.get("/api/projects/" + asset))["code"] == "not_found"


async def test_a_document_alone_is_no_consent(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        body = await gateway.ingest()
        await gateway.client.post(f"/api/consent/{body['asset']['id']}/upload", files={"file": ("a.pdf", PDF)})
        refused = await gateway.client.post(f"/api/render/{body['project']['id']}")
        assert refused.status_code == 409


async def test_other_documents_are_refused_and_leave_nothing(make_infra: MakeInfra) -> None:
    wrong = (
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "document_unsupported"),
        (b"PK\x03\x04" + bytes(2000), 415, "document_unsupported"),
        (b"", 422, "missing"),
        (PDF + bytes(20_000), 413, "media_too_large"),
    )
    async with stage(await make_infra("gateway"), max_document_bytes=10_000) as gateway:
        asset = (await gateway.ingest(auto_analyze="false"))["asset"]["id"]
        before = gateway.files()
        for data, status, code in wrong:
            refused = await gateway.client.post(f"/api/consent/{asset}/upload", files={"file": ("a.pdf", data)})
            assert (refused.status_code, json_of(refused)["code"]) == (status, code)
            assert gateway.files() == before
        assert json_of(await gateway.client.get(f"/api/consent/{asset}/log"))["items"] == []


async def test_what_is_no_answer_and_no_asset_is_refused(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        asset = (await gateway.ingest(auto_analyze="false"))["asset"]["id"]
        for body in ({}, {"accepted": "yes"}, {"accepted": 1}, {"accepted": True, "by": "x"}, []):
            assert (await gateway.client.post(f"/api/consent/{asset}/checkbox", json=body)).status_code == 422
        for unknown in (new_id(), "nonsense"):
            assert (await gateway.client.get(f"/api/consent/{unknown}")).status_code == 404
            assert (await gateway.client.get(f"/api/consent/{unknown}/log")).status_code == 404
            answer = await gateway.client.post(f"/api/consent/{unknown}/checkbox", json={"accepted": True})
            assert answer.status_code == 404
            answer = await gateway.client.post(f"/api/consent/{unknown}/upload", files={"file": ("a.pdf", PDF)})
            assert answer.status_code == 404


async def test_a_consent_that_is_withdrawn_stops_the_renders(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        gateway.plays["RenderTimeline"] = silent
        body = await gateway.ingest()
        asset, project = body["asset"]["id"], body["project"]["id"]
        await gateway.client.post(f"/api/consent/{asset}/checkbox", json={"accepted": True})
        order = json_of(await gateway.client.post(f"/api/render/{project}"))
        assert json_of(await gateway.client.get(f"/api/timeline/{project}"))["status"] == "rendering"
        await gateway.client.post(f"/api/consent/{asset}/checkbox", json={"accepted": False})
        status = json_of(await gateway.client.get(order["status_url"]))
        assert (status["status"], status["error_code"]) == ("failed", "consent_required")
        assert json_of(await gateway.client.get(f"/api/timeline/{project}"))["status"] == "analyzed"
        again = await gateway.client.post(f"/api/jobs/{order['job_id']}/retry")
        assert (again.status_code, json_of(again)["code"]) == (409, "consent_required")
