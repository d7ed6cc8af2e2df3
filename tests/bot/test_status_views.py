"""Every view of status, by word and by menu, in the sandbox's Slack."""

from datetime import timedelta
from typing import Any

import pytest

from storage.database import Database
from storage.models import changes, lanes, links, totals
from tests.bot.conftest import NOW, Settle, connected, running
from tests.bot.conversation import Conversation
from tests.bot.test_status_in_slack import kinds, row
from tests.objects import LANES, OBJECTS
from tests.rows import all_read, change, live, put, sampled, synced, total
from tests.waiting import until

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
GUID = "0f9b8a34-7d4e-4c5e-9a0e-0a6c2f5d1b11"


@pytest.fixture
async def filled(sqlite_database: Database) -> Database:
    await fill(sqlite_database)
    return sqlite_database


async def fill(database: Database) -> None:
    """5 updates of leads wait, the oldest Ada's; 300 were synced 90 minutes ago; 40 waited two days ago."""
    await live(database, *LANES)
    await all_read(database, [one.name for one in OBJECTS], NOW, MINUTE)
    await put(database, totals, total("leads", "to-marketo", "update", "backlog", 5))
    oldest = change(
        "leads", "to-marketo", "update", NOW - HOUR, record_id=GUID, label="Ada Lovelace", edited_by="Bo Admin"
    )
    await put(database, changes, oldest)
    link = {"object": "leads", "dynamics_id": GUID, "marketo_id": "4711", "agreed": {}, "sent": {}}
    await put(database, links, link)
    await synced(database, "leads", "to-marketo", NOW - 90 * MINUTE, 300)
    for hours, backlog in ((110, 0), (48, 40), (24, 4), (7, 3), (1, 5)):
        for direction in ("to-marketo", "to-dynamics"):
            await sampled(database, "leads", direction, NOW - hours * HOUR, backlog)


def chart(answer: dict[str, Any]) -> dict[str, Any]:
    return dict(next(block for block in answer["blocks"] if block["type"] == "data_visualization"))


def points(answer: dict[str, Any]) -> dict[str, list[tuple[str, int]]]:
    series = chart(answer)["chart"]["series"]
    return {one["name"]: [(point["label"], point["value"]) for point in one["data"]] for one in series}


async def test_the_last_24_hours_show_records_per_hour(filled: Database, talk: Conversation) -> None:
    answer = await talk.say("/sync status last-24h")
    assert row(answer, "Leads") == ["Leads", "300", "0", "12", "300"]
    assert row(answer, "Total") == ["Total", "300", "0", "12", "300"]
    assert "Records per hour, the 24 hours to 15:32" in answer["plain"]
    assert row(await talk.say("/sync leads last 24h"), "to Marketo") == ["to Marketo", "300", "0", "12", "300"]


async def test_the_trend_is_a_chart_of_five_days_and_letters_in_the_text(filled: Database, talk: Conversation) -> None:
    answer = await talk.say("/sync trend")
    assert row(answer, "Leads") == ["Leads", "5", "6", "80"]
    assert points(answer) == {
        "Leads": [("18 Nov 22:00", 0), ("21 Nov 10:00", 80), ("22 Nov 10:00", 8), ("04:00", 6), ("10:00", 10)]
    }
    assert "Leads  ··▁··············█·····▂····▂▂\n" in answer["text"]


async def test_the_menu_goes_through_all_views_of_an_object(filled: Database, talk: Conversation) -> None:
    answer = await talk.say("/sync leads")
    for label, words in (
        ("Last hour", "leads last-hour"),
        ("Last 24 h", "leads last-24h"),
        ("Trend", "leads trend"),
        ("By user", "leads by:user"),
        ("Backlog", "leads"),
    ):
        answer = await talk.press(answer, label)
        assert answer["plain"] == (await talk.say(f"/sync status {words}"))["plain"]


async def test_a_drill_down_names_the_oldest_record_with_links_into_both_sides(
    filled: Database, talk: Conversation
) -> None:
    answer = await talk.say("/sync status leads")
    assert f"Oldest update: Ada Lovelace, Dynamics {GUID}, Marketo 4711, waiting 1h (since 14:32)" in answer["plain"]
    drawn = next(block for block in answer["blocks"] if block["type"] == "rich_text")
    found = {leaf["text"]: leaf["url"] for leaf in drawn["elements"][0]["elements"] if leaf["type"] == "link"}
    assert found[GUID] == (f"https://contoso.crm.dynamics.com/main.aspx?etn=lead&id={GUID}&pagetype=entityrecord")
    assert found["4711"].endswith("leadId=4711")
    assert f"|{GUID}>" in answer["text"]


async def test_names_are_for_those_who_may_read_peoples_data(filled: Database, talk: Conversation) -> None:
    answer = await talk.say("/sync status leads", user="U0OPS")
    assert f"Oldest update: Dynamics {GUID}, Marketo 4711" in answer["plain"]
    refused = await talk.say("/sync status leads by:user", user="U0OPS")
    for said in (answer, refused):
        assert "Ada" not in said["text"] + said["plain"] + str(said["blocks"])
        assert "Bo Admin" not in said["text"] + said["plain"] + str(said["blocks"])
    assert "SYNC_PEOPLE_READERS" in refused["plain"]


async def test_by_user_says_whose_edits_fill_the_backlog(filled: Database, talk: Conversation) -> None:
    answer = await talk.say("/sync status leads by:user")
    assert row(answer, "Bo Admin") == ["Bo Admin", "1", "100%"]
    assert "Leads: 5 waiting, by who edited last" in answer["plain"]
    assert "Counted over 1 of the 5 that wait" in answer["plain"]


async def test_a_nasty_name_of_an_editor_is_harmless(filled: Database, talk: Conversation) -> None:
    nasty = "<!channel> `x` \u202e" + "w" * 150
    await put(filled, changes, change("users", "to-marketo", "update", NOW, edited_by=nasty))
    answer = await talk.say("/sync status by:user")
    assert answer["mentions"] == []
    assert max(len(line) for line in answer["text"].splitlines() if "Bo Admin" in line) <= 45


async def test_by_user_says_how_many_are_left_out(filled: Database, talk: Conversation) -> None:
    rows = [change("leads", "to-marketo", "update", NOW, edited_by=f"User {number}") for number in range(30)]
    await put(filled, changes, *rows)
    assert "11 more are not shown." in (await talk.say("/sync status leads by:user"))["plain"]


async def test_what_is_paused_is_said(sqlite_database: Database, talk: Conversation) -> None:
    paused = [{"object": name, "direction": way, "live": True, "paused": name == "leads"} for name, way in LANES]
    await put(sqlite_database, lanes, *paused)
    await put(sqlite_database, totals, total("leads", "to-marketo", "update", "backlog", 5))
    answer = await talk.say("/sync")
    assert answer["text"].startswith("PAUSED  Leads\n")
    assert row(answer, "Leads")[-1] == "paused"
    assert "Paused: Leads. Changes are collected, nothing is written." in answer["plain"]
    drilled = await talk.press(answer, "Leads")
    assert drilled["text"].startswith("PAUSED  Leads\n")
    assert "Time to drain: paused" in drilled["plain"]


async def test_a_slack_that_takes_no_charts_gets_letters_and_is_not_asked_again(
    filled: Database, talk: Conversation
) -> None:
    await talk.control("blocks", refuse=["data_visualization"], where="ephemeral")
    answer = await talk.say("/sync status trend")
    assert "data_visualization" not in kinds(answer)
    assert "table" in kinds(answer)
    assert "█" in answer["plain"]
    await talk.control("blocks", refuse=[], where="ephemeral")
    assert "data_visualization" not in kinds(await talk.say("/sync status trend"))


@pytest.mark.parametrize(("setting", "shown"), [("auto", True), ("native", True), ("text", False)])
async def test_the_setting_decides_on_native_tables(
    settle: Settle, slack_url: str, filled: Database, http: Any, setting: str, shown: bool
) -> None:
    async with running(settle(slack_tables=setting), filled):
        await connected(http, slack_url)
        answer = await Conversation(slack_url, http).say("/sync")
    assert ("table" in kinds(answer)) == shown
    assert "Leads" in answer["plain"]


async def test_an_answer_whose_road_is_closed_comes_as_a_direct_message(filled: Database, talk: Conversation) -> None:
    await talk.control("refuse", method="response_url", error="expired_url", times=9)
    await talk.control("say", user="U0ADMIN", channel=talk.channel, text="/sync", wait=True)

    async def direct() -> list[dict[str, Any]]:
        return [one for one in await talk.messages("U0ADMIN") if one["channel"].startswith("D")]

    assert "Leads" in (await until(direct))[0]["plain"]
