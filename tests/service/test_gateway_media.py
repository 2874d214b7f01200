"""Objects behind signed links."""

from __future__ import annotations

import time

import httpx

from services.gateway.domain.links import sign, sign_folder
from services.gateway.store.links import signing_secret
from tests.database import MakeInfra
from tests.service.editor_stage import Stage, json_of, stage
from tests.service.editor_workers import FILM


async def secret_of(gateway: Stage) -> bytes:
    async with gateway.infra.pool.acquire() as connection:
        return await signing_secret(connection)


async def test_a_film_comes_whole_and_in_parts(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        url = (await gateway.ingest(auto_analyze="false"))["asset"]["url"]
        whole = await gateway.client.get(url)
        assert (whole.status_code, whole.content) == (200, FILM)
        assert whole.headers["accept-ranges"] == "bytes"
        assert whole.headers["content-length"] == str(len(FILM))
        assert whole.headers["x-content-type-options"] == "nosniff"
        assert whole.headers["cache-control"].startswith("private")
        assert whole.headers["content-disposition"].startswith("inline")

        head = await gateway.client.head(url)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(FILM))

        size = len(FILM)
        for asked, first, last in (
            ("0-9", 0, 9),
            (f"{size - 5}-", size - 5, size - 1),
            ("-7", size - 7, size - 1),
            ("9-99999999", 9, size - 1),
        ):
            part = await gateway.client.get(url, headers={"Range": f"bytes={asked}"})
            assert (part.status_code, part.content) == (206, FILM[first : last + 1])
            assert part.headers["content-range"] == f"bytes {first}-{last}/{size}"
            assert part.headers["content-length"] == str(last - first + 1)
        none = await gateway.client.get(url, headers={"Range": f"bytes={size}-"})
        assert (none.status_code, none.headers["content-range"]) == (416, f"bytes */{size}")
        assert json_of(none)["code"] == "range_unsatisfiable"
        several = await gateway.client.get(url, headers={"Range": "bytes=0-1,4-5"})
        assert (several.status_code, several.content) == (200, FILM)


async def test_what_the_client_has_is_not_sent_again(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        url = (await gateway.ingest(auto_analyze="false"))["asset"]["url"]
        etag = (await gateway.client.head(url)).headers["etag"]
        same = await gateway.client.get(url, headers={"If-None-Match": f'"x", {etag}'})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
        assert (await gateway.client.get(url, headers={"If-None-Match": '"x"'})).status_code == 200
        good = {"Range": "bytes=0-3", "If-Range": etag}
        assert (await gateway.client.get(url, headers=good)).status_code == 206
        for other in ('"x"', "Sat, 01 Jan 2000 00:00:00 GMT"):
            assert (await gateway.client.get(url, headers={**good, "If-Range": other})).status_code == 200


async def test_only_signed_links_open_and_not_for_ever(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        asset = (await gateway.ingest(auto_analyze="false"))["asset"]
        secret, soon = await secret_of(gateway), int(time.time()) + 3600
        old = sign(asset["path"], int(time.time()) - 1, secret)
        for url, code in (
            (f"/media/{asset['path']}", "link_invalid"),
            (asset["url"].replace("exp=", "exp=9"), "link_invalid"),
            (asset["url"][:-1], "link_invalid"),
            (sign(asset["path"], soon, b"other"), "link_invalid"),
            ("/media/../../etc/passwd?exp=1&sig=x", "link_invalid"),
            ("/media/%2e%2e%2fetc?exp=1&sig=x", "link_invalid"),
            (old, "link_expired"),
        ):
            answer = await gateway.client.get(url)
            assert answer.status_code in (403, 404)
            assert answer.status_code == 404 or json_of(answer)["code"] == code
            assert FILM not in answer.content
        assert (await gateway.client.get(old)).status_code == 403
        assert (await gateway.client.get(sign("ingest/no/no.mp4", soon, secret))).status_code == 404


async def test_a_link_to_a_playlist_opens_its_folder_and_nothing_else(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        secret, soon = await secret_of(gateway), int(time.time()) + 3600
        for key, kind in (
            ("final/a/b/film.hls/master.m3u8", "application/vnd.apple.mpegurl"),
            ("final/a/b/film.hls/720p.mp4", "video/mp4"),
            ("final/a/b/film.hls/subtitles_0000.vtt", "text/vtt; charset=utf-8"),
            ("final/a/b/film.mp4", "video/mp4"),
            ("final/a/b/film.hls2/720p.mp4", "video/mp4"),
        ):
            await gateway.infra.blobs.put_bytes(key, b"0123456789", kind)
        url = sign_folder("final/a/b/film.hls/master.m3u8", soon, secret)
        first = await gateway.client.get(url)
        assert (first.status_code, first.headers["content-type"]) == (200, "application/vnd.apple.mpegurl")
        assert first.headers["content-disposition"].startswith("inline")
        base = httpx.URL(f"http://x{url}")
        part = await gateway.client.get(base.join("720p.mp4").raw_path.decode(), headers={"Range": "bytes=2-4"})
        assert (part.status_code, part.content) == (206, b"234")
        text = await gateway.client.get(base.join("subtitles_0000.vtt").raw_path.decode())
        assert text.headers["content-type"] == "text/vtt; charset=utf-8"
        exp, sig = url.split("/")[2:4]
        old = sign_folder("final/a/b/film.hls/master.m3u8", int(time.time()) - 1, secret)
        for wrong, code in (
            (f"/hls/{exp}/{sig}/final/a/b/film.mp4", "link_invalid"),
            (f"/hls/{exp}/{sig}/final/a/b/film.hls2/720p.mp4", "link_invalid"),
            (f"/hls/{exp}1/{sig}/final/a/b/film.hls/720p.mp4", "link_invalid"),
            (f"/hls/{exp}/{sig[:-1]}/final/a/b/film.hls/720p.mp4", "link_invalid"),
            (f"/hls/{exp}/{sig}/final/a/b/film.hls/..%2ffilm.mp4", "link_invalid"),
            (f"/media/final/a/b/film.hls/720p.mp4?exp={exp}&sig={sig}", "link_invalid"),
            (old, "link_expired"),
        ):
            refused = await gateway.client.get(wrong)
            assert (refused.status_code, json_of(refused)["code"]) == (403, code), wrong
        assert (await gateway.client.get(f"/hls/{exp}/{sig}/final/a/b/film.hls/none.mp4")).status_code == 404


async def test_what_is_no_media_comes_as_an_attachment(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        secret, soon = await secret_of(gateway), int(time.time()) + 3600
        for key, content_type, shown in (
            ("consent/a/page.html", "text/html", "attachment"),
            ("consent/a/drawing.svg", "image/svg+xml", "attachment"),
            ("consent/a/paper.pdf", "application/pdf", "attachment"),
            ("thumbnails/a.jpg", "image/jpeg", "inline"),
            ("final/a/empty.mp4", "video/mp4", "inline"),
        ):
            data = b"" if "empty" in key else b"<script>alert(1)</script>"
            await gateway.infra.blobs.put_bytes(key, data, content_type)
            answer = await gateway.client.get(sign(key, soon, secret))
            assert (answer.status_code, answer.content) == (200, data)
            assert answer.headers["content-disposition"].startswith(shown)
            assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_all_replicas_sign_with_the_same_secret(make_infra: MakeInfra) -> None:
    async with stage(await make_infra("gateway")) as gateway:
        first = await secret_of(gateway)
        assert len(first) == 32
        assert await secret_of(gateway) == first
