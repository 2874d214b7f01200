"""Every refusal and failure as a problem document (RFC 9457, ``application/problem+json``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from services.gateway.domain.refusal import FieldError, Refusal, in_words_of_json
from shared.db import AWAY
from shared.errors import BlobMissing, CapabilityMissing, CutroomError, TransientError

MEDIA_TYPE = "application/problem+json"
STATUS_OF: dict[str, int] = {
    "link_invalid": 403,
    "link_expired": 403,
    "media_unsupported": 415,
    "media_too_large": 413,
    "message_too_large": 413,
}
CODE_OF: dict[int, str] = {404: "not_found", 405: "method_not_allowed", 406: "not_acceptable", 400: "request_invalid"}
TEXT_OF: dict[int, str] = {404: "There is nothing at this address.", 405: "This address does not take that method."}
RETRY_AFTER = {"Retry-After": "2"}


class ProblemField(BaseModel):
    """One wrong field."""

    field: str = Field(examples=["timeline.segments[2].end"])
    code: str = Field(examples=["end_before_start"])
    message: str


class Problem(BaseModel):
    """A problem document. ``code`` is stable, for programs; ``detail`` and ``remedy`` are for people."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such job."])
    code: str = Field(examples=["not_found"])
    instance: str = Field(examples=["/api/jobs/0193"])
    remedy: str | None = None
    errors: list[ProblemField] | None = None


def PROBLEMS(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return OpenAPI's ``responses`` for these statuses."""
    return {status: _documented(status) for status in statuses}


def _documented(status: int) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    example = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": TEXT_OF.get(status, title + "."),
        "code": CODE_OF.get(status, title.lower().replace(" ", "_")),
        "instance": "/api/…",
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    return {"description": title, "content": content}


def refusal_of(error: Exception) -> Refusal:
    """Return what to tell of any error; what nobody expected is told as ``internal_error``, without its text."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, HTTPException) and isinstance(error.__cause__, RecursionError | ValueError):
        return _not_json("it is nested too deeply, or is no text")
    if isinstance(error, HTTPException):
        code = CODE_OF.get(error.status_code, HTTPStatus(error.status_code).phrase.lower().replace(" ", "_"))
        text = TEXT_OF.get(error.status_code, str(error.detail))
        return Refusal(error.status_code, code, text, remedy="See /docs for what there is.", headers=error.headers)
    if isinstance(error, CutroomError):
        return _from_tree(error)
    if isinstance(error, asyncpg.DataError | UnicodeEncodeError):
        remedy = "Look for NUL characters and half surrogates in the text, and for numbers out of all range."
        return Refusal(422, "value_invalid", "A value cannot be stored.", remedy=remedy)
    if isinstance(error, (*AWAY, TimeoutError)):
        text, remedy = "A part of the studio is away.", "Try again in a moment; /api/healthz names the part."
        return Refusal(503, "dependency_unavailable", text, remedy=remedy, headers=RETRY_AFTER)
    return Refusal(500, "internal_error", "Something went wrong in the gateway.", remedy=CutroomError.default_remedy)


def _from_tree(error: CutroomError) -> Refusal:
    headers: Mapping[str, str] = {}
    status = STATUS_OF.get(error.code, 422)
    if isinstance(error, TransientError):
        status, headers = 503, RETRY_AFTER
    elif isinstance(error, CapabilityMissing):
        status = 503
    elif isinstance(error, BlobMissing):
        status = 404
    return Refusal(status, error.code, error.message, remedy=error.remedy, extra=error.details, headers=headers)


def problem(refusal: Refusal, path: str) -> Response:
    """Return the answer for ``refusal`` of a request to ``path``."""
    body: dict[str, object] = {
        **refusal.extra,
        "type": "about:blank",
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "detail": refusal.message,
        "code": refusal.code,
        "instance": path,
        "remedy": refusal.remedy,
    }
    if refusal.errors:
        body["errors"] = [{"field": e.field, "code": e.code, "message": e.message} for e in refusal.errors]
    return JSONResponse(body, refusal.status, headers=refusal.headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make the application answer with problem documents; what is not expected goes on to the outermost layer."""

    async def told(request: Request, error: Exception) -> Response:
        return problem(refusal_of(error), request.url.path)

    async def not_valid(request: Request, error: Exception) -> Response:
        errors = error.errors() if isinstance(error, RequestValidationError) else []
        return problem(_invalid(request, errors), request.url.path)

    for expected in (CutroomError, HTTPException):
        app.add_exception_handler(expected, told)
    app.add_exception_handler(RequestValidationError, not_valid)


def _invalid(request: Request, errors: Sequence[Mapping[str, Any]]) -> Refusal:
    if any(e["type"] == "json_invalid" for e in errors):
        reason = next(e.get("ctx", {}).get("error", "") for e in errors if e["type"] == "json_invalid")
        return _not_json(reason)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type and "json" not in media_type and any(tuple(e["loc"]) == ("body",) for e in errors):
        return Refusal(
            415,
            "media_type_unsupported",
            f"This address takes JSON, not {media_type[:80]}.",
            remedy="Send `Content-Type: application/json`.",
        )
    fields = [FieldError(_path(e["loc"]), str(e["type"]), in_words_of_json(e["type"], e["msg"])) for e in errors[:100]]
    first = fields[0] if fields else FieldError("body", "invalid", "The request is not valid.")
    remedy = "Correct the named fields and send it again."
    return Refusal(422, "validation_failed", f"{first.field}: {first.message}", remedy=remedy, errors=fields)


def _not_json(reason: str) -> Refusal:
    return Refusal(422, "json_invalid", f"The body is not JSON: {reason}.", remedy="Send well-formed JSON.")


def _path(loc: Sequence[str | int]) -> str:
    """Return ``timeline.segments[2].end`` for ``("body", "timeline", "segments", 2, "end")``."""
    parts = loc[1:] if len(loc) > 1 and loc[0] in ("body", "query", "path", "header") else loc
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.removeprefix(".")[:300]
