"""Episodes and their turns: recorded when they happen, claimed by whoever tells them, told once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.alerting import Episode, EpisodeTurn, TurnKind
from storage.database import among
from storage.models import episodes, turns

# Whoever claimed a turn and has said nothing since is taken for dead: better told twice than never.
CLAIM_HOLDS = timedelta(minutes=2)
TEST = "test"
UNREACHABLE = "unreachable"  # why a turn was not told, where nothing could be told to anybody


async def open_episode(connection: AsyncConnection, begun: Episode) -> int:
    """Keeps a new episode; returns its number."""
    row = {name: value for name, value in asdict(begun).items() if name != "id"}
    return int((await connection.execute(insert(episodes).values(row).returning(episodes.c.id))).scalar_one())


async def update_episode(connection: AsyncConnection, number: int, **values: Any) -> None:
    await connection.execute(update(episodes).where(episodes.c.id == number).values(**values))


async def record_turn(
    connection: AsyncConnection, episode: int, kind: TurnKind, at: datetime, detail: Mapping[str, Any]
) -> int:
    """Notes what happened to an episode, to be told. `detail` must be JSON. Returns its number."""
    row = {"episode": episode, "kind": kind, "at": at, "detail": dict(detail)}
    return int((await connection.execute(insert(turns).values(row).returning(turns.c.id))).scalar_one())


async def acknowledge(connection: AsyncConnection, episode_id: int, name: str, now: datetime) -> Episode | None:
    """Somebody called `name` has seen an episode; it as it is then.

    None where it is not open. What was acknowledged before stays as it was, and nothing is told again.
    """
    found = await _open(connection, episode_id)
    if found is None or found.acknowledged_at is not None:
        return found
    await update_episode(connection, found.id, acknowledged_by=name[:80], acknowledged_at=now)
    await record_turn(connection, found.id, "acknowledged", now, {"by": name[:80]})
    return await _open(connection, episode_id)


async def snooze(
    connection: AsyncConnection, episode_id: int, until: datetime, name: str, now: datetime
) -> Episode | None:
    """Somebody called `name` wants to hear no more of an episode `until` then; it as it is then.

    None where it is not open.
    """
    found = await _open(connection, episode_id)
    if found is None:
        return None
    await update_episode(connection, found.id, snoozed_until=until, snoozed_by=name[:80])
    told = {"by": name[:80], "until": until.isoformat()}
    await record_turn(connection, found.id, "snoozed", now, told)
    return await _open(connection, episode_id)


async def unsnooze(connection: AsyncConnection, episode_id: int, name: str, now: datetime) -> Episode | None:
    """Somebody called `name` wants to hear of an episode again before its snooze is over; it as it is then.

    None where it is not open. Nothing is told of one that was not silent.
    """
    found = await _open(connection, episode_id)
    if found is None or found.snoozed_until is None or found.snoozed_until <= now:
        return found
    await update_episode(connection, found.id, snoozed_until=None, snoozed_by=None)
    await record_turn(connection, found.id, "unsnoozed", now, {"by": name[:80]})
    return await _open(connection, episode_id)


async def snooze_is_over(connection: AsyncConnection, episode_id: int, now: datetime) -> bool:
    """Takes back a snooze that has ended by `now`; whether there was one."""
    mine = (episodes.c.id == episode_id) & (episodes.c.snoozed_until <= now)
    ended = await connection.execute(update(episodes).where(mine).values(snoozed_until=None, snoozed_by=None))
    return bool(ended.rowcount)


async def record_test(connection: AsyncConnection, channel: str, now: datetime) -> int:
    """Opens an episode that nothing caused, to try the road to `channel`; once told, the next look ends it.

    Returns its number: that of the one on its way where there is one. One that was told, or could not be, is ended.
    """
    under_way = (episodes.c.channel == channel) & (episodes.c.family == TEST) & episodes.c.closed_at.is_(None)
    for row in (await connection.execute(select(episodes).where(under_way).with_for_update())).all():
        if await _is_to_open(connection, row.id):
            return int(row.id)
        await end_test(connection, episode_of(row), now)
    number = await open_episode(connection, Episode(0, channel, TEST, "warning", now))
    await record_turn(connection, number, "opened", now, {})
    return number


async def end_test(connection: AsyncConnection, test: Episode, now: datetime) -> None:
    """A test is over, which its message is to say where it has one."""
    await update_episode(connection, test.id, closed_at=now, level="well")
    if test.ts:
        await record_turn(connection, test.id, "recovered", now, {"level": "well", "ended": now.isoformat()})


async def _is_to_open(connection: AsyncConnection, number: int) -> bool:
    """Whether nobody was told yet that an episode opened."""
    waits = (turns.c.episode == number) & (turns.c.kind == "opened") & turns.c.told_at.is_(None)
    return (await connection.execute(select(turns.c.id).where(waits))).first() is not None


async def claim(
    connection: AsyncConnection, episode: int, now: datetime, kinds: Sequence[str] | None = None
) -> list[EpisodeTurn]:
    """Takes the turns of an episode that nobody has told or is telling, oldest first; all of it or nothing.

    The transaction must be a writing one. On PostgreSQL others skip the rows it has locked; SQLite has one writer.
    Where somebody is telling one of them, nobody else tells the others meanwhile: they would come out of order.
    """
    held = turns.c.claimed_at.is_not(None) & (turns.c.claimed_at >= now - CLAIM_HOLDS)
    locked = await connection.execute(
        select(episodes.c.id).where(episodes.c.id == episode).with_for_update(skip_locked=True)
    )
    untold = (turns.c.episode == episode) & turns.c.told_at.is_(None)
    if locked.first() is None or (await connection.execute(select(turns.c.id).where(untold, held))).first():
        return []
    wanted = untold & turns.c.kind.in_(kinds) if kinds is not None else untold
    found = [_turn(row) for row in await connection.execute(select(turns).where(wanted).order_by(turns.c.id))]
    await _mark(connection, found, claimed_at=now)
    return found


async def told(connection: AsyncConnection, claimed: Sequence[EpisodeTurn], now: datetime) -> None:
    """These have been told, and will not be again."""
    await _mark(connection, claimed, told_at=now, failure=None)


async def was_not_called(connection: AsyncConnection, episode: int, who: Collection[str]) -> None:
    """These were not called after all, as a turn that was told had asked for; another one may call them."""
    row = (await connection.execute(select(episodes).where(episodes.c.id == episode).with_for_update())).one()
    called = [one for one in row.detail.get("called", ()) if one not in who]
    await update_episode(connection, episode, detail={**row.detail, "called": called}, mentioned=bool(called))


async def failed(connection: AsyncConnection, claimed: Sequence[EpisodeTurn], failure: str) -> None:
    """Gives back what could not be told, with Slack's error, for the next who tries."""
    await _mark(connection, claimed, claimed_at=None, attempts=turns.c.attempts + 1, failure=failure[:80])


async def kept_quiet(connection: AsyncConnection, episode: int, but: Sequence[str]) -> None:
    """What is untold waits for the end of a quiet time, but for turns of these kinds."""
    waits = (turns.c.episode == episode) & turns.c.told_at.is_(None) & turns.c.kind.not_in(but)
    await connection.execute(update(turns).where(waits, turns.c.quiet.is_(False)).values(quiet=True))


async def remember_message(
    connection: AsyncConnection, episode: int, ts: str, drawn: int, late_since: datetime | None = None
) -> None:
    """Which message tells of an episode, and up to which turn; to be called before anything else once it was posted."""
    await update_episode(connection, episode, ts=ts, drawn=drawn, lost=None, late_since=late_since)


async def _open(connection: AsyncConnection, number: int) -> Episode | None:
    """Locked until the transaction ends."""
    mine = (episodes.c.id == number) & episodes.c.closed_at.is_(None)
    row = (await connection.execute(select(episodes).where(mine).with_for_update())).first()
    return None if row is None else episode_of(row)


def episode_of(row: Row[Any]) -> Episode:
    return Episode(**row._mapping)


def _turn(row: Row[Any]) -> EpisodeTurn:
    names = ("id", "episode", "kind", "at", "detail", "attempts", "failure", "quiet")
    return EpisodeTurn(**{name: getattr(row, name) for name in names})


async def _mark(connection: AsyncConnection, marked: Sequence[EpisodeTurn], **values: Any) -> None:
    ids = [turn.id for turn in marked]
    if ids:
        await connection.execute(update(turns).where(among(connection, turns.c.id, ids)).values(**values))
