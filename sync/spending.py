"""What is known of the day's calls to Marketo: its own count, asked for now and then, and what we called since."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.errors import SyncFailure
from sync.marketo.client import Marketo
from sync.marketo.codes import QUOTA, seconds_to_new_quota
from sync.quota import Allowance, Plan, plan

ASKED_EVERY = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Counted:
    """`used` calls at a moment of the day that ends at `ends_at`, when we had `made` so many ourselves."""

    used: int
    made: int
    ends_at: datetime


class Spending:
    """Makes the plan, from as little asking as can be: asking is a call itself."""

    def __init__(self, marketo: Marketo, now: Callable[[], datetime], allowance: Allowance) -> None:
        self._marketo, self._now, self._allowance = marketo, now, allowance
        self._counted: Counted | None = None
        self._asks_at: datetime | None = None
        self._began = 0
        self._a_pass = 1.0

    async def look(self) -> None:
        """Asks Marketo where its last answer is old. Where it does not answer, the last answer stands.

        Where it gave none today (our role may lack the permission), our own calls from now on are all that is known.
        """
        now = self._now()
        if self._asks_at is not None and now < self._asks_at:
            return
        ends_at = self.again_at()
        self._asks_at = min(now + ASKED_EVERY, ends_at)
        try:
            used = await self._marketo.calls_today()
        except SyncFailure as failure:
            if failure.code == QUOTA:
                used = self._allowance.daily
            elif self._used() is None:
                used = 0
            else:
                return
        self._counted = Counted(used, self._marketo.calls_made, ends_at)

    async def may_call(self) -> bool:
        """Whether Marketo's calls of the day are not down to those that are left to others."""
        await self.look()
        return self.plan().calls

    def again_at(self) -> datetime:
        """When the day's calls are given anew."""
        now = self._now()
        return now + timedelta(seconds=seconds_to_new_quota(now))

    def pass_began(self) -> None:
        self._began = self._marketo.calls_made

    def pass_ended(self) -> None:
        self._a_pass = max(self._marketo.calls_made - self._began, 1.0)

    def plan(self, every: float = MINUTE.total_seconds()) -> Plan:
        """What may be done now, where passes usually begin `every` so many seconds."""
        return plan(self._used(), self._allowance, self._a_pass, every, self._now())

    def apart(self) -> timedelta:
        """From pass to pass, at present."""
        return MINUTE * self.plan().stretch

    def _used(self) -> int | None:
        """Nobody knows yet on a new day."""
        if self._counted is None or self._now() >= self._counted.ends_at:
            return None
        return self._counted.used + self._marketo.calls_made - self._counted.made
