"""Several processes on one PostgreSQL: one of them holds the lease and syncs, until its connection is gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.replica import Replica
from bot.vitals import Pulse
from bot.wiring import AlreadyRunning, alone
from storage.database import Database
from storage.health import read_jobs
from storage.lease import SYNCING, alone_comparing
from storage.models import changes
from tests.bot.test_metrics import settings_with
from tests.journeys.world import World, world_of
from tests.rows import change, put
from tests.waiting import until

HELD = f"SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = {SYNCING}"


@pytest.fixture
async def world(postgres_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """On a PostgreSQL, with nobody in it."""
    database = Database(postgres_url)
    (tmp_path / "nobody").mkdir()
    async with world_of(database, tmp_path / "nobody") as made:
        yield made
    await database.close()


@asynccontextmanager
async def two(world: World) -> AsyncIterator[tuple[Replica, Replica]]:
    """Two as in processes of their own, whose passes are an hour apart; the first one syncs, and its pass is over."""
    database = Database(world.database.url)
    async with world.reborn(database) as other:
        other.engine.now = world.engine.now
        first, second = Replica(world.engine, 3600), Replica(other.engine, 3600)

        async def rested() -> bool:
            async with database.read() as connection:
                return {job.name for job in await read_jobs(connection) if job.finished_at} >= {"sync", "sample"}

        try:
            await first.look()
            await second.look()
            await until(rested)
            yield first, second
        finally:
            await asyncio.gather(first.stop(), second.stop())
    await database.close()


async def cut(database: Database) -> None:
    """Ends the connection that holds the lease, and waits until it is free."""
    async with database.write() as connection:
        await connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM ({HELD}) AS held"))

    async def is_free() -> bool:
        async with database.read() as connection:
            return (await connection.execute(text(HELD))).first() is None

    await until(is_free)


async def test_one_syncs_until_its_connection_is_cut_and_then_the_other_that_gave_it_time_to_notice(
    world: World,
) -> None:
    async with two(world) as (first, second):
        assert (first.role, second.role) == ("syncs", "answers")
        await cut(world.database)
        await second.look()
        assert second.role == "answers"
        await first.look()
        assert first.role == "answers"
        await world.advance(4)
        await second.look()
        await first.look()
        assert (first.role, second.role) == ("answers", "syncs")


async def test_one_that_is_stopped_lets_the_other_sync(world: World) -> None:
    async with two(world) as (first, second):
        await first.stop()
        await first.look()
        await second.look()
        await world.advance(4)
        await second.look()
        assert second.role == "syncs"


async def test_one_that_lost_the_lease_and_found_it_free_again_goes_on(world: World) -> None:
    async with two(world) as (first, _):
        await cut(world.database)
        for _ in range(2):
            await first.look()
            assert first.role == "answers"
        await world.advance(4)
        await first.look()
        await world.lead(emailaddress1="ada@x.example")
        await until(world.people)


async def test_what_was_in_flight_is_taken_back_by_who_takes_over_and_not_by_who_only_answers(world: World) -> None:
    async def state() -> str:
        async with world.database.read() as connection:
            return str(await connection.scalar(select(changes.c.state)))

    async with two(world) as (first, second):
        await put(world.database, changes, change("leads", "to-marketo", "update", world.now, state="in_flight"))
        await second.look()
        assert await state() == "in_flight"
        await first.stop()
        await second.look()
        await world.advance(4)
        await second.look()

        async def taken_back() -> bool:
            return await state() == "unknown"

        await until(taken_back)


async def test_what_is_cut_off_in_the_middle_of_a_drain_is_neither_lost_nor_doubled(world: World) -> None:
    async def sent() -> bool:
        async with world.database.read() as connection:
            query = select(changes.c.id).where(changes.c.state == "in_flight")
            return (await connection.execute(query)).first() is not None

    async def taken_back() -> bool:
        return not await sent()

    async with two(world) as (first, second):
        await world.weather(world.marketo, latency_ms=100)
        leads = await world.put("leads", *({"lastname": "Lovelace", "subject": str(number)} for number in range(300)))
        await first.run_now()
        await until(sent)
        await cut(world.database)
        await first.look()
        await second.look()
        await world.advance(4)
        await second.look()
        await until(taken_back)
        await second.stop()
        await world.weather(world.marketo, latency_ms=0)
        await world.rest()
    assert sorted(one["dynamicsLeadId"] for one in await world.people()) == sorted(leads)


async def test_a_pass_that_is_asked_of_one_that_only_answers_begins_in_the_one_that_syncs(world: World) -> None:
    async with two(world) as (_, second):
        await world.lead(emailaddress1="ada@x.example")

        async def arrived() -> bool:
            assert await second.run_now() == "elsewhere"
            return bool(await world.people())

        await until(arrived)


async def test_one_that_only_answers_is_healthy_whatever_the_other_does_but_alarms_when_that_one_has_not(
    world: World,
) -> None:
    async with two(world) as (first, second):
        pulses = [
            Pulse(settings_with(), world.database, world.engine.now, world.engine, one) for one in (first, second)
        ]
        for pulse in pulses:
            pulse.hearing.opened()
        await world.advance(6 * 60)
        assert [(own := await pulse.own()) and own.overdue_since is not None for pulse in pulses] == [True, False]
        await world.advance(2 * 3600)
        assert [len(await pulse.reasons()) for pulse in pulses] == [1, 0]
        vitals = await pulses[1].take()
        assert (vitals.role, vitals.throttled) == ("answers", {})
        assert vitals.overdue_since is not None
        own = await pulses[1].own()
        assert own is not None and own.overdue_since is not None
        assert (own.used, own.may_call, own.throttled) == (None, None, None)


async def test_on_sqlite_a_second_process_is_refused(sqlite_database: Database) -> None:
    async with alone(sqlite_database):
        with pytest.raises(AlreadyRunning):
            async with alone(sqlite_database):
                pass
    async with alone(sqlite_database):
        pass


async def test_one_process_compares_at_a_time(world: World) -> None:
    other = Database(world.database.url)
    async with alone_comparing(world.database) as one, alone_comparing(other) as another:
        assert (one, another) == (True, False)
    async with alone_comparing(other) as another:
        assert another
    await other.close()
