"""Building what the settings name: the bus, the object store. Shared by every way to start a service."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shared.blobs import Blobs, FolderBlobs
from shared.bus import Bus
from shared.db import Pool
from shared.errors import BadRequest
from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Infra:
    """What a service stands on. ``database_url`` and ``pool`` are the service's own."""

    settings: Settings
    database_url: str
    pool: Pool
    bus: Bus
    blobs: Blobs
    scratch: Path


def build_blobs(settings: Settings) -> Blobs:
    """Return the object store that the settings name."""
    if settings.blobs == "folder":
        return FolderBlobs(settings.blobs_root)
    from shared.s3 import S3Blobs

    return S3Blobs(
        endpoint=settings.s3_endpoint,
        bucket=settings.s3_bucket,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
        region=settings.s3_region,
        cache_dir=settings.scratch_dir / "objects",
        cache_bytes=settings.cache_bytes,
    )


def build_bus(settings: Settings, client: str) -> Bus:
    """Return the bus that the settings name. Raises :class:`BadRequest` for a local bus, which needs one process."""
    if settings.bus == "local":
        raise BadRequest(
            "A service on its own cannot use the local bus.",
            code="bus_invalid",
            remedy="Set CUTROOM_BUS=kafka, or run everything in one process with `cutroom up`.",
        )
    from shared.kafka import KafkaBus

    return KafkaBus(
        settings.kafka_bootstrap, client, partitions=settings.kafka_partitions, replication=settings.kafka_replication
    )
