"""Whatever anybody types, presses or submits: acknowledged, answered, without an incident, and nobody is mentioned."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest

from bot.app import make_app
from bot.settings import read_settings
from sandbox.service import Surroundings, Weather
from sandbox.slack import files, response_urls
from sandbox.slack.state import Slack, new_slack
from sandbox.slack.web_api import WebApi
from storage.database import Database
from tests.bot.anybody import Anybody, Deed
from tests.bot.conftest import NOW, REQUIRED
from tests.rows import all_read, error, failed, live, waiting

AT_ONCE = 50
# What random ids and forms must be refused; anything else that Slack refuses is a mistake of ours.
FAIR = {"channel_not_found", "user_not_found", "not_in_channel", "user_not_in_channel", "invalid_trigger_id"}


@dataclass
class Trial:
    """The real bot and, in this process, a Slack that it can be looked into."""

    slack: Slack
    app: AsyncApp
    url: str
    anybody: Anybody = field(init=False)

    def __post_init__(self) -> None:
        self.anybody = Anybody(0, self.response_url)

    def response_url(self, user: str, channel: str) -> str:
        workspace = self.slack.workspace
        known = channel if channel in workspace.channels else workspace.dm_of(user).id
        return self.url + self.slack.tickets.response_url(workspace.next_id("I"), user, known)

    async def bring(self, deed: Deed) -> None:
        """Hands it over as Socket Mode does, and waits until the bot has done with it."""
        response = await self.app.async_dispatch(AsyncBoltRequest(body=deed.payload, mode="socket_mode"))
        assert response.status == 200, f"not acknowledged: {deed}"

    async def done(self) -> None:
        """Every listener that was started has ended."""
        listeners = [task for task in asyncio.all_tasks() if "slack_bolt" in task.get_coro().cr_code.co_filename]  # type: ignore[union-attr]
        async with asyncio.timeout(60):
            await asyncio.gather(*listeners)

    def check(self, deeds: Iterable[Deed]) -> None:
        for deed in deeds:
            if deed.response_url:
                url = self.slack.tickets.response_urls[deed.response_url.removeprefix(self.url)]
                assert url.uses, f"not answered: {deed}"
        for message in self.slack.workspace.messages.values():
            assert not message.mentions, f"mentions {message.mentions}: {message}"
            assert "incident" not in message.text, message.text
            assert message.text.strip(), message
        refused = {code: times for code, times in self.slack.around.refused.items() if code not in FAIR}
        assert not refused, f"Slack refused: {refused}"

    def remember_buttons(self) -> None:
        """Words that real buttons carry are pressed and typed again, also by those who never saw them."""
        for message in self.slack.workspace.messages.values():
            for block in message.blocks:
                self.anybody.seen += [each["value"] for each in block.get("elements", []) if each.get("value")]
        self.anybody.seen = list(dict.fromkeys(self.anybody.seen))[-500:]

    def forget(self) -> None:
        self.slack.workspace.messages.clear()
        self.slack.tickets.response_urls.clear()

    async def run(self, count: int) -> None:
        for _ in range(0, count, AT_ONCE):
            deeds = [self.anybody.deed() for _ in range(AT_ONCE)]
            await asyncio.gather(*(self.bring(deed) for deed in deeds))
            await self.done()
            self.check(deeds)
            self.remember_buttons()
            self.forget()


@pytest.fixture
async def trial(sqlite_database: Database, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Trial]:
    """A bot with changes that wait, errors, and people's names in them."""
    caplog.set_level(logging.ERROR)
    await all_read(sqlite_database, ["leads", "contacts", "accounts", "opportunities"], NOW, timedelta(minutes=1))
    await live(sqlite_database, ("leads", "to-marketo"))
    await waiting(sqlite_database, "leads", "to-marketo", "update", 3310, NOW - timedelta(hours=2))
    nasty = {"label": "<!channel> `Ada` <@U0ADMIN>\u202e", "message": "<!here> @everyone " + "x" * 3000}
    await failed(sqlite_database, *(error(NOW, **nasty) for _ in range(40)), error(NOW, code="<!channel>"))
    async with in_process() as (slack, url):
        given: dict[str, Any] = {"slack_app_token": "xapp-demo", "slack_api_url": f"{url}/api/"}
        settings = read_settings(None, **REQUIRED, **given, sync_people_readers="U0ADMIN,U0READER")
        yield Trial(slack, make_app(settings, sqlite_database, lambda: NOW), url)
    assert not [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


@asynccontextmanager
async def in_process() -> AsyncIterator[tuple[Slack, str]]:
    """The sandbox's Slack with what an app calls, and no people of its own."""
    slack = new_slack(Surroundings(weather=Weather(limits=False)))
    app = web.Application()
    app.router.add_route("*", "/api/{method}", WebApi(slack).answer)

    async def respond(request: web.Request) -> web.Response:
        return await response_urls.receive(slack, request)

    async def upload(request: web.Request) -> web.Response:
        return await files.receive(slack, request)

    app.router.add_post("/commands/{team}/{secret}", respond)
    app.router.add_post("/upload/v1/{ticket}", upload)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield slack, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_anything_is_acknowledged_and_answered_and_mentions_nobody(trial: Trial) -> None:
    await trial.run(300)


@pytest.mark.long
async def test_twenty_thousand_things_are_acknowledged_and_answered_and_mention_nobody(trial: Trial) -> None:
    await trial.run(20_000)


async def test_what_is_pressed_at_home_is_answered_in_messages(trial: Trial) -> None:
    """A view has no response_url."""
    for deed in (trial.anybody.presses_at_home() for _ in range(60)):
        if deed.payload["actions"][0]["action_id"].startswith("words."):
            await trial.bring(deed)
            await trial.done()
            assert trial.slack.workspace.messages, deed
            trial.forget()
