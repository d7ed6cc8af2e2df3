"""What runs how often, never twice at once: a thin layer over APScheduler."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from storage.ledger.readings import pass_ended
from sync.engine import Engine
from sync.importing import import_waiting
from sync.passes import NAME, run_pass, take_sample

log = logging.getLogger(__name__)

SAMPLE_EVERY = 300.0
IMPORT_EVERY, IMPORT_DEADLINE = 60.0, 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Job:
    """Something to run every so many seconds. One that takes longer than `deadline` seconds is given up.

    What `run` returns is None, or in how many seconds it is to run again, for once.
    """

    name: str
    every: float
    run: Callable[[], Awaitable[float | None]]
    deadline: float = 3600


class Scheduler:
    """Runs jobs in this process. Jobs live in memory; one that is late runs once, however late."""

    def __init__(self, engine: Engine, jobs: Sequence[Job]) -> None:
        self._engine = engine
        self._jobs = jobs
        self._under_way: set[asyncio.Task[None]] = set()
        self._running: set[str] = set()
        self._apscheduler = AsyncIOScheduler(timezone="UTC")

    def start(self) -> None:
        """Runs every job at once, and then as often as it says."""
        now = datetime.now(self._apscheduler.timezone)
        for job in self._jobs:
            self._apscheduler.add_job(
                self._guarded,
                "interval",
                [job],
                seconds=job.every,
                id=job.name,
                next_run_time=now,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        self._apscheduler.start()

    def run_now(self, name: str) -> bool:
        """Has a job begin now rather than at its time; False where it is under way, since it never runs twice at once.

        Then it runs again at its usual time.
        """
        if name in self._running:
            return False
        self._apscheduler.modify_job(name, next_run_time=datetime.now(self._apscheduler.timezone))
        return True

    async def _guarded(self, job: Job) -> None:
        """The one place where a job that died is reported; it runs again at its next time."""
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        self._running.add(job.name)
        try:
            async with asyncio.timeout(job.deadline):
                rest = await job.run()
            if rest is not None and not self._engine.stopping:
                again_at = datetime.now(self._apscheduler.timezone) + timedelta(seconds=rest)
                self._apscheduler.modify_job(job.name, next_run_time=again_at)
            if job.name != NAME:  # a pass reports its own end
                await self._report(job, None)
        except Exception as failure:
            log.exception("%s died", job.name)
            await self._report(job, f"{type(failure).__name__}: {failure}"[:400])
        finally:
            self._under_way.discard(task)
            self._running.discard(job.name)

    async def _report(self, job: Job, failure: str | None) -> None:
        engine = self._engine
        async with engine.database.write() as connection:
            next_at = engine.now() + timedelta(seconds=job.every)
            await pass_ended(engine.database, connection, job.name, engine.now(), next_at, failure)

    async def stop(self, patience: float = 25) -> None:
        """Starts nothing more, lets what is under way come to the end of its round, then cancels it."""
        self._apscheduler.pause()  # its shutdown would cancel what is under way in the middle of a call
        self._engine.stopping = True
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._apscheduler.shutdown(wait=False)


async def always() -> bool:
    """Whether this process may sync, where there is no other."""
    return True


def sync_jobs(engine: Engine, every: float, may_sync: Callable[[], Awaitable[bool]] = always) -> list[Job]:
    """The pass, the bulk import of a large first sync, and the sampling of the backlog.

    `may_sync` is asked before each pass; where it says no, nothing is begun.
    """

    async def one_pass() -> float | None:
        stretch = engine.spending.plan(every).stretch
        while await may_sync() and await run_pass(engine, engine.now() + timedelta(seconds=every * stretch)):
            stretch = engine.spending.plan(every).stretch
            if stretch > 1:
                break
            log.info("more waits than fitted into the pass; the next one begins at once")
        stretch = engine.spending.plan(every).stretch
        return every * stretch if stretch > 1 else None

    async def one_import() -> float | None:
        return IMPORT_EVERY if await may_sync() and await import_waiting(engine) else None

    async def one_sample() -> None:
        if await may_sync():
            await take_sample(engine)

    return [
        Job(NAME, every, one_pass),
        Job("import", IMPORT_EVERY, one_import, IMPORT_DEADLINE),
        Job("sample", SAMPLE_EVERY, one_sample),
    ]
