"""Reads: all that is remembered of one record, found by an id of either side, by an error, or by its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.activity_log import Deed, as_deed
from storage.changes import DIRECTIONS, Direction, Link, Operation, State
from storage.ledger.links import as_link
from storage.models import activity, changes, errors, lanes, links, totals

PLACE_STOPS_AT = 10_000
MOST_FOUND = 10


@dataclass(frozen=True, slots=True)
class Known:
    """One record, by its ids on both sides as far as they are known. `label` is people's data."""

    object: str
    dynamics_id: str | None
    marketo_id: str | None
    label: str = ""

    def id_of(self, direction: Direction) -> str | None:
        """The id of the side that a write in `direction` comes from."""
        return self.dynamics_id if direction == "to-marketo" else self.marketo_id


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change of the record that is not synced: what stands in its way, and how many are before it in line.

    `place` stops at PLACE_STOPS_AT + 1. `code` is the last attempt's; `error` the number of its error, where parked.
    """

    direction: Direction
    operation: Operation
    state: State
    since: datetime
    attempts: int
    next_at: datetime | None
    waits_for: str | None
    code: str | None
    ignored: bool
    label: str
    place: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """A sync error of the record; `message` is people's data and untrusted text. `in_doubt`: candidates are named."""

    id: int
    direction: Direction
    operation: Operation
    code: str
    message: str
    state: str
    failed_at: datetime
    attempts: int
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class LaneStanding:
    """Whether anything may be written in this direction now."""

    live: bool = False
    paused: bool = False
    stopped_at: datetime | None = None
    stopped_code: str | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What is remembered of a record. `done`, `skipped` and `remarked` (on what was done) are each direction's last."""

    link: Link | None
    synced_at: datetime | None
    waiting: tuple[Waiting, ...]
    failures: tuple[Failure, ...]
    done: tuple[Deed, ...]
    skipped: tuple[Deed, ...]
    remarked: tuple[Deed, ...]
    lanes: dict[Direction, LaneStanding]
    alike: dict[tuple[Direction, str], int]


async def by_error(connection: AsyncConnection, number: int) -> list[Known]:
    """The record of an error, whatever became of it."""
    row = (await connection.execute(select(errors).where(errors.c.id == number))).one_or_none()
    if row is None:
        return []
    ids = {"to-marketo": (row.record_id, row.marketo_id), "to-dynamics": (row.dynamics_id, row.record_id)}
    return await linked(connection, [_known(row, *ids[row.direction])])


async def by_id(connection: AsyncConnection, record_id: str, objects: Sequence[str]) -> list[Known]:
    """The records that either side knows by this id, among `objects`; one may be a lead and a contact."""
    held = select(links).where(
        links.c.object.in_(objects), or_(links.c.dynamics_id == record_id, links.c.marketo_id == record_id)
    )
    found = [Known(row.object, row.dynamics_id, row.marketo_id) for row in await connection.execute(held)]
    waiting = select(changes).where(
        changes.c.object.in_(objects), changes.c.direction.in_(DIRECTIONS), changes.c.record_id == record_id
    )
    found += [_from_change(row) for row in await connection.execute(waiting)]
    return await linked(connection, found)


async def by_label(connection: AsyncConnection, name: str) -> list[Known]:
    """The records that wait or have failed under a name that holds this one. Names are people's data.

    This reads every waiting change; the services know people by their whole name or address only.
    """
    waiting = select(changes).where(changes.c.label.icontains(name, autoescape=True)).limit(MOST_FOUND)
    found = [_from_change(row) for row in await connection.execute(waiting)]
    return await linked(connection, found)


def _from_change(row: Any) -> Known:
    return _known(row, row.record_id, None) if row.direction == "to-marketo" else _known(row, None, row.record_id)


def _known(row: Any, dynamics_id: str | None, marketo_id: str | None) -> Known:
    return Known(row.object, dynamics_id, marketo_id, row.label)


async def linked(connection: AsyncConnection, found: Sequence[Known]) -> list[Known]:
    """The same with the other side's id where there is one, each record once."""
    merged: dict[tuple[str, str | None, str | None], Known] = {}
    for one in found:
        link = await _link_of(connection, one)
        # A link whose other half is still being written knows less than the service that was asked.
        ids = ((link and link.dynamics_id) or one.dynamics_id, (link and link.marketo_id) or one.marketo_id)
        known = Known(one.object, ids[0], ids[1], one.label)
        before = merged.get((one.object, *ids))
        merged[one.object, *ids] = known if before is None or not before.label else before
    return list(merged.values())


async def _link_of(connection: AsyncConnection, one: Known) -> Any:
    by = links.c.dynamics_id if one.dynamics_id else links.c.marketo_id
    query = select(links).where(links.c.object == one.object, by == (one.dynamics_id or one.marketo_id))
    return (await connection.execute(query)).one_or_none()


async def past_of(connection: AsyncConnection, one: Known) -> Past:
    """All that is remembered of one record."""
    link = await _link_of(connection, one)
    is_skipped = activity.c.outcome == "skipped"
    skipped = await _last(connection, one, is_skipped)
    return Past(
        link=as_link(link) if link else None,
        synced_at=link.synced_at if link else None,
        waiting=tuple(await _waiting(connection, one)),
        failures=tuple(await _failures(connection, one)),
        done=await _last(connection, one, ~is_skipped),
        skipped=skipped,
        remarked=await _last(connection, one, ~is_skipped & (activity.c.reason != "")),
        lanes=await _lanes(connection, one.object),
        alike=await _alike(connection, one.object, skipped),
    )


def _changes_of(one: Known, *columns: Any) -> Select[Any]:
    own = [
        (changes.c.direction == direction) & (changes.c.record_id == record_id)
        for direction in DIRECTIONS
        if (record_id := one.id_of(direction))
    ]
    return select(*columns).where(changes.c.object == one.object, or_(*own))


async def _waiting(connection: AsyncConnection, one: Known) -> list[Waiting]:
    found = []
    for row in await connection.execute(_changes_of(one, changes)):
        told = (row.direction, row.operation, row.state, row.waiting_since, row.attempts, row.next_at, row.waits_for)
        place = await _place(connection, row) if row.state != "parked" else 0
        found.append(Waiting(*told, row.code, row.ignored, row.label, place))
    return found


async def _place(connection: AsyncConnection, row: Any) -> int:
    """How many changes of its lane were noted before it and still wait."""
    before = select(literal(1)).where(
        changes.c.object == row.object,
        changes.c.direction == row.direction,
        changes.c.state == "waiting",
        changes.c.id < row.id,
    )
    counted = select(func.count()).select_from(before.limit(PLACE_STOPS_AT + 1).subquery())
    return (await connection.execute(counted)).scalar_one()


async def _failures(connection: AsyncConnection, one: Known) -> list[Failure]:
    """Errors outlive their changes; those not resolved go by the change that is there still."""
    ids = _changes_of(one, changes.c.id)
    open_ones = errors.c.change_id.in_(ids.scalar_subquery()) & errors.c.state.in_(["open", "ignored"])
    rows = await connection.execute(select(errors).where(open_ones).order_by(errors.c.id))
    return [
        Failure(
            row.id,
            row.direction,
            row.operation,
            row.code,
            row.message,
            row.state,
            row.failed_at,
            row.attempts,
            in_doubt=bool(row.candidates),
        )
        for row in rows
    ]


async def _last(connection: AsyncConnection, one: Known, kind: ColumnElement[bool]) -> tuple[Deed, ...]:
    """The last deed of this kind in each direction."""
    found = []
    for direction in DIRECTIONS:
        if record_id := one.id_of(direction):
            same = (activity.c.object == one.object) & (activity.c.direction == direction)
            query = select(activity).where(same, activity.c.record_id == record_id, kind)
            row = (await connection.execute(query.order_by(activity.c.id.desc()).limit(1))).one_or_none()
            found += [as_deed(row)] if row else []
    return tuple(found)


async def _lanes(connection: AsyncConnection, name: str) -> dict[Direction, LaneStanding]:
    columns = (lanes.c.live, lanes.c.paused, lanes.c.stopped_at, lanes.c.stopped_code)
    rows = await connection.execute(select(lanes.c.direction, *columns).where(lanes.c.object == name))
    return {row.direction: LaneStanding(*row[1:]) for row in rows}


async def _alike(connection: AsyncConnection, name: str, skipped: Sequence[Deed]) -> dict[tuple[Direction, str], int]:
    """How often the lane skipped for the same reasons, all told."""
    counted: dict[tuple[Direction, str], int] = {}
    for one in skipped:
        query = select(func.sum(totals.c.value)).where(
            totals.c.object == name,
            totals.c.direction == one.direction,
            totals.c.measure == "skipped",
            totals.c.reason == one.reason,
        )
        counted[one.direction, one.reason] = int(await connection.scalar(query) or 0)
    return counted
