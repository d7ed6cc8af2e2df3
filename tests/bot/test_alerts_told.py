"""How and to whom alerts are told: silence, mentions, channels that are gone, and Slack's limits."""

from datetime import timedelta
from typing import Any

import pytest

from bot.alerts.tell import Teller
from bot.app import make_alerts_client
from bot.settings import Settings
from storage.alerting import QuietTime, Subscription
from storage.database import Database
from storage.episodes import read_undelivered
from storage.ledger import episodes as ledger
from storage.ledger.subscribing import be_quiet, subscribe
from tests.bot.alerting import HOUR, MINUTE, Looks
from tests.bot.conftest import NOW, Settle
from tests.bot.conversation import Conversation
from tests.bot.every_message import expect_mention
from tests.objects import LANES
from tests.rows import live

FIVE = 5 * MINUTE


@pytest.fixture
def settings(settle: Settle) -> Settings:
    return settle(alert_channel="C0OPS", alert_backlog=1000)


@pytest.fixture
async def looks(sqlite_database: Database, settings: Settings) -> Looks:
    """Every lane is live; 1,204 leads wait."""
    await live(sqlite_database, *LANES)
    found = Looks(sqlite_database, settings)
    await found.backlog("leads", 1204, NOW)
    return found


@pytest.fixture
def channel(slack_url: str, http: Any) -> Conversation:
    return Conversation(slack_url, http)


async def said(channel: Conversation, where: str = "C0OPS") -> list[str]:
    return [one["plain"] for one in await channel.messages(channel=where)]


async def quiet(looks: Looks, object: str | None = None, hours: int = 2) -> None:
    asked = QuietTime("C0OPS", "U0ADMIN", NOW, object, NOW, NOW + hours * HOUR)
    async with looks.database.write() as connection:
        await be_quiet(connection, asked)


async def subscribed(looks: Looks, channel: str, **given: Any) -> None:
    asked = Subscription(channel, "alerts", "U0ADMIN", NOW, **given)
    async with looks.database.write() as connection:
        await subscribe(connection, asked)


async def number(looks: Looks) -> int:
    return int((await looks.episodes())[0].id)


async def test_who_acknowledged_is_named_in_the_message_and_in_its_thread(looks: Looks, channel: Conversation) -> None:
    await looks.look_between(NOW, NOW + FIVE)
    async with looks.database.write() as connection:
        await ledger.acknowledge(connection, await number(looks), "Dana", NOW + 6 * MINUTE)
    await looks.look(NOW + 6 * MINUTE)
    root, line = await said(channel)
    assert "Acknowledged by Dana at 14:38 UTC" in root
    assert "[Acknowledge]" not in root
    assert line == "Acknowledged by Dana."


async def test_a_snoozed_episode_is_edited_and_its_thread_is_silent_until_then(
    looks: Looks, channel: Conversation
) -> None:
    await looks.look_between(NOW, NOW + FIVE)
    async with looks.database.write() as connection:
        await ledger.snooze(connection, await number(looks), NOW + HOUR, "Dana", NOW + FIVE)
    await looks.backlog("accounts", 2000, NOW)
    await looks.look_between(NOW + 6 * MINUTE, NOW + 20 * MINUTE)
    root, *lines = await said(channel)
    assert lines == ["Snoozed until 15:32 UTC by Dana."]
    assert "Snoozed by Dana until 15:32 UTC" in root
    assert "Accounts: 2,000 waiting" in root
    await looks.look(NOW + HOUR)
    assert (await said(channel))[2].startswith("Since 14:43 UTC, while it was quiet: BEHIND  Accounts: 2,000 waiting")


async def snoozed(looks: Looks, waiting: int = 5000) -> int:
    """Leads are behind, and Dana wants to hear no more of it until an hour from NOW; its number."""
    await looks.look_between(NOW, NOW + FIVE)
    async with looks.database.write() as connection:
        await ledger.snooze(connection, await number(looks), NOW + HOUR, "Dana", NOW + FIVE)
    await looks.backlog("leads", waiting, NOW)
    await looks.look_between(NOW + 6 * MINUTE, NOW + 59 * MINUTE)
    return await number(looks)


async def test_when_a_snooze_ends_it_is_told_once_how_things_are(looks: Looks, channel: Conversation) -> None:
    await snoozed(looks)
    assert "[End snooze]" in (await said(channel))[0]
    await looks.look_between(NOW + HOUR, NOW + 65 * MINUTE)
    root, _, *lines = await said(channel)
    assert root.startswith("BEHIND  Leads: 5,000 waiting, the oldest for 1h.")
    assert "Snoozed" not in root
    assert "[Snooze 1 h]" in root
    assert lines == ["Still: Leads: 5,000 waiting, the oldest for 1h."]


async def test_a_snooze_that_ends_in_a_quiet_time_is_told_of_when_that_ends(
    looks: Looks, channel: Conversation
) -> None:
    await snoozed(looks)
    await quiet(looks)
    await looks.look_between(NOW + HOUR, NOW + 119 * MINUTE, 10 * MINUTE)
    assert len(await said(channel)) == 2
    await looks.look(NOW + 2 * HOUR)
    assert (await said(channel))[2:] == ["Still: Leads: 5,000 waiting, the oldest for 2h."]


async def test_what_recovered_while_it_was_snoozed_is_not_told_to_be_so_still(
    looks: Looks, channel: Conversation
) -> None:
    await snoozed(looks, waiting=0)
    await looks.look_between(NOW + HOUR, NOW + 62 * MINUTE)
    assert [line.partition(" ")[0] for line in await said(channel)] == ["RECOVERED", "Snoozed", "Since"]


async def test_a_snooze_that_somebody_ends_is_over_at_once(looks: Looks, channel: Conversation) -> None:
    number = await snoozed(looks)
    async with looks.database.write() as connection:
        await ledger.unsnooze(connection, number, "Joe", NOW + 59 * MINUTE)
    await looks.look_between(NOW + HOUR, NOW + 62 * MINUTE)
    root, _, *lines = await said(channel)
    assert lines == ["Snooze ended by Joe."]
    assert "Snoozed" not in root


async def test_what_turned_in_a_quiet_time_is_told_once_at_its_end_if_it_still_holds(
    looks: Looks, channel: Conversation
) -> None:
    await quiet(looks)
    await looks.look_between(NOW, NOW + 119 * MINUTE)
    assert await said(channel) == []
    await looks.look(NOW + 2 * HOUR)
    (told,) = await said(channel)
    assert "BEHIND  Leads: 1,204 waiting" in told
    assert "Told late" not in told


async def test_what_came_and_went_in_a_quiet_time_is_never_told(looks: Looks, channel: Conversation) -> None:
    await quiet(looks)
    await looks.look_between(NOW, NOW + 10 * MINUTE)
    await looks.backlog("leads", 0, NOW)
    await looks.look_between(NOW + 11 * MINUTE, NOW + 130 * MINUTE)
    assert await said(channel) == []
    async with looks.database.read() as connection:
        assert await read_undelivered(connection) == []


async def told_after_a_quiet_hour(looks: Looks, channel: Conversation, waiting: int) -> list[str]:
    """Leads are behind; accounts come and go in the quiet hour that follows, in which leads get to be `waiting`."""
    await looks.look_between(NOW, NOW + FIVE)
    await quiet(looks, hours=1)
    await looks.backlog("accounts", 20_000, NOW)
    await looks.look_between(NOW + 6 * MINUTE, NOW + 20 * MINUTE)
    await looks.backlog("accounts", 0, NOW)
    await looks.look_between(NOW + 21 * MINUTE, NOW + 40 * MINUTE)
    await looks.backlog("leads", waiting, NOW)
    await looks.look_between(NOW + 41 * MINUTE, NOW + 60 * MINUTE)
    return (await said(channel))[1:]


async def test_where_all_is_after_a_quiet_time_as_it_was_before_nothing_is_told(
    looks: Looks, channel: Conversation
) -> None:
    assert await told_after_a_quiet_hour(looks, channel, 1300) == []


async def test_what_is_told_after_a_quiet_time_has_been_so_since_then(looks: Looks, channel: Conversation) -> None:
    (line,) = await told_after_a_quiet_hour(looks, channel, 30_000)
    assert line.startswith("Since 15:18 UTC, while it was quiet: BEHIND, CRITICAL  Leads: 30,000 waiting")


async def test_who_is_well_again_is_named_when_another_gets_worse(looks: Looks, channel: Conversation) -> None:
    await looks.look_between(NOW, NOW + FIVE)
    await looks.backlog("leads", 0, NOW)
    await looks.look_between(NOW + 6 * MINUTE, NOW + 10 * MINUTE)
    await looks.backlog("accounts", 2000, NOW)
    await looks.look_between(NOW + 11 * MINUTE, NOW + 16 * MINUTE)
    (line,) = (await said(channel))[1:]
    worse = "Accounts: 2,000 waiting, the oldest for 16m (accounts backlog > 1,000 for 5m: 2,000)"
    assert line == f"Worse: {worse}; Leads is well again."


async def test_a_quiet_object_does_not_silence_the_others(looks: Looks, channel: Conversation) -> None:
    await quiet(looks, "leads")
    await looks.backlog("accounts", 2000, NOW)
    await looks.look_between(NOW, NOW + FIVE)
    assert len(await said(channel)) == 1


async def test_a_group_is_called_on_the_first_critical_turn_and_never_again(
    looks: Looks, channel: Conversation, slack_url: str
) -> None:
    expect_mention(slack_url, "!subteam^S0OPS")
    await channel.control("workspace", usergroups=[{"id": "S0OPS", "handle": "ops", "name": "Ops", "users": []}])
    await subscribed(looks, "C0OPS", mention="S0OPS", terms={})
    await looks.look_between(NOW, NOW + FIVE)
    await looks.backlog("leads", 20_000, NOW)
    await looks.look_between(NOW + 6 * MINUTE, NOW + 11 * MINUTE)
    await looks.backlog("leads", 2_000, NOW)
    await looks.look_between(NOW + 12 * MINUTE, NOW + 30 * MINUTE)
    await looks.backlog("leads", 20_000, NOW)
    await looks.look_between(NOW + 31 * MINUTE, NOW + 40 * MINUTE)
    called = [bool(one["mentions"]) for one in await channel.messages(channel="C0OPS")]
    assert called == [False, True, False, False]


async def test_a_group_that_asked_about_one_rule_is_called_though_another_one_was_critical_first(
    looks: Looks, channel: Conversation, slack_url: str
) -> None:
    expect_mention(slack_url, "!subteam^S0OPS")
    await channel.control("workspace", usergroups=[{"id": "S0OPS", "handle": "ops", "name": "Ops", "users": []}])
    await subscribed(looks, "C0OPS")
    await subscribed(looks, "C0OPS", object="leads", what="oldest", mention="S0OPS", terms={"oldest": 3600})
    await looks.backlog("leads", 20_000, NOW)
    await looks.look_between(NOW, NOW + FIVE)
    await looks.look_between(NOW + 4 * HOUR + MINUTE, NOW + 4 * HOUR + 6 * MINUTE)
    posted = await channel.messages(channel="C0OPS")
    assert [one["mentions"] for one in posted if one["mentions"]] == [posted[-1]["mentions"]] != []
    assert "Critical: Leads: 20,000 waiting, the oldest for 4h 6m (" in posted[-1]["plain"]


async def test_without_being_asked_nobody_is_called(looks: Looks, channel: Conversation) -> None:
    await looks.backlog("leads", 20_000, NOW)
    await looks.look_between(NOW, NOW + FIVE)
    (posted,) = await channel.messages(channel="C0OPS")
    assert "CRITICAL" in posted["plain"]
    assert not posted["mentions"]


async def test_where_the_channel_is_gone_the_subscriber_is_told_once_in_a_direct_message(
    looks: Looks, channel: Conversation
) -> None:
    await channel.control("refuse", method="chat.postMessage", error="channel_not_found", times=1)
    await subscribed(looks, "C0OPS")
    await looks.look_between(NOW, NOW + FIVE)
    (told,) = [one for one in await channel.messages("U0ADMIN") if one["channel"].startswith("D")]
    assert "I cannot tell the channel #C0OPS its alerts any more: Slack says channel_not_found" in told["plain"]
    assert "BEHIND  Leads: 1,204 waiting" in told["plain"]
    assert "leads backlog > 1,000 for 5m: 1,204" in told["plain"]
    async with looks.database.read() as connection:
        (undelivered,) = await read_undelivered(connection)
    assert (undelivered.channel, undelivered.error) == ("C0OPS", "channel_not_found")
    await looks.backlog("leads", 20_000, NOW)
    await channel.control("refuse", method="chat.postMessage", error="channel_not_found", times=1)
    await looks.look_between(NOW + 6 * MINUTE, NOW + 11 * MINUTE)
    assert len([one for one in await channel.messages("U0ADMIN") if one["channel"].startswith("D")]) == 1


async def test_once_the_bot_is_back_in_the_channel_it_is_told_there(looks: Looks, channel: Conversation) -> None:
    await channel.control("refuse", method="chat.postMessage", error="not_in_channel", times=1)
    await looks.look_between(NOW, NOW + FIVE)
    assert await said(channel) == []
    await looks.backlog("leads", 0, NOW)
    await looks.look_between(NOW + 6 * MINUTE, NOW + 16 * MINUTE)
    assert "RECOVERED  Leads" in (await said(channel))[0]
    async with looks.database.read() as connection:
        assert await read_undelivered(connection) == []


async def test_other_channels_hear_of_one_that_takes_nothing(looks: Looks, channel: Conversation) -> None:
    await looks.backlog("leads", 1204, NOW)
    await subscribed(looks, "C0GONE", what="backlog")
    await subscribed(looks, "C0OPS", what="undelivered")
    await channel.control("workspace", channels=[])
    await looks.look_between(NOW, NOW + 20 * MINUTE)
    (told,) = await said(channel)
    assert "UNDELIVERED  Slack does not take messages for the channel #C0GONE (channel_not_found)." in told


async def test_between_two_messages_in_a_channel_a_second_passes(looks: Looks, settings: Settings) -> None:
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    teller = Teller(looks.database, make_alerts_client(settings), wait=wait)
    for where in ("C0OPS", "C0SHARED"):
        async with looks.database.write() as connection:
            await ledger.record_test(connection, where, NOW)
    await teller.tell(lambda: NOW)
    assert waited == []
    async with looks.database.write() as connection:
        await ledger.acknowledge(connection, 1, "Dana", NOW)
    await teller.tell(lambda: NOW)
    assert len(waited) == 1
    assert 0 < waited[0] <= 1


async def test_what_slack_limits_is_tried_again_when_slack_says_so(
    looks: Looks, channel: Conversation, settings: Settings
) -> None:
    await channel.control("refuse", method="chat.postMessage", error="ratelimited", times=1)
    async with looks.database.write() as connection:
        await ledger.record_test(connection, "C0OPS", NOW)
    teller = Teller(looks.database, make_alerts_client(settings))
    await teller.tell(lambda: NOW)
    await teller.tell(lambda: NOW + timedelta(milliseconds=500))
    assert await said(channel) == []
    await teller.tell(lambda: NOW + timedelta(seconds=1))
    assert len(await said(channel)) == 1
