"""What runs how often, at once when somebody asks, and what is remembered of how it ended."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.health import JobState, read_jobs
from storage.models import samples
from sync.dynamics.client import Dynamics, DynamicsAccess
from sync.engine import Engine
from sync.marketo.client import Marketo, MarketoAccess
from sync.scheduler import Job, Scheduler, sync_jobs
from tests.waiting import until

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
async def engine(sqlite_database: Database) -> AsyncIterator[Engine]:
    """One whose services are out of reach."""
    dynamics = Dynamics(DynamicsAccess(NOWHERE, "t", "i", "s", NOWHERE))
    marketo = Marketo(MarketoAccess(NOWHERE, "i", "s"))
    yield Engine(sqlite_database, dynamics, marketo, lambda: datetime.now(UTC), instance="tests")
    await asyncio.gather(dynamics.aclose(), marketo.aclose())


async def test_a_job_begins_at_once_when_asked_and_never_twice_at_once(engine: Engine) -> None:
    begun, may_end = 0, asyncio.Event()

    async def work() -> None:
        nonlocal begun
        begun += 1
        await may_end.wait()

    scheduler = Scheduler(engine, [Job("work", 3600, work)])
    scheduler.start()
    try:
        await until(lambda: begun == 1)
        assert not scheduler.run_now("work")
        may_end.set()
        await until(lambda: scheduler.run_now("work"))
        await until(lambda: begun == 2)
    finally:
        await scheduler.stop()


async def test_nothing_is_begun_where_it_may_not_sync(engine: Engine) -> None:
    async def may_not() -> bool:
        return False

    for job in sync_jobs(engine, 55, may_not):
        assert await job.run() is None
    async with engine.database.read() as connection:
        assert await read_jobs(connection) == []
        assert (await connection.execute(select(samples))).all() == []


async def test_a_job_that_died_is_told_so_until_it_has_ended_well(engine: Engine) -> None:
    well = asyncio.Event()

    async def work() -> None:
        if not well.is_set():
            raise OSError("out of reach")

    async def job() -> JobState:
        async with engine.database.read() as connection:
            return next(iter(await read_jobs(connection)), JobState("work"))

    async def died() -> bool:
        return (await job()).failure == "OSError: out of reach"

    async def ended() -> bool:
        found = await job()
        return found.failure is None and found.finished_at is not None

    scheduler = Scheduler(engine, [Job("work", 0.05, work)])
    scheduler.start()
    try:
        await until(died)
        well.set()
        await until(ended)
    finally:
        await scheduler.stop()
