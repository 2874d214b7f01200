"""MinIO on one folder, as S3 store."""

from __future__ import annotations

import http.client
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

ACCESS_KEY = "cutroom"
BUCKET = "cutroom"


@dataclass(frozen=True, slots=True)
class Minio:
    """An S3 store with its data in one folder."""

    program: Path
    port: int
    secret_key: str
    name: ClassVar[str] = "minio"
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def prepare(self, folder: Path) -> None:
        """Make the data folder."""
        (folder / "data").mkdir(exist_ok=True)

    def argv(self, folder: Path, *, detach: bool) -> list[str]:
        """The server; ``detach`` changes nothing for it."""
        # Without the folders it would make some in the home of whoever starts it.
        folders = ["--config-dir", str(folder / "config"), "--certs-dir", str(folder / "certs")]
        address = ["--address", f"127.0.0.1:{self.port}"]
        return [str(self.program), "server", "--quiet", *address, *folders, str(folder / "data")]

    def environment(self) -> dict[str, str]:
        """Root keys; no web console, no look for updates."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "MINIO_ROOT_USER": ACCESS_KEY,
            "MINIO_ROOT_PASSWORD": self.secret_key,
            "MINIO_BROWSER": "off",
            "MINIO_UPDATE": "off",
        }

    def ready(self, folder: Path) -> bool:
        """Whether the store says that it can take requests."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/minio/health/ready")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def provision(self, folder: Path) -> None:
        """Nothing yet."""
