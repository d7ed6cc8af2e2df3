"""What both services' clients share: a call without an answer, calls repeated, and writes cut into chunks."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import httpx
import stamina

from sync.errors import Later, SyncFailure
from sync.outcomes import Outcome

T = TypeVar("T")

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""Failures of httpx before the first byte of a request left us."""


def no_answer(error: httpx.RequestError, *, write: bool) -> Later:
    """What to raise where httpx got no answer: `unknown` where a write may have arrived all the same."""
    code = "timeout" if isinstance(error, httpx.TimeoutException) else "connection"
    message = str(error) or type(error).__name__
    return Later(code, message, unknown=write and not isinstance(error, NEVER_SENT))


def out_of_order(response: httpx.Response) -> str:
    """ "http-503" where a gateway answered because the service did not; empty where the service did, be it with 500."""
    return f"http-{response.status_code}" if response.status_code in (502, 503, 504) else ""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a call is tried and how long to wait in between: `first_wait` seconds, doubling, with jitter."""

    tries: int = 5
    first_wait: float = 0.5
    longest_wait: float = 20.0

    async def repeat(
        self, call: Callable[[], Awaitable[T]], worth_repeating: Callable[[SyncFailure], bool | float]
    ) -> T:
        """Awaits `call()` until it succeeds, `tries` are used up or its failure is not worth repeating.

        `worth_repeating` answers with False, with True for the usual wait, or with the number of first waits to wait.
        """

        def verdict(error: Exception) -> bool | float:
            if not isinstance(error, SyncFailure):
                return False
            answer = worth_repeating(error)
            if isinstance(answer, bool):
                return answer
            return answer * self.first_wait * random.uniform(1, 1.25)  # noqa: S311 - jitter guards nothing

        async for attempt in stamina.retry_context(
            verdict,
            attempts=self.tries,
            timeout=None,
            wait_initial=self.first_wait,
            wait_jitter=self.first_wait,
            wait_max=self.longest_wait,
        ):
            with attempt:
                return await call()
        raise AssertionError("stamina raises the last failure")


def chunks_of(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """`items` in order, `size` at a time; no chunk at all for no items."""
    return [items[start : start + size] for start in range(0, len(items), size)]


async def write_chunks(
    chunks: Sequence[Sequence[T]], write: Callable[[Sequence[T]], Awaitable[list[Outcome]]]
) -> list[Outcome]:
    """Writes every chunk, side by side, and joins their outcomes in order.

    A single chunk that fails as a whole raises its SyncFailure. Among several, each of its rows gets that failure as
    outcome, and the other chunks stand.
    """
    if len(chunks) == 1:
        return await write(chunks[0])

    async def settle(chunk: Sequence[T]) -> list[Outcome]:
        try:
            return await write(chunk)
        except SyncFailure as failed:
            return [failed] * len(chunk)

    return [outcome for outcomes in await asyncio.gather(*map(settle, chunks)) for outcome in outcomes]


async def one_ahead(pages: AsyncGenerator[T]) -> AsyncGenerator[T]:
    """`pages` in order, each asked for while whoever reads them is busy with the one before it. To be closed."""
    coming = asyncio.ensure_future(anext(pages, None))
    try:
        while (page := await coming) is not None:
            coming = asyncio.ensure_future(anext(pages, None))
            yield page
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await pages.aclose()
