"""Whom Marketo lost while nobody read its deletes: it keeps those for 14 days only, so everybody is looked up by id.

Begun once where the deletes were last read longer ago than that; goes on pass by pass, until all were asked for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ledger.holding import remember_reread
from storage.ledger.links import Person, people_after
from storage.ledger.readings import Cursor, cursor_of, save_cursor
from sync.engine import CALL, Engine
from sync.holding import Tally, hold_if_too_much

FEED = "departures"
KEPT = timedelta(days=14)
MISSED = "looked up in Marketo one by one, because its deletes had not been read for 14 days"

PartFrom = Callable[[Engine, AsyncConnection, Sequence[str], Cursor], Awaitable[Mapping[str, int]]]


async def begin_if_missed(engine: Engine, last_read: datetime | None) -> None:
    """To be called before the deletes are read on, which would hide that any were missed."""
    if last_read is None or engine.now() - last_read <= KEPT:
        return
    async with engine.database.write() as connection:
        await _save(engine, connection, Cursor(None, engine.now(), None), 0, {})


async def look_for_departures(engine: Engine, part_from: PartFrom) -> None:
    """Goes on where the last pass stopped, for as long as a pass writes; parts from whom Marketo does not find.

    What is found missing goes by the same brake as deletes that were read, all of it together.
    """
    async with engine.database.read() as connection:
        cursor = await cursor_of(connection, "marketo", FEED)
    if cursor is None or cursor.first_read_done_at is not None:
        return
    clock = asyncio.get_running_loop().time
    end = clock() + engine.pace.push_seconds
    while clock() < end and engine.may_read_on:
        after, gone = _where(cursor)
        async with engine.database.read() as connection:
            people = await people_after(connection, [one.name for one in engine.people], after, CALL)
        missing = await _missing(engine, people) if people else []
        async with engine.database.write() as connection:
            parted = await part_from(engine, connection, missing, cursor)
            gone = {one.name: gone.get(one.name, 0) + parted.get(one.name, 0) for one in engine.people}
            for name, number in list(gone.items()) if missing else ():
                if await hold_if_too_much(engine, connection, Tally(name, "to-marketo", gone=number)):
                    gone[name] = 0  # or each page that follows would hold it once more, whoever let it go on
            cursor = await _save(engine, connection, cursor, people[-1].link if people else None, gone)
        if not people:
            return


async def _missing(engine: Engine, people: Sequence[Person]) -> list[str]:
    asked = list(dict.fromkeys(each.marketo_id for each in people))
    found = {str(row["id"]) for row in await engine.marketo.find_people("id", asked, ["id"])}
    return [each for each in asked if each not in found]


def _where(cursor: Cursor) -> tuple[int, dict[str, int]]:
    """The link that was looked up last, and how many people of each object were missed so far."""
    held = orjson.loads(cursor.cursor or '{"after": 0, "gone": {}}')
    return held["after"], held["gone"]


async def _save(
    engine: Engine, connection: AsyncConnection, cursor: Cursor, after: int | None, gone: Mapping[str, int]
) -> Cursor:
    """`after` is None at the end."""
    now = engine.now()
    text = orjson.dumps({"after": after or 0, "gone": gone}).decode()
    saved = Cursor(text, cursor.first_read_started_at, None if after is not None else now)
    await save_cursor(engine.database, connection, "marketo", FEED, saved, now)
    for one in engine.people if after is None else ():
        await remember_reread(engine.database, connection, one.name, MISSED, now)
    return saved
