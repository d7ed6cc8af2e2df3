"""Turns: recorded when they happen, claimed by whoever tells them, told once; and the messages that told them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.models import announcements, turns
from storage.turn import Announcement, Turn, TurnState

# Whoever claimed a turn and has said nothing since is taken for dead: better told twice than never.
CLAIM_HOLDS = timedelta(minutes=2)


async def record_turn(
    connection: AsyncConnection, subject: str, state: TurnState, at: datetime, detail: Mapping[str, Any]
) -> None:
    """Notes that `subject` turned. `detail` must be JSON."""
    await connection.execute(turns.insert().values(subject=subject, state=state, at=at, detail=dict(detail)))


async def last_turns(connection: AsyncConnection) -> dict[str, Turn]:
    """The last turn of every subject."""
    newest = select(func.max(turns.c.id)).group_by(turns.c.subject)
    rows = await connection.execute(select(turns).where(turns.c.id.in_(newest.scalar_subquery())))
    return {row.subject: _turn(row) for row in rows}


async def claim_untold(connection: AsyncConnection, now: datetime) -> list[Turn]:
    """Takes every turn that nobody has told or is telling, oldest first.

    The transaction must be a writing one. On PostgreSQL others skip the rows it has locked; SQLite has one writer.
    """
    free = or_(turns.c.claimed_at.is_(None), turns.c.claimed_at < now - CLAIM_HOLDS)
    query = select(turns).where(turns.c.told_at.is_(None), free).order_by(turns.c.id)
    claimed = [_turn(row) for row in await connection.execute(query.with_for_update(skip_locked=True))]
    await _mark(connection, claimed, claimed_at=now)
    return claimed


async def told(connection: AsyncConnection, turn: Turn, now: datetime) -> None:
    """`turn` has been told, and will not be again."""
    await _mark(connection, [turn], told_at=now)


async def release(connection: AsyncConnection, claimed: Iterable[Turn]) -> None:
    """Gives back what could not be told, for the next who tries."""
    await _mark(connection, claimed, claimed_at=None)


async def _mark(connection: AsyncConnection, marked: Iterable[Turn], **values: datetime | None) -> None:
    ids = [turn.id for turn in marked]
    if ids:
        await connection.execute(update(turns).where(turns.c.id.in_(ids)).values(**values))


async def announcement_of(connection: AsyncConnection, subject: str, channel: str) -> Announcement | None:
    """The message in `channel` that tells of `subject` being late."""
    query = select(announcements).where(announcements.c.subject == subject, announcements.c.channel == channel)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else Announcement(row.subject, row.channel, row.ts, row.turn_id, row.since)


async def remember_announcement(database: Database, connection: AsyncConnection, told_by: Announcement) -> None:
    """Keeps which message told of a turn; a newer one takes the place of an older."""
    values = {name: getattr(told_by, name) for name in ("subject", "channel", "ts", "turn_id", "since")}
    await connection.execute(
        database.upsert(announcements)
        .values(**values)
        .on_conflict_do_update(index_elements=announcements.primary_key, set_=values)
    )


async def forget_announcement(connection: AsyncConnection, subject: str, channel: str) -> None:
    """Its story is told to the end."""
    await connection.execute(
        announcements.delete().where(announcements.c.subject == subject, announcements.c.channel == channel)
    )


def _turn(row: Row[Any]) -> Turn:
    return Turn(row.subject, row.state, row.at, row.detail, row.id)
