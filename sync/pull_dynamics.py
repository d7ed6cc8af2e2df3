"""One reading of a Dynamics table: what changed since the delta link, noted together with the new delta link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import ECHO, Link, Operation, Seen
from storage.ledger.links import confirm, known_in_dynamics, links_by
from storage.ledger.noting import Lane, note
from storage.ledger.readings import Cursor, cursor_of, save_cursor
from sync.decide import edited
from sync.dynamics.client import ChangedRows
from sync.engine import Engine
from sync.errors import CursorExpired
from sync.objects import EDITOR, Object
from sync.values import FORMATTED, from_dynamics, label, storable

NEVER_SYNCED = "deleted before it was synced"
NO_ROLE = "not a contact's role in an opportunity"

ETAG = "@etag"
CLOSED = "@closed"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a feed, with the links of the records on it."""

    one: Object
    rows: ChangedRows
    links: Mapping[str, Link]
    now: datetime


async def pull_dynamics(engine: Engine, one: Object) -> None:
    """Reads one table to the end of its feed, page by page, each page in one transaction with its cursor.

    Where the feed has to be read anew from its beginning, rows that are no longer in it are gone: no tombstone tells.
    """
    async with engine.database.read() as connection:
        cursor = await cursor_of(connection, "dynamics", one.name)
    cursor = cursor or Cursor(None, engine.now(), None)
    met: set[bytes] | None = None
    more = True
    while more and not engine.stopping:
        try:
            rows = await engine.dynamics.read_changes(one.entity_set, one.columns, cursor.cursor, engine.pace.page_size)
        except CursorExpired:
            if cursor.cursor is None:
                raise
            cursor = replace(cursor, cursor=None)
            continue
        if cursor.cursor is None and cursor.first_read_done_at is not None:
            met = set()
        now, more = engine.now(), rows.more
        cursor = replace(cursor, cursor=rows.cursor)
        if not more and cursor.first_read_done_at is None:
            cursor = replace(cursor, first_read_done_at=now)
        kept = cursor
        async with engine.database.write() as connection:
            if met is not None:
                met.update(UUID(row[one.dynamics_key]).bytes for row in rows.rows)
                # After a crash it begins anew: what was met before is not remembered.
                kept = replace(cursor, cursor=None) if more else cursor
                rows = rows if more else await _with_the_gone(connection, one, rows, met)
            await _note_page(engine, connection, one, rows, cursor)
            await save_cursor(engine.database, connection, "dynamics", one.name, kept, now)


async def _with_the_gone(connection: AsyncConnection, one: Object, rows: ChangedRows, met: set[bytes]) -> ChangedRows:
    """The last page, and as deleted everything we know of that was on none."""
    known = await known_in_dynamics(connection, one.name)
    return replace(rows, deleted=[*rows.deleted, *(each for each in known if UUID(each).bytes not in met)])


async def _note_page(
    engine: Engine, connection: AsyncConnection, one: Object, rows: ChangedRows, cursor: Cursor
) -> None:
    ids = [row[one.dynamics_key] for row in rows.rows] + list(rows.deleted)
    if not ids:
        return
    now = engine.now()
    page = Page(one, rows, await links_by(connection, one.name, "dynamics_id", ids), now)
    lane = Lane(one.name, "to-marketo", cursor.first_read_started_at)
    await note(engine.database, connection, lane, seen_on(page), now)
    await confirm(connection, one.name, etags_on(page))


def seen_on(page: Page) -> list[Seen]:
    """What each row and each tombstone of a page means. A record is on a page once; the last word counts."""
    found = {row[page.one.dynamics_key]: _seen_row(page, row) for row in page.rows.rows}
    found |= {gone: _seen_tombstone(page, gone) for gone in page.rows.deleted}
    return list(found.values())


def _seen_row(page: Page, row: Mapping[str, Any]) -> Seen:
    one = page.one
    record_id = row[one.dynamics_key]
    values = from_dynamics(one, row)
    link = page.links.get(record_id)
    known = link is not None and link.marketo_id is not None
    skip = extra = None
    if link is not None and known and link.planned:  # our own insert, whose reply we never saw
        extra = one.mark(record_id)
    elif link is not None and known and not link.dynamics_deleted and not edited(one, "to-marketo", values, link):
        skip = ECHO
    elif one.name == "roles" and not all(values[each.name] for each in one.fields if each.parents):
        skip = NO_ROLE
    if one.is_person:
        values |= {ETAG: row.get("@odata.etag"), CLOSED: is_closed(one, row)}
    edited_at = _moment(row.get("modifiedon")) or page.now
    edited_by = storable(str(row.get(EDITOR + FORMATTED) or ""))[:200]
    operation: Operation = "update" if known else "insert"
    return Seen(record_id, operation, values, edited_at, label(one, row), skip, extra, edited_by)


def _seen_tombstone(page: Page, record_id: str) -> Seen:
    link = page.links.get(record_id)
    known = link is not None and link.marketo_id is not None and not link.dynamics_deleted
    return Seen(record_id, "delete", {}, page.now, skip=None if known else NEVER_SYNCED)


def etags_on(page: Page) -> dict[str, tuple[str | None, bool]]:
    """Etag and closedness of the linked people on a page."""
    if not page.one.is_person:
        return {}
    ids: Sequence[Mapping[str, Any]] = [row for row in page.rows.rows if row[page.one.dynamics_key] in page.links]
    return {row[page.one.dynamics_key]: (row.get("@odata.etag"), is_closed(page.one, row)) for row in ids}


def is_closed(one: Object, row: Mapping[str, Any]) -> bool:
    """A qualified or disqualified lead, an inactive contact."""
    return one.open_state is not None and row.get("statecode") not in (None, one.open_state)


def _moment(stamp: str | None) -> datetime | None:
    """Dataverse's moments are UTC and end in Z."""
    return datetime.fromisoformat(stamp) if stamp else None
