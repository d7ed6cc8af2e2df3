"""Links: which record of one side is which of the other, and what they agreed on last."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import Boolean, Row, bindparam, delete, false, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Direction, Link
from storage.database import among
from storage.models import changes, links
from storage.rows import insert_rows

Key = Literal["dynamics_id", "marketo_id"]


def key_of(direction: Direction) -> Key:
    """By which of its two ids a change's link is found: that of the side the change comes from."""
    return "dynamics_id" if direction == "to-marketo" else "marketo_id"


class Standing(NamedTuple):
    """How a Dynamics row stands that was just read: its etag, whether it is closed, why it is left out if it is.

    To `look_again` is to compare both sides, where edits in Marketo were not carried while the row was out of step.
    """

    etag: str | None
    closed: bool
    left_out: str = ""
    look_again: bool = False


def as_link(row: Row[Any]) -> Link:
    return Link(
        object=row.object,
        dynamics_id=row.dynamics_id,
        marketo_id=row.marketo_id,
        agreed=row.agreed,
        sent={name: (pair[0], pair[1]) for name, pair in row.sent.items()},
        etag=row.etag,
        planned=row.planned,
        generation=row.generation,
        dynamics_deleted=row.dynamics_deleted,
        closed=row.closed,
        left_out=row.left_out,
        streak=row.streak,
    )


async def links_by(connection: AsyncConnection, object: str, key: Key, ids: Sequence[str]) -> dict[str, Link]:
    """The links of these records, by the id of the side named by `key`."""
    query = select(links).where(links.c.object == object, among(connection, links.c[key], ids))
    return {getattr(row, key): as_link(row) for row in await connection.execute(query)}


async def taken(connection: AsyncConnection, object: str, by: Key, wanted: Sequence[Link]) -> dict[str, str]:
    """Of `wanted`, told apart by the id that `by` names, those whose other id is linked already: who holds it.

    A record of one side is linked to one of the other; saving a second link to it would fail.
    """
    other: Key = "marketo_id" if by == "dynamics_id" else "dynamics_id"
    ids = [found for link in wanted if (found := getattr(link, other))]
    found = await links_by(connection, object, other, ids)
    holders = {key: holder for key, link in found.items() if (holder := getattr(link, by)) is not None}
    claims = [(getattr(link, by), getattr(link, other)) for link in wanted if getattr(link, other)]
    return {mine: holder for mine, theirs in claims if (holder := holders.setdefault(theirs, mine)) != mine}


async def known_in_dynamics(connection: AsyncConnection, object: str, elsewhere: Sequence[str] = ()) -> list[str]:
    """The Dynamics ids that are linked, and not known to be gone, or that wait to be written to Marketo.

    Ids that are linked or wait as one of `elsewhere`, too, are those objects' rows, and left out.
    """
    linked = select(links.c.dynamics_id).where(
        links.c.object == object,
        links.c.dynamics_id.is_not(None),
        links.c.marketo_id.is_not(None),
        links.c.planned == false(),
        links.c.dynamics_deleted == false(),
    )
    waiting = select(changes.c.record_id).where(changes.c.object == object, changes.c.direction == "to-marketo")
    if elsewhere:
        theirs = select(links.c.dynamics_id).where(links.c.object.in_(elsewhere), links.c.dynamics_id.is_not(None))
        coming = select(changes.c.record_id).where(changes.c.object.in_(elsewhere), changes.c.direction == "to-marketo")
        linked = linked.where(links.c.dynamics_id.not_in(theirs), links.c.dynamics_id.not_in(coming))
        waiting = waiting.where(changes.c.record_id.not_in(theirs), changes.c.record_id.not_in(coming))
    return list(await connection.scalars(linked.union(waiting)))


async def marketo_ids(connection: AsyncConnection, object: str, dynamics_ids: Sequence[str]) -> dict[str, str]:
    """Marketo's ids of these Dynamics records, as far as they are in Marketo."""
    query = select(links.c.dynamics_id, links.c.marketo_id).where(
        links.c.object == object, among(connection, links.c.dynamics_id, dynamics_ids), links.c.marketo_id.is_not(None)
    )
    return {row.dynamics_id: row.marketo_id for row in await connection.execute(query)}


class Person(NamedTuple):
    """A link to a person: its own number, and Marketo's."""

    link: int
    marketo_id: str


async def people_after(connection: AsyncConnection, objects: Sequence[str], after: int, limit: int) -> list[Person]:
    """The next `limit` people linked as one of these objects, by the numbers of their links."""
    ours = func.coalesce(links.c.object, "").in_(objects)  # by the number, as storage.comparisons.links_after
    query = select(links.c.id, links.c.marketo_id).where(links.c.id > after, ours, links.c.marketo_id.is_not(None))
    return [Person(*row) for row in await connection.execute(query.order_by(links.c.id).limit(limit))]


async def save_links(
    connection: AsyncConnection,
    saved: Iterable[Link],
    by: Key,
    synced_at: datetime | None = None,
    streak_within: timedelta = timedelta(),
) -> None:
    """Makes or replaces links, each of another record, told apart by the id that `by` names.

    Those that were `synced_at` some moment, so soon after the last write of the same record, have a longer streak.
    """
    rows = [_row(link, synced_at) for link in saved]
    counted = {"streak": _streak(streak_within)} if synced_at else {}
    await insert_rows(connection, links, rows, replace_on=("object", by), counted=counted)


def _streak(within: timedelta) -> str:
    """Moments are milliseconds."""
    soon = f"excluded.synced_at - links.synced_at <= {within // timedelta(milliseconds=1)}"
    return f"CASE WHEN {soon} THEN links.streak + 1 ELSE 1 END"


def _row(link: Link, synced_at: datetime | None) -> dict[str, Any]:
    row = {
        "object": link.object,
        "dynamics_id": link.dynamics_id,
        "marketo_id": link.marketo_id,
        "agreed": link.agreed,
        "sent": link.sent,
        "etag": link.etag,
        "planned": link.planned,
        "generation": link.generation,
        "dynamics_deleted": link.dynamics_deleted,
        "closed": link.closed,
    }
    return row if synced_at is None else {**row, "synced_at": synced_at, "streak": 1}


async def confirm(connection: AsyncConnection, object: str, rows: Mapping[str, Standing]) -> None:
    """Remembers per Dynamics id how its row stands; the etag is for the If-Match of our next update.

    A planned link whose row was seen is planned no more: its insert took effect.
    """
    if not rows:
        return
    statement = (
        update(links)
        .where(links.c.object == object, links.c.dynamics_id == bindparam("b_id"))
        .values(
            etag=bindparam("b_etag"),
            closed=bindparam("b_closed"),
            left_out=bindparam("b_left_out"),
            look_again=or_(links.c.look_again, bindparam("b_look_again", type_=Boolean)),
            planned=false(),
        )
    )
    seen = [{"b_id": one, **{f"b_{name}": value for name, value in row._asdict().items()}} for one, row in rows.items()]
    await connection.execute(statement, seen)


async def remember_left_out(connection: AsyncConnection, object: str, reasons: Mapping[str, str]) -> None:
    """Remembers Dynamics rows that are not kept in step and have no link yet, with why; children need to know."""
    rows = [_row(Link(object, one, None), None) | {"left_out": reason} for one, reason in reasons.items()]
    await insert_rows(connection, links, rows)


async def left_out_of(connection: AsyncConnection, object: str, dynamics_ids: Sequence[str]) -> set[str]:
    """Which of these Dynamics rows are not kept in step and not in Marketo."""
    # Of rows without a person there may be a million: these are looked up by their own ids, and judged here.
    query = select(links.c.dynamics_id, links.c.marketo_id).where(
        links.c.object == object, among(connection, links.c.dynamics_id, dynamics_ids), links.c.left_out != ""
    )
    return {row.dynamics_id for row in await connection.execute(query) if row.marketo_id is None}


async def to_look_at_again(connection: AsyncConnection, object: str, limit: int) -> dict[str, Link]:
    """Links whose two sides have to be compared anew, by Marketo id; not of people whom Marketo lost meanwhile."""
    marked = text("links.look_again")  # as the partial index says it
    query = select(links).where(links.c.object == object, marked, links.c.marketo_id.is_not(None))
    return {row.marketo_id: as_link(row) for row in await connection.execute(query.order_by(links.c.id).limit(limit))}


async def looked_again(connection: AsyncConnection, object: str, marketo_ids: Sequence[str]) -> None:
    """They were compared."""
    these = (links.c.object == object) & among(connection, links.c.marketo_id, marketo_ids)
    await connection.execute(update(links).where(these).values(look_again=false()))


async def forget_streak(connection: AsyncConnection, object: str, direction: Direction, record_id: str) -> None:
    """Counts a record's writes anew; `record_id` is its id on the side that `direction` comes from."""
    mine = links.c[key_of(direction)] == record_id
    await connection.execute(update(links).where(links.c.object == object, mine).values(streak=0))


async def forget_plans(connection: AsyncConnection, object: str, key: Key, ids: Sequence[str]) -> None:
    """Drops links that were made for an insert which certainly did not happen, or that have lost their person."""
    missing = links.c.marketo_id.is_(None) if key == "dynamics_id" else links.c.planned
    await connection.execute(
        delete(links).where(links.c.object == object, among(connection, links.c[key], ids), missing)
    )
