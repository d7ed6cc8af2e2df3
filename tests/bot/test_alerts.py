"""One episode in a channel, from its first message to its recovery: what the channel reads, on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from bot.settings import Settings
from storage.database import Database
from storage.ledger import episodes as ledger
from tests.bot.alerting import HOUR, MINUTE, Looks
from tests.bot.conftest import NOW, Settle
from tests.bot.conversation import Conversation
from tests.objects import LANES
from tests.rows import live

SECONDS = timedelta(seconds=15)


@pytest.fixture
def settings(settle: Settle) -> Settings:
    return settle(alert_channel="C0OPS", alert_backlog=1000)


@pytest.fixture
async def looks(database: Database, settings: Settings) -> Looks:
    """Every lane is live; leads wait for three hours."""
    await live(database, *LANES)
    found = Looks(database, settings)
    await found.backlog("leads", 1204, NOW - 3 * HOUR)
    return found


@pytest.fixture
def channel(slack_url: str, http: Any) -> Conversation:
    return Conversation(slack_url, http)


async def roots(channel: Conversation, where: str = "C0OPS") -> list[str]:
    """What stands in the channel itself."""
    return [one["plain"] for one in await channel.messages(channel=where) if not one["thread_ts"]]


async def thread(channel: Conversation) -> list[str]:
    return [one["plain"] for one in await channel.messages(channel="C0OPS") if one["thread_ts"]]


async def recover(looks: Looks) -> None:
    await looks.backlog("leads", 0, NOW)


async def test_what_is_wrong_for_less_than_five_minutes_is_not_told(looks: Looks, channel: Conversation) -> None:
    await looks.look_between(NOW, NOW + 4 * MINUTE)
    await recover(looks)
    await looks.look_between(NOW + 5 * MINUTE, NOW + 10 * MINUTE)
    assert await roots(channel) == []


async def test_a_late_backlog_is_posted_once_and_edited_when_it_recovers(looks: Looks, channel: Conversation) -> None:
    await looks.look_between(NOW, NOW + 64 * MINUTE)
    (posted,) = await roots(channel)
    assert "BEHIND  Leads: 1,204 waiting, the oldest for 3h 5m." in posted
    assert "leads backlog > 1,000 for 5m: 1,204; leads oldest > 2h for 5m: 3h 5m" in posted
    await recover(looks)
    await looks.look_between(NOW + 65 * MINUTE, NOW + 75 * MINUTE)
    (edited,) = await roots(channel)
    assert "RECOVERED  Leads was behind for 1h 5m; 1,204 records affected." in edited
    assert await thread(channel) == ["Recovered: Leads was behind for 1h 5m; 1,204 records affected."]


async def test_many_objects_late_at_once_are_one_message(looks: Looks, channel: Conversation) -> None:
    for number, name in enumerate(("contacts", "accounts", "opportunities"), 2):
        await looks.backlog(name, 1000 * number, NOW)
    await looks.look_between(NOW, NOW + 6 * MINUTE)
    (posted,) = await roots(channel)
    assert "BEHIND  Opportunities: 4,000 waiting" in posted
    assert "Accounts: 3,000 waiting" in posted


async def test_another_object_and_a_higher_level_edit_the_message_and_grow_the_thread(
    looks: Looks, channel: Conversation
) -> None:
    await looks.look_between(NOW, NOW + 5 * MINUTE)
    await looks.backlog("accounts", 20_000, NOW)
    await looks.look_between(NOW + 6 * MINUTE, NOW + 11 * MINUTE)
    (edited,) = await roots(channel)
    assert "BEHIND, CRITICAL  Accounts: 20,000 waiting, the oldest for 11m." in edited
    assert "Leads: 1,204 waiting" in edited
    await looks.backlog("accounts", 0, NOW)
    await looks.look_between(NOW + 12 * MINUTE, NOW + 22 * MINUTE)
    assert await thread(channel) == [
        "Critical: Accounts: 20,000 waiting, the oldest for 11m (accounts backlog > 10,000 for 5m: 20,000).",
        "Better: Accounts is well again.",
    ]
    (edited,) = await roots(channel)
    assert "BEHIND  Leads" in edited


async def late_again_after(looks: Looks, well: timedelta) -> None:
    """Leads are well for that long, and then late once more."""
    await looks.look_between(NOW, NOW + 5 * MINUTE)
    await recover(looks)
    await looks.look_between(NOW + 6 * MINUTE, NOW + 16 * MINUTE)
    again = NOW + 16 * MINUTE + well
    await looks.backlog("leads", 5000, again)
    await looks.look_between(again, again + 5 * MINUTE)


async def test_late_again_after_more_than_an_hour_is_a_new_message(looks: Looks, channel: Conversation) -> None:
    await late_again_after(looks, 61 * MINUTE)
    assert [one[:9].strip() for one in await roots(channel)] == ["RECOVERED", "BEHIND  L"]


async def test_late_again_within_the_hour_goes_on_with_the_message(looks: Looks, channel: Conversation) -> None:
    await late_again_after(looks, 40 * MINUTE)
    (edited,) = await roots(channel)
    assert edited.startswith("BEHIND  Leads: 5,000 waiting")
    assert (await thread(channel))[1:] == [
        "Again: Leads: 5,000 waiting, the oldest for 5m (leads backlog > 1,000 for 5m: 5,000)."
    ]
    await recover(looks)
    await looks.look_between(NOW + 62 * MINUTE, NOW + 72 * MINUTE)
    assert (await roots(channel))[0].startswith("RECOVERED  Leads was behind, on and off, for 1h 2m; 5,000 records")


async def test_what_recovered_and_came_again_while_slack_failed_is_told_as_both(
    looks: Looks, channel: Conversation
) -> None:
    await looks.look_between(NOW, NOW + 5 * MINUTE)
    await channel.control("weather", down=True)
    await recover(looks)
    await looks.look_between(NOW + 6 * MINUTE, NOW + 16 * MINUTE)
    await looks.backlog("leads", 5000, NOW)
    await looks.look_between(NOW + 17 * MINUTE, NOW + 22 * MINUTE)
    await channel.control("weather", down=False)
    await looks.look(NOW + 23 * MINUTE)
    (line,) = await thread(channel)
    assert line.startswith(
        "Recovered: Leads was behind for 6m; 1,204 records affected. (told late: 14:48 UTC)\nAgain: "
    )


async def test_flapping_slowly_for_two_hours_makes_one_message(looks: Looks, channel: Conversation) -> None:
    for minute in range(120):
        await looks.backlog("leads", 1300 if minute % 18 < 6 else 700, NOW + minute * MINUTE)
        await looks.look(NOW + minute * MINUTE)
    assert len(await roots(channel)) == len(await looks.episodes()) == 1
    assert (await looks.turns())[:4] == ["opened", "recovered", "worse", "recovered"]


async def test_flapping_quickly_around_a_threshold_for_an_hour_is_told_once(
    looks: Looks, channel: Conversation
) -> None:
    await looks.look_between(NOW, NOW + 5 * MINUTE)
    for minute in range(6, 66):
        await looks.backlog("leads", 700 if minute % 3 else 1300, NOW)
        await looks.look(NOW + minute * MINUTE)
    assert len(await roots(channel)) == 1
    assert await looks.turns() == ["opened"]


async def test_while_slack_fails_a_turn_waits_and_is_told_at_the_next_look(looks: Looks, channel: Conversation) -> None:
    await channel.control("refuse", method="chat.postMessage", error="internal_error", times=1)
    await looks.look_between(NOW, NOW + 5 * MINUTE)
    assert await roots(channel) == []
    await looks.look(NOW + 5 * MINUTE + SECONDS)
    (posted,) = await roots(channel)
    assert "Told late" not in posted


async def test_what_slack_took_late_says_since_when(looks: Looks, channel: Conversation) -> None:
    await channel.control("weather", down=True)
    await looks.look_between(NOW, NOW + 5 * MINUTE, 5 * MINUTE)
    await looks.look(NOW + 65 * MINUTE)
    await channel.control("weather", down=False)
    await looks.look(NOW + 66 * MINUTE)
    (posted,) = await roots(channel)
    assert "Told late: since 14:37 UTC" in posted
    assert await thread(channel) == []


async def test_an_outage_that_begins_and_ends_unheard_is_told_to_its_end(looks: Looks, channel: Conversation) -> None:
    await channel.control("weather", down=True)
    await looks.look_between(NOW, NOW + 5 * MINUTE, 5 * MINUTE)
    await recover(looks)
    await looks.look_between(NOW + 60 * MINUTE, NOW + 70 * MINUTE, 5 * MINUTE)
    await channel.control("weather", down=False)
    await looks.look(NOW + 71 * MINUTE)
    (told,) = await roots(channel)
    assert "RECOVERED  Leads was behind for 1h" in told
    assert "Told late: since 14:37 UTC" in told


async def test_an_alert_that_was_deleted_does_not_hold_up_the_others(looks: Looks, channel: Conversation) -> None:
    await looks.look_between(NOW, NOW + 5 * MINUTE)
    await recover(looks)
    await channel.control("refuse", method="chat.update", error="message_not_found", times=1)
    await looks.look_between(NOW + 6 * MINUTE, NOW + 20 * MINUTE)
    (posted,) = await roots(channel)
    assert "BEHIND" in posted
    assert len(await looks.episodes()) == 1


async def test_what_is_only_observed_is_never_late(
    database: Database, settings: Settings, channel: Conversation
) -> None:
    looks = Looks(database, settings)
    await looks.backlog("leads", 1204, NOW - 3 * HOUR)
    await looks.look_between(NOW, NOW + 10 * MINUTE)
    assert await roots(channel) == []


async def test_what_a_person_paused_ends_without_being_called_well(looks: Looks, channel: Conversation) -> None:
    from storage.ledger.readings import set_paused

    await looks.look_between(NOW, NOW + 5 * MINUTE)
    for way in ("to-marketo", "to-dynamics"):
        async with looks.database.write() as connection:
            await set_paused(looks.database, connection, "leads", way, True)
    await looks.look(NOW + 6 * MINUTE)
    (edited,) = await roots(channel)
    assert "ENDED  Leads: not watched any more (paused, not live, or unsubscribed)." in edited


async def test_without_a_channel_nothing_is_saved_up(looks: Looks, settle: Settle, channel: Conversation) -> None:
    await Looks(looks.database, settle()).look_between(NOW, NOW + 10 * MINUTE)
    assert await looks.turns() == []


async def test_a_message_remembers_where_it_is_before_anything_else(looks: Looks, channel: Conversation) -> None:
    await looks.look_between(NOW, NOW + 5 * MINUTE)
    (episode,) = await looks.episodes()
    (posted,) = await channel.messages(channel="C0OPS")
    assert episode.ts == posted["ts"]


async def test_a_test_goes_down_the_real_road_and_ends_by_itself(looks: Looks, channel: Conversation) -> None:
    await recover(looks)
    async with looks.database.write() as connection:
        await ledger.record_test(connection, "C0OPS", NOW)
    await looks.look(NOW)
    (posted,) = await roots(channel)
    assert "TEST  nothing is wrong; this is how an alert comes." in posted
    await looks.look(NOW + SECONDS)
    assert "TEST  alerts reach this channel." in (await roots(channel))[0]
    assert (await looks.episodes())[0].closed_at == NOW + SECONDS


async def test_every_test_is_told_though_one_before_was_silenced(looks: Looks, channel: Conversation) -> None:
    await recover(looks)
    for at in (NOW, NOW + SECONDS):
        async with looks.database.write() as connection:
            number = await ledger.record_test(connection, "C0OPS", at)
            await ledger.snooze(connection, number, NOW + HOUR, "Dana", at)
        await looks.tell(at)
    assert ["TEST" in posted for posted in await roots(channel)] == [True, True]


async def test_show_answers_the_one_who_pressed_and_leaves_the_alert(
    settings: Settings, sqlite_database: Database, talk: Conversation
) -> None:
    await live(sqlite_database, *LANES)
    looks = Looks(sqlite_database, settings)
    await looks.backlog("leads", 1204, NOW - 3 * HOUR)
    await looks.look_between(NOW - 5 * MINUTE, NOW)
    (posted,) = await talk.messages(channel="C0OPS")
    answer = await talk.press(posted, "Show", "U0OPS")
    assert answer["only_for"] == "U0OPS"
    assert "BEHIND  Leads: oldest" in answer["plain"]
    assert (await talk.messages(channel="C0OPS"))[0]["plain"] == posted["plain"]
