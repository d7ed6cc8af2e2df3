"""What this channel hears, and what is under way: acknowledge it, or silence it for a while.

/sync alerts
/sync alerts test
  sends one down the real road
/sync alerts ack 7
/sync alerts snooze 7 1h
/sync alerts snooze 7 tomorrow
  until 09:00, where you are
/sync alerts unsnooze 7
"""

from datetime import UTC, datetime, time, timedelta

from bot.alerts import listed
from bot.alerts.in_words import told
from bot.alerts.listed import Heard
from bot.answers import Answer
from bot.figures import clock
from bot.request_subscribing import Alerts, Subscribe
from bot.safe import clean
from bot.subscribing import channel_of, defaults_of, lines_of, not_for_guests, not_told, refusal, uninvited
from bot.world import Asker, World
from storage.alerting import Episode
from storage.episodes import read_episode, read_open_episodes
from storage.ledger.episodes import TEST, acknowledge, record_test, snooze, unsnooze
from storage.ledger.readings import record_act
from storage.ledger.subscribing import read_quiet_times, read_subscriptions

MORNING = time(9)
DAY = timedelta(days=1)


async def answer(request: Alerts, asker: Asker, world: World) -> Answer:
    channel = await channel_of(asker, world)
    if channel is None:
        return not_told()
    if request.act is None:
        return await _listed(channel, asker, world)
    if request.act == "test":
        refused = refusal(asker, request.words) or await uninvited(asker, request.words, world)
        return refused or await _test(channel, asker, world)
    return not_for_guests(asker) or await _of_episode(request, channel, asker, world)


async def _listed(channel: str, asker: Asker, world: World) -> Answer:
    now = world.now()
    async with world.database.read() as connection:
        rows = await read_subscriptions(connection, channel)
        open_ = await read_open_episodes(connection, channel)
        quiet = [one for one in await read_quiet_times(connection, channel) if one.ends_at is None or one.ends_at > now]
    built_in = channel == world.settings.alert_channel and not any(row.kind == "alerts" for row in rows)
    heard = Heard(
        episodes=open_,
        lines=await lines_of(rows, world),
        quiet_times=len(quiet),
        built_in=told(Subscribe(), defaults_of(world), str(asker.zone)) if built_in else "",
        may_change=asker.is_colleague and not asker.outsiders,
        now=now,
        zone=asker.zone,
    )
    return listed.draw(heard)


async def _test(channel: str, asker: Asker, world: World) -> Answer:
    async with world.database.write() as connection:
        await record_test(connection, channel, world.now())
        await record_act(connection, asker.user_id, "alerts test", world.now(), detail=channel)
    return listed.tested()


async def _of_episode(request: Alerts, channel: str, asker: Asker, world: World) -> Answer:
    """Acknowledged or silenced, if it is under way in this very channel."""
    number, now = request.episode or 0, world.now()
    name = clean(await world.name_of(asker.user_id))
    until = now + request.span if request.span else _morning(asker, now)
    async with world.database.write() as connection:
        found: Episode | None = await read_episode(connection, number)
        if found is None or found.channel != channel:
            return listed.not_here(number)
        if request.act == "snooze" and found.family == TEST:
            return listed.only_a_test(number)
        if request.act == "ack":
            found = await acknowledge(connection, number, name, now)
        elif request.act == "unsnooze":
            found = await unsnooze(connection, number, name, now)
        else:
            found = await snooze(connection, number, until, name, now)
        if found is None:
            return listed.not_here(number)
        await record_act(connection, asker.user_id, f"alerts {request.act}", now, detail=request.words)
    if request.act == "ack":
        return listed.acknowledged(found)
    if request.act == "unsnooze":
        return listed.unsnoozed(found)
    return listed.snoozed(found, clock(until, now, asker.zone))


def _morning(asker: Asker, now: datetime) -> datetime:
    """Tomorrow at nine, where the asker is."""
    tomorrow = (now.astimezone(asker.zone) + DAY).date()
    return datetime.combine(tomorrow, MORNING, asker.zone).astimezone(UTC)
