from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.alerts.announce import announce
from bot.alerts.watch import watch
from bot.app import make_client
from bot.settings import Settings
from storage.database import Database
from storage.models import changes, totals
from sync.backlog import Thresholds
from tests.bot.conftest import NOW, Settle
from tests.bot.conversation import Conversation
from tests.objects import LANES
from tests.rows import live, waiting

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
AT = Thresholds(1000, 2 * HOUR)


@pytest.fixture
def settings(settle: Settle) -> Settings:
    return settle(alert_channel="C0OPS")


@pytest.fixture
async def late(database: Database) -> AsyncIterator[Database]:
    """Leads wait for three hours."""
    await live(database, *LANES)
    await waiting(database, "leads", "to-marketo", "update", 1204, NOW - 3 * HOUR)
    yield database


async def recover(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(changes.delete())
        await connection.execute(update(totals).values(value=0))


async def look(database: Database, settings: Settings, now: Any = NOW) -> None:
    """What the scheduler does, with a client of its own each time as after a restart."""
    await watch(database, LANES, AT, now)
    await announce(database, make_client(settings), settings.alert_channel, now)


@pytest.fixture
def channel(slack_url: str, http: Any) -> Conversation:
    return Conversation(slack_url, http)


async def test_a_late_backlog_is_posted_once_and_edited_when_it_recovers(
    late: Database, settings: Settings, channel: Conversation
) -> None:
    for minutes in range(3):
        await look(late, settings, NOW + minutes * MINUTE)
    (posted,) = await channel.messages(channel="C0OPS")
    assert "BEHIND  Leads: 1,204 waiting, the oldest for 3h." in posted["plain"]
    assert not posted["ephemeral"]
    await recover(late)
    await look(late, settings, NOW + 65 * MINUTE)
    (edited,) = await channel.messages(channel="C0OPS")
    assert edited["id"] == posted["id"]
    assert "RECOVERED  Leads was behind for 1h 5m; now 0 waiting." in edited["plain"]


async def test_late_again_is_a_new_message(late: Database, settings: Settings, channel: Conversation) -> None:
    await look(late, settings)
    await recover(late)
    await look(late, settings, NOW + HOUR)
    async with late.write() as connection:
        await connection.execute(update(totals).values(value=5000))
    await look(late, settings, NOW + 2 * HOUR)
    assert len(await channel.messages(channel="C0OPS")) == 2


async def test_while_slack_fails_a_turn_waits_and_is_told_at_the_next_look(
    late: Database, settings: Settings, channel: Conversation
) -> None:
    await channel.control("refuse", method="chat.postMessage", error="internal_error", times=1)
    await look(late, settings)
    assert await channel.messages(channel="C0OPS") == []
    await look(late, settings, NOW + 15 * timedelta(seconds=1))
    assert len(await channel.messages(channel="C0OPS")) == 1


async def test_an_outage_that_begins_and_ends_unheard_is_told_to_its_end(
    late: Database, settings: Settings, channel: Conversation
) -> None:
    await channel.control("weather", down=True)
    await look(late, settings)
    await recover(late)
    await look(late, settings, NOW + HOUR)
    await channel.control("weather", down=False)
    await look(late, settings, NOW + HOUR + MINUTE)
    (told,) = await channel.messages(channel="C0OPS")
    assert "RECOVERED  Leads was behind for 1h" in told["plain"]


async def test_an_alert_that_was_deleted_does_not_hold_up_the_others(
    late: Database, settings: Settings, channel: Conversation
) -> None:
    await look(late, settings)
    await recover(late)
    await channel.control("refuse", method="chat.update", error="message_not_found", times=1)
    await look(late, settings, NOW + HOUR)
    await look(late, settings, NOW + 2 * HOUR)
    (posted,) = await channel.messages(channel="C0OPS")
    assert "BEHIND" in posted["plain"]


async def test_what_is_only_observed_is_never_late(
    database: Database, settings: Settings, channel: Conversation
) -> None:
    await waiting(database, "leads", "to-marketo", "update", 1204, NOW - 3 * HOUR)
    await look(database, settings)
    assert await channel.messages(channel="C0OPS") == []


async def test_without_a_channel_turns_are_not_saved_up(
    late: Database, settle: Settle, settings: Settings, channel: Conversation
) -> None:
    await look(late, settle())
    await look(late, settings, NOW + HOUR)
    assert await channel.messages(channel="C0OPS") == []


async def test_show_answers_the_one_who_pressed_and_leaves_the_alert(
    settings: Settings, sqlite_database: Database, talk: Conversation
) -> None:
    await live(sqlite_database, *LANES)
    await waiting(sqlite_database, "leads", "to-marketo", "update", 1204, NOW - 3 * HOUR)
    await look(sqlite_database, settings)
    (posted,) = await talk.messages(channel="C0OPS")
    answer = await talk.press(posted, "Show", "U0OPS")
    assert answer["only_for"] == "U0OPS"
    assert "BEHIND  Leads: oldest" in answer["plain"]
    assert (await talk.messages(channel="C0OPS"))[0]["plain"] == posted["plain"]
