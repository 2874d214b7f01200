"""``/media/<key>`` and ``/hls/...``: objects by signed links, whole or in part, for players and browsers."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from services.gateway.api.context import Gateway, Parts
from services.gateway.api.problems import PROBLEMS
from services.gateway.domain import links
from services.gateway.domain.ranges import Part, Unsatisfiable, matches, part_of, range_holds
from services.gateway.domain.refusal import Refusal, not_found
from shared.contracts.blob import BlobRef, checked_key

router = APIRouter(tags=["media"])
SHOWN = ("video/", "audio/", "image/png", "image/jpeg", "image/webp", "image/gif", "application/vnd.apple", "text/vtt")
LONGEST_CACHE = 3600
UNCHANGED: dict[str, Any] = {"description": "What the client has is still good."}
BYTES: dict[str, Any] = {
    "description": "The bytes.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@router.head("/media/{key:path}", include_in_schema=False)
@router.get(
    "/media/{key:path}",
    summary="Fetch an object by its signed link",
    responses={200: BYTES, 206: BYTES, 304: UNCHANGED, **PROBLEMS(403, 404, 416)},
    response_class=Response,
)
async def media(key: str, request: Request, gateway: Parts, exp: str | None = None, sig: str | None = None) -> Response:
    """Answer with the object's bytes, or the asked range of them (206).

    Needs no key: the link is the permission. 403 ``link_invalid`` or ``link_expired``; 416 for a range outside of it.
    """
    with _permission():
        links.verify(checked_key(key), exp, sig, secret=gateway.link_secret, now=time.time())
    return await _object(key, request, gateway, int(exp or 0))


@router.head("/hls/{exp}/{sig}/{key:path}", include_in_schema=False)
@router.get(
    "/hls/{exp}/{sig}/{key:path}",
    summary="Fetch a playlist, or what it names",
    responses={200: BYTES, 206: BYTES, 304: UNCHANGED, **PROBLEMS(403, 404, 416)},
    response_class=Response,
)
async def stream(exp: str, sig: str, key: str, request: Request, gateway: Parts) -> Response:
    """Answer as `/media` does, for every object in the folder that the link was given for.

    Players follow the relative addresses in the playlists; 403 ``link_invalid`` or ``link_expired``.
    """
    with _permission():
        links.verify_folder(checked_key(key), exp, sig, secret=gateway.link_secret, now=time.time())
    return await _object(key, request, gateway, int(exp))


@contextmanager
def _permission() -> Iterator[None]:
    try:
        yield
    except (links.LinkInvalid, links.LinkExpired) as refused:
        raise Refusal(403, refused.code, refused.message, remedy=refused.remedy) from refused
    except ValueError as bad:
        raise Refusal(403, "link_invalid", "The link carries no valid signature.") from bad


async def _object(key: str, request: Request, gateway: Gateway, expires: int) -> Response:
    blob = await gateway.blobs.stat(key)
    if blob is None:
        raise not_found("object")
    etag = f'"{blob.sha256}"' if blob.sha256 else f'W/"{blob.size}"'
    headers = _headers(blob, etag, seconds_left=expires - int(time.time()))
    if matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    return _content(gateway, request, blob, etag, headers)


def _content(gateway: Gateway, request: Request, blob: BlobRef, etag: str, headers: dict[str, str]) -> Response:
    asked = request.headers.get("range") if range_holds(request.headers.get("if-range"), etag) else None
    try:
        part = part_of(asked, blob.size)
    except Unsatisfiable:
        raise Refusal(
            416,
            "range_unsatisfiable",
            f"The object has {blob.size} bytes.",
            remedy="Ask for bytes inside the object.",
            headers={"Content-Range": f"bytes */{blob.size}", "Accept-Ranges": "bytes"},
        ) from None
    whole = part or Part(0, blob.size)
    headers["Content-Length"] = str(whole.end - whole.start)
    if part is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{blob.size}"
    status = 206 if part else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=blob.content_type)
    return StreamingResponse(_bytes(gateway, blob, whole), status, headers, media_type=blob.content_type)


async def _bytes(gateway: Gateway, blob: BlobRef, part: Part) -> AsyncIterator[bytes]:
    if part.end > part.start:
        async for chunk in gateway.blobs.read(blob.key, part.start, part.end):
            yield chunk


def _headers(blob: BlobRef, etag: str, *, seconds_left: int) -> dict[str, str]:
    shown = blob.content_type.startswith(SHOWN)
    return {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": f"private, max-age={max(0, min(seconds_left, LONGEST_CACHE))}",
        "Content-Disposition": f'{"inline" if shown else "attachment"}; filename="{blob.key.rsplit("/", 1)[-1]}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
