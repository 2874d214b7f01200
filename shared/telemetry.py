"""Traces across services by W3C Trace Context, and Prometheus metrics."""

from __future__ import annotations

import re
import secrets

from prometheus_client import Counter, Gauge, Histogram

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")

STEPS = Counter(
    "cutroom_steps_total", "Steps ended, by service, command and outcome.", ["service", "command", "outcome"]
)
STEP_SECONDS = Histogram(
    "cutroom_step_seconds", "Duration of a step's attempt.", ["service", "command"],
    buckets=(0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800),
)  # fmt: skip
QUEUE_DEPTH = Gauge("cutroom_inbox_rows", "Inbox rows that are not ended, by service and state.", ["service", "state"])


def child_traceparent(parent: str | None) -> str:
    """Return a ``traceparent`` with a new span id in the parent's trace, or in a new trace where there is none."""
    match = _TRACEPARENT.match(parent or "")
    trace = match.group(1) if match else secrets.token_hex(16)
    flags = match.group(3) if match else "01"
    return f"00-{trace}-{secrets.token_hex(8)}-{flags}"


def trace_id(traceparent: str | None) -> str | None:
    """Return the trace id inside a ``traceparent``, or null when it is none."""
    match = _TRACEPARENT.match(traceparent or "")
    return match.group(1) if match else None
