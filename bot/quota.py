"""How many of Marketo's calls are used today. Asking costs one itself, so an answer is kept for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.errors import SyncFailure

KEPT_FOR = timedelta(minutes=5)
FAILURE_KEPT_FOR = timedelta(minutes=1)
PATIENCE_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Used:
    """What Marketo said at `asked_at`; `calls` is None where it said nothing."""

    calls: int | None
    asked_at: datetime


class Quota:
    """Asks `ask` (sync.marketo's calls_today) when the last answer is too old."""

    def __init__(self, ask: Callable[[], Awaitable[int]], now: Callable[[], datetime]) -> None:
        self._ask, self._now = ask, now
        self._last: Used | None = None
        self._asking = asyncio.Lock()

    async def used(self) -> Used:
        """Never waits long: where Marketo does not answer soon, it is asked again in a minute."""
        async with self._asking:
            if self._last is None or self._is_old(self._last):
                self._last = Used(await self._calls(), self._now())
            return self._last

    def _is_old(self, last: Used) -> bool:
        return self._now() - last.asked_at >= (FAILURE_KEPT_FOR if last.calls is None else KEPT_FOR)

    async def _calls(self) -> int | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._ask()
        except (SyncFailure, TimeoutError):
            return None
