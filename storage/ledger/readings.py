"""How far each side has been read, how the services and passes fare, and which lanes are live."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import false, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Direction, Side
from storage.database import Database
from storage.models import audit, cursors, lanes, passes, services


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the reading of one feed stopped. `cursor` is the service's own token; None begins a full first read.

    `read_at` is when it was last saved; `columns` is what it was asked for, where that matters.
    """

    cursor: str | None
    first_read_started_at: datetime
    first_read_done_at: datetime | None
    read_at: datetime | None = None
    columns: str | None = None


@dataclass(frozen=True, slots=True)
class LaneState:
    """Whether an object is written in a direction: only observed until `live`, not while `paused` or stopped.

    Before all others until `first_until`. One that is `held` was stopped by a brake, and goes on only when a person
    says so.
    """

    live: bool = False
    paused: bool = False
    stopped_at: datetime | None = None
    stopped_code: str | None = None
    first_until: datetime | None = None
    held: bool = False


async def cursor_of(connection: AsyncConnection, side: Side, feed: str) -> Cursor | None:
    """None where the feed was never read."""
    found = await connection.execute(select(cursors).where(cursors.c.side == side, cursors.c.feed == feed))
    row = found.first()
    if row is None:
        return None
    return Cursor(row.cursor, row.first_read_started_at, row.first_read_done_at, row.read_at, row.columns)


async def save_cursor(
    database: Database, connection: AsyncConnection, side: Side, feed: str, cursor: Cursor, read_at: datetime
) -> None:
    """To be called in the transaction that notes what was read, so that a crash repeats and never loses."""
    row = {
        "side": side,
        "feed": feed,
        "cursor": cursor.cursor,
        "first_read_started_at": cursor.first_read_started_at,
        "first_read_done_at": cursor.first_read_done_at,
        "columns": cursor.columns,
        "read_at": read_at,
    }
    await _upsert(database, connection, cursors, row)


async def lane_states(connection: AsyncConnection) -> dict[tuple[str, Direction], LaneState]:
    """Every lane that anything is known of; the others are only observed."""
    found = await connection.execute(select(lanes))
    return {
        (row.object, row.direction): LaneState(
            row.live, row.paused, row.stopped_at, row.stopped_code, row.first_until, row.held
        )
        for row in found
    }


async def go_live(
    database: Database, connection: AsyncConnection, object: str, direction: Direction, who: str, now: datetime
) -> None:
    """Lets an object be written in a direction from now on, and records who said so."""
    await _upsert(database, connection, lanes, {"object": object, "direction": direction, "live": True})
    await record_act(connection, who, "live", now, object, direction)


async def set_paused(
    database: Database, connection: AsyncConnection, object: str, direction: Direction, paused: bool
) -> None:
    """Holds an object's writes in a direction back, or lets them go on; its changes are collected either way."""
    await _upsert(database, connection, lanes, {"object": object, "direction": direction, "paused": paused})
    if not paused:
        await release_lane(connection, object, direction)


async def put_first(
    database: Database, connection: AsyncConnection, object: str, direction: Direction, until: datetime | None
) -> None:
    """Lets an object's writes in a direction go before all others, until then; None ends it."""
    await _upsert(database, connection, lanes, {"object": object, "direction": direction, "first_until": until})


async def record_act(
    connection: AsyncConnection,
    who: str,
    act: str,
    now: datetime,
    object: str = "",
    direction: str = "",
    detail: str = "",
) -> int:
    """Leaves an audit row: who (a Slack user id, or the user of the command line) did what to what; its number."""
    row = {"at": now, "who": who, "act": act, "object": object, "direction": direction, "detail": detail}
    return int((await connection.execute(audit.insert().values(**row).returning(audit.c.id))).scalar_one())


async def amend_act(connection: AsyncConnection, number: int, detail: str) -> None:
    """An act that is done in several transactions says after each how far it came."""
    await connection.execute(update(audit).where(audit.c.id == number).values(detail=detail))


async def stop_lane(
    database: Database,
    connection: AsyncConnection,
    object: str,
    direction: Direction,
    code: str,
    message: str,
    now: datetime,
    held: bool = False,
) -> None:
    """Says why the lane is not written. `held` where only a person may let it go on; then nothing takes its place."""
    statement = database.upsert(lanes).values(
        object=object,
        direction=direction,
        stopped_at=now,
        stopped_code=code[:40],
        stopped_message=message,
        held=held,
    )
    news = {name: statement.excluded[name] for name in ("stopped_at", "stopped_code", "stopped_message", "held")}
    others = None if held else lanes.c.held == false()
    await connection.execute(statement.on_conflict_do_update(index_elements=lanes.primary_key, set_=news, where=others))


async def restart_lane(
    connection: AsyncConnection, object: str, direction: Direction, stopped_at: datetime | None = None
) -> None:
    """The lane is stopped no more, unless it is held; with `stopped_at`, only if it has not stopped anew since."""
    stopped = (lanes.c.object == object) & (lanes.c.direction == direction) & lanes.c.stopped_at.is_not(None)
    stopped &= lanes.c.held == false()
    if stopped_at is not None:
        stopped &= lanes.c.stopped_at == stopped_at
    nothing = {"stopped_at": None, "stopped_code": None, "stopped_message": None}
    await connection.execute(update(lanes).where(stopped).values(**nothing))


async def release_lane(connection: AsyncConnection, object: str, direction: Direction) -> None:
    """A person lets the lane go on, whatever stopped it."""
    named = (lanes.c.object == object) & (lanes.c.direction == direction)
    nothing = {"stopped_at": None, "stopped_code": None, "stopped_message": None, "held": False}
    await connection.execute(update(lanes).where(named).values(**nothing))


async def service_answered(database: Database, connection: AsyncConnection, name: Side, now: datetime) -> None:
    row = {"name": name, "read_at": now, "down_since": None, "code": None, "message": None}
    await _upsert(database, connection, services, row)


async def service_failed(
    database: Database, connection: AsyncConnection, name: Side, code: str, message: str, now: datetime
) -> None:
    """Records why; `down_since` stays at the first failure of the row."""
    found = (await connection.execute(select(services.c.down_since).where(services.c.name == name))).scalar()
    row = {"name": name, "down_since": found or now, "code": code[:40], "message": message}
    await _upsert(database, connection, services, row)


async def pass_started(database: Database, connection: AsyncConnection, name: str, now: datetime) -> None:
    await _upsert(database, connection, passes, {"name": name, "started_at": now})


async def pass_ended(
    database: Database,
    connection: AsyncConnection,
    name: str,
    now: datetime,
    next_at: datetime | None,
    failure: str | None,
) -> None:
    """A pass that failed does not count as finished."""
    row: dict[str, Any] = {"name": name, "next_at": next_at, "failure": failure}
    if failure is None:
        row["finished_at"] = now
    await _upsert(database, connection, passes, row)


async def _upsert(database: Database, connection: AsyncConnection, table: Any, row: dict[str, Any]) -> None:
    statement = database.upsert(table).values(**row)
    keys = [column.name for column in table.primary_key]
    replaced = {name: statement.excluded[name] for name in row if name not in keys}
    await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=replaced))
