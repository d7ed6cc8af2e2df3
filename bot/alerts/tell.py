"""Tells channels what turned: a message for each episode, edited as it goes on, and a line in its thread for each turn.

Everything is claimed before it is told and marked once it was. Rather told twice than never: whoever dies between the
two is followed by another, two minutes later.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts import message
from bot.alerts.channels import in_mrkdwn
from bot.alerts.message import LATE, Telling
from bot.alerts.posting import Poster
from bot.alerts.quiet import is_held_back, zone_named
from bot.alerts.redraw import Redrawer
from bot.answers import Answer
from bot.refusals import FAILURES, NO_CHANNEL, asked_to_wait, error_of, is_out
from storage.alerting import Episode, EpisodeTurn, Subscription
from storage.database import Database
from storage.episodes import last_turn, read_episode, read_open_episodes, read_to_tell, was_lost
from storage.ledger import episodes as ledger
from storage.ledger.subscribing import read_quiet_times, read_subscriptions

log = logging.getLogger(__name__)
ANSWERS = ("acknowledged", "snoozed", "unsnoozed")  # what a person just did is told at once, quiet or not


class Teller:
    """One process's way to tell. `operators` hear of a channel that is gone where nobody is left who subscribed to it.

    `wait` passes the seconds between two messages in one channel.
    """

    def __init__(
        self,
        database: Database,
        client: AsyncWebClient,
        operators: Collection[str] = (),
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database, self._client, self._poster = database, client, Poster(client, wait)
        self._operators = sorted(one for one in operators if one.startswith(("U", "W")))
        self._not_before: dict[str, datetime] = {}
        self._failed_at: dict[str, float] = {}  # where Slack itself failed, until something is taken there
        self._redrawer = Redrawer(database, self._edit, self.wait_for)

    async def tell(self, clock: Callable[[], datetime]) -> None:
        """Tells what is untold, in order, and draws anew what has long been told.

        Where Slack fails, the rest waits for the next call, which begins with those: where it fails may be the one
        channel in which it always does. Each is claimed by the `clock`: a round may take long, and what was claimed
        when that began would soon be taken for a dead one's.
        """
        async with self._database.read() as connection:
            waiting, open_ = await read_to_tell(connection), await read_open_episodes(connection)
            quiet = await read_quiet_times(connection)
            subscribed = await read_subscriptions(connection)
        for episode in sorted(waiting, key=lambda one: self._failed_at.get(one.channel, 0.0)):
            now = clock()
            if self._not_before.get(episode.channel, now) > now:
                continue
            ours = [one for one in subscribed if one.channel == episode.channel and one.kind == "alerts"]
            silent = is_held_back(episode, [one for one in quiet if one.channel == episode.channel], now)
            if not await self._tell(episode, ours, silent, now):
                return
        await self._redrawer.redraw([Telling(one, clock(), _zone(one.channel, subscribed)) for one in open_])

    async def _tell(self, episode: Episode, ours: Sequence[Subscription], silent: bool, now: datetime) -> bool:
        """One episode; whether Slack is there, so that others are worth a try."""
        async with self._database.write() as connection:
            if silent:
                await ledger.kept_quiet(connection, episode.id, ANSWERS)
            claimed = await ledger.claim(connection, episode.id, now, ANSWERS if silent else None)
            fresh, last = await read_episode(connection, episode.id), await last_turn(connection, episode.id)
        if fresh is None or (not claimed and not (silent and fresh.ts and fresh.drawn < last)):
            return True
        zone = _zone(episode.channel, ours)
        try:
            await self._show(Telling(fresh, now, zone, _calls(fresh, claimed)), claimed, last, silent)
        except FAILURES as failure:
            return await self._not_taken(failure, Telling(fresh, now, zone), claimed, ours)
        self._failed_at.pop(episode.channel, None)
        return True

    async def _show(self, telling: Telling, claimed: Sequence[EpisodeTurn], last: int, silent: bool) -> None:
        """Brings the message up to date and adds to its thread; marks what was told."""
        episode = telling.episode
        if episode.ts and (episode.drawn >= last or await self._edit(telling, episode.ts, last)):
            if said := message.line(telling, claimed):
                await self._poster.send(episode.channel, said, episode.ts)
        elif _is_worth_a_message(telling, claimed, silent):
            await self._post(replace(telling, episode=_dated(telling, claimed)), last)
        else:
            telling = replace(telling, calls=())
        await self._mark(telling, claimed)

    async def _mark(self, telling: Telling, claimed: Sequence[EpisodeTurn], lost: str | None = None) -> None:
        """It is told, if to somebody else than a channel that is `lost`."""
        async with self._database.write() as connection:
            if lost:
                await ledger.update_episode(connection, telling.episode.id, lost=lost[:80])
            if missed := set(_called(claimed)) - set(telling.calls):
                await ledger.was_not_called(connection, telling.episode.id, missed)
            await ledger.told(connection, claimed, telling.now)

    async def _post(self, telling: Telling, last: int) -> None:
        """The episode's message; where it is, is remembered before anything else."""
        episode = telling.episode
        ts = await self._poster.send(episode.channel, message.root(telling))
        self._redrawer.drew(telling)
        async with self._database.write() as connection:
            await ledger.remember_message(connection, episode.id, ts, last, episode.late_since)

    async def _edit(self, telling: Telling, ts: str, last: int) -> bool:
        """Whether the message is still there, be it as it was; somebody may have deleted it."""
        episode, said = telling.episode, message.root(replace(telling, calls=()))
        if not await self._poster.edit(episode.channel, ts, said):
            return False
        self._redrawer.drew(telling)
        async with self._database.write() as connection:
            await ledger.update_episode(connection, episode.id, drawn=last)
        return True

    async def wait_for(self, channel: str) -> None:
        """Until Slack takes another message there."""
        await self._poster.wait_for(channel)

    async def _not_taken(
        self,
        failure: Exception,
        telling: Telling,
        claimed: Sequence[EpisodeTurn],
        ours: Sequence[Subscription],
    ) -> bool:
        """It waits, or goes to somebody else; whether Slack is there."""
        channel = telling.episode.channel
        if is_out(failure) or not isinstance(failure, SlackApiError):
            log.warning("Slack is out of reach; alerts wait: %r", failure)
            self._not_before[channel] = telling.now + asked_to_wait(failure)
            self._failed_at[channel] = time.monotonic()
            await self._give_back(claimed, ledger.UNREACHABLE)
            return False
        error = error_of(failure)
        log.warning("Slack did not take an alert for %s: %s", channel, error)
        if error in NO_CHANNEL:
            return await self._tell_somebody(error, telling.episode, claimed, ours, telling)
        await self._give_back(claimed, error)
        return True

    async def _tell_somebody(
        self,
        error: str,
        episode: Episode,
        claimed: Sequence[EpisodeTurn],
        ours: Sequence[Subscription],
        telling: Telling,
    ) -> bool:
        """Whoever subscribed hears of a channel that takes nothing any more, once until it does again.

        Whether Slack is there.
        """
        async with self._database.read() as connection:
            known = episode.lost is not None or await was_lost(connection, episode.channel, episode.id)
        people, said = [one.created_by for one in ours if one.created_by], _in_place_of(episode.channel, error, telling)
        try:
            if not known and not (await self._tell_each(people, said) or await self._tell_each(self._operators, said)):
                log.error("nobody is left to hear that %s takes no alerts: %s", episode.channel, error)
        except FAILURES as failure:
            log.warning("nor did anybody hear of it yet: %r", failure)
            self._failed_at[episode.channel] = time.monotonic()
            await self._give_back(claimed, error)
            return False
        await self._mark(telling, claimed, error)
        return True

    async def _tell_each(self, people: Iterable[str], said: Answer) -> bool:
        """Whether anybody took a direct message; who is gone takes none. Raises where Slack fails before anybody did.

        The conversation is opened first: Slack takes messages for people who are long deactivated
        (python-slack-sdk#1156), but opens none with them (docs.slack.dev, conversations.open: user_disabled).
        """
        told = False
        for person in dict.fromkeys(people):
            try:
                opened = await self._client.conversations_open(users=person)
                await self._poster.send(str((opened["channel"] or {})["id"]), said)
                told = True
            except FAILURES as failure:
                log.warning("%s cannot be told: %s", person, failure)
                if is_out(failure) and not told:
                    raise
        return told

    async def _give_back(self, claimed: Sequence[EpisodeTurn], failure: str) -> None:
        async with self._database.write() as connection:
            await ledger.failed(connection, claimed, failure)


def _zone(channel: str, subscribed: Sequence[Subscription]) -> tzinfo:
    """The one in which a channel first asked for alerts."""
    zones = [one.zone for one in subscribed if one.channel == channel and one.kind == "alerts"]
    return zone_named(zones[0] if zones else "UTC")


def _is_worth_a_message(telling: Telling, claimed: Sequence[EpisodeTurn], silent: bool) -> bool:
    """What came and went while it was to be quiet is nothing to tell.

    Whoever deleted a message wants no other one, until it got worse.
    """
    episode = telling.episode
    if episode.ts is None:
        return not silent and (episode.closed_at is None or any(not turn.quiet for turn in claimed))
    got_worse = episode.closed_at is None and any(turn.kind == "worse" for turn in claimed)
    return got_worse and message.line(telling, claimed) is not None


def _dated(telling: Telling, claimed: Sequence[EpisodeTurn]) -> Episode:
    """With since when it should have been told, where that is long ago and not because it was to be quiet."""
    late = next((turn.at for turn in claimed[:1] if not turn.quiet and telling.now - turn.at > LATE), None)
    return replace(telling.episode, late_since=late)


def _calls(episode: Episode, claimed: Sequence[EpisodeTurn]) -> list[str]:
    """Whom the turns call, while it is as bad as that still."""
    return _called(claimed) if episode.level == "critical" else []


def _called(claimed: Sequence[EpisodeTurn]) -> list[str]:
    return list(dict.fromkeys(who for turn in claimed for who in turn.detail.get("mention", ())))


def _in_place_of(channel: str, error: str, telling: Telling) -> Answer:
    said = message.in_full(telling)
    why = f"I cannot tell the channel {channel} its alerts any more: Slack says {error}. Invite me there again, or stop"
    return Answer(in_mrkdwn(f"{why} them there with /sync unsubscribe. What I would have said:\n{said}", [channel]))
