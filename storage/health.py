"""Reads: how the process itself fares. Its database, its jobs, what it holds back, and what nobody was told yet."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Direction, Operation
from storage.models import changes, lanes, passes, throughput, totals, turns


@dataclass(frozen=True, slots=True)
class Stored:
    """The database: `kind` is "sqlite" or "postgresql", `size` in bytes, `schema` the last migration it has seen."""

    kind: str
    size: int
    schema: str


@dataclass(frozen=True, slots=True)
class JobState:
    """A job that runs now and then. `failure` is why its last run died; it may hold what a service said."""

    name: str
    started_at: datetime | None = None
    finished_at: datetime | None = None
    next_at: datetime | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Untold:
    """Turns that no channel has been told of, and since when; what waits for the end of a quiet time is none."""

    number: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeldLane:
    """An object that is not written in a direction: a person paused it, or it stopped and says why.

    What a brake stopped waits for a person; the message, in our own words, says what it saw.
    """

    object: str
    direction: Direction
    paused: bool = False
    stopped_at: datetime | None = None
    stopped_code: str | None = None
    braked: bool = False
    message: str | None = None


async def read_stored(connection: AsyncConnection) -> Stored:
    """Costs a look at the database's own books; nothing is counted."""
    kind = connection.dialect.name
    pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    sizes = pages if kind == "sqlite" else "SELECT pg_database_size(current_database())"
    size = (await connection.execute(text(sizes))).scalar_one()
    schema = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one()
    return Stored(kind, int(size), str(schema))


async def read_jobs(connection: AsyncConnection) -> list[JobState]:
    rows = await connection.execute(select(passes).order_by(passes.c.name))
    return [JobState(row.name, row.started_at, row.finished_at, row.next_at, row.failure) for row in rows]


async def read_untold(connection: AsyncConnection) -> Untold:
    query = select(func.count(), func.min(turns.c.at)).where(turns.c.told_at.is_(None), turns.c.quiet.is_(False))
    return Untold(*(await connection.execute(query)).one())


async def read_held(connection: AsyncConnection) -> list[HeldLane]:
    """Every lane that is paused or has stopped."""
    held = lanes.c.paused | lanes.c.stopped_at.is_not(None)
    rows = await connection.execute(select(lanes).where(held).order_by(lanes.c.object, lanes.c.direction))
    return [
        HeldLane(row.object, row.direction, row.paused, row.stopped_at, row.stopped_code, row.held, row.stopped_message)
        for row in rows
    ]


async def read_last_progress(connection: AsyncConnection) -> datetime | None:
    """When anything was last noted or synced: a first reading of everything takes long, but is no standstill.

    Throughput is kept by the minute it began in.
    """
    noted = select(changes.c.noted_at).order_by(changes.c.id.desc()).limit(1).scalar_subquery()
    synced = select(func.max(throughput.c.minute)).scalar_subquery()
    found = [at for at in (await connection.execute(select(noted, synced))).one() if at is not None]
    return max(found, default=None)


async def read_synced_totals(connection: AsyncConnection) -> dict[tuple[str, Direction, Operation], int]:
    """Records synced since the database was made, by object, direction and operation."""
    query = select(totals.c.object, totals.c.direction, totals.c.operation, func.sum(totals.c.value))
    named = (totals.c.object, totals.c.direction, totals.c.operation)
    rows = await connection.execute(query.where(totals.c.measure == "synced").group_by(*named))
    return {(row[0], row[1], row[2]): int(row[3]) for row in rows}
