"""One look: reads the numbers, and records how everything stands and what turned, all in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts.calls import calling
from bot.alerts.conditions import is_forgotten, step
from bot.alerts.episodes import Step, follow
from bot.alerts.figures import Own, read_figures
from bot.alerts.readings import FAMILIES
from bot.alerts.rules import PASSING, readings
from bot.alerts.wants import Defaults, Wants, wants_of
from bot.settings import Settings
from storage.alerting import Condition, Episode
from storage.database import Database
from storage.episodes import open_of, read_conditions, read_ended_episodes, read_open_episodes
from storage.history import LaneName
from storage.ledger.conditions import forget_conditions, keep_conditions, look_alone
from storage.ledger.episodes import TEST, end_test, open_episode, record_turn, snooze_is_over, update_episode
from storage.ledger.subscribing import read_subscriptions

NEVER = PASSING["undelivered"]
AGAIN_WITHIN = timedelta(hours=1)  # what is bad anew so soon after its recovery goes on with its message
Keyed = Mapping[str, Condition]


def defaults_of(settings: Settings) -> Defaults:
    return Defaults(settings.alert_backlog, settings.alert_oldest, hold=settings.alert_hold)


async def watch(
    database: Database, settings: Settings, names: Sequence[LaneName], now: datetime, own: Own | None = None
) -> int:
    """Looks at the lanes `names` and at both services, for every channel that hears of anything.

    Returns how many turns it recorded.
    `own` is what this process knows beside what is stored. Two may look at once: one after the other.
    """
    async with database.write() as connection:
        await look_alone(connection)
        figures = await read_figures(connection, names, now, own)
        subscribed = await read_subscriptions(connection)
        wanting = wants_of(subscribed, settings.alert_channel, defaults_of(settings), now)
        before, episodes = await read_conditions(connection), await read_open_episodes(connection)
        ended = await read_ended_episodes(connection, now - AGAIN_WITHIN)
        channels = dict.fromkeys([*wanting, *(channel for channel, _ in before), *(one.channel for one in episodes)])
        turned = 0
        for channel in channels:
            was = {key: one for (where, key), one in before.items() if where == channel}
            wants = wanting.get(channel) or Wants(channel, (), defaults_of(settings))
            read = readings(figures, wants, was)
            after = {key: step(channel, was.get(key), reading, now) for key, reading in read.items()}
            await _keep(database, connection, was, after, now)
            turned += await _turn(connection, wants, open_of(episodes, channel), ended, after, now)
        return turned


async def _keep(database: Database, connection: AsyncConnection, was: Keyed, after: Keyed, now: datetime) -> None:
    forgotten = {
        key for key, one in after.items() if is_forgotten(one, PASSING.get(str(one.detail.get("rule")), NEVER), now)
    }
    kept = {key: one for key, one in after.items() if key not in forgotten}
    await keep_conditions(database, connection, [one for key, one in kept.items() if was.get(key) != one])
    await forget_conditions(connection, [one for key, one in was.items() if key not in kept])


async def _turn(
    connection: AsyncConnection,
    wants: Wants,
    under_way: Mapping[str, Episode],
    ended: Sequence[Episode],
    after: Keyed,
    now: datetime,
) -> int:
    turned = 0
    for family in dict.fromkeys(FAMILIES.values()):
        conditions = [one for one in after.values() if one.family == family]
        before = under_way.get(family)
        lately = [one for one in ended if (one.channel, one.family) == (wants.channel, family)]
        found = follow(wants.channel, family, before, conditions, now, lately)
        turned += await _record(connection, before, calling(wants, before, found), now) if found else 0
        turned += await _wake(connection, found, now) if found else 0
    if (test := under_way.get(TEST)) and test.ts:
        await end_test(connection, test, now)
        turned += 1
    return turned


async def _wake(connection: AsyncConnection, found: Step, now: datetime) -> int:
    """Where a snooze has ended, the trouble is told of again, unless what just turned says how it is."""
    episode = found.episode
    ended = episode.snoozed_until is not None and await snooze_is_over(connection, episode.id, now)
    if not ended or found.turn or episode.closed_at:
        return 0
    await record_turn(connection, episode.id, "still", now, {})
    return 1


async def _record(connection: AsyncConnection, before: Episode | None, found: Step, now: datetime) -> int:
    episode, number = found.episode, found.episode.id
    if not number:
        number = await open_episode(connection, episode)
    elif episode != before:
        values = {"level": episode.level, "closed_at": episode.closed_at, "late_since": episode.late_since}
        await update_episode(connection, number, **values, detail=dict(episode.detail), mentioned=episode.mentioned)
    if found.turn is None:
        return 0
    await record_turn(connection, number, found.turn, now, dict(found.detail or {}))
    return 1
