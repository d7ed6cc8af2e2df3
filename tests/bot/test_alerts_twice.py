"""Two processes on one PostgreSQL, and one that dies: nothing is lost, and nothing is told twice but what must be."""

import asyncio
import sys
from datetime import datetime
from typing import Any

import pytest

from bot.settings import Settings
from storage.database import Database
from tests.bot.alerting import HOUR, MINUTE, Looks
from tests.bot.conftest import NOW, Settle
from tests.bot.conversation import Conversation
from tests.objects import LANES
from tests.rows import live


@pytest.fixture
def settings(settle: Settle) -> Settings:
    return settle(alert_channel="C0OPS", alert_backlog=1000)


@pytest.fixture
async def looks(postgres_url: str, settings: Settings) -> Any:
    """Every lane is live; leads and accounts wait."""
    database = Database(postgres_url)
    await live(database, *LANES)
    found = Looks(database, settings)
    await found.backlog("leads", 1204, NOW)
    yield found
    await database.close()


@pytest.fixture
def channel(slack_url: str, http: Any) -> Conversation:
    return Conversation(slack_url, http)


async def process(url: str, slack_url: str, begins: datetime, looks: int, life: str = "whole") -> int:
    """How a process with that life ended."""
    words = ("-m", "tests.bot.alerts_process", url, slack_url, begins.isoformat(), str(looks), life)
    return await (await asyncio.create_subprocess_exec(sys.executable, *words)).wait()


async def said(channel: Conversation) -> list[str]:
    return [one["plain"].partition("\n")[0] for one in await channel.messages(channel="C0OPS")]


async def test_two_processes_that_look_at_once_announce_every_turn_once(
    looks: Looks, postgres_url: str, settings: Settings, channel: Conversation
) -> None:
    other = Looks(Database(postgres_url), settings)

    async def both(start: int, end: int) -> None:
        for minute in range(start, end + 1):
            await asyncio.gather(*(one.look(NOW + minute * MINUTE) for one in (looks, other)))

    await both(0, 6)
    await looks.backlog("accounts", 20_000, NOW)
    await both(7, 13)
    for name in ("leads", "accounts"):
        await looks.backlog(name, 0, NOW)
    await both(14, 26)
    await other.database.close()
    assert await looks.turns() == ["opened", "worse", "recovered"]
    assert await said(channel) == [
        "RECOVERED  Leads and Accounts were behind for 14m; 21,204 records affected.",
        "Critical: Accounts: 20,000 waiting, the oldest for 12m (accounts backlog > 10,000 for 5m: 20,000).",
        "Recovered: Leads and Accounts were behind for 14m; 21,204 records affected.",
    ]


async def test_two_processes_of_the_operating_system_announce_once(
    looks: Looks, postgres_url: str, slack_url: str, channel: Conversation
) -> None:
    ended = await asyncio.gather(*(process(postgres_url, slack_url, NOW, 6) for _ in range(2)))
    assert ended == [0, 0]
    assert await looks.turns() == ["opened"]
    assert len(await said(channel)) == 1


async def test_one_that_is_killed_between_claiming_and_posting_loses_nothing(
    looks: Looks, postgres_url: str, slack_url: str, channel: Conversation
) -> None:
    assert await process(postgres_url, slack_url, NOW, 6, "before-posting") == -9
    assert await said(channel) == []
    await looks.tell(NOW + 6 * MINUTE)
    assert await said(channel) == []
    await looks.tell(NOW + 8 * MINUTE)
    assert len(await said(channel)) == 1


async def test_one_that_is_killed_between_posting_and_recording_repeats_once(
    looks: Looks, postgres_url: str, slack_url: str, channel: Conversation
) -> None:
    assert await process(postgres_url, slack_url, NOW, 6, "after-posting") == -9
    for minute in (6, 8, 9, 10):
        await looks.tell(NOW + minute * MINUTE)
    assert len(await said(channel)) == 2


async def test_a_restart_goes_on_with_the_same_message(
    looks: Looks, postgres_url: str, slack_url: str, channel: Conversation
) -> None:
    assert await process(postgres_url, slack_url, NOW, 6) == 0
    await looks.backlog("leads", 0, NOW)
    assert await process(postgres_url, slack_url, NOW + HOUR, 12) == 0
    assert [line.partition(" ")[0] for line in await said(channel)] == ["RECOVERED", "Recovered:"]
