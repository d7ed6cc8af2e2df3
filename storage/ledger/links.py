"""Links: which record of one side is which of the other, and what they agreed on last."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, bindparam, delete, false, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Link
from storage.database import among
from storage.models import changes, links
from storage.rows import insert_rows

Key = Literal["dynamics_id", "marketo_id"]


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


async def known_in_dynamics(connection: AsyncConnection, object: str) -> list[str]:
    """The Dynamics ids that are linked, and not known to be gone, or that wait to be written to Marketo."""
    linked = select(links.c.dynamics_id).where(
        links.c.object == object,
        links.c.dynamics_id.is_not(None),
        links.c.marketo_id.is_not(None),
        links.c.planned == false(),
        links.c.dynamics_deleted == false(),
    )
    waiting = select(changes.c.record_id).where(changes.c.object == object, changes.c.direction == "to-marketo")
    return list(await connection.scalars(linked.union(waiting)))


async def marketo_ids(connection: AsyncConnection, object: str, dynamics_ids: Sequence[str]) -> dict[str, str]:
    """Marketo's ids of these Dynamics records, as far as they are in Marketo."""
    query = select(links.c.dynamics_id, links.c.marketo_id).where(
        links.c.object == object, among(connection, links.c.dynamics_id, dynamics_ids), links.c.marketo_id.is_not(None)
    )
    return {row.dynamics_id: row.marketo_id for row in await connection.execute(query)}


async def save_links(
    connection: AsyncConnection, saved: Iterable[Link], by: Key, synced_at: datetime | None = None
) -> None:
    """Makes or replaces links, each of another record, told apart by the id that `by` names."""
    await insert_rows(connection, links, [_row(link, synced_at) for link in saved], replace_on=("object", by))


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
    return row if synced_at is None else {**row, "synced_at": synced_at}


async def confirm(connection: AsyncConnection, object: str, rows: Mapping[str, tuple[str | None, bool]]) -> None:
    """Remembers per Dynamics id the newest etag, for the If-Match of our next update, and whether the row is closed.

    A planned link whose row was seen is planned no more: its insert took effect.
    """
    if not rows:
        return
    statement = (
        update(links)
        .where(links.c.object == object, links.c.dynamics_id == bindparam("b_id"))
        .values(etag=bindparam("b_etag"), closed=bindparam("b_closed"), planned=false())
    )
    seen = [{"b_id": one, "b_etag": etag, "b_closed": closed} for one, (etag, closed) in rows.items()]
    await connection.execute(statement, seen)


async def forget_plans(connection: AsyncConnection, object: str, key: Key, ids: Sequence[str]) -> None:
    """Drops links that were made for an insert which certainly did not happen, or that have lost their person."""
    missing = links.c.marketo_id.is_(None) if key == "dynamics_id" else links.c.planned
    await connection.execute(
        delete(links).where(links.c.object == object, among(connection, links.c[key], ids), missing)
    )
