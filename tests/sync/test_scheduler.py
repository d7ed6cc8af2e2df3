"""What runs how often, and at once when somebody asks."""

import asyncio
from datetime import UTC, datetime

from storage.database import Database
from sync.dynamics.client import Dynamics, DynamicsAccess
from sync.engine import Engine
from sync.marketo.client import Marketo, MarketoAccess
from sync.scheduler import Job, Scheduler
from tests.waiting import until

NOWHERE = "http://127.0.0.1:9"


async def test_a_job_begins_at_once_when_asked_and_never_twice_at_once(sqlite_database: Database) -> None:
    dynamics = Dynamics(DynamicsAccess(NOWHERE, "t", "i", "s", NOWHERE))
    marketo = Marketo(MarketoAccess(NOWHERE, "i", "s"))
    engine = Engine(sqlite_database, dynamics, marketo, lambda: datetime.now(UTC), instance="tests")
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
        await asyncio.gather(dynamics.aclose(), marketo.aclose())
