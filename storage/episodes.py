"""Reads: what is under way, what nobody was told yet, and how each thing that is watched stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.alerting import Condition, Episode
from storage.ledger.episodes import episode_of
from storage.models import conditions, episodes, subscriptions, turns


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A channel that Slack does not take messages for: `error` is Slack's, `turns` what waits or went to somebody."""

    channel: str
    since: datetime
    error: str
    turns: int = 1


async def read_conditions(connection: AsyncConnection) -> dict[tuple[str, str], Condition]:
    """Everything that is not well, or was not a while ago, by channel and key."""
    rows = await connection.execute(select(conditions))
    return {(row.channel, row.key): Condition(**row._mapping) for row in rows}


async def read_open_episodes(connection: AsyncConnection, channel: str | None = None) -> list[Episode]:
    """Those under way, oldest first; of a channel or of all."""
    query = select(episodes).where(episodes.c.closed_at.is_(None)).order_by(episodes.c.id)
    query = query.where(episodes.c.channel == channel) if channel else query
    return [episode_of(row) for row in await connection.execute(query)]


async def read_ended_episodes(connection: AsyncConnection, since: datetime) -> list[Episode]:
    """Those that ended `since` then, newest first."""
    query = select(episodes).where(episodes.c.closed_at >= since).order_by(episodes.c.id.desc())
    return [episode_of(row) for row in await connection.execute(query)]


async def read_episode(connection: AsyncConnection, number: int) -> Episode | None:
    row = (await connection.execute(select(episodes).where(episodes.c.id == number))).first()
    return None if row is None else episode_of(row)


async def read_to_tell(connection: AsyncConnection) -> list[Episode]:
    """Every episode with a turn that is not told yet, oldest turn first."""
    first = select(turns.c.episode, func.min(turns.c.id).label("first")).where(turns.c.told_at.is_(None))
    waiting = first.group_by(turns.c.episode).subquery()
    query = select(episodes).join(waiting, waiting.c.episode == episodes.c.id).order_by(waiting.c.first)
    return [episode_of(row) for row in await connection.execute(query)]


async def last_turn(connection: AsyncConnection, episode: int) -> int:
    """The number of an episode's last turn."""
    found = await connection.execute(select(func.max(turns.c.id)).where(turns.c.episode == episode))
    return int(found.scalar() or 0)


async def read_undelivered(connection: AsyncConnection) -> list[Undelivered]:
    """By channel: what Slack refused and waits to be told, and since when nothing could be told there.

    A channel that took nothing of its last episode is taken to be gone while anybody hears of things there.
    """
    waits = (
        select(episodes.c.channel, func.min(turns.c.at), func.max(turns.c.failure), func.count())
        .join(turns, turns.c.episode == episodes.c.id)
        .where(turns.c.told_at.is_(None), turns.c.failure.is_not(None))
        .group_by(episodes.c.channel)
    )
    found = {row[0]: Undelivered(row[0], row[1], row[2], row[3]) for row in await connection.execute(waits)}
    last = select(func.max(episodes.c.id)).group_by(episodes.c.channel)
    heard = select(subscriptions.c.channel).where(subscriptions.c.kind == "alerts")
    gone = select(episodes.c.channel).where(
        episodes.c.id.in_(last),
        episodes.c.lost.is_not(None),
        episodes.c.closed_at.is_(None) | episodes.c.channel.in_(heard),
    )
    lost = (
        select(episodes.c.channel, func.min(episodes.c.opened_at), func.max(episodes.c.lost), func.count())
        .where(episodes.c.lost.is_not(None), episodes.c.channel.in_(gone))
        .group_by(episodes.c.channel)
    )
    for row in await connection.execute(lost):
        found.setdefault(row[0], Undelivered(row[0], row[1], row[2], row[3]))
    return sorted(found.values(), key=lambda one: one.since)


async def was_lost(connection: AsyncConnection, channel: str, before: int) -> bool:
    """Whether the last episode of `channel` before number `before` could not be told there either."""
    last = select(episodes.c.lost).where(episodes.c.channel == channel, episodes.c.id < before)
    return (await connection.execute(last.order_by(episodes.c.id.desc()).limit(1))).scalar() is not None


def open_of(found: Sequence[Episode], channel: str) -> dict[str, Episode]:
    """By family."""
    return {one.family: one for one in found if one.channel == channel}
