"""People in Slack: their zone, what they may see, and what they may do. Asked anew every few minutes.

The one place that decides who is an operator and who may see people's data. Where Slack does not tell, nobody may.
"""

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
KEPT_FOR = timedelta(minutes=5)
OUT_OF_REACH = (SlackClientError, aiohttp.ClientError, TimeoutError)
OUTSIDERS = ("is_restricted", "is_ultra_restricted", "is_stranger", "is_bot", "deleted")


class Askers:
    """Knows people by their Slack id. `readers` and `operators` are ids of people (U…) and user groups (S…)."""

    def __init__(
        self,
        client: AsyncWebClient,
        readers: Collection[str],
        operators: Collection[str],
        now: Callable[[], datetime],
    ) -> None:
        self._client, self._readers, self._operators, self._now = client, readers, operators, now
        self._people: dict[str, tuple[datetime, Mapping[str, Any]]] = {}
        self._groups: dict[str, tuple[datetime, frozenset[str]]] = {}

    async def asker(self, user_id: str) -> Asker:
        """Who asks. Where Slack does not tell (no users:read, or out of reach): in UTC, with no rights."""
        user = await self._person(user_id)
        if user is None:
            return Asker(user_id)
        zone, locale = _zone(user.get("tz")), str(user.get("locale") or "en-US")
        if any(user.get(mark) for mark in OUTSIDERS):
            return Asker(user_id, zone, locale=locale)
        sees = await self._listed(user_id, self._readers)
        if self._operators:
            acts = await self._listed(user_id, self._operators)
        else:
            acts = bool(user.get("is_admin") or user.get("is_owner"))
        return Asker(user_id, zone, may_see_people=sees, is_operator=acts, locale=locale, is_colleague=True)

    async def knows(self, user_id: str) -> bool:
        """Whether Slack tells who that is; where it does not, nobody's rights are known."""
        return await self._person(user_id) is not None

    async def name_of(self, user_id: str) -> str:
        """What a colleague is called; their id where Slack does not tell."""
        user = await self._person(user_id) or {}
        return str(user.get("real_name") or user.get("name") or user_id)

    async def _person(self, user_id: str) -> Mapping[str, Any] | None:
        known = self._people.get(user_id)
        if known and self._now() - known[0] < KEPT_FOR:
            return known[1]
        try:
            told = await self._client.users_info(user=user_id, include_locale=True)
        except OUT_OF_REACH as refusal:
            log.warning("Slack does not tell about %s, who is answered in UTC: %s", user_id, refusal)
            return None
        self._people[user_id] = (self._now(), told.get("user") or {})
        return self._people[user_id][1]

    async def _listed(self, user_id: str, ids: Collection[str]) -> bool:
        """Whether a person is among `ids`, or in a user group that is."""
        if user_id in ids:
            return True
        return any([user_id in await self._members(one) for one in sorted(ids) if one.startswith("S")])

    async def _members(self, group: str) -> frozenset[str]:
        """Who is in a user group; nobody where Slack does not tell (no usergroups:read, or no such group)."""
        known = self._groups.get(group)
        if known and self._now() - known[0] < KEPT_FOR:
            return known[1]
        try:
            told = await self._client.usergroups_users_list(usergroup=group)
        except OUT_OF_REACH as refusal:
            log.warning("Slack does not tell who is in the user group %s: %s", group, refusal)
            return frozenset()
        members = frozenset(str(one) for one in told.get("users") or ())
        self._groups[group] = (self._now(), members)
        return members


def _zone(name: Any) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
