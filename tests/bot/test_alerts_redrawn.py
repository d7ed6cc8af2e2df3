"""The message of an alert is true whenever one looks at it: its numbers go on between turns, without a word."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from bot.alerts.message import Telling
from bot.alerts.redraw import Redrawer
from bot.alerts.tell import Teller
from bot.app import make_alerts_client
from bot.settings import Settings
from storage.database import Database
from storage.episodes import read_open_episodes
from storage.ledger import episodes as ledger
from storage.ledger.readings import service_failed
from tests.bot.alerting import HOUR, MINUTE, Looks, at_once
from tests.bot.conftest import NOW, Settle
from tests.bot.conversation import Conversation
from tests.objects import LANES
from tests.rows import live


@pytest.fixture
def settings(settle: Settle) -> Settings:
    return settle(alert_channel="C0OPS", alert_backlog=1000)


@dataclass
class Process(Looks):
    """Looks and tells for as long as it lives, with one teller."""

    def __post_init__(self) -> None:
        self.teller = Teller(self.database, make_alerts_client(self.settings), wait=at_once)

    async def tell(self, now: datetime) -> None:
        await self.teller.tell(lambda: now)


@pytest.fixture
async def process(sqlite_database: Database, settings: Settings) -> Process:
    """Every lane is live."""
    await live(sqlite_database, *LANES)
    return Process(sqlite_database, settings)


@pytest.fixture
def channel(slack_url: str, http: Any) -> Conversation:
    return Conversation(slack_url, http)


async def said(channel: Conversation) -> list[str]:
    return [one["plain"] for one in await channel.messages(channel="C0OPS")]


async def test_numbers_go_on_every_quarter_of_an_hour_and_nobody_is_told(
    process: Process, channel: Conversation
) -> None:
    await process.backlog("leads", 1204, NOW)
    await process.look_between(NOW, NOW + 5 * MINUTE)
    await process.backlog("leads", 5000, NOW)
    await process.look_between(NOW + 6 * MINUTE, NOW + 19 * MINUTE)
    assert "Leads: 1,204 waiting, the oldest for 5m." in (await said(channel))[0]
    await process.look(NOW + 20 * MINUTE)
    (drawn,) = await said(channel)
    assert "Leads: 5,000 waiting, the oldest for 20m." in drawn
    assert "read 14:52 UTC" in drawn
    await process.look_between(NOW + 21 * MINUTE, NOW + 50 * MINUTE)
    assert (await channel.calls())["chat.update"] == 3


async def test_what_says_the_same_is_not_drawn_anew(process: Process, channel: Conversation) -> None:
    async with process.database.write() as connection:
        await service_failed(process.database, connection, "marketo", "http-502", "", NOW)
    await process.look_between(NOW, NOW + 50 * MINUTE, 5 * MINUTE)
    assert "DOWN  Marketo is out of reach since 14:32 UTC" in (await said(channel))[0]
    assert "chat.update" not in await channel.calls()


async def test_one_that_was_told_by_a_process_that_is_gone_is_drawn_anew(
    process: Process, channel: Conversation
) -> None:
    await process.backlog("leads", 1204, NOW)
    await process.look_between(NOW, NOW + 5 * MINUTE)
    after_a_restart = Process(process.database, process.settings)
    await after_a_restart.look_between(NOW + 6 * MINUTE, NOW + 21 * MINUTE)
    assert "the oldest for 21m" in (await said(channel))[0]


async def test_a_message_that_somebody_deleted_holds_up_nobody(process: Process, channel: Conversation) -> None:
    await process.backlog("leads", 1204, NOW)
    await process.look_between(NOW, NOW + 5 * MINUTE)
    await channel.control("refuse", method="chat.update", error="message_not_found", times=1)
    await process.look_between(NOW + 6 * MINUTE, NOW + 25 * MINUTE)
    assert (await channel.calls())["chat.update"] == 1


async def test_while_slack_is_away_messages_keep_what_they_say(process: Process, channel: Conversation) -> None:
    await process.backlog("leads", 1204, NOW)
    await process.look_between(NOW, NOW + 5 * MINUTE)
    await channel.control("weather", down=True)
    await process.look_between(NOW + 6 * MINUTE, NOW + 22 * MINUTE)
    await channel.control("weather", down=False)
    await process.look(NOW + 23 * MINUTE)
    assert "the oldest for 23m" in (await said(channel))[0]


async def test_a_turn_that_another_process_told_meanwhile_is_not_drawn_over(process: Process) -> None:
    await process.backlog("leads", 1204, NOW)
    await process.look_between(NOW, NOW + 5 * MINUTE)
    drawn: list[str | None] = []

    async def edit(telling: Telling, ts: str, last: int) -> bool:
        drawn.append(telling.episode.acknowledged_by)
        async with process.database.write() as connection:
            await ledger.acknowledge(connection, telling.episode.id, "Dana", NOW + HOUR)
        return True

    async with process.database.read() as connection:
        (episode,) = await read_open_episodes(connection)
    redrawer = Redrawer(process.database, edit, at_once)  # type: ignore[arg-type] # it waits for nothing
    for moment in (NOW, NOW + HOUR):
        await redrawer.redraw([Telling(replace(episode), moment)])
    assert drawn == [None, "Dana"]
