"""The pace of our calls to Marketo, in windows short enough to be waited for."""

import asyncio
import time

from sync.marketo.limits import Pace
from sync.turnstile import Caller, calling_for


async def starts(pace: Pace, calls: int) -> list[float]:
    """When each of `calls` calls, all asked for at once, was let through."""
    seen: list[float] = []

    async def call() -> None:
        async with pace.slot():
            seen.append(time.monotonic())

    await asyncio.gather(*(call() for _ in range(calls)))
    return seen


async def test_no_rolling_window_holds_more_calls_than_allowed() -> None:
    seen = await starts(Pace(10, 10, window_ms=100), 45)
    assert all(later - earlier >= 0.099 for earlier, later in zip(seen, seen[10:], strict=False))


async def test_the_allowed_rate_is_used_to_the_full() -> None:
    seen = await starts(Pace(10, 10, window_ms=200), 41)
    assert 40 / (seen[-1] - seen[0]) >= 0.8 * 10 / 0.2


async def test_waiting_for_the_window_leaves_the_process_idle() -> None:
    began = time.process_time()
    await starts(Pace(5, 5, window_ms=150), 16)
    assert time.process_time() - began < 0.2


async def test_no_more_calls_are_in_flight_than_allowed() -> None:
    pace, flying, most = Pace(100, 3), 0, 0

    async def call() -> None:
        nonlocal flying, most
        async with pace.slot():
            flying += 1
            most = max(most, flying)
            await asyncio.sleep(0)
            flying -= 1

    await asyncio.gather(*(call() for _ in range(20)))
    assert most == 3


async def test_lanes_are_let_through_in_turn_whatever_waits_in_each() -> None:
    pace, through = Pace(1000, 1), list[str]()

    async def call(lane: str) -> None:
        with calling_for(Caller(lane)):
            async with pace.slot():
                through.append(lane)
                await asyncio.sleep(0)

    lanes = ["accounts"] * 20 + ["leads"] * 3
    await asyncio.gather(*map(call, lanes))
    first = through.index("leads")
    assert first <= 3  # one account is under way, and others had their turn before the first lead asked
    assert through[first : first + 5] == ["leads", "accounts", "leads", "accounts", "leads"]
