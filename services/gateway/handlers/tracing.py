"""The trace of the present request (W3C Trace Context), so that its job and all its messages carry it on."""

from __future__ import annotations

from contextvars import ContextVar

traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)
