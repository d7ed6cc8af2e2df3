"""One reading of a Dynamics table: what changed since the delta link, noted together with the new delta link."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ledger.holding import remember_reread
from storage.ledger.links import known_in_dynamics, links_by
from storage.ledger.noting import Lane
from storage.ledger.readings import Cursor, cursor_of, save_cursor
from storage.ledger.totals import Moves
from sync.dynamics.client import ChangedRows
from sync.engine import Engine
from sync.errors import CursorExpired
from sync.fitting import judged_by
from sync.holding import Tally, hold_if_too_much, is_held, rests
from sync.objects import Object
from sync.roles import attributed_page
from sync.rows_read import note_page, page_of
from sync.wire import one_ahead

EXPIRED = "read anew as a whole, because the delta link had expired"


async def pull_dynamics(engine: Engine, one: Object) -> None:
    """Reads one table to the end of its feed, page by page, each page in one transaction with its cursor.

    Where the feed has to be read anew from its beginning, rows that are no longer in it are gone: no tombstone tells.
    """
    async with engine.database.read() as connection:
        cursor = await cursor_of(connection, "dynamics", one.name)
        if cursor and await rests(engine, connection, one.name, cursor):
            return
    reading = Reading(_for_columns(one, cursor or Cursor(None, engine.now(), None)), Tally(one.name, "to-marketo"))
    while not await _read_to_the_end(engine, one, reading):
        one = await _judged_anew(engine, one)
        reading.expire(one)


async def _read_to_the_end(engine: Engine, one: Object, reading: "Reading") -> bool:
    """False where the delta link has expired."""
    try:
        async with aclosing(one_ahead(_pages(engine, one, reading.cursor.cursor))) as pages:
            async for rows in pages:
                reading.turn_page(rows, engine.now())
                await _note_read(engine, one, reading, await attributed_page(engine, one, rows))
    except CursorExpired:
        if reading.cursor.cursor is None:
            raise
        return False
    return True


async def _pages(engine: Engine, one: Object, cursor: str | None) -> AsyncGenerator[ChangedRows]:
    more = True
    while more and not engine.stopping:
        rows = await engine.dynamics.read_changes(one.entity_set, one.columns, cursor, engine.pace.page_size)
        yield rows
        cursor, more = rows.cursor, rows.more


@dataclass(slots=True)
class Reading:
    """How far one reading has come. `met` are the rows met so far, where everything is read anew; else None.

    `first` is the very first reading of a table; `expired` one that begins anew because its delta link had ended.
    """

    cursor: Cursor
    tally: Tally
    first: bool = field(init=False)
    expired: bool = False
    met: set[bytes] | None = None

    def __post_init__(self) -> None:
        self.first = self.cursor.first_read_done_at is None

    def expire(self, one: Object) -> None:
        self.cursor, self.expired = _for_columns(one, replace(self.cursor, cursor=None)), True

    def turn_page(self, rows: ChangedRows, now: datetime) -> None:
        """`rows` were read from where the cursor is."""
        if self.cursor.cursor is None and self.cursor.first_read_done_at is not None:
            self.met, self.tally.counts_changes = set(), self.expired
        self.cursor = replace(self.cursor, cursor=rows.cursor)
        if not rows.more and self.cursor.first_read_done_at is None:
            self.cursor = replace(self.cursor, first_read_done_at=now)


async def _note_read(engine: Engine, one: Object, reading: Reading, rows: ChangedRows) -> None:
    """Notes a page and how far the reading has come, in one transaction."""
    now, cursor, met = engine.now(), reading.cursor, reading.met
    kept = cursor
    async with engine.database.write() as connection:
        if met is not None:
            met.update(UUID(row[one.dynamics_key]).bytes for row in rows.rows)
            # After a crash it begins anew: what was met before is not remembered.
            kept = replace(cursor, cursor=None) if rows.more else cursor
            rows = rows if rows.more else await _with_the_gone(engine, connection, one, rows, met)
        reading.tally.moves.update(await _note_page(engine, connection, one, rows, cursor))
        if not reading.first and await _brake(engine, connection, reading.tally, met) and met is not None:
            kept = replace(cursor, cursor=None)
        if reading.expired and not rows.more:
            await remember_reread(engine.database, connection, one.name, EXPIRED, now)
        await save_cursor(engine.database, connection, "dynamics", one.name, kept, now)


async def _judged_anew(engine: Engine, one: Object) -> Object:
    """A link that expired may mean that the table was changed: a flag that leaves rows out may be new, or gone."""
    one = judged_by(one, await engine.dynamics.columns(one.table))
    engine.objects = tuple(one if each.name == one.name else each for each in engine.objects)
    return one


def _for_columns(one: Object, cursor: Cursor) -> Cursor:
    """A delta link keeps the columns that it began with: with others, everything is read anew."""
    columns = ",".join(sorted(one.columns))
    return cursor if cursor.columns == columns else replace(cursor, cursor=None, columns=columns)


async def _brake(engine: Engine, connection: AsyncConnection, tally: Tally, met: set[bytes] | None) -> bool:
    """Whether the object is held now; of what was read as a whole, also whether it was held before."""
    if await hold_if_too_much(engine, connection, tally, empty=met is not None and not met):
        return True
    return met is not None and await is_held(connection, tally.object, tally.direction)


async def _with_the_gone(
    engine: Engine, connection: AsyncConnection, one: Object, rows: ChangedRows, met: set[bytes]
) -> ChangedRows:
    """The last page, and as deleted everything we know of that was on none. Customers' roles are no rows of theirs."""
    elsewhere = [each.name for each in engine.objects if one.is_role and each.is_opportunity]
    known = await known_in_dynamics(connection, one.name, elsewhere)
    return replace(rows, deleted=[*rows.deleted, *(each for each in known if UUID(each).bytes not in met)])


async def _note_page(
    engine: Engine, connection: AsyncConnection, one: Object, rows: ChangedRows, cursor: Cursor
) -> Moves:
    ids = [row[one.dynamics_key] for row in rows.rows] + list(rows.deleted)
    if not ids:
        return Moves()
    page = page_of(engine, one, rows, await links_by(connection, one.name, "dynamics_id", ids))
    lane = Lane(one.name, "to-marketo", cursor.first_read_started_at)
    return await note_page(engine, connection, page, lane)
