from datetime import timedelta
from typing import Any

import pytest

from storage.database import Database
from storage.models import changes, totals
from tests.bot.conftest import NOW, Settle, connected, running
from tests.bot.conversation import Conversation
from tests.objects import LANES, OBJECTS
from tests.rows import all_read, change, live, put, synced, total, waiting
from tests.waiting import until

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
async def filled(sqlite_database: Database) -> Database:
    """4,514 leads wait, the oldest for 2 h 14 m; 37 errors; 1,022 leads were synced from 13:00 to 14:00 UTC."""
    await fill(sqlite_database)
    return sqlite_database


async def fill(database: Database) -> None:
    await live(database, *LANES)
    await all_read(database, [one.name for one in OBJECTS], NOW, MINUTE)
    await waiting(database, "leads", "to-marketo", "insert", 1204, NOW - 134 * MINUTE)
    await waiting(database, "leads", "to-marketo", "update", 3310, NOW - 3 * MINUTE)
    await put(database, totals, total("leads", "to-marketo", "update", "open", 37))
    await synced(database, "leads", "to-marketo", NOW - HOUR, 1022)


def row(answer: dict[str, Any], first: str) -> list[str]:
    """A row of the native table, by its first cell."""
    table = next(block for block in answer["blocks"] if block["type"] == "table")
    cells = [[cell["text"] for cell in row] for row in table["rows"]]
    return next(row for row in cells if row[0] == first)


def kinds(answer: dict[str, Any]) -> list[str]:
    return [block["type"] for block in answer["blocks"]]


async def test_status_is_answered_privately_with_the_verdict_first(
    database: Database, talk_on_both: Conversation
) -> None:
    await fill(database)
    answer = await talk_on_both.say("/sync")
    assert answer["only_for"] == "U0ADMIN"
    assert answer["text"].startswith("BEHIND  Leads: oldest 2h 14m")
    assert "Leads          1,204  3,310  2h 14m   37" in answer["text"]
    assert row(answer, "Leads") == ["Leads", "1,204", "3,310", "2h 14m", "37", "4m"]
    assert "[Backlog v]" in answer["plain"]
    assert "Read 15:32 · next 15:33" in answer["plain"]


async def test_the_menu_turns_the_answer_into_the_last_hour_of_the_readers_zone(
    filled: Database, talk: Conversation
) -> None:
    answer = await talk.press(await talk.say("/sync"), "Last hour")
    assert "14:00–15:00" in answer["plain"]
    assert "N/A" in answer["plain"]
    assert "1,022" in answer["plain"]
    assert "[Last hour v]" in answer["plain"]


async def test_a_button_drills_down_and_back_in_the_same_message(filled: Database, talk: Conversation) -> None:
    answer = await talk.say("/sync")
    drilled = await talk.press(answer, "Leads")
    assert drilled["id"] == answer["id"]
    assert "to Marketo   insert    1,204  2h 14m" in drilled["text"]
    back = await talk.press(drilled, "All objects")
    assert back["plain"] == answer["plain"]


async def test_refresh_shows_what_has_happened_since(filled: Database, talk: Conversation) -> None:
    answer = await talk.say("/sync status accounts")
    assert "Oldest update: -" in answer["plain"]
    await put(filled, changes, change("accounts", "to-marketo", "update", NOW - MINUTE, record_id="abc"))
    assert "Oldest update: Dynamics abc, waiting 1m" in (await talk.press(answer, "Refresh"))["plain"]


async def test_typed_and_pressed_say_the_same(database: Database, talk_on_both: Conversation) -> None:
    await fill(database)
    talk = talk_on_both
    pressed = await talk.press(await talk.press(await talk.say("/sync"), "Last hour"), "Leads")
    assert pressed["plain"] == (await talk.say("/sync last hour leads"))["plain"]


async def test_words_that_mean_nothing_get_the_nearest_that_works(filled: Database, talk: Conversation) -> None:
    answer = await talk.say("/sync status ledas <!channel>")
    assert "Did you mean: /sync status leads" in answer["plain"]
    assert answer["mentions"] == []
    assert "BEHIND  Leads: oldest" in (await talk.press(answer, "/sync status leads"))["plain"]


async def test_help_is_made_from_the_commands(filled: Database, talk: Conversation) -> None:
    answer = await talk.say("/sync help")
    for name in ("status", "errors", "help"):
        assert f"/sync {name}" in answer["plain"]
    assert "code:1003" in (await talk.say("/sync help errors"))["plain"]


async def test_what_goes_wrong_is_told_with_a_number(filled: Database, talk: Conversation) -> None:
    async with filled.write() as connection:
        await connection.exec_driver_sql("DROP TABLE lanes")
    answer = await talk.say("/sync")
    assert "Something went wrong" in answer["plain"]
    assert "incident" in answer["plain"]


async def test_blocks_that_slack_refuses_are_answered_as_text(filled: Database, talk: Conversation) -> None:
    await talk.control("blocks", refuse=["table", "rich_text"], where="everywhere")
    answer = await talk.say("/sync")
    assert answer["blocks"] == []
    assert "Leads          1,204  3,310  2h 14m   37" in answer["text"]


async def test_without_the_scope_for_zones_times_are_utc(filled: Database, talk: Conversation) -> None:
    await talk.control("workspace", scopes=["commands", "chat:write"])
    assert "Read 14:32" in (await talk.say("/sync"))["plain"]


async def test_over_http_a_signed_command_is_answered_and_another_is_not(
    settle: Settle, slack_url: str, sqlite_database: Database, http: Any, free_port: int
) -> None:
    settings = settle(slack_app_token=None, slack_signing_secret="right", port=free_port)
    where = f"http://127.0.0.1:{free_port}/slack/events"
    async with running(settings, sqlite_database):
        talk = Conversation(slack_url, http)
        await talk.reach(where, "right")
        assert "OBSERVING" in (await talk.say("/sync"))["plain"]
        await talk.control("delivery", request_url=where, signing_secret="wrong")
        said = await talk.control("say", user="U0ADMIN", channel=talk.channel, text="/sync", wait=True)
        assert said["outcome"] == "http_client_error"


async def test_the_bot_comes_back_when_its_socket_is_lost(
    settle: Settle, slack_url: str, sqlite_database: Database, http: Any
) -> None:
    async with running(settle(), sqlite_database):
        await connected(http, slack_url)
        talk = Conversation(slack_url, http)
        await talk.control("sockets", disconnect="refresh_requested")

        async def heard() -> bool:
            said = await talk.control("say", user="U0ADMIN", channel=talk.channel, text="/sync", wait=True)
            return bool(said["outcome"] == "acknowledged")

        await until(heard)
        assert "OBSERVING" in (await talk.say("/sync"))["plain"]
