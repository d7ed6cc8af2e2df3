"""A process that dies in the middle of a pass: it is abandoned there, and another begins with the same file."""

import asyncio
from contextlib import suppress
from typing import Any

from sqlalchemy import event

from sync.passes import run_pass
from tests.journeys.world import World


async def crash(world: World, count: int) -> bool:
    """Abandons a pass at its `count`-th point, if it comes so far, and starts anew. Whether it did.

    Points are a call that leaves, a reply that comes, and a transaction's end. What was sent takes effect.
    """
    task = asyncio.ensure_future(run_pass(world.engine))
    left = count

    def reached(*_: Any) -> None:
        nonlocal left
        left -= 1
        if not left:
            task.cancel()

    world.watch.passing = reached
    event.listen(world.database.engine.sync_engine, "commit", reached)
    with suppress(asyncio.CancelledError):
        await task
    await world.restart()
    return left <= 0
