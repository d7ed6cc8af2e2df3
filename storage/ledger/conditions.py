"""How each thing that a channel watches stands: kept while it is not well."""

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import delete, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.alerting import Condition
from storage.database import Database
from storage.models import conditions

_LOOKING = 7_233_001  # a number of our own, for PostgreSQL's advisory locks


async def look_alone(connection: AsyncConnection) -> None:
    """Until the transaction ends, nobody else looks: two who did at once would both record what they saw."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOOKING})"))


async def keep_conditions(database: Database, connection: AsyncConnection, changed: Iterable[Condition]) -> None:
    rows = [asdict(one) for one in changed]
    if rows:
        statement = database.upsert(conditions)
        news = {name: statement.excluded[name] for name in rows[0] if name not in ("channel", "key")}
        keys = conditions.primary_key
        await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=news), rows)


async def forget_conditions(connection: AsyncConnection, gone: Iterable[Condition]) -> None:
    keys = [(one.channel, one.key) for one in gone]
    if keys:
        await connection.execute(delete(conditions).where(tuple_(conditions.c.channel, conditions.c.key).in_(keys)))
