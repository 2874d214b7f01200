"""The native servers answer, keep their data over a stop, and let no service into another's database."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from minio import Minio

from deploy.stack import StackFailed, StackServers
from tests.patience import LONG


@asynccontextmanager
async def connected(stack: StackServers, service: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(stack.environment(service)["CUTROOM_DATABASE_URL"])
    try:
        yield connection
    finally:
        await connection.close()


def s3(stack: StackServers) -> Minio:
    settings = stack.environment("renderer")
    endpoint = settings["CUTROOM_S3_ENDPOINT"].removeprefix("http://")
    keys = settings["CUTROOM_S3_ACCESS_KEY"], settings["CUTROOM_S3_SECRET_KEY"]
    return Minio(endpoint, *keys, secure=False)


async def make_topic(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def produce(bootstrap: str, topic: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(topic, value)
    finally:
        await producer.stop()


async def consumed(bootstrap: str, topic: str, count: int) -> list[bytes | None]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        async with asyncio.timeout(LONG):
            return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
async def test_kafka_keeps_its_records_over_a_stop(stack: StackServers, kill: bool) -> None:
    bootstrap = stack.environment("gateway")["CUTROOM_KAFKA_BOOTSTRAP"]
    topic = f"stack.kept.{kill}"
    await make_topic(bootstrap, topic)
    await produce(bootstrap, topic, b"before")
    await asyncio.to_thread(stack.stop_server, "kafka", kill=kill)
    assert stack.status()["kafka"] == "stopped"
    with pytest.raises(OSError, match=r"refused|Connect call failed"):
        await asyncio.open_connection(*bootstrap.split(":"))
    await asyncio.to_thread(stack.start_server, "kafka")
    await produce(bootstrap, topic, b"after")
    assert await consumed(bootstrap, topic, 2) == [b"before", b"after"]


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
async def test_postgres_keeps_its_rows_over_a_stop(stack: StackServers, kill: bool) -> None:
    table = f"kept_{kill}"
    async with connected(stack, "planner") as connection:
        await connection.execute(f"CREATE TABLE {table} AS SELECT 42 AS answer")
        # Also with a client that stays: a stop in mid-job does not wait for it.
        await asyncio.to_thread(stack.stop_server, "postgres", kill=kill)
        assert stack.status()["postgres"] == "stopped"
    with pytest.raises(OSError):
        async with connected(stack, "planner"):
            pass
    await asyncio.to_thread(stack.start_server, "postgres")
    async with connected(stack, "planner") as connection:
        assert await connection.fetchval(f"SELECT answer FROM {table}") == 42


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
async def test_minio_keeps_its_objects_over_a_stop(stack: StackServers, kill: bool) -> None:
    bucket, body = f"kept-{kill}".lower(), b"picture" * 1000
    await asyncio.to_thread(s3(stack).make_bucket, bucket)
    await asyncio.to_thread(s3(stack).put_object, bucket, "a/b.bin", io.BytesIO(body), len(body))
    await asyncio.to_thread(stack.stop_server, "minio", kill=kill)
    assert stack.status()["minio"] == "stopped"
    await asyncio.to_thread(stack.start_server, "minio")
    with s3(stack).get_object(bucket, "a/b.bin") as answer:
        assert answer.read() == body


async def test_a_role_enters_its_own_database_only(stack: StackServers) -> None:
    async with connected(stack, "analyzer") as connection:
        assert await connection.fetchval("SELECT current_user || '@' || current_database()") == "analyzer@analyzer"
        assert (
            await connection.fetchval(
                "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
            )
            is False
        )
    url = stack.environment("analyzer")["CUTROOM_DATABASE_URL"]
    for database in ("gateway", "postgres"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(url, database=database)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(url, password="guessed")


def test_starting_again_changes_nothing(stack: StackServers) -> None:
    before = stack.status(), stack.environment("gateway")
    stack.start()
    assert (stack.status(), stack.environment("gateway")) == before


def test_another_process_finds_and_describes_the_same_servers(stack: StackServers) -> None:
    again = StackServers(stack.folder)
    assert again.status() == stack.status()
    assert again.environment("lipsync") == stack.environment("lipsync")
    assert all(line.startswith("running on ") for line in again.status().values())


@pytest.fixture
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackServers]:
    """Servers that nobody has started."""
    yield StackServers(tmp_path_factory.mktemp("alone"))


@pytest.mark.parametrize("name", ["zookeeper", "../postgres", ""])
def test_an_unknown_server_is_refused_by_name(alone: StackServers, name: str) -> None:
    with pytest.raises(StackFailed) as refused:
        alone.stop_server(name)
    assert "postgres, kafka, minio" in refused.value.remedy


def test_an_unknown_service_is_refused(alone: StackServers) -> None:
    with pytest.raises(StackFailed) as refused:
        alone.environment("billing")
    assert "gateway, analyzer, planner, renderer, lipsync" in refused.value.remedy


def test_what_was_never_started_is_stopped_without_ado(alone: StackServers) -> None:
    alone.stop()
    assert set(alone.status().values()) == {"stopped"}
