"""Comparing both sides for Slack: with progress, remembered with what it found, sent as a file, queued for repair."""

import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot import compared, comparison_csv
from bot.answers import Answer, say
from bot.delivery import file_name, send_personal_file
from bot.figures import clock, count
from bot.lanes_acted import not_here
from bot.request import Compare
from bot.texts import _, plural
from bot.world import Asker, World
from storage.changes import Difference
from storage.comparisons import (
    Comparison,
    counted,
    differences_of,
    errors_of_people_alone,
    last_comparison,
    records_that_differ,
)
from storage.lease import alone_comparing
from storage.ledger.comparing import add_differences, begin_comparison, end_comparison, mark_repaired
from storage.ledger.readings import amend_act, record_act
from sync.comparing import Portion, Tally, compare, expected
from sync.engine import Engine
from sync.errors import SyncFailure
from sync.repairing import Queued, repair

MOST_TELLINGS = 3  # Slack lets us answer five times; the result needs one, and one may be refused
TELL_AFTER = timedelta(seconds=3)
WRITTEN_AFTER = 10_000  # records compared, or as many differences


class Telling:
    """Tells the asker how far something is, at a quarter, the half and three quarters of what is expected."""

    def __init__(self, said: Callable[[int, int], Answer], total: int, world: World) -> None:
        self._said, self._total, self._world = said, total, world
        self._told, self._next = 0, world.now() + TELL_AFTER

    async def __call__(self, done: int) -> None:
        """Called after each portion."""
        now = self._world.now()
        due = done >= self._total * (self._told + 1) // (MOST_TELLINGS + 1)
        if self._total and self._told < MOST_TELLINGS and due and now >= self._next:
            self._told += 1
            self._next = now + TELL_AFTER
            await self._world.tell(self._said(done, self._total))


async def compare_now(name: str, asker: Asker, world: World) -> Answer:
    """Compares an object; one at a time, because each reads every record there is."""
    engine = world.engine
    if engine is None:
        return not_here()
    if engine.comparing:
        return compared.under_way(engine.comparing)
    engine.comparing = name
    try:
        async with alone_comparing(world.database) as alone:
            return await _compare(engine, name, asker, world) if alone else compared.under_way()
    except SyncFailure as failure:
        return compared.failed(Compare(name), compared.why_stopped(failure, world.now(), asker.zone))
    finally:
        engine.comparing = ""


async def _compare(engine: Engine, name: str, asker: Asker, world: World) -> Answer:
    database, now = world.database, world.now
    number = await begin_comparison(database, name, asker.user_id, now())
    async with database.write() as connection:
        act = await record_act(connection, asker.user_id, "compare", now(), name)
    told = Telling(lambda done, total: compared.progress(name, done, total), await expected(engine, name), world)
    writing = _Writing(world, number, told)
    try:
        async for portion in compare(engine, name):
            await writing.add(portion)
    except SyncFailure as failure:
        async with database.write() as connection:
            await amend_act(connection, act, f"broke off after {writing.tally.compared}: {failure.code}")
        raise
    await writing.write()
    async with database.write() as connection:
        await end_comparison(connection, number, now())
        await amend_act(connection, act, f"{writing.tally.different} of {writing.tally.compared} differ")
    async with database.read() as connection:
        kinds = await counted(connection, number)
        alone = await errors_of_people_alone(connection, name)
    return compared.draw(name, writing.tally, kinds, alone)


class _Writing:
    """What was found so far: its sum, and the differences that are not written down yet."""

    def __init__(self, world: World, number: int, told: Callable[[int], Awaitable[None]]) -> None:
        self._database, self._number, self._told = world.database, number, told
        self._written, self._found = 0, list[Difference]()
        self.tally = Tally()

    async def add(self, portion: Portion) -> None:
        self.tally.add(portion.tally)
        self._found += portion.differences
        if self.tally.compared - self._written >= WRITTEN_AFTER or len(self._found) >= WRITTEN_AFTER:
            await self.write()
        await self._told(self.tally.compared)

    async def write(self) -> None:
        async with self._database.write() as connection:
            await add_differences(connection, self._number, self.tally.compared, self._found)
        self._written, self._found = self.tally.compared, []


async def _finished(name: str, world: World) -> Comparison | None:
    """The last comparison of this object, if it came to its end."""
    async with world.database.read() as connection:
        last = await last_comparison(connection, name)
    return last if last and last.finished_at else None


async def send_differences(name: str, asker: Asker, world: World) -> Answer:
    """All differences of the last comparison, to the asker's direct messages; values are for readers only."""
    last = await _finished(name, world)
    if last is None:
        return compared.not_compared(name)
    with tempfile.TemporaryFile() as file:
        pages = differences_of(world.database, last.id)
        rows = await comparison_csv.write(pages, name, world.links, file, people=asker.may_see_people)
        if not rows:
            return compared.nothing_differs(name)
        called = file_name(f"compare-{name}", world.now(), asker.zone)
        said = plural("{count} difference", "{count} differences", rows).format(count=count(rows))
        comment = _("{rows}, as asked for with /sync compare csv. Slack keeps it for 7 days.").format(rows=said)
        await send_personal_file(
            world.slack, world.database, asker.user_id, file, called, comment, f"compare {name} csv", world.now()
        )
    sentence = _("{rows} of the comparison of {time} sent to you as {name}, in your direct messages with me.")
    time = clock(last.finished_at or last.started_at, world.now(), asker.zone)
    return say(sentence.format(rows=said, time=time, name=called), *compared.buttons(name, True))


async def queue_repair(request: Compare, name: str, asker: Asker, world: World) -> Answer:
    """Asks first, and then looks at every record that differed once more."""
    if world.engine is None:
        return not_here()
    last = await _finished(name, world)
    if last is None:
        return compared.not_compared(name)
    async with world.database.read() as connection:
        records = await records_that_differ(connection, last.id)
    if not records:
        return compared.nothing_differs(name)
    if request.confirmed != records:
        return compared.question(name, records, clock(last.finished_at or last.started_at, world.now(), asker.zone))
    try:
        return compared.repaired(name, await _repair(world.engine, last, records, asker, world))
    except SyncFailure as failure:
        return compared.failed(request, compared.why_stopped(failure, world.now(), asker.zone))


async def _repair(engine: Engine, last: Comparison, records: int, asker: Asker, world: World) -> Queued:
    database, queued, seen = world.database, Queued(), 0
    async with database.write() as connection:
        act = await record_act(connection, asker.user_id, "repair", world.now(), last.object)
    told = Telling(lambda done, total: compared.progress(last.object, done, total), records, world)
    async for some in differences_of(database, last.id):
        queued += await repair(engine, last.object, some)
        seen += len({each.dynamics_id for each in some})
        async with database.write() as connection:
            await amend_act(connection, act, f"{queued.to_marketo} to-marketo, {queued.to_dynamics} to-dynamics")
        await told(seen)
    async with database.write() as connection:
        await mark_repaired(connection, last.id, world.now())
    return queued
