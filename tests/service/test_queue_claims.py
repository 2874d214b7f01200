"""Claims, leases and fairness of the inbox."""

from __future__ import annotations

import pytest

from shared import inbox
from shared.bus import Delivery
from shared.contracts.topics import PLANNER_COMMANDS
from tests.database import MakeInfra
from tests.service.queue_doubles import accept, cancel, command, state_of


async def test_a_redelivered_message_is_one_row(make_infra: MakeInfra) -> None:
    infra = await make_infra("planner")
    one = command()
    await accept(infra, one, one, one)
    assert await infra.pool.fetchval("select count(*) from inbox") == 1
    async with infra.pool.acquire() as c:
        claimed = await inbox.claim(c, 30, "w")
        assert claimed is not None
        await inbox.end(c, claimed, "done")
        await accept(infra, one)
        assert await inbox.claim(c, 30, "w") is None


async def test_higher_priority_first_then_arrival(make_infra: MakeInfra) -> None:
    infra = await make_infra("planner")
    low, high, later = command(priority=0), command(priority=5), command(priority=5)
    await accept(infra, low, high, later)
    async with infra.pool.acquire() as c:
        got = [(await inbox.claim(c, 30, "w")).id for _ in range(3)]  # type: ignore[union-attr]
    assert got == [high.id, later.id, low.id]


async def test_a_thousand_jobs_of_one_tenant_delay_another_by_one(make_infra: MakeInfra) -> None:
    infra = await make_infra("planner")
    await accept(infra, *(command("many") for _ in range(1000)))
    async with infra.pool.acquire() as c:
        for _ in range(10):
            await inbox.claim(c, 30, "w")
        first, second = command("few"), command("few")
        await accept(infra, first, second)
        order = [(await inbox.claim(c, 30, "w")).id for _ in range(4)]  # type: ignore[union-attr]
    assert order.index(first.id) <= 1
    assert order.index(second.id) <= 3


async def test_an_old_lease_changes_nothing(make_infra: MakeInfra) -> None:
    infra = await make_infra("planner")
    one = command()
    await accept(infra, one)
    async with infra.pool.acquire() as c:
        old = await inbox.claim(c, 30, "first")
        assert old is not None
        await c.execute("update inbox set state = 'waiting'")
        new = await inbox.claim(c, 30, "second")
        assert new is not None and new.lease != old.lease and new.attempts == 2
        for act in (
            inbox.end(c, old, "done"), inbox.release(c, old), inbox.delay(c, old, 1, {}), inbox.renew(c, old, 30),
        ):  # fmt: skip
            with pytest.raises(inbox.LeaseLost):
                await act
        assert await state_of(infra, one) == "running"
        await inbox.end(c, new, "done")
    assert await state_of(infra, one) == "done"


async def test_an_orderly_release_gives_the_attempt_back(make_infra: MakeInfra) -> None:
    infra = await make_infra("planner")
    await accept(infra, command())
    async with infra.pool.acquire() as c:
        for _ in range(7):
            claimed = await inbox.claim(c, 30, "w")
            assert claimed is not None and claimed.attempts == 1
            await inbox.release(c, claimed)


async def test_what_cannot_be_read_becomes_a_dead_letter_once(make_infra: MakeInfra) -> None:
    from shared.consumer import acceptor
    from shared.contracts.commands import PlanEdit

    infra = await make_infra("planner")
    take = acceptor(infra.pool, "planner", {"PlanEdit": PlanEdit}, answers=True)
    bad = [b"\xff not json", b"{}", command().model_copy(update={"type": "cutroom.command.Dance"}).encode()]
    for _ in range(2):
        for offset, body in enumerate(bad):
            await take(Delivery(PLANNER_COMMANDS, 3, offset, body))
    await accept(infra, command())
    rows = await infra.pool.fetch('select topic, partition, "offset", body, reason from dead_letters order by "offset"')
    assert [(r["topic"], r["partition"], r["offset"], r["body"]) for r in rows] == [
        (PLANNER_COMMANDS, 3, i, body) for i, body in enumerate(bad)
    ]
    assert "Dance" in rows[2]["reason"]
    assert await infra.pool.fetchval("select count(*) from inbox where state = 'waiting'") == 1
    answers = await infra.pool.fetch("select body from outbox")
    assert any(b"message_invalid" in row["body"] for row in answers), "somebody waits for the order's answer"


async def test_a_cancel_may_come_before_its_command(make_infra: MakeInfra) -> None:
    infra = await make_infra("planner")
    early, waiting = command(), command()
    await accept(infra, cancel(early), early, waiting, cancel(waiting), cancel(waiting))
    assert await state_of(infra, early) == "cancelled"
    assert await state_of(infra, waiting) == "cancelled"
    sent = [row["body"] for row in await infra.pool.fetch("select body from outbox")]
    assert sum(b"StepCancelled" in body for body in sent) == 2


async def test_ended_rows_are_forgotten_after_their_time(make_infra: MakeInfra) -> None:
    infra = await make_infra("planner")
    await accept(infra, command(), command())
    async with infra.pool.acquire() as c:
        claimed = await inbox.claim(c, 30, "w")
        assert claimed is not None
        await inbox.end(c, claimed, "done")
        assert await inbox.forget(c, 7) == 0
        await c.execute("update inbox set ended_at = now() - interval '8 days' where ended_at is not null")
        assert await inbox.forget(c, 7) == 1
        assert await inbox.depth(c) == {"waiting": 1}
