"""One pass: read both sides, then write what waits."""

import logging
from collections.abc import Awaitable
from datetime import datetime, timedelta

from storage.changes import Side
from storage.ledger.claiming import recover
from storage.ledger.readings import (
    pass_ended,
    pass_started,
    service_answered,
    service_failed,
    stop_lane,
)
from storage.ledger.samples import sample
from sync.engine import Engine
from sync.errors import PersonMustLook, SyncFailure
from sync.fit import fit
from sync.lanes import push_all
from sync.objects import Object
from sync.pull_dynamics import pull_dynamics
from sync.pull_marketo import pull_marketo
from sync.second_look import look_again

NAME = "sync"
SIDES: tuple[Side, ...] = ("dynamics", "marketo")
log = logging.getLogger(__name__)


async def run_pass(engine: Engine, next_at: datetime | None = None) -> bool:
    """Reads both sides and writes what waits. A side that could not be read is not written to in this pass.

    `next_at` is when the next one begins, for those who ask. Returns whether a lane ran out of its time with changes
    still waiting: then the next pass should begin at once.
    """
    more = False
    engine.spending.pass_began()
    await _begin(engine)
    readable: set[Side] = set()
    fits = [side for side in SIDES if await _fit(engine, side)]  # both first: what either lacks is not read
    if "dynamics" in fits and await _read_dynamics(engine):
        readable.add("dynamics")
    may_call = "marketo" in fits and await engine.spending.may_call()
    if may_call and await _reading(engine, "marketo", _read_marketo(engine)) and engine.spending.plan().calls:
        readable.add("marketo")
    if engine.fitted == set(SIDES):
        more = await push_all(engine, readable)
    async with engine.database.write() as connection:
        await pass_ended(engine.database, connection, NAME, engine.now(), next_at, None)
    engine.spending.pass_ended()
    return more


async def _begin(engine: Engine) -> None:
    """What a pass that died left in flight is taken back, but for what an import has truly in flight."""
    now, names = engine.now(), [one.name for one in engine.objects]
    async with engine.database.write() as connection:
        await pass_started(engine.database, connection, NAME, now)
        settled_at = now + timedelta(seconds=engine.pace.settle_seconds)
        await recover(connection, [each for each in names if each not in engine.importing], "to-marketo", settled_at)
        await recover(connection, names, "to-dynamics", now)


async def _fit(engine: Engine, side: Side) -> bool:
    """A side is not read before its metadata has been, once; and nothing is written before both sides' have."""
    if side in engine.fitted:
        return True
    return await _reading(engine, side, fit(engine, side))


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


async def _read_marketo(engine: Engine) -> None:
    await pull_marketo(engine)
    await look_again(engine)


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


async def take_sample(engine: Engine) -> None:
    """Records how much waits, and since when, in every lane."""
    async with engine.database.write() as connection:
        await sample(engine.database, connection, engine.lanes, engine.now())
