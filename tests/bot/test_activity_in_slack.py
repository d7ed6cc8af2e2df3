from datetime import timedelta
from typing import Any

import pytest

from storage.database import Database
from storage.models import activity
from tests.bot.conftest import NOW
from tests.bot.conversation import Conversation
from tests.rows import put

MINUTE = timedelta(minutes=1)
GUID = "0f9b8a34-7d4e-4c5e-9a0e-0a6c2f5d1b{:02}"


def deed(minutes: int, **given: Any) -> dict[str, Any]:
    usual = {"object": "leads", "direction": "to-marketo", "outcome": "updated", "reason": "", "other_id": "4711"}
    named = {"at": NOW - minutes * MINUTE, "record_id": GUID.format(minutes), "fields": "email,unsubscribed"}
    return {**usual, **named, **given}


NOT_FLAGGED = {"outcome": "skipped", "reason": "not flagged to sync", "direction": "to-dynamics", "fields": ""}


@pytest.fixture
async def busy(sqlite_database: Database) -> Database:
    """Twenty updates, a minute apart, and three people who were not flagged, an hour ago."""
    updates = [deed(n) for n in range(20)]
    skipped = [deed(60 + n, record_id=str(n), other_id=None, **NOT_FLAGGED) for n in range(3)]
    await put(sqlite_database, activity, *reversed([*updates, *skipped]))
    return sqlite_database


async def test_activity_is_counted_then_listed_newest_first_in_a_phones_width(
    busy: Database, talk: Conversation
) -> None:
    answer = await talk.say("/sync activity")
    assert answer["plain"].startswith("What was done, newest first · page 1 of 3")
    assert "updated 20 · skipped 3: 3 × the person is not flagged to sync in Marketo" in answer["plain"]
    assert "15:32 Leads to Marketo updated\n  D 0f9b8a34-7d4e-4c5e-9a0e-0a6c2f5d1b00\n  M 4711\n" in answer["text"]
    assert "  email, unsubscribed" in answer["text"]
    assert any(block["type"] == "table" for block in answer["blocks"])
    table = answer["text"].split("```")[1]
    assert max(len(line) for line in table.splitlines()) <= 45


async def test_pages_follow_one_another_by_buttons(busy: Database, talk: Conversation) -> None:
    first = await talk.say("/sync activity leads updated")
    second = await talk.press(first, "Next ▶")
    assert GUID.format(9) in first["plain"]
    assert GUID.format(10) not in first["plain"]
    assert GUID.format(10) in second["plain"]
    assert (await talk.press(second, "◀ Prev"))["plain"] == first["plain"]
    assert "There is no page 9; the last is 2." in (await talk.say("/sync activity updated page:9"))["plain"]


async def test_until_a_day_holds_that_day(busy: Database, talk: Conversation) -> None:
    answer = await talk.say("/sync activity skipped since:2026-11-23 until:2026-11-23")
    assert "skipped 3" in answer["plain"]


async def test_a_span_that_begins_after_a_day_is_told(busy: Database, talk: Conversation) -> None:
    answer = await talk.say("/sync activity since:7d until:2026-11-01")
    assert answer["plain"].startswith(
        "since must be before until. Did you mean: /sync activity since:2026-11-01 until:7d"
    )


async def test_filters_leave_what_fits(busy: Database, talk: Conversation) -> None:
    for words in ("skipped", "to-dynamics", 'reason:"not flagged"', "until:30m since:2h"):
        answer = await talk.say(f"/sync activity {words}")
        assert "skipped 3" in answer["plain"]
        assert "updated 20" not in answer["plain"]
    assert "updated 20" in (await talk.say("/sync activity field:unsubscribed since:1d"))["plain"]
    assert "Nothing was done for object:accounts." in (await talk.say("/sync activity accounts"))["plain"]


async def test_misspelt_words_get_the_nearest_that_works(busy: Database, talk: Conversation) -> None:
    answer = await talk.say("/sync activity field:unsubscribd")
    assert "Did you mean: /sync activity field:unsubscribed" in answer["plain"]
    assert "updated 20" in (await talk.press(answer, "/sync activity field:unsubscribed"))["plain"]
    assert "Did you mean: /sync activity skipped" in (await talk.say("/sync activity skiped"))["plain"]


async def test_the_csv_goes_to_the_askers_direct_messages_and_holds_no_values(
    busy: Database, talk: Conversation
) -> None:
    answer = await talk.say("/sync activity csv", "U0OPS")
    assert "23 rows of activity sent to you as sync-activity-" in answer["plain"]
    (sent,) = [message for message in await talk.messages() if message["files"]]
    assert sent["channel"] == "D0OPS"
    rows = await talk.csv(sent["files"][0]["id"])
    assert len(rows) == 23
    assert rows[0]["at"] == "2026-11-23T14:32:00Z"
    assert rows[0]["fields"] == "email unsubscribed"
    assert rows[0]["dynamics_link"].endswith(f"etn=lead&id={GUID.format(0)}&pagetype=entityrecord")
    assert (rows[-1]["marketo_id"], rows[-1]["reason"]) == ("2", "not flagged to sync")


async def test_no_activity_is_said_to_be_none(talk: Conversation) -> None:
    assert "Nothing was done yet." in (await talk.say("/sync activity"))["plain"]
    assert "no file to send" in (await talk.say("/sync activity csv"))["plain"]
