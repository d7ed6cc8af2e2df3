"""The whole road: asked for in Slack, told there, and acknowledged or silenced by the buttons of what was told."""

from typing import Any

import pytest

from storage.database import Database
from tests.bot.alerting import HOUR, MINUTE, Looks
from tests.bot.conftest import NOW, Settle
from tests.bot.conversation import Conversation
from tests.objects import LANES
from tests.rows import live


@pytest.fixture
async def looks(sqlite_database: Database, settle: Settle) -> Looks:
    """Leads wait for three hours; no channel is named in the settings."""
    await live(sqlite_database, *LANES)
    found = Looks(sqlite_database, settle())
    await found.backlog("leads", 1204, NOW - 3 * HOUR)
    return found


async def told(talk: Conversation, channel: str) -> list[dict[str, Any]]:
    """The bot's alerts in a channel, not what it answered."""
    found = await talk.messages(channel=channel)
    return [one for one in found if not one["answers"] and not one["thread_ts"] and one["user"] == "U0BOT"]


async def test_a_channel_that_subscribes_is_told_and_its_buttons_carry_words(looks: Looks, talk: Conversation) -> None:
    await talk.say("/sync subscribe leads oldest>2h")
    await looks.look_between(NOW, NOW + 6 * MINUTE)
    (alert,) = await told(talk, "C0OPS")
    assert "BEHIND  Leads: 1,204 waiting" in alert["plain"]
    answer = await talk.press(alert, "Acknowledge")
    assert answer["only_for"] == "U0ADMIN"
    await looks.look_between(NOW + 7 * MINUTE, NOW + 8 * MINUTE)
    (edited,) = await told(talk, "C0OPS")
    assert edited["id"] == alert["id"]
    assert "Acknowledged by Ada Admin" in edited["plain"]
    silent = await talk.press(edited, "Snooze until 09:00", "U0OPS")
    assert "is silent until 24 Nov 09:00" in silent["plain"]


async def test_what_a_channel_did_not_ask_for_it_is_not_told(looks: Looks, talk: Conversation) -> None:
    await talk.say("/sync subscribe contacts")
    await talk.say("/sync subscribe leads backlog>10k")
    await looks.look_between(NOW, NOW + 6 * MINUTE)
    assert await told(talk, "C0OPS") == []


async def test_in_direct_messages_alerts_come_there(looks: Looks, talk: Conversation) -> None:
    talk.channel = "D0ADMIN"
    await talk.say("/sync subscribe")
    await looks.look_between(NOW, NOW + 6 * MINUTE)
    (alert,) = await told(talk, "D0ADMIN")
    assert "BEHIND  Leads: 1,204 waiting" in alert["plain"]
    assert "is acknowledged by Ada Admin" in (await talk.press(alert, "Acknowledge"))["plain"]


async def test_a_quiet_time_holds_back_what_turns_in_it(looks: Looks, talk: Conversation) -> None:
    await talk.say("/sync subscribe leads")
    await talk.say("/sync quiet leads 30m")
    await looks.look_between(NOW, NOW + 29 * MINUTE)
    assert await told(talk, "C0OPS") == []
    await looks.look_between(NOW + 30 * MINUTE, NOW + 31 * MINUTE)
    assert len(await told(talk, "C0OPS")) == 1


async def test_a_quiet_time_that_is_ended_is_over(looks: Looks, talk: Conversation) -> None:
    await talk.say("/sync subscribe leads")
    await talk.say("/sync quiet 8h")
    await looks.look_between(NOW, NOW + 6 * MINUTE)
    await talk.say("/sync quiet end 1")
    await looks.look_between(NOW + 7 * MINUTE, NOW + 8 * MINUTE)
    assert len(await told(talk, "C0OPS")) == 1


async def test_a_test_that_was_asked_for_arrives(looks: Looks, talk: Conversation) -> None:
    await talk.say("/sync alerts test")
    await looks.look_between(NOW, NOW + MINUTE)
    (alert,) = await told(talk, "C0OPS")
    assert alert["plain"].startswith("TEST")
