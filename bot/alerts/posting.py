"""How alerts reach Slack: posted one a second in a channel, edited where they still stand, in plain text if need be."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.answers import Answer, Block
from bot.deliver import OF_BLOCKS
from bot.refusals import error_of

log = logging.getLogger(__name__)
APART_SECONDS = 1.0  # Slack takes about one message a second in a channel (docs.slack.dev, rate limits)
# docs.slack.dev/reference/methods/chat.update, under Errors: who deleted it, or that it stands as it was
NO_MESSAGE = ("message_not_found", "thread_not_found")
NOT_EDITABLE = ("cant_update_message", "edit_window_closed")


class Poster:
    """One process's posts and edits. `wait` passes the seconds between two messages in one channel.

    What Slack does not take raises SlackApiError or another of bot.refusals.FAILURES.
    """

    def __init__(self, client: AsyncWebClient, wait: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._client, self._wait = client, wait
        self._free_at: dict[str, float] = {}

    async def send(self, channel: str, said: Answer, thread_ts: str | None = None) -> str:
        """Posts, no sooner than a second after the last message there; the new message's name."""
        await self.wait_for(channel)
        given: dict[str, Any] = {"channel": channel, "thread_ts": thread_ts, "text": said.text, "unfurl_links": False}
        posted = await _in_some_form(said, lambda blocks: self._client.chat_postMessage(**given, blocks=blocks or None))
        return str(posted["ts"])

    async def edit(self, channel: str, ts: str, said: Answer) -> bool:
        """Whether the message is still there, be it as it was; somebody may have deleted it."""
        given: dict[str, Any] = {"channel": channel, "ts": ts, "text": said.text, "unfurl_links": False}
        try:
            await _in_some_form(said, lambda blocks: self._client.chat_update(**given, blocks=blocks))
        except SlackApiError as refused:
            error = error_of(refused)
            if error not in (*NO_MESSAGE, *NOT_EDITABLE):
                raise
            log.warning("message %s in %s can no longer be edited: %s", ts, channel, error)
            return error in NOT_EDITABLE
        return True

    async def wait_for(self, channel: str) -> None:
        """Until Slack takes another message there."""
        at = time.monotonic()
        free_at = self._free_at.get(channel, at)
        self._free_at[channel] = max(free_at, at) + APART_SECONDS
        if free_at > at:
            await self._wait(free_at - at)


async def _in_some_form(
    said: Answer, send: Callable[[list[Block]], Awaitable[AsyncSlackResponse]]
) -> AsyncSlackResponse:
    """In plain text, which is to have no blocks, where those are refused."""
    try:
        return await send(list(said.blocks))
    except SlackApiError as refused:
        if not said.blocks or error_of(refused) not in OF_BLOCKS:
            raise
        log.warning("Slack refused an alert's blocks: %s", error_of(refused))
        return await send([])
