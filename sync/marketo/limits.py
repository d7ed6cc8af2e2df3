"""Keeping below Marketo's limits: calls in every rolling window of 20 seconds, and calls in flight."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from pyrate_limiter import InMemoryBucket, Limiter, MonotonicClock, Rate, SingleBucketFactory

from sync.turnstile import Turnstile

WINDOW = 20_500  # ms: Marketo's 20 s, and some more, for calls that take longer on their way than those after them


class Pace:
    """Lets a call start when fewer than `calls` started within the window and fewer than `in_flight` are under way.

    Marketo's limits (100 in 20 s, 10 at once) are shared by all of an instance's integrations; Adobe advises each to
    take half. pyrate-limiter's in-memory bucket remembers every start and so holds over every rolling window; where it
    is full it sleeps until the oldest start leaves the window. Meanwhile nobody else has asked it for a start: who is
    next is only decided then, lanes in turn.
    """

    def __init__(self, calls: int, in_flight: int, window_ms: int = WINDOW) -> None:
        self._clock = MonotonicClock()  # the bucket's own kind
        self._bucket = InMemoryBucket([Rate(calls, window_ms)])
        # Not scheduled to leak: that would be a thread. What has left the window is dropped at each start instead.
        factory = SingleBucketFactory(self._bucket, schedule_leak=False)
        self._starts = Limiter(factory, buffer_ms=2)
        self._slots = asyncio.Semaphore(in_flight)
        self._turns = Turnstile()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """A slot to call in. Counted as started last of all, so that nothing delays the call afterwards."""
        async with AsyncExitStack() as held:
            async with self._turns.turn():
                await held.enter_async_context(self._slots)
                await self._starts.try_acquire_async()
                self._bucket.leak(self._clock.now())
            yield
