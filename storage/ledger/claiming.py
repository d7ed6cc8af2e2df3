"""Taking changes out of the backlog to be sent, and finding again those that a crash left in flight."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, false, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import DIRECTIONS, Change, Direction, State, opposite
from storage.database import among
from storage.ledger.links import key_of
from storage.ledger.overtaking import IMPORTING, OVERTAKEN
from storage.models import changes, links

IMPORT_TAKES = timedelta(hours=2)  # at most: files queue, and are worked on two at a time

LINE: tuple[State, ...] = ("waiting", "in_flight")
COLUMNS = [changes.c[name] for name in Change._fields]


async def wake(connection: AsyncConnection, now: datetime, retries_to_marketo: bool = True) -> None:
    """Puts every change whose next attempt is due back among those that wait.

    Without `retries_to_marketo`, what was tried there and failed goes on waiting.
    """
    due = and_(changes.c.next_at.is_not(None), changes.c.next_at <= now, changes.c.state != "parked")
    if not retries_to_marketo:
        due &= (changes.c.direction != "to-marketo") | changes.c.state.not_in(["retrying", "unknown"])
    await connection.execute(update(changes).where(due).values(state="waiting", next_at=None, waits_for=None))


async def next_in_line(
    connection: AsyncConnection, object: str, direction: Direction, limit: int, linked: bool = False
) -> list[Change]:
    """The changes that waited longest in line, first in, first out; where `linked`, of records with a whole link."""
    query = in_line(object, direction, "waiting", *COLUMNS)
    if linked:
        # What was noted as an insert is passed by unlooked at: there may be a million.
        query = query.where(changes.c.operation != "insert", _is_whole(object, direction))
    found = await connection.execute(query.limit(limit).with_for_update(skip_locked=True))
    return [Change._make(row) for row in found]


async def busy_lanes(connection: AsyncConnection, lanes: Iterable[tuple[str, Direction]]) -> set[tuple[str, Direction]]:
    """Those of `lanes`, each an object in a direction, in which anything waits in line or is in flight.

    One statement asks about all of them.
    """
    asked = [(lane, state) for lane in lanes for state in LINE]
    if not asked:
        return set()
    first = [in_line(*lane, state, changes.c.id).limit(1).scalar_subquery() for lane, state in asked]
    row = (await connection.execute(select(*first))).one()
    return {lane for (lane, _), found in zip(asked, row, strict=True) if found is not None}


async def first_read_waits(connection: AsyncConnection, object: str, direction: Direction, read_by: datetime) -> bool:
    """Whether anything that the first reading noted, which ended at `read_by`, is still to be tried.

    Whoever is first in line tells: what came later was noted later.
    """
    for state in LINE:
        query = in_line(object, direction, state, changes.c.waiting_since, changes.c.noted_at)
        first = (await connection.execute(query.limit(1))).first()
        if first is not None and min(first) <= read_by:
            return True
    return False


async def enough_wait(connection: AsyncConnection, object: str, direction: Direction, enough: int) -> bool:
    """Whether at least so many changes are waiting in line."""
    query = in_line(object, direction, "waiting", changes.c.id)
    return await connection.scalar(query.offset(enough - 1).limit(1)) is not None


def in_line(object: str, direction: Direction, state: State, *columns: ColumnElement[Any]) -> Select[Any]:
    """These columns of an object's changes in this state, first in, first out.

    The state is asked for as a range and sorted by, which only the queue's own index can do: or PostgreSQL, whose
    statistics lag behind, would look for the few that wait along the primary key, past a million that were put off.
    """
    mine = and_(changes.c.object == object, changes.c.direction == direction, changes.c.state.between(state, state))
    return select(*columns).where(mine).order_by(changes.c.state, changes.c.id)


def _is_whole(object: str, direction: Direction) -> ColumnElement[bool]:
    """Whether the record of a change is linked, and both ends of the link are there."""
    return exists().where(
        links.c.object == object,
        links.c[key_of(direction)] == changes.c.record_id,
        links.c[key_of(opposite(direction))].is_not(None),
        links.c.planned == false(),
        links.c.dynamics_deleted == false(),
    )


async def mark_in_flight(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """To be committed before anything is sent: what is found in this state after a crash may have taken effect."""
    await connection.execute(update(changes).where(among(connection, changes.c.id, ids)).values(state="in_flight"))


async def keep_extra(connection: AsyncConnection, found: Sequence[Change]) -> None:
    """Stores what else these changes have to carry, so that it is not forgotten when they have to be tried again."""
    extra = bindparam("b_extra", type_=changes.c.extra.type)
    statement = update(changes).where(changes.c.id == bindparam("b_id")).values(extra=extra)
    await connection.execute(statement, [{"b_id": change.id, "b_extra": change.extra} for change in found])


async def recover(
    connection: AsyncConnection, objects: Collection[str], direction: Direction, next_at: datetime
) -> int:
    """What was in flight of these objects when the process died is of unknown outcome, and tried again at `next_at`.

    A bulk import may take effect for much longer. Objects are named, or every change would be looked at.
    """
    left = and_(changes.c.object.in_(list(objects)), changes.c.direction == direction, changes.c.state == "in_flight")
    kind = changes.c.next_at.type  # PostgreSQL is told: a bare moment would be taken for one of its own
    later = literal(next_at + IMPORT_TAKES, kind)
    tried_at = case((changes.c.code.in_([IMPORTING, OVERTAKEN]), later), else_=literal(next_at, kind))
    unknown = update(changes).where(left).values(state="unknown", unsure=True, next_at=tried_at, code=None)
    found = await connection.execute(unknown)
    return found.rowcount


async def any_in_flight(connection: AsyncConnection, objects: Collection[str]) -> bool:
    """Whether anything of these objects is being sent, in either direction."""
    query = select(changes.c.id).where(
        changes.c.object.in_(list(objects)), changes.c.direction.in_(DIRECTIONS), changes.c.state == "in_flight"
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def mark_importing(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """To be committed before a bulk import is sent."""
    await connection.execute(update(changes).where(among(connection, changes.c.id, ids)).values(code=IMPORTING))


async def waiting_values(
    connection: AsyncConnection, object: str, direction: Direction, record_ids: Sequence[str], parked: bool = True
) -> dict[str, dict[str, Any]]:
    """The newest values of the changes (parked ones too, unless told) that these records have in `direction`."""
    query = select(changes.c.record_id, changes.c["values"]).where(
        changes.c.object == object, changes.c.direction == direction, among(connection, changes.c.record_id, record_ids)
    )
    if not parked:
        query = query.where(changes.c.state != "parked")
    return {row.record_id: row.values for row in await connection.execute(query)}


async def waiting_deletes(
    connection: AsyncConnection, object: str, direction: Direction, record_ids: Sequence[str]
) -> frozenset[str]:
    """Those of these records whose deletion waits to be told."""
    query = select(changes.c.record_id).where(
        changes.c.object == object,
        changes.c.direction == direction,
        changes.c.operation == "delete",
        among(connection, changes.c.record_id, record_ids),
    )
    return frozenset(await connection.scalars(query))


async def on_their_way(
    connection: AsyncConnection, object: str, direction: Direction, record_ids: Sequence[str]
) -> set[str]:
    """Those of these records that have a change in the backlog; one that is parked is not on its way."""
    return set(await waiting_values(connection, object, direction, record_ids, parked=False))
