"""A socket that dies in any way is noticed and opened again, without a restart and within seconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.app import make_app
from bot.ears import Socket, serve
from bot.hearing import DEAD_AFTER, Hearing
from storage.database import Database
from tests.bot.clock import Clock
from tests.bot.conftest import NOW, Settle, connected
from tests.bot.conversation import Conversation
from tests.waiting import until


@pytest.fixture
def hearing() -> Hearing:
    return Hearing(lambda: datetime.now(UTC))


@pytest.fixture
async def talk(
    settle: Settle, slack_url: str, sqlite_database: Database, http: httpx.AsyncClient, hearing: Hearing
) -> AsyncIterator[Conversation]:
    """A bot that pings ten times a second, and gives a socket up after two seconds."""
    app = make_app(settle(), sqlite_database, lambda: NOW)
    socket = Socket(app, "xapp-demo", hearing, ping_every=0.1, stuck_after=2)
    task = asyncio.create_task(socket.listen())
    await connected(http, slack_url)
    await until(lambda: hearing.opened_at)
    yield Conversation(slack_url, http)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def addresses_asked_for(talk: Conversation) -> int:
    calls: dict[str, Any] = (await talk.http.get(f"{talk.url}/sandbox/calls")).json()
    return int(calls["by_kind"].get("apps.connections.open", 0))


async def another_is_asked_for(talk: Conversation, before: int) -> None:
    async def asked() -> bool:
        return await addresses_asked_for(talk) > before

    await until(asked)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled", "kill"])
async def test_a_socket_that_slack_ends_is_opened_again(talk: Conversation, hearing: Hearing, reason: str) -> None:
    first, before = hearing.opened_at, await addresses_asked_for(talk)
    await talk.control("sockets", disconnect=reason)
    await another_is_asked_for(talk, before)
    await until(lambda: hearing.opened_at not in (None, first))
    await connected(talk.http, talk.url)
    assert (await talk.say("/sync help"))["text"]


async def test_a_socket_that_is_open_but_silent_is_noticed_and_opened_again(
    talk: Conversation, hearing: Hearing
) -> None:
    before = await addresses_asked_for(talk)
    await talk.control("sockets", mute=True)
    await another_is_asked_for(talk, before)
    await talk.control("sockets", mute=False)
    await until(lambda: hearing.lost_at is None)
    await connected(talk.http, talk.url)
    assert (await talk.say("/sync help"))["text"]


async def test_a_slack_that_was_down_is_heard_again_when_it_is_back(talk: Conversation, hearing: Hearing) -> None:
    await talk.control("weather", down=True)
    await until(lambda: hearing.lost_at)
    await talk.control("weather", down=False)
    await until(lambda: hearing.lost_at is None)
    assert (await talk.say("/sync help"))["text"]


async def test_a_socket_that_stays_closed_is_given_up_and_built_anew(
    talk: Conversation, hearing: Hearing, caplog: pytest.LogCaptureFixture
) -> None:
    await talk.control("weather", down=True)
    await until(lambda: "building it anew" in caplog.text)
    await talk.control("weather", down=False)
    await until(lambda: hearing.lost_at is None)
    assert (await talk.say("/sync help"))["text"]


async def test_what_is_heard_is_noted(
    settle: Settle, slack_url: str, sqlite_database: Database, http: httpx.AsyncClient, hearing: Hearing
) -> None:
    settings = settle()
    task = asyncio.create_task(serve(make_app(settings, sqlite_database, lambda: NOW), settings, hearing))
    await connected(http, slack_url)
    assert hearing.heard_at is None
    await Conversation(slack_url, http).say("/sync help")
    assert hearing.heard_at is not None
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def test_a_socket_is_dead_only_when_it_stays_closed() -> None:
    clock = Clock(NOW)
    ear = Hearing(clock)
    ear.opened()
    ear.found(is_open=False)
    clock.at += DEAD_AFTER - timedelta(seconds=1)
    assert not ear.is_dead
    clock.pass_by(seconds=1)
    assert ear.is_dead
    ear.found(is_open=True)
    assert not ear.is_dead


def test_over_http_there_is_no_socket_to_lose() -> None:
    clock = Clock(NOW)
    ear = Hearing(clock)
    ear.over_http()
    clock.pass_by(days=1)
    assert not ear.is_dead
