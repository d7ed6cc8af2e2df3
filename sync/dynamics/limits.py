"""Holding back: so many calls at once, and none at all while Dataverse has asked us to wait."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from sync.errors import Later
from sync.turnstile import Turnstile

LONGEST_PAUSE = 120.0  # seconds; a longer one is not sat out inside a call, but handed up
MOST = 52  # calls at once that Dataverse lets a user make (Microsoft, "api-limits")
USUAL = 8


@dataclass(frozen=True, slots=True)
class Breadth:
    """How many calls at once: up to what Dataverse advises, and fewer for a while after it had to refuse one."""

    advised: int = USUAL
    allowed: float = USUAL

    @property
    def calls(self) -> int:
        return max(1, int(self.allowed))

    def answered(self, hint: str | None) -> "Breadth":
        """After a good answer. `hint` is its x-ms-dop-hint, Dataverse's advice on calls at once, if it had one.

        As many good answers as there are calls at once allow one call more.
        """
        advised = min(max(int(hint), 1), MOST) if hint and hint.isdecimal() else self.advised
        return Breadth(advised, min(self.allowed + 1 / self.calls, advised))

    def refused(self) -> "Breadth":
        """After a 429: half of it."""
        return replace(self, allowed=max(self.allowed / 2, 1.0))


class Gate:
    """Lets some calls through at a time, lanes in turn; closed for everybody while a Retry-After runs.

    Service protection counts per user, so one 429 concerns all our calls, and Retry-After grows for those who keep
    pushing (Microsoft, "api-limits").
    """

    def __init__(
        self,
        concurrency: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.breadth = Breadth(concurrency, concurrency)
        self._under_way = 0
        self._room = asyncio.Event()
        self._turns = Turnstile()
        self._sleep = sleep
        self._clock = clock
        self._opens_at = 0.0
        self._why = ""

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """A slot to call in, once the gate is open. Raises Later where that is too long to wait."""
        async with self._turns.turn():
            while self._under_way >= self.breadth.calls:
                self._room.clear()
                await self._room.wait()
            await self._until_open()
            self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            self._room.set()

    async def _until_open(self) -> None:
        while (rest := self._opens_at - self._clock()) > 0:
            if rest > LONGEST_PAUSE:
                raise Later(self._why, "Dynamics has asked us to wait", retry_after=rest)
            await self._sleep(rest)

    def answered(self, hint: str | None) -> None:
        """A call was answered well; `hint` is its x-ms-dop-hint."""
        self.breadth = self.breadth.answered(hint)
        self._room.set()

    def close_for(self, seconds: float, code: str) -> None:
        """Keeps everybody out for `seconds` from now, for the reason `code`; fewer are let in at once afterwards.

        Of several calls refused together, the first has told already.
        """
        if self._opens_at <= self._clock():
            self.breadth = self.breadth.refused()
        self._opens_at = max(self._opens_at, self._clock() + seconds)
        self._why = code
