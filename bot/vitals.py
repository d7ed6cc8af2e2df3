"""How this process fares: what its database remembers, together with what only the process itself knows."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.alerts.figures import Own
from bot.hearing import Hearing
from bot.quota import Quota, Used
from bot.replica import Replica, Role
from bot.settings import Settings
from bot.slowed import Slowed
from storage import health, history
from storage.changes import Finding
from storage.database import Database
from storage.episodes import Undelivered, read_undelivered
from storage.health import HeldLane, JobState, Stored, Untold
from storage.history import Service
from storage.ledger.findings import read_findings
from storage.ledger.holding import REREAD
from sync.blocked import BLOCKED
from sync.engine import Engine
from sync.fitting import KINDS
from sync.new_owners import OWNER_LOST
from sync.passes import NAME
from sync.quota import Allowance, Plan

NEVER_OVERDUE_BEFORE = timedelta(minutes=5)
UNSAID_TIMES = 3  # so much longer than the process that syncs does another one wait before it alarms in its place
DATABASE_PATIENCE_SECONDS = 10.0
Throttled = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Vitals:
    """Everything as it was at `now`, in a process whose `role` is this.

    `throttled` counts by service and code since `started_at`. Where the process only answers it is empty, and `plan`
    the usual one: what the process that syncs has met is known to itself alone. `overdue_since`: no pass has ended,
    and nothing got on, for too long.
    """

    now: datetime
    started_at: datetime
    hearing: Hearing
    services: Sequence[Service]
    jobs: Sequence[JobState]
    held: Sequence[HeldLane]
    untold: Untold
    stored: Stored
    overdue_since: datetime | None = None
    quota: Used | None = None
    allowance: Allowance = field(default_factory=Allowance)
    plan: Plan = field(default_factory=Plan)
    throttled: Throttled = field(default_factory=dict)
    failing: Mapping[str, str] = field(default_factory=dict)  # by service, why its last call got no answer, if none
    rereads: Sequence[Finding] = ()
    unfit: Sequence[Finding] = ()
    undelivered: Sequence[Undelivered] = ()
    role: Role = "alone"


class Pulse:
    """What the process knows of itself; `take` adds what the database remembers."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        now: Callable[[], datetime],
        engine: Engine | None = None,
        replica: Replica | None = None,
    ) -> None:
        self.hearing = Hearing(now)
        self._database, self._now, self._engine, self._replica = database, now, engine, replica
        self._started_at = now()
        self._every = settings.sync_every_seconds
        self._patience = max(timedelta(seconds=3 * settings.sync_every_seconds), NEVER_OVERDUE_BEFORE)
        self._quota = Quota(engine.marketo.calls_today, now) if engine else None
        self._slowed = Slowed()

    async def own(self) -> Own | None:
        """What alerts go by beside what is stored; None without an engine. Asks nobody anything."""
        if self._engine is None:
            return None
        async with self._database.read() as connection:
            jobs = await health.read_jobs(connection)
            patience = self._patience * (UNSAID_TIMES if self._only_answers else 1)
            overdue = self._overdue_since(jobs, await health.read_last_progress(connection), patience)
        if self._only_answers:
            return Own(overdue, may_call=None, throttled=None)
        plan, stops_at = self._engine.spending.plan(self._every), self._engine.allowance.share
        slowed = self._slowed.lately(self._throttled(), self._now())
        return Own(overdue, plan.used, stops_at, plan.calls, plan.retries, slowed)

    async def take(self) -> Vitals:
        """Everything; asks Marketo for the quota used, unless it was asked lately."""
        quota = await self._quota.used() if self._quota else None
        async with self._database.read() as connection:
            jobs = await health.read_jobs(connection)
            return Vitals(
                now=self._now(),
                started_at=self._started_at,
                hearing=self.hearing,
                services=await history.read_services(connection),
                jobs=jobs,
                held=await health.read_held(connection),
                untold=await health.read_untold(connection),
                stored=await health.read_stored(connection),
                overdue_since=self._overdue_since(jobs, await health.read_last_progress(connection), self._patience),
                quota=quota,
                allowance=self._engine.allowance if self._engine else Allowance(),
                plan=self._plan(),
                throttled=self._throttled(),
                failing=self._failing(),
                rereads=await read_findings(connection, [REREAD]),
                unfit=await read_findings(connection, [*KINDS, BLOCKED, OWNER_LOST]),
                undelivered=await read_undelivered(connection),
                role=self._replica.role if self._replica else "alone",
            )

    async def reasons(self) -> list[str]:
        """Why this process should be started anew: it does not hear Slack, or reach its database, or sync if it should.

        Where it only answers, starting it anew would not help the one that syncs.
        """
        found = ["the socket to Slack is dead"] if self.hearing.is_dead else []
        try:
            async with asyncio.timeout(DATABASE_PATIENCE_SECONDS), self._database.read() as connection:
                jobs = await health.read_jobs(connection)
                since = self._overdue_since(jobs, await health.read_last_progress(connection), self._patience)
        except (SQLAlchemyError, OSError, TimeoutError) as failure:
            return [*found, f"the database does not answer: {type(failure).__name__}"]
        late = since is not None and not self._only_answers
        return [*found, f"no pass has ended since {since:%Y-%m-%dT%H:%M:%SZ}"] if late else found

    def _overdue_since(
        self, jobs: Sequence[JobState], progress: datetime | None, patience: timedelta
    ) -> datetime | None:
        """A first reading of everything takes long; as long as it gets on, it is not overdue.

        Nor is it while passes are far apart for the quota's sake: whoever only answers goes by when the next is due.
        """
        if self._engine is None:
            return None
        sync = next((job for job in jobs if job.name == NAME), JobState(NAME))
        began = self._replica.syncs_since if self._replica else None
        last = max(at for at in (began or self._started_at, sync.finished_at, progress) if at)
        due = max(last, sync.next_at) if self._only_answers and sync.next_at else last
        return last if self._now() - due > patience * self._plan().stretch else None

    @property
    def _only_answers(self) -> bool:
        return self._replica is not None and self._replica.role == "answers"

    def _plan(self) -> Plan:
        return Plan() if self._engine is None or self._only_answers else self._engine.spending.plan(self._every)

    def _failing(self) -> dict[str, str]:
        """A service is stored as down only once all tries of a call have failed, which takes a while."""
        if self._engine is None or self._only_answers:
            return {}
        last = {"dynamics": self._engine.dynamics.failing, "marketo": self._engine.marketo.failing}
        return {name: code for name, code in last.items() if code}

    def _throttled(self) -> Throttled:
        if self._engine is None or self._only_answers:
            return {}
        return {"dynamics": self._engine.dynamics.throttled, "marketo": self._engine.marketo.throttled}
