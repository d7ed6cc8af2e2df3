"""Rows of Dynamics as just read: what each one on a page means, noted for Marketo, and how it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import ECHO, Link, Operation, Seen
from storage.ledger.links import Standing, confirm, forget_plans, remember_left_out
from storage.ledger.noting import Lane, note
from storage.ledger.totals import Moves
from sync.decide import edited
from sync.dynamics.client import ChangedRows
from sync.engine import Engine
from sync.keeping import rules_of, settles_until, why_left_out
from sync.objects import EDITOR, Object
from sync.roles import CUSTOMER, roles_in, roles_of_customers
from sync.values import FORMATTED, from_dynamics, label, led_to, storable

NEVER_SYNCED = "deleted before it was synced"
NO_ROLE = "not a contact's role in an opportunity"
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
    # Who has lost their person, too: somebody in Marketo who inherits the id must not be taken for who is gone.
    forgotten = [each for each in page.rows.deleted if each in links and _is_forgotten(links[each])]
    if forgotten:
        await forget_plans(connection, one.name, "dynamics_id", forgotten)
    return moves


def _is_forgotten(link: Link) -> bool:
    return bool(link.left_out) or link.marketo_id is None


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
