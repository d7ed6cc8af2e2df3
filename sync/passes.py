"""One pass: read both sides, then write what waits, parents before children."""

import asyncio
import logging
from collections.abc import Awaitable
from datetime import datetime, timedelta

from storage.changes import Direction, Settled, Side
from storage.ledger.claiming import recover, wake
from storage.ledger.readings import (
    LaneState,
    lane_states,
    pass_ended,
    pass_started,
    restart_lane,
    service_answered,
    service_failed,
    stop_lane,
)
from storage.ledger.samples import sample
from sync.engine import Engine
from sync.errors import PersonMustLook, SyncFailure
from sync.fit import fit_to_dynamics, fit_to_marketo
from sync.objects import LANES, Object
from sync.pull_dynamics import pull_dynamics
from sync.pull_marketo import pull_marketo
from sync.push import Claim, claim
from sync.push_dynamics import push_to_dynamics
from sync.push_marketo import push_to_marketo

NAME = "sync"
BOTH: set[Side] = {"dynamics", "marketo"}
log = logging.getLogger(__name__)


async def run_pass(engine: Engine, next_at: datetime | None = None) -> bool:
    """Reads both sides and writes what waits. A side that could not be read is not written to in this pass.

    `next_at` is when the next one begins, for those who ask. Returns whether a lane ran out of its time with changes
    still waiting: then the next pass should begin at once.
    """
    now, more = engine.now(), False
    async with engine.database.write() as connection:
        await pass_started(engine.database, connection, NAME, now)
        await recover(connection, "to-marketo", now + timedelta(seconds=engine.pace.settle_seconds))
        await recover(connection, "to-dynamics", now)
    readable: set[Side] = set()
    if await _fit(engine, "dynamics") and await _read_dynamics(engine):
        readable.add("dynamics")
    if await _fit(engine, "marketo") and await _reading(engine, "marketo", pull_marketo(engine)):
        readable.add("marketo")
    if engine.fitted == BOTH:
        more = await push_all(engine, readable)
    async with engine.database.write() as connection:
        await pass_ended(engine.database, connection, NAME, engine.now(), next_at, None)
    return more


async def _fit(engine: Engine, side: Side) -> bool:
    """A side is not read before its metadata has been, once; and nothing is written before both sides' have."""
    if side in engine.fitted:
        return True
    return await _reading(engine, side, fit_to_dynamics(engine) if side == "dynamics" else fit_to_marketo(engine))


async def _read_dynamics(engine: Engine) -> bool:
    for one in engine.objects:
        try:
            await pull_dynamics(engine, one)
        except PersonMustLook as failure:
            await _stop(engine, one, failure)
        except SyncFailure as failure:
            await _report(engine, "dynamics", failure)
            return False
    async with engine.database.write() as connection:
        await service_answered(engine.database, connection, "dynamics", engine.now())
    return True


async def _reading(engine: Engine, side: Side, reading: Awaitable[object]) -> bool:
    try:
        await reading
    except SyncFailure as failure:
        await _report(engine, side, failure)
        return False
    async with engine.database.write() as connection:
        await service_answered(engine.database, connection, side, engine.now())
    return True


async def _report(engine: Engine, side: Side, failure: SyncFailure) -> None:
    log.warning("%s could not be read: %s", side, failure)
    async with engine.database.write() as connection:
        await service_failed(engine.database, connection, side, failure.code, failure.message, engine.now())


async def _stop(engine: Engine, one: Object, failure: SyncFailure) -> None:
    """One table that may not be read stops its object alone."""
    log.warning("%s stopped: %s", one.name, failure)
    async with engine.database.write() as connection:
        await stop_lane(
            engine.database, connection, one.name, "to-marketo", failure.code, failure.message, engine.now()
        )


async def push_all(engine: Engine, readable: set[Side]) -> bool:
    """Writes every live lane whose target can be reached, parents before children; whether any has more to write."""
    more = False
    async with engine.database.write() as connection:
        await wake(connection, engine.now())
        states = await lane_states(connection)
    for one in engine.objects:
        for direction in one.directions:
            target: Side = "marketo" if direction == "to-marketo" else "dynamics"
            state = states.get((one.name, direction), LaneState())
            if target in readable and may_write(engine, state):
                more = await push_lane(engine, one, direction) or more
                await _go_on(engine, one, direction, state)
    return more


async def _go_on(engine: Engine, one: Object, direction: Direction, state: LaneState) -> None:
    """A lane that was tried again and did not stop anew, be it because nothing waited, is stopped no more."""
    if state.stopped_at is not None:
        async with engine.database.write() as connection:
            await restart_lane(connection, one.name, direction, state.stopped_at)


def may_write(engine: Engine, state: LaneState) -> bool:
    """A lane that stopped is tried again after a while, in case somebody mended it."""
    rested = state.stopped_at is None or engine.now() - state.stopped_at >= engine.pace.stopped_for
    return state.live and not state.paused and rested


async def push_lane(engine: Engine, one: Object, direction: Direction) -> bool:
    """Round after round until nothing waits, nothing moves, or the lane has had its time in this pass (then True).

    Two rounds overlap, one being sent while the other is settled; but of people, whom a round may have to find among
    those that the round before it made, there is one at a time.
    """
    end = asyncio.get_running_loop().time() + engine.pace.push_seconds
    together = 1 if one.is_person else 2
    under_way = (_rounds(engine, one, direction, end) for _ in range(together))
    # Where one dies, the other comes to its end before that is told: it must not run on into the next pass.
    ended = await asyncio.gather(*under_way, return_exceptions=True)
    for each in ended:
        if isinstance(each, BaseException):
            raise each
    return any(ended)


async def _rounds(engine: Engine, one: Object, direction: Direction, end: float) -> bool:
    while asyncio.get_running_loop().time() < end and not engine.stopping:
        claimed = await claim(engine, one, direction)
        if claimed is None:
            return False
        await _push(engine, claimed)
        if claimed.stopped or (claimed.delayed and not any(isinstance(each, Settled) for each in claimed.results)):
            return False
    return not engine.stopping


async def _push(engine: Engine, claimed: Claim) -> None:
    if claimed.direction == "to-marketo":
        await push_to_marketo(engine, claimed)
    else:
        await push_to_dynamics(engine, claimed)


async def take_sample(engine: Engine) -> None:
    """Records how much waits, and since when, in every lane."""
    async with engine.database.write() as connection:
        await sample(engine.database, connection, LANES, engine.now())
