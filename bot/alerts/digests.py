"""Digests on their way: each is claimed, posted once, and followed by the list of what failed, to who asked for it."""

import asyncio
import logging
import tempfile
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import get_args

import aiohttp
import httpx
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import export
from bot.alerts.digest import Digest, draw
from bot.alerts.due import Period, due, has, is_weekly, with_missed, zone_of
from bot.answers import Answer
from bot.askers import Askers
from bot.blocks import small
from bot.deliver import Deliverer, by_message_or_raise
from bot.delivery import UploadRefused, send_personal_file
from bot.figures import HOUR, clock, count, last_full_hour
from bot.quota import PATIENCE_SECONDS
from bot.refusals import NO_CHANNEL, PERSON_GONE, error_of
from bot.safe import for_mrkdwn
from bot.standing import Picture
from bot.texts import _, plural, speaking
from bot.world import World
from storage import error_search, history
from storage.alerting import Subscription
from storage.error_export import csv_lines
from storage.error_groups import open_groups
from storage.error_search import State, Wanted
from storage.ledger.digesting import claim_digests, digest_listed, digest_told, release_digest
from storage.ledger.subscribing import read_subscriptions
from storage.models import episodes
from storage.trend import read_trend
from sync.backlog import Thresholds
from sync.errors import SyncFailure

log = logging.getLogger(__name__)
LIST_KEPT_FOR = timedelta(days=30)
FAILURES = (SlackClientError, aiohttp.ClientError, httpx.HTTPError, UploadRefused, TimeoutError, OSError)


class NotTold(SlackClientError):
    """Slack does not tell who somebody is."""


@dataclass(frozen=True, slots=True)
class Sender:
    """What it takes to send digests: the world they tell of, who may read what, and the way into Slack.

    `wait_for` waits until a channel takes another message.
    """

    world: World
    askers: Askers
    deliverer: Deliverer
    wait_for: Callable[[str], Awaitable[None]]


async def send_due_digests(sender: Sender, now: datetime) -> None:
    """Sends every digest that is due at `now`; a channel has one at most.

    Where Slack fails, it is tried again when the claim has ended; what Slack has already is not sent again.
    """
    for wanted in await _claimed(sender.world, now):
        period = due(wanted, now)
        assert period is not None  # it was claimed for it
        try:
            await _send(sender, wanted, period, now)
        except FAILURES as failure:
            log.warning("Slack did not take the digest of %s; it will be tried again: %s", wanted.channel, failure)
            continue
        async with sender.world.database.write() as connection:
            await release_digest(connection, wanted.id)


async def _claimed(world: World, now: datetime) -> list[Subscription]:
    """Nothing is written where nothing is due."""
    async with world.database.read() as connection:
        subscribed = await read_subscriptions(connection)
    if not any(one.kind == "digest" and due(one, now) for one in subscribed):
        return []
    async with world.database.write() as connection:
        return await claim_digests(connection, lambda one: due(one, now) is not None, now)


async def _send(sender: Sender, wanted: Subscription, period: Period, now: datetime) -> None:
    """What is done is written down at once, so that nothing but what was under way is repeated after a crash."""
    database = sender.world.database
    if not has(wanted.told_at, period):
        told = with_missed(wanted, period, wanted.told_at)
        await _post(sender, wanted, draw(await read_digest(sender.world, wanted, told, now)))
        async with database.write() as connection:
            await digest_told(connection, wanted.id, period.end)
    if not has(wanted.listed_at, period):
        try:
            await _send_list(sender, wanted, with_missed(wanted, period, wanted.listed_at), now)
        except SlackApiError as refusal:
            _unless(refusal, PERSON_GONE)
        async with database.write() as connection:
            await digest_listed(connection, wanted.id, period.end)


async def _post(sender: Sender, wanted: Subscription, answer: Answer) -> None:
    """Into the channel; where it is gone, to who asked for it."""
    client = sender.world.slack
    await sender.wait_for(wanted.channel)
    try:
        await sender.deliverer.deliver(answer, by_message_or_raise(client, wanted.channel))
    except SlackApiError as refusal:
        _unless(refusal, NO_CHANNEL)
        try:
            await sender.deliverer.deliver(_misdirected(answer), by_message_or_raise(client, wanted.created_by))
        except SlackApiError as again:
            _unless(again, PERSON_GONE)


def _unless(refusal: SlackApiError, expected: Collection[str]) -> None:
    """Raises `refusal` anew but for those that trying again would not mend."""
    if (error := error_of(refusal)) not in expected:
        raise refusal
    log.warning("Slack will not take a digest there: %s", error)


def _misdirected(answer: Answer) -> Answer:
    note = _("This is for a channel that I can no longer post in. Invite me again, or take the digest back there.")
    return replace(answer, text=f"{for_mrkdwn(note)}\n{answer.text}", blocks=[*answer.blocks, small(note)])


async def read_digest(world: World, wanted: Subscription, period: Period, now: datetime) -> Digest:
    """Everything that the digest of `period` says at `now`."""
    zone = zone_of(wanted)
    calls = await _calls_by_day(world)
    async with world.database.read() as connection:
        picture = Picture(
            now=now,
            zone=zone,
            lanes=await history.read_lanes(connection, world.lanes, now),
            services=await history.read_services(connection),
            feeds=await history.read_feeds(connection),
            last_pass=await history.read_pass(connection),
            hours={},
            thresholds=Thresholds(world.settings.alert_backlog, world.settings.alert_oldest),
        )
        return Digest(
            period,
            picture,
            await history.read_synced(connection, period.start, period.end),
            sum([await error_search.count(connection, one) for one in _failed(period)]),
            await open_groups(connection, period.start),
            await read_trend(connection, last_full_hour(now, zone)[1] + HOUR),
            await _open_alerts(connection, wanted.channel),
            calls,
            world.settings.marketo_daily_calls,
            is_weekly(wanted),
        )


async def _calls_by_day(world: World) -> Mapping[date, int]:
    """Nothing in a process that only answers, or where Marketo does not answer soon."""
    if world.engine is None:
        return {}
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await world.engine.marketo.calls_by_day()
    except (SyncFailure, TimeoutError):
        return {}


def _failed(period: Period) -> list[Wanted]:
    """What failed in the period, whatever became of it."""
    states: Sequence[State] = get_args(State)
    return [Wanted(since=period.start, until=period.end, state=state) for state in states]


async def _open_alerts(connection: AsyncConnection, channel: str) -> int:
    still_open = (episodes.c.channel == channel) & episodes.c.closed_at.is_(None)
    return int(await connection.scalar(select(func.count()).select_from(episodes).where(still_open)) or 0)


async def _send_list(sender: Sender, wanted: Subscription, period: Period, now: datetime) -> None:
    """The records that failed, to the subscriber who may read people's data; no file where there are none."""
    asker = await sender.askers.asker(wanted.created_by)
    if not asker.may_see_people:
        if not await sender.askers.knows(wanted.created_by):
            raise NotTold(f"who {wanted.created_by} is")
        return
    world = sender.world
    async with world.database.read() as connection:
        ids = [one for each in _failed(period) for one in await error_search.ids(connection, each)]
    if not ids:
        return
    with speaking(asker.locale), tempfile.TemporaryFile() as file:
        around = export.around(world.objects, world.links)
        lines = csv_lines(world.database, ids, export.owner_fields(world.objects), *around)
        rows = await export.write(lines, file)
        name = f"sync-failures-{period.end.astimezone(zone_of(wanted)):%Y-%m-%d}.csv"
        comment = _comment(wanted, period, rows, now)
        await send_personal_file(
            world.slack, world.database, asker.user_id, file, name, comment, "digest", now, LIST_KEPT_FOR
        )


def _comment(wanted: Subscription, period: Period, rows: int, now: datetime) -> str:
    zone = zone_of(wanted)
    start, end = clock(period.start, now, zone), clock(period.end, now, zone)
    failed = plural("{count} record failed", "{count} records failed", rows).format(count=count(rows))
    words = _("{failed} from {start} to {end}: the list that goes with your digest. Slack keeps it for {days} days.")
    return words.format(failed=failed, start=start, end=end, days=LIST_KEPT_FOR.days)
