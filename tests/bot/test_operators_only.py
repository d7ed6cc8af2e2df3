"""Somebody who is no operator can change nothing, by whatever road their words come."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from bot.app import make_app
from bot.commands import COMMANDS
from bot.settings import Settings
from storage.changes import Direction
from storage.database import Database
from storage.ledger.acting import ignore
from storage.ledger.readings import set_paused
from tests.bot.conftest import NOW, Settle, connected, serving
from tests.bot.conversation import Conversation
from tests.parked import everything, park
from tests.waiting import until

BEFORE = "before:2026-11-23T15:00:00.000+00:00"
WORDS = (
    "retry #1",
    f"retry confirmed:99 {BEFORE}",
    f"retry code:1003 confirmed:99 {BEFORE}",
    "ignore #1",
    f"ignore confirmed:99 {BEFORE}",
    "reopen #3",
    "match #1 12",
    "match #1 new confirmed:yes",
    f"reopen confirmed:99 {BEFORE}",
    "run",
    "run leads to-marketo",
    "run record 12",
    "run leads field:city confirmed:1",
    "compare",
    "compare leads",
    "compare leads csv",
    "compare leads repair confirmed:1",
    "pause",
    "pause leads",
    "resume",
    "resume contacts to-marketo",
    "quiet leads 2h",
    "quiet end 1",
)
PEOPLE = ("U0READER", "U0GUEST")
REFUSED = re.compile("Only operators|Só operadores")  # U0READER's Slack is in Portuguese
DIRECTION: Direction = "to-marketo"


@dataclass
class Roads:
    """How words reach the bot: typed, or in payloads as Slack would send them, whoever made them up."""

    app: AsyncApp
    talk: Conversation
    user: str

    async def command(self, words: str) -> None:
        await self.talk.control("say", user=self.user, channel="C0OPS", text=f"/sync {words}")

    async def direct_message(self, words: str) -> None:
        await self.talk.control("say", user=self.user, channel="DM", text=f"/sync {words}")

    async def words_in_direct_messages(self, words: str) -> None:
        await self.talk.control("say", user=self.user, channel="DM", text=words)

    async def mention_in_a_thread(self, words: str) -> None:
        begun = await self.talk.control("say", user="U0ADMIN", channel="C0OPS", text="Morning")
        thread = next(one["ts"] for one in await self.talk.messages("U0ADMIN") if one["id"] == begun["id"])
        told = {"user": self.user, "channel": "C0OPS", "thread_ts": thread}
        await self.talk.control("say", **told, text=f"@Sync {words}")

    async def button(self, words: str) -> None:
        await self._pressed({"type": "button", "value": words}, is_ephemeral=True)

    async def button_of_an_alert(self, words: str) -> None:
        await self._pressed({"type": "button", "value": words}, is_ephemeral=False)

    async def menu(self, words: str) -> None:
        await self._pressed({"type": "static_select", "selected_option": {"value": words}}, is_ephemeral=True)

    async def home_tab(self, words: str) -> None:
        await self._sent({"container": {"type": "view"}, "view": {"type": "home"}}, {"type": "button", "value": words})

    async def _pressed(self, action: dict[str, Any], *, is_ephemeral: bool) -> None:
        container = {"type": "message", "is_ephemeral": is_ephemeral, "channel_id": "C0OPS"}
        answer_to = f"{self.talk.url}/response/used-up"
        await self._sent({"container": container, "channel": {"id": "C0OPS"}, "response_url": answer_to}, action)

    async def _sent(self, place: dict[str, Any], action: dict[str, Any]) -> None:
        body = {
            "type": "block_actions",
            "team": {"id": "T0SYNC"},
            "user": {"id": self.user, "team_id": "T0SYNC"},
            "api_app_id": "A0SYNC",
            "trigger_id": "1.2.3",
            **place,
            "actions": [{"action_id": "words.0", "block_id": "b", **action}],
        }
        await self.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))

    async def refusals(self) -> int:
        told = [one for one in await self.talk.messages(self.user) if REFUSED.search(one["plain"])]
        return len(told)


ROADS: dict[str, Callable[[Roads, str], Awaitable[None]]] = {
    "command": Roads.command,
    "direct message": Roads.direct_message,
    "words in direct messages": Roads.words_in_direct_messages,
    "mention in a thread": Roads.mention_in_a_thread,
    "button": Roads.button,
    "button of an alert": Roads.button_of_an_alert,
    "menu": Roads.menu,
    "home tab": Roads.home_tab,
}


@pytest.fixture
async def acted_on(sqlite_database: Database) -> Database:
    """Open errors, an ignored one, and a lane that is paused."""
    numbers = await park(sqlite_database, 3, NOW)
    async with sqlite_database.write() as connection:
        await ignore(sqlite_database, connection, numbers[2:], NOW)
        await set_paused(sqlite_database, connection, "contacts", DIRECTION, True)
    return sqlite_database


@pytest.fixture
async def app(settle: Settle, slack_url: str, acted_on: Database, http: httpx.AsyncClient) -> AsyncIterator[AsyncApp]:
    settings = settle()
    made = make_app(settings, acted_on, lambda: NOW)
    async with serving(made, settings):
        await connected(http, slack_url)
        yield made


@pytest.mark.parametrize("user", PEOPLE)
@pytest.mark.parametrize("road", ROADS)
async def test_who_is_no_operator_changes_nothing_and_is_told_so(
    acted_on: Database, app: AsyncApp, slack_url: str, http: httpx.AsyncClient, road: str, user: str
) -> None:
    roads = Roads(app, Conversation(slack_url, http), user)
    before = await everything(acted_on)
    for count, words in enumerate(WORDS, 1):
        await ROADS[road](roads, words)

        async def refused(count: int = count) -> bool:
            return await roads.refusals() == count

        await until(refused)
    assert await everything(acted_on) == before


@pytest.mark.parametrize("words", WORDS)
async def test_sharing_is_no_way_around(acted_on: Database, app: AsyncApp, slack_url: str, words: str) -> None:
    """Not even an operator makes everybody's answer change anything."""
    async with httpx.AsyncClient() as http:
        before = await everything(acted_on)
        answer = await Conversation(slack_url, http).say(f"/sync share {words}")
    assert "back in the backlog" not in answer["plain"]
    assert await everything(acted_on) == before


async def test_a_confirmation_that_somebody_else_presses_changes_nothing(
    acted_on: Database, app: AsyncApp, slack_url: str, http: httpx.AsyncClient
) -> None:
    talk = Conversation(slack_url, http)
    asked = await talk.say("/sync retry all")
    block = next(one for one in asked["blocks"] if one["type"] == "actions")
    replayed = next(one["value"] for one in block["elements"] if one["text"]["text"] == "Retry 2")
    before = await everything(acted_on)
    roads = Roads(app, talk, "U0READER")
    await roads.button(replayed)

    async def refused() -> bool:
        return await roads.refusals() == 1

    await until(refused)
    assert await everything(acted_on) == before
    assert "2 errors are back" in (await talk.press(asked, "Retry 2"))["plain"]


def test_every_command_that_acts_is_tried() -> None:
    acting = {"retry", "ignore", "reopen", "match", "run", "compare", "pause", "resume", "quiet"}
    reading = {"status", "errors", "help", "health", "record", "activity", "share", "audit", "explain"}
    alerts = {"subscribe", "unsubscribe", "alerts"}
    assert set(COMMANDS) - reading - alerts == acting == {words.split()[0] for words in WORDS}
    told = Settings.model_fields["sync_operators"].description or ""
    assert [word for word in acting if word not in told] == []
