"""What channels asked to hear of and not to hear of: written and read."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.alerting import QuietTime, Subscription
from storage.database import among
from storage.models import quiet_times, subscriptions


async def subscribe(connection: AsyncConnection, wanted: Subscription) -> int:
    """Keeps a subscription; one of the same channel, kind, object, what and code gives way to it. Its number."""
    same = (
        (subscriptions.c.channel == wanted.channel)
        & (subscriptions.c.kind == wanted.kind)
        & subscriptions.c.object.is_not_distinct_from(wanted.object)
        & subscriptions.c.what.is_not_distinct_from(wanted.what)
    )
    found = await connection.execute(select(subscriptions.c.id, subscriptions.c.terms).where(same))
    given_way = [row.id for row in found if row.terms.get("code") == wanted.terms.get("code")]
    await unsubscribe(connection, given_way)
    row = {name: value for name, value in asdict(wanted).items() if name != "id"}
    return int((await connection.execute(insert(subscriptions).values(row).returning(subscriptions.c.id))).scalar_one())


async def unsubscribe(connection: AsyncConnection, numbers: Sequence[int]) -> None:
    await connection.execute(delete(subscriptions).where(among(connection, subscriptions.c.id, numbers)))


async def read_subscriptions(connection: AsyncConnection, channel: str | None = None) -> list[Subscription]:
    """Those of a channel, or all, in the order in which they were made."""
    query = select(subscriptions).order_by(subscriptions.c.id)
    query = query.where(subscriptions.c.channel == channel) if channel else query
    return [Subscription(**row._mapping) for row in await connection.execute(query)]


async def be_quiet(connection: AsyncConnection, wanted: QuietTime) -> int:
    """Keeps a quiet time; returns its number."""
    row = {name: value for name, value in asdict(wanted).items() if name != "id"}
    return int((await connection.execute(insert(quiet_times).values(row).returning(quiet_times.c.id))).scalar_one())


async def speak_again(connection: AsyncConnection, numbers: Sequence[int]) -> None:
    await connection.execute(delete(quiet_times).where(among(connection, quiet_times.c.id, numbers)))


async def read_quiet_times(connection: AsyncConnection, channel: str | None = None) -> list[QuietTime]:
    query = select(quiet_times).order_by(quiet_times.c.id)
    query = query.where(quiet_times.c.channel == channel) if channel else query
    return [QuietTime(**row._mapping) for row in await connection.execute(query)]
