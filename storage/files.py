"""Files we sent to Slack, to be deleted there when they expire."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.models import files


async def note_file(
    connection: AsyncConnection, slack_file_id: str, kind: str, made_at: datetime, expires_at: datetime
) -> None:
    """Remembers a file by Slack's id for it; `kind` is what it holds ("errors", "activity")."""
    row = {"slack_file_id": slack_file_id, "kind": kind, "made_at": made_at, "expires_at": expires_at}
    await connection.execute(insert(files).values(row))


async def expired_files(connection: AsyncConnection, now: datetime, limit: int) -> Sequence[tuple[int, str]]:
    """(our number, Slack's id) of files that should be gone, the longest overdue first."""
    due = select(files.c.id, files.c.slack_file_id).where(files.c.deleted_at.is_(None), files.c.expires_at <= now)
    return [
        (row.id, row.slack_file_id) for row in await connection.execute(due.order_by(files.c.expires_at).limit(limit))
    ]


async def file_is_gone(connection: AsyncConnection, number: int, now: datetime) -> None:
    await connection.execute(update(files).where(files.c.id == number).values(deleted_at=now))


async def put_off(connection: AsyncConnection, number: int, until: datetime) -> None:
    """It could not be deleted; until then nobody tries again."""
    await connection.execute(update(files).where(files.c.id == number).values(expires_at=until))
