"""What the brakes go by: how many records are kept in step; and what is remembered where something was mended."""

from datetime import datetime

from sqlalchemy import false, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.models import findings, links, totals

REREAD = "reread"


async def in_step(connection: AsyncConnection, object: str, most: int) -> int:
    """How many records of this object are on both sides or wait to be inserted, counting links up to `most` only."""
    linked = (
        select(literal(1))
        .where(
            links.c.object == object,
            links.c.dynamics_id.is_not(None),
            links.c.marketo_id.is_not(None),
            links.c.planned == false(),
            links.c.dynamics_deleted == false(),
        )
        .limit(most)
        .subquery()
    )
    counted = await connection.scalar(select(func.count()).select_from(linked))
    inserts = select(func.sum(totals.c.value)).where(
        totals.c.object == object, totals.c.operation == "insert", totals.c.measure == "backlog"
    )
    return int(counted or 0) + int(await connection.scalar(inserts) or 0)


async def remember_reread(
    database: Database, connection: AsyncConnection, object: str, message: str, now: datetime
) -> None:
    """Keeps why all of an object was read anew, and when that last was."""
    statement = database.upsert(findings).values(kind=REREAD, object=object, field="", message=message, since=now)
    news = {"message": message, "since": now}
    await connection.execute(statement.on_conflict_do_update(index_elements=findings.primary_key, set_=news))
