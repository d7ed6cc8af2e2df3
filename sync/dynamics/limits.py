"""Holding back: so many calls at once, and none at all while Dataverse has asked us to wait."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from sync.errors import Later

LONGEST_PAUSE = 120.0  # seconds; a longer one is not sat out inside a call, but handed up


class Gate:
    """Lets `concurrency` calls through at a time; closed for everybody while a Retry-After runs.

    Service protection counts per user, so one 429 concerns all our calls, and Retry-After grows for those who keep
    pushing (Microsoft, "api-limits").
    """

    def __init__(
        self,
        concurrency: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._slots = asyncio.Semaphore(concurrency)
        self._sleep = sleep
        self._clock = clock
        self._opens_at = 0.0
        self._why = ""

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """A slot to call in, once the gate is open. Raises Later where that is too long to wait."""
        async with self._slots:
            while (rest := self._opens_at - self._clock()) > 0:
                if rest > LONGEST_PAUSE:
                    raise Later(self._why, "Dynamics has asked us to wait", retry_after=rest)
                await self._sleep(rest)
            yield

    def close_for(self, seconds: float, code: str) -> None:
        """Keeps everybody out for `seconds` from now, for the reason `code`."""
        self._opens_at = max(self._opens_at, self._clock() + seconds)
        self._why = code
