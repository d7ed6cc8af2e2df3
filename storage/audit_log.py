"""Reads: who did what, newest first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.models import audit


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `who` is a Slack user id, or the user of the command line; `object` and `direction` may be empty."""

    id: int
    at: datetime
    who: str
    act: str
    object: str
    direction: str
    detail: str


async def newest_acts(connection: AsyncConnection, *, skip: int, limit: int) -> list[Act]:
    """`limit` acts after the newest `skip`."""
    columns = (audit.c[name] for name in Act.__slots__)
    query = select(*columns).order_by(audit.c.id.desc()).offset(skip).limit(limit)
    return [Act(*row) for row in await connection.execute(query)]


async def count_acts(connection: AsyncConnection) -> int:
    return int((await connection.execute(select(func.count()).select_from(audit))).scalar_one())
