"""The Python client of Cutroom's REST API. It stands alone: it knows the API and nothing of the services behind it."""

from __future__ import annotations

from cutroom.client.blocking import Client
from cutroom.client.calls import AsyncClient
from cutroom.client.errors import ApiError, ClientError, Disconnected, Unreachable
from cutroom.client.records import TERMINAL, Event, Held, Ingested, Job, Output, Started
from shared.contracts.plan import Wishes

__all__ = [
    "TERMINAL",
    "ApiError",
    "AsyncClient",
    "Client",
    "ClientError",
    "Disconnected",
    "Event",
    "Held",
    "Ingested",
    "Job",
    "Output",
    "Started",
    "Unreachable",
    "Wishes",
]
