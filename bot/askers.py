"""People in Slack: their zone, and what they may see. Asked once an hour for each."""

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.world import Asker

log = logging.getLogger(__name__)
KEPT_FOR = timedelta(hours=1)


class Askers:
    """Knows people by their Slack id; `readers` are the ids that may be shown people's data."""

    def __init__(self, client: AsyncWebClient, readers: Collection[str], now: Callable[[], datetime]) -> None:
        self._client, self._readers, self._now = client, readers, now
        self._known: dict[str, tuple[datetime, Asker]] = {}

    async def asker(self, user_id: str) -> Asker:
        """Who asks. Where Slack does not tell (no users:read, or out of reach), UTC, and no people's data."""
        known = self._known.get(user_id)
        if known and self._now() - known[0] < KEPT_FOR:
            return known[1]
        try:
            told = await self._client.users_info(user=user_id)
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as refusal:
            log.warning("Slack does not tell about %s, who is answered in UTC: %s", user_id, refusal)
            return Asker(user_id)
        asker = self._described(user_id, told.get("user") or {})
        self._known[user_id] = (self._now(), asker)
        return asker

    def _described(self, user_id: str, user: Mapping[str, Any]) -> Asker:
        guest = user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_stranger")
        return Asker(user_id, _zone(user.get("tz")), user_id in self._readers and not guest)


def _zone(name: Any) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
