"""The real bot on a real database, in the sandbox's Slack."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from slack_bolt.async_app import AsyncApp

from bot.app import make_app
from bot.ears import serve
from bot.settings import Settings, read_settings
from storage.database import Database
from tests import services
from tests.bot.conversation import Conversation
from tests.bot.every_message import check_every_message
from tests.services import Services
from tests.waiting import until

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
REQUIRED = {
    "slack_bot_token": "xoxb-demo",
    "dynamics_url": "https://contoso.crm.dynamics.com",
    "dynamics_tenant_id": "demo",
    "dynamics_client_id": "demo",
    "dynamics_client_secret": "demo",
    "marketo_url": "https://123-ABC-456.mktorest.com",
    "marketo_client_id": "demo",
    "marketo_client_secret": "demo",
}

Settle = Callable[..., Settings]


@pytest.fixture
def slack_url(sandbox: Services) -> Iterator[str]:
    """A Slack of this test's own; at its end every message in it is checked."""
    url = sandbox("slack", "--limits", "none")
    yield url
    check_every_message(url)


@pytest.fixture
def settle(slack_url: str) -> Settle:
    """Makes the settings of a bot in that Slack; anything else as in Settings."""

    def settled(**given: Any) -> Settings:
        usual = {"slack_app_token": "xapp-demo", "slack_api_url": f"{slack_url}/api/", "sync_people_readers": "U0ADMIN"}
        return read_settings(None, **{**REQUIRED, **usual, **given})

    return settled


@asynccontextmanager
async def running(settings: Settings, database: Database) -> AsyncIterator[None]:
    """The bot, listening until the end of the block; its clock stands at NOW."""
    async with serving(make_app(settings, database, lambda: NOW), settings):
        yield


@asynccontextmanager
async def serving(app: AsyncApp, settings: Settings) -> AsyncIterator[None]:
    """A bot that listens until the end of the block."""
    task = asyncio.create_task(serve(app, settings))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
def free_port() -> int:
    return services.free_port()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


async def connected(http: httpx.AsyncClient, slack_url: str) -> None:
    async def open_sockets() -> int:
        return int((await http.get(f"{slack_url}/sandbox/sockets")).json()["open"])

    await until(open_sockets)


@pytest.fixture
async def talk(
    settle: Settle, slack_url: str, sqlite_database: Database, http: httpx.AsyncClient
) -> AsyncIterator[Conversation]:
    """A conversation with the bot over Socket Mode; `sqlite_database` is what it looks at."""
    async with running(settle(), sqlite_database):
        await connected(http, slack_url)
        yield Conversation(slack_url, http)


@pytest.fixture
async def talk_on_both(
    settle: Settle, slack_url: str, database: Database, http: httpx.AsyncClient
) -> AsyncIterator[Conversation]:
    """The same, once on SQLite and once on PostgreSQL; `database` is what the bot looks at."""
    async with running(settle(), database):
        await connected(http, slack_url)
        yield Conversation(slack_url, http)
