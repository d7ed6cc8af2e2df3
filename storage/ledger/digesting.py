"""Digests: claimed by whoever sends them, told once, and the list of failed records that goes with each."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.alerting import Subscription
from storage.database import among
from storage.models import subscriptions

# Long enough for a file of a million failures; whoever has taken longer is taken for dead: better twice than never.
CLAIM_HOLDS = timedelta(minutes=10)


async def claim_digests(
    connection: AsyncConnection, is_due: Callable[[Subscription], bool], now: datetime
) -> list[Subscription]:
    """Takes every digest that is due and that nobody is sending, in the order in which they were asked for.

    The transaction must be a writing one. On PostgreSQL others skip the rows it has locked; SQLite has one writer.
    """
    free = or_(subscriptions.c.claimed_at.is_(None), subscriptions.c.claimed_at <= now - CLAIM_HOLDS)
    query = select(subscriptions).where(subscriptions.c.kind == "digest", free).order_by(subscriptions.c.id)
    rows = await connection.execute(query.with_for_update(skip_locked=True))
    claimed = [one for row in rows if is_due(one := Subscription(**row._mapping))]
    taken = among(connection, subscriptions.c.id, [one.id for one in claimed])
    await connection.execute(update(subscriptions).where(taken).values(claimed_at=now))
    return claimed


async def digest_told(connection: AsyncConnection, number: int, at: datetime) -> None:
    """The channel has it."""
    await connection.execute(update(subscriptions).where(subscriptions.c.id == number).values(told_at=at))


async def digest_listed(connection: AsyncConnection, number: int, at: datetime) -> None:
    """Its subscriber has the list of the failed records, or is to have none."""
    await connection.execute(update(subscriptions).where(subscriptions.c.id == number).values(listed_at=at))


async def release_digest(connection: AsyncConnection, number: int) -> None:
    """Whoever looks next may take it."""
    await connection.execute(update(subscriptions).where(subscriptions.c.id == number).values(claimed_at=None))
