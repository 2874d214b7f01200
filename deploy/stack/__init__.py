"""Real Kafka, PostgreSQL and MinIO on this machine, without containers: for tests and for trying the cluster setup."""

from deploy.stack.errors import StackFailed, StackUnavailable
from deploy.stack.servers import NAMES, StackServers

__all__ = ["NAMES", "StackFailed", "StackServers", "StackUnavailable"]
