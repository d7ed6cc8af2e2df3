"""Tells a channel of each turn once, and takes it back in the same message."""

import logging
from datetime import datetime

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts import message
from storage.database import Database
from storage.ledger import turns
from storage.turn import Announcement, Turn

log = logging.getLogger(__name__)
GONE = ("message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found")


async def announce(database: Database, client: AsyncWebClient, channel: str | None, now: datetime) -> None:
    """Tells what is untold, in order. Where Slack fails, the rest waits for the next call.

    Without a `channel` turns count as told: whoever names one later shall not hear of long ago.
    """
    async with database.write() as connection:
        claimed = await turns.claim_untold(connection, now)
    for at, turn in enumerate(claimed):
        try:
            if channel:
                await _tell(database, client, channel, turn)
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as failure:
            log.warning("Slack did not take an alert for %s; it will be tried again: %s", channel, failure)
            async with database.write() as connection:
                await turns.release(connection, claimed[at:])
            return
        async with database.write() as connection:
            await turns.told(connection, turn, now)


async def _tell(database: Database, client: AsyncWebClient, channel: str, turn: Turn) -> None:
    if turn.state == "late":
        await _tell_late(database, client, channel, turn)
    else:
        await _tell_recovered(database, client, channel, turn)


async def _tell_late(database: Database, client: AsyncWebClient, channel: str, turn: Turn) -> None:
    said = message.late(turn)
    posted = await client.chat_postMessage(channel=channel, text=said.text, blocks=list(said.blocks))
    told_by = Announcement(turn.subject, channel, str(posted["ts"]), turn.id, turn.at)
    async with database.write() as connection:
        await turns.remember_announcement(database, connection, told_by)


async def _tell_recovered(database: Database, client: AsyncWebClient, channel: str, turn: Turn) -> None:
    """Edits the message that told of it; says nothing where there is none, or where it is no longer there."""
    async with database.read() as connection:
        told_by = await turns.announcement_of(connection, turn.subject, channel)
    if told_by is None:
        return
    said = message.recovered(turn, turn.at - told_by.since)
    try:
        await client.chat_update(channel=channel, ts=told_by.ts, text=said.text, blocks=list(said.blocks))
    except SlackApiError as refusal:
        if refusal.response["error"] not in GONE:
            raise
        log.warning("the alert for %s can no longer be edited: %s", turn.subject, refusal.response["error"])
    async with database.write() as connection:
        await turns.forget_announcement(connection, turn.subject, channel)
