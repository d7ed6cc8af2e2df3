"""This process among those on one database: it syncs while it holds the lease, and answers all the time.

On SQLite it is the only one. On PostgreSQL, whoever does not hold the lease looks again and again whether it is free.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError

from storage.lease import PATIENCE_SECONDS, Lease
from sync.engine import Engine
from sync.errors import SyncFailure
from sync.fit import fit_both
from sync.passes import NAME
from sync.scheduler import Job, Scheduler, sync_jobs

log = logging.getLogger(__name__)

LOOKS_EVERY = 1.0  # seconds
# By then whoever held the lease before has looked for it too, had no answer, and does nothing more.
NOTICED_AFTER = timedelta(seconds=LOOKS_EVERY + PATIENCE_SECONDS)
FIT_AGAIN_AFTER = 60.0  # seconds

Role = Literal["alone", "syncs", "answers"]
Began = Literal["now", "under way", "elsewhere"]


class Replica:
    """`jobs` are run while this process syncs, beside the passes, which begin every so many seconds."""

    def __init__(self, engine: Engine, every: float, jobs: Sequence[Job] = ()) -> None:
        self._engine = engine
        self._lease = None if engine.database.is_sqlite else Lease(engine.database, self._asked)
        self._jobs = [*sync_jobs(engine, every, self._may_sync), *jobs]
        self._scheduler: Scheduler | None = None
        self._stood_by = False
        self._taken_at: datetime | None = None
        self._ended = False
        self.syncs_since: datetime | None = None

    @property
    def role(self) -> Role:
        if self._lease is None:
            return "alone"
        return "syncs" if self.syncs_since else "answers"

    async def keep(self) -> None:
        """Until cancelled: begins to sync when it may, and stops when it may no longer."""
        fitting: asyncio.Task[None] | None = None
        try:
            while True:
                await self.look()
                if self._scheduler is None and fitting is None:
                    fitting = asyncio.create_task(self._fit())
                await asyncio.sleep(LOOKS_EVERY)
        finally:
            if fitting is not None:
                fitting.cancel()

    async def look(self) -> None:
        """One look at the lease, and what follows from it."""
        if self._ended:
            return
        if self._scheduler is None:
            if await self._may_begin() and not self._ended:
                self._begin()
        elif not await self._may_sync() and not self._ended:
            await self._lose()

    async def run_now(self) -> Began:
        """Has a pass begin, in this process or in the one that syncs."""
        if self._lease is not None and self._scheduler is None:
            await self._lease.ask_holder()
            return "elsewhere"
        return "now" if self._scheduler and self._scheduler.run_now(NAME) else "under way"

    async def stop(self) -> None:
        """Lets what is under way come to the end of its round, and then lets others sync."""
        self._ended = True
        scheduler, self._scheduler, self.syncs_since = self._scheduler, None, None
        if scheduler is not None:
            await scheduler.stop()
        if self._lease is not None:
            await self._lease.give_up()

    async def _may_sync(self) -> bool:
        return self._lease is None or await self._lease.is_held()

    async def _may_begin(self) -> bool:
        """Where another process synced until just now, it is given time to notice that it may no longer."""
        if self._lease is None:
            return True
        if not await self._lease.take():
            if not self._stood_by:
                log.info("another process syncs; this one answers")
            self._stood_by, self._taken_at = True, None
            return False
        self._taken_at = self._taken_at or self._engine.now()
        return not self._stood_by or self._engine.now() - self._taken_at >= NOTICED_AFTER

    def _begin(self) -> None:
        log.info("this process syncs")
        self._engine.begin()
        self.syncs_since = self._engine.now()
        self._scheduler = Scheduler(self._engine, self._jobs)
        self._scheduler.start()

    async def _lose(self) -> None:
        """What is under way is cut off as by a crash, for whoever syncs next takes back what was in flight.

        Settled by both, a change would be counted twice.
        """
        log.warning("the lease to sync was lost; nothing more is done here before it is held again")
        scheduler, self._scheduler, self.syncs_since = self._scheduler, None, None
        self._stood_by, self._taken_at = True, None
        if scheduler is not None:
            await scheduler.stop(patience=0)
        self._engine.stopping = self._ended

    def _asked(self) -> None:
        if self._scheduler is not None:
            self._scheduler.run_now(NAME)

    async def _fit(self) -> None:
        """Without passes of its own, a process that answers has to ask both services what they really have."""
        while True:
            try:
                await fit_both(self._engine)
            except (SyncFailure, SQLAlchemyError, OSError) as failure:
                log.warning("what both services have could not be read: %s", failure)
                await asyncio.sleep(FIT_AGAIN_AFTER)
            else:
                return
