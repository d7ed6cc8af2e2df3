"""What was found about fields, to be shown until it is found no more: unknown, too short, blocked, …"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Finding
from storage.database import Database
from storage.models import findings


async def save_findings(
    connection: AsyncConnection, kinds: Iterable[str], found: Sequence[Finding], now: datetime
) -> None:
    """Replaces everything of these `kinds` by what was `found`; what was there already keeps its `since`."""
    listed = list(kinds)
    if connection.dialect.name == "postgresql":  # two processes that begin at once find the same at once
        await connection.execute(text("LOCK TABLE findings IN SHARE ROW EXCLUSIVE MODE"))
    before = {(one.kind, one.object, one.field): one.since for one in await read_findings(connection, listed)}
    await connection.execute(delete(findings).where(findings.c.kind.in_(listed)))
    rows = {
        (one.kind, one.object, one.field): {
            "kind": one.kind,
            "object": one.object,
            "field": one.field,
            "message": one.message,
            "since": before.get((one.kind, one.object, one.field)) or now,
        }
        for one in found
    }
    if rows:
        await connection.execute(findings.insert(), list(rows.values()))


async def read_findings(connection: AsyncConnection, kinds: Sequence[str] = ()) -> list[Finding]:
    """All of these `kinds` (of every kind where none is named), by object and field."""
    query = select(findings).order_by(findings.c.object, findings.c.field, findings.c.kind)
    rows = await connection.execute(query.where(findings.c.kind.in_(kinds)) if kinds else query)
    return [Finding(row.kind, row.object, row.field, row.message, row.since) for row in rows]


async def keep_findings(
    database: Database, connection: AsyncConnection, found: Sequence[Finding], now: datetime
) -> None:
    """Adds what is not known yet, and leaves what is known with its first words."""
    rows = [
        {**{name: getattr(one, name) for name in ("kind", "object", "field", "message")}, "since": now} for one in found
    ]
    if rows:
        await connection.execute(database.upsert(findings).on_conflict_do_nothing(), rows)


async def forget_findings(connection: AsyncConnection, kind: str, object: str, fields: Iterable[str]) -> None:
    """It turned out otherwise for these fields."""
    these = (findings.c.kind == kind, findings.c.object == object, findings.c.field.in_(list(fields)))
    await connection.execute(delete(findings).where(*these))
