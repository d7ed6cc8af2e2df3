"""Where people ask: a channel, a thread in one, or direct messages; and whether outsiders read along there."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.answers import Answer
from bot.blocks import small
from bot.safe import for_mrkdwn
from bot.texts import _
from bot.world import Asker

log = logging.getLogger(__name__)
KEPT_FOR = timedelta(minutes=5)
SHARED = ("is_ext_shared", "is_pending_ext_shared")


@dataclass(frozen=True, slots=True)
class Place:
    """`channel` is empty in direct messages, which have nobody to share with; `outsiders` where some may be about."""

    channel: str = ""
    thread_ts: str = ""
    outsiders: bool = False

    def limited(self, asker: Asker) -> Asker:
        """Whoever asks among outsiders sees no people's data, whatever the settings say."""
        sees = asker.may_see_people and not self.outsiders
        return replace(asker, may_see_people=sees, channel=self.channel, outsiders=self.outsiders)

    def noted(self, answer: Answer) -> Answer:
        """`answer`, with why one who may see people does not see them here."""
        note = _(
            "No names or values here: this channel is shared with another organization, or I cannot tell. "
            "Ask me in our direct messages."
        )
        return replace(answer, text=f"{answer.text}\n{for_mrkdwn(note)}", blocks=[*answer.blocks, small(note)])


DIRECT = Place()


class Places:
    """Knows channels by their id, asked of Slack anew every few minutes."""

    def __init__(self, client: AsyncWebClient, now: Callable[[], datetime]) -> None:
        self._client, self._now = client, now
        self._known: dict[str, tuple[datetime, bool]] = {}

    async def place(self, channel: str, thread_ts: str = "") -> Place:
        if not channel or channel.startswith("D"):
            return DIRECT
        return Place(channel, thread_ts, await self._outsiders(channel))

    async def _outsiders(self, channel: str) -> bool:
        """Whether a channel is shared by Slack Connect; taken for one where Slack does not tell (a private channel
        that the bot is not in, a missing scope)."""
        known = self._known.get(channel)
        if known and self._now() - known[0] < KEPT_FOR:
            return known[1]
        try:
            told = await self._client.conversations_info(channel=channel)
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as refusal:
            log.warning(
                "Slack does not tell about the channel %s, which is taken for a shared one: %s", channel, refusal
            )
            return True
        about = told.get("channel") or {}
        self._known[channel] = (self._now(), any(about.get(mark) for mark in SHARED))
        return self._known[channel][1]
