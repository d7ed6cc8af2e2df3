"""One reading of a Dynamics table: what changed since the delta link, noted together with the new delta link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import ECHO, Link, Operation, Seen
from storage.ledger.holding import remember_reread
from storage.ledger.links import Standing, confirm, forget_plans, known_in_dynamics, links_by, remember_left_out
from storage.ledger.noting import Lane, note
from storage.ledger.readings import Cursor, cursor_of, save_cursor
from storage.ledger.totals import Moves
from sync.decide import edited
from sync.dynamics.client import ChangedRows
from sync.engine import Engine
from sync.errors import CursorExpired
from sync.fitting import judged_by
from sync.holding import Tally, hold_if_too_much, is_held, rests
from sync.keeping import rules_of, settles_until, why_left_out
from sync.objects import EDITOR, Object
from sync.roles import CUSTOMER, attributed_page, roles_in, roles_of_customers
from sync.values import FORMATTED, from_dynamics, label, led_to, storable

NEVER_SYNCED = "deleted before it was synced"
NO_ROLE = "not a contact's role in an opportunity"

EXPIRED = "read anew as a whole, because the delta link had expired"

ETAG = "@etag"
CLOSED = "@closed"
ORIGIN = "@origin"  # the lead that a contact was qualified from


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a feed, with the links of the records on it; `left_out` says of some rows why they are skipped.

    Where the table has a flag that excludes rows, a new one rests for `settles` seconds.
    """

    one: Object
    rows: ChangedRows
    links: Mapping[str, Link]
    now: datetime
    settles: float = 0
    left_out: Mapping[str, str] = field(default_factory=dict)


async def pull_dynamics(engine: Engine, one: Object) -> None:
    """Reads one table to the end of its feed, page by page, each page in one transaction with its cursor.

    Where the feed has to be read anew from its beginning, rows that are no longer in it are gone: no tombstone tells.
    """
    async with engine.database.read() as connection:
        cursor = await cursor_of(connection, "dynamics", one.name)
        if cursor and await rests(engine, connection, one.name, cursor):
            return
    reading = Reading(_for_columns(one, cursor or Cursor(None, engine.now(), None)), Tally(one.name, "to-marketo"))
    more = True
    while more and not engine.stopping:
        try:
            rows = await engine.dynamics.read_changes(
                one.entity_set, one.columns, reading.cursor.cursor, engine.pace.page_size
            )
        except CursorExpired:
            if reading.cursor.cursor is None:
                raise
            one = await _judged_anew(engine, one)
            reading.expire(one)
            continue
        reading.turn_page(rows, engine.now())
        await _note_read(engine, one, reading, await attributed_page(engine, one, rows))
        more = rows.more


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
            self.met, self.tally.counts_changes = set(), False
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


def page_of(engine: Engine, one: Object, rows: ChangedRows, links: Mapping[str, Link]) -> Page:
    """Which rules apply is settled once: a table without any costs nothing."""
    rules = rules_of(one)
    left_out = {row[one.dynamics_key]: why for row in rows.rows if (why := why_left_out(rules, row))} if rules else {}
    return Page(one, rows, links, engine.now(), engine.pace.insert_settles_seconds, left_out)


async def note_page(engine: Engine, connection: AsyncConnection, page: Page, lane: Lane) -> Moves:
    """Notes what a page shows, and how its rows stand."""
    one, links = page.one, page.links
    seen = seen_on(page)
    moves = await note(engine.database, connection, lane, seen, page.now)
    await _note_customers(engine, connection, page, seen, lane)
    await confirm(connection, one.name, standings(page))
    unlinked = {each: why for each, why in page.left_out.items() if each not in links}
    await remember_left_out(connection, one.name, unlinked)
    forgotten = [each for each in page.rows.deleted if each in links and links[each].left_out]
    if forgotten:
        await forget_plans(connection, one.name, "dynamics_id", forgotten)
    return moves


async def _note_customers(
    engine: Engine, connection: AsyncConnection, page: Page, seen: Sequence[Seen], lane: Lane
) -> None:
    """What a page of opportunities means to the roles of their customers."""
    roles = roles_in(engine) if page.one.is_opportunity and CUSTOMER in page.one.columns else None
    if roles is None:
        return
    rows = {row[page.one.dynamics_key]: row for row in page.rows.rows}
    found = await roles_of_customers(engine, connection, [(each, rows.get(each.record_id, {})) for each in seen])
    if found:
        await note(engine.database, connection, replace(lane, object=roles.name), found, page.now)


def seen_on(page: Page) -> list[Seen]:
    """What each row and each tombstone of a page means. A record is on a page once; the last word counts."""
    found = {row[page.one.dynamics_key]: _seen_row(page, row) for row in page.rows.rows}
    found |= {gone: _seen_tombstone(page, gone) for gone in page.rows.deleted}
    return list(found.values())


def _seen_row(page: Page, row: Mapping[str, Any]) -> Seen:
    one = page.one
    record_id = row[one.dynamics_key]
    link = page.links.get(record_id)
    known = link is not None and link.marketo_id is not None
    edited_at = _moment(row.get("modifiedon")) or page.now
    edited_by = storable(str(row.get(EDITOR + FORMATTED) or ""))[:200]
    operation: Operation = "update" if known else "insert"
    why = page.left_out.get(record_id)
    if why:
        return Seen(record_id, operation, {}, edited_at, label(one, row), why, edited_by=edited_by, left_out=True)
    values = from_dynamics(one, row)
    skip = extra = None
    if link is not None and known and link.planned:  # our own insert, whose reply we never saw
        extra = one.mark(record_id)
    elif link is not None and known and not link.dynamics_deleted and not edited(one, "to-marketo", values, link):
        skip = ECHO
    elif one.is_role and not all(values[each.name] for each in one.fields if each.parents):
        return _seen_no_role(page, record_id, row)
    if one.is_person:
        values |= {ETAG: row.get("@odata.etag"), CLOSED: is_closed(one, row)}
        values |= {ORIGIN: row[one.origin_column]} if row.get(one.origin_column) else {}
    values |= led_to(one, row)
    not_before = None if known else settles_until(one, row, page.settles, page.now)
    return Seen(record_id, operation, values, edited_at, label(one, row), skip, extra, edited_by, not_before)


def _seen_no_role(page: Page, record_id: str, row: Mapping[str, Any]) -> Seen:
    """A connection between others, or one that is no contact's role any more: then its role goes."""
    gone = _seen_tombstone(page, record_id)
    return gone._replace(skip=gone.skip and NO_ROLE, label=label(page.one, row))


def _seen_tombstone(page: Page, record_id: str) -> Seen:
    link = page.links.get(record_id)
    known = link is not None and link.marketo_id is not None and not link.dynamics_deleted
    return Seen(record_id, "delete", {}, page.now, skip=None if known else NEVER_SYNCED)


def standings(page: Page) -> dict[str, Standing]:
    """How the linked people on a page stand; of other objects, only what begins or ceases to be left out."""
    one, found = page.one, {}
    names = {each.name for each in one.fields}
    for row in page.rows.rows:
        link = page.links.get(row[one.dynamics_key])
        why = page.left_out.get(row[one.dynamics_key], "")
        if link is not None and (one.is_person or why != link.left_out):
            closed = is_closed(one, row)
            again = one.is_person and not (why or closed) and _needs_a_look(link, names)
            found[row[one.dynamics_key]] = Standing(row.get("@odata.etag"), closed, why, again)
    return found


def _needs_a_look(link: Link, names: set[str]) -> bool:
    """Whether Marketo may hold what was never carried: from the time out of step, or in a field that is new."""
    if link.marketo_id is None or link.planned or link.dynamics_deleted:
        return False
    return bool(link.left_out) or link.closed or not names <= link.agreed.keys()


def is_closed(one: Object, row: Mapping[str, Any]) -> bool:
    """A qualified or disqualified lead, an inactive contact."""
    return one.open_state is not None and row.get("statecode") not in (None, one.open_state)


def _moment(stamp: str | None) -> datetime | None:
    """Dataverse's moments are UTC and end in Z."""
    return datetime.fromisoformat(stamp) if stamp else None
