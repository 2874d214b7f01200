"""Apache Kafka as one KRaft node that is broker and controller, without its shell scripts."""

from __future__ import annotations

import base64
import os
import signal
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from deploy.stack import programs

# Everything internal exists once, because there is one node; groups do not wait for members that will not come.
SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    # A topic nobody declared is a mistake that must show.
    "auto.create.topics.enable": "false",
}
_HEAP = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_LOGGER = "-Dorg.slf4j.simpleLogger."
_LOGGING = (
    f"{_LOGGER}logFile=System.out",
    f"{_LOGGER}showDateTime=true",
    f"{_LOGGER}dateTimeFormat=HH:mm:ss.SSS",
    f"{_LOGGER}log.org.apache.kafka.common.config=warn",
)
_STARTED = b"Kafka Server started"


@dataclass(frozen=True, slots=True)
class Kafka:
    """One broker that is its own controller, on loopback ports."""

    java: str
    jars: Path
    port: int
    controller_port: int
    name: ClassVar[str] = "kafka"
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def prepare(self, folder: Path) -> None:
        """Write the configuration and format the log folder once."""
        data = folder / "data"
        properties = SETTINGS | {
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller_port}",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port}",
            "log.dirs": str(data),
        }
        (folder / "server.properties").write_text("".join(f"{key}={value}\n" for key, value in properties.items()))
        if not (data / "meta.properties").exists():
            format_log = ["format", "-t", cluster_id(), "-c", "server.properties"]
            programs.run(self._java("kafka.tools.StorageTool", *format_log), env=self.environment(), cwd=folder)

    def argv(self, folder: Path, *, detach: bool) -> list[str]:
        """The broker; ``detach`` changes nothing for it."""
        return self._java("kafka.Kafka", "server.properties")

    def _java(self, *arguments: str) -> list[str]:
        return [self.java, *_HEAP, *_LOGGING, "-cp", f"{self.jars}/*", *arguments]

    def environment(self) -> dict[str, str]:
        """Java needs nothing but a path."""
        return {"PATH": os.environ.get("PATH", os.defpath)}

    def ready(self, folder: Path) -> bool:
        """Whether the broker has said so: it accepts connections some time before it can serve them."""
        log = folder / "log"
        return log.exists() and _STARTED in log.read_bytes()

    def provision(self, folder: Path) -> None:
        """Nothing: topics are declared by those who use them."""


def cluster_id() -> str:
    """A fresh id in the form Kafka wants: 16 bytes, base64url, not beginning with a dash."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")
