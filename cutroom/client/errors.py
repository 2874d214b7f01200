"""What can go wrong between a program and the studio."""

from __future__ import annotations

import json

import httpx


class ClientError(Exception):
    """Base of the client's errors: ``code`` for programs, ``message`` and ``remedy`` for people."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy = code, message, remedy


class Unreachable(ClientError):
    """Nobody answers at the studio's address."""

    def __init__(self, url: str, reason: str) -> None:
        remedy = "Start it with `cutroom up`, or give its address with --server."
        super().__init__("server_unreachable", f"No studio answers at {url}: {reason}.", remedy)


class Disconnected(ClientError):
    """The connection broke in the middle of a transfer."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(
            "connection_lost", f"The connection to {url} was lost: {reason}.", "Run the same command again."
        )


class ApiError(ClientError):
    """The studio refused; ``status`` is the HTTP status, ``problem`` the problem document, empty if there was none."""

    def __init__(self, status: int, problem: dict[str, object]) -> None:
        self.status, self.problem = status, problem
        code = problem.get("code")
        super().__init__(
            str(code) if code else f"http_{status}",
            str(problem.get("detail") or problem.get("title") or f"The studio answered with status {status}."),
            str(problem.get("remedy") or "Check that this is the address of a Cutroom studio; its log says more."),
        )


def refused(response: httpx.Response) -> ApiError:
    """Return the error for an answer that has been read."""
    try:
        body = json.loads(response.content)
    except ValueError:
        body = {}
    return ApiError(response.status_code, body if isinstance(body, dict) else {})


def reason_of(error: Exception) -> str:
    """Return a transport error in words; httpx leaves some of them empty."""
    return str(error).strip().rstrip(".") or type(error).__name__
