import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.export import COLUMNS, harmless
from storage.database import Database
from storage.models import errors
from tests.bot.conftest import NOW
from tests.bot.conversation import Conversation
from tests.rows import error, failed

MINUTE = timedelta(minutes=1)
NASTY = [
    "<!channel> <!here> <!everyone>",
    "<@U0OPS> <#C0GENERAL> <!subteam^S0OPS>",
    "@channel @here @everyone",
    "```\n<!channel>\n```",
    "`<@U0OPS>`",
    "<https://evil.example|your bank>",
    "&lt;!channel&gt;",
    "\u202eevil\u202c \u200f\u2066<!channel>\u2069",
    "\x00\x07\x1b[31m<!here>",
    "É" * 3000,
    "<!channel>" * 300,
    "*bold* _it_ ~no~ :boom:",
    "",
]


def numbers(message: dict[str, Any]) -> list[int]:
    return [int(found) for found in re.findall(r"#(\d+)  ", message["plain"])]


TWENTY = [error(NOW - n * MINUTE, label=f"Person {n}") for n in range(20)]


@pytest.fixture
async def twenty(sqlite_database: Database) -> Database:
    """Twenty errors, one a minute."""
    await failed(sqlite_database, *TWENTY)
    return sqlite_database


async def test_errors_are_paged_newest_first_without_a_gap(database: Database, talk_on_both: Conversation) -> None:
    await failed(database, *TWENTY)
    talk = talk_on_both
    first = await talk.say("/sync errors")
    assert first["plain"].startswith("20 open errors, newest first · page 1 of 3")
    second = await talk.press(first, "Next ▶")
    third = await talk.press(second, "Next ▶")
    found = [*numbers(first), *numbers(second), *numbers(third)]
    async with database.read() as connection:
        newest = select(errors.c.id).order_by(errors.c.failed_at.desc())
        assert found == [row.id for row in await connection.execute(newest)]
    assert "Next" not in third["plain"]
    assert (await talk.press(third, "◀ Prev"))["plain"] == second["plain"]


async def test_an_error_says_what_when_which_and_why(sqlite_database: Database, talk: Conversation) -> None:
    ids = {"dynamics_id": "0f9b8a34-7d4e-4c5e-9a0e-0a6c2f5d1b11", "marketo_id": "4711"}
    await failed(sqlite_database, error(NOW, attempts=3, label="Ann Lee", message="Invalid email", **ids))
    answer = await talk.say("/sync errors")
    assert re.search(r"#\d+  Leads  update  to Marketo  1003", answer["plain"])
    assert f"15:32 · tried 3 times · Dynamics {ids['dynamics_id']} · Marketo 4711" in answer["plain"]
    assert "Ann Lee – Invalid email" in answer["plain"]
    assert "1003: Marketo refuses a value" in answer["plain"]


async def test_names_and_messages_are_only_for_those_who_may_see_them(twenty: Database, talk: Conversation) -> None:
    for user in ("U0OPS", "U0GUEST"):
        answer = await talk.say("/sync errors", user)
        assert "Person" not in str(answer)
        assert "Invalid email" not in str(answer)
        assert "SYNC_PEOPLE_READERS" in answer["plain"]
        assert "No open errors" in (await talk.say("/sync errors person", user))["plain"]


async def test_filters_and_words_are_kept_from_page_to_page(twenty: Database, talk: Conversation) -> None:
    await failed(twenty, *(error(NOW - n * MINUTE, label="Zoë van Dyk", code="709") for n in range(10)))
    first = await talk.say('/sync errors code:709 "van d" since:1h')
    assert first["plain"].startswith('10 open errors for code:709 since:1h "van d", newest first · page 1 of 2')
    second = await talk.press(first, "Next ▶")
    assert len(numbers(first)) + len(numbers(second)) == 10
    assert "709" in second["plain"]
    assert "20 open errors" not in (await talk.press(second, "All errors"))["plain"]


async def test_a_page_that_is_not_there_says_which_is_the_last(twenty: Database, talk: Conversation) -> None:
    assert "no page 9; the last is 3" in (await talk.say("/sync errors page:9"))["plain"]


async def test_no_errors_are_said_to_be_none(talk: Conversation) -> None:
    assert (await talk.say("/sync errors"))["plain"].startswith("No open errors.")


@pytest.mark.parametrize("user", ["U0ADMIN", "U0OPS"])
async def test_nasty_names_and_messages_mention_nobody_and_are_not_refused(
    sqlite_database: Database, talk: Conversation, user: str
) -> None:
    await failed(
        sqlite_database,
        *(error(NOW - n * MINUTE, label=text[:400], message=text, code=text[:40]) for n, text in enumerate(NASTY)),
    )
    answer = await talk.say("/sync errors", user)
    pages = [answer, await talk.press(answer, "Next ▶", user)]
    await talk.press(pages[1], "◀ Prev", user)
    for page in pages:
        assert page["mentions"] == []
        assert page["blocks"]
        assert not re.search(r"[\u202a-\u202e\u2066-\u2069\x00\x1b]", str(page["blocks"]) + page["text"])
    calls = (await talk.http.get(f"{talk.url}/sandbox/calls")).json()
    assert calls["refused"] == {}


async def test_where_blocks_are_refused_nasty_text_mentions_nobody_either(
    sqlite_database: Database, talk: Conversation
) -> None:
    await talk.control("blocks", refuse=["rich_text"], where="everywhere")
    await failed(sqlite_database, *(error(NOW, label=text[:400], message=text) for text in NASTY))
    answer = await talk.say("/sync errors")
    assert answer["blocks"] == []
    assert "open errors" in answer["text"]
    assert answer["mentions"] == []


async def test_the_csv_in_the_direct_messages_equals_the_database(
    database: Database, talk_on_both: Conversation
) -> None:
    talk = talk_on_both
    texts = [
        *(text.replace("\x00", "") for text in NASTY),
        "=1+1",
        "+49",
        "-5",
        "@SUM(A1)",
        "\tx",
        "\rx",
        'a "quoted", cell',
        "two\nlines",
    ]
    await failed(database, *(error(NOW, label=text[:400], message=text) for text in texts))
    answer = await talk.say("/sync errors csv")
    assert f"{len(texts)} open errors sent to you" in answer["plain"]
    (sent,) = [message for message in await talk.messages("U0ADMIN") if message["files"]]
    assert sent["channel"] == "D0ADMIN"
    rows = await talk.csv(sent["files"][0]["id"])
    assert tuple(rows[0]) == COLUMNS
    async with database.read() as connection:
        stored = list(await connection.execute(select(errors).order_by(errors.c.id.desc())))
    assert [int(row["id"]) for row in rows] == [row.id for row in stored]
    assert [row["message"] for row in rows] == [harmless(row.message) for row in stored]
    assert {row["failed_at"] for row in rows} == {"2026-11-23T14:32:00Z"}
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


async def test_the_csv_holds_what_the_filters_leave(twenty: Database, talk: Conversation) -> None:
    await failed(twenty, error(NOW, code="709", object="contacts", dynamics_id="abc", marketo_id="12"))
    await talk.say("/sync errors code:709 csv")
    (sent,) = [message for message in await talk.messages("U0ADMIN") if message["files"]]
    (row,) = await talk.csv(sent["files"][0]["id"])
    assert row["dynamics_link"].startswith("https://contoso.crm.dynamics.com/main.aspx?etn=contact&id=abc")
    assert row["marketo_link"].endswith("leadId=12")
    assert row["owner"] == ""


async def test_the_csv_is_refused_to_who_may_not_see_people(twenty: Database, talk: Conversation) -> None:
    answer = await talk.say("/sync errors csv", "U0OPS")
    assert "SYNC_PEOPLE_READERS" in answer["plain"]
    assert not [message for message in await talk.messages() if message["files"]]


async def test_an_export_that_slack_refuses_is_told(twenty: Database, talk: Conversation) -> None:
    await talk.control("refuse", method="files.completeUploadExternal", error="internal_error", times=9)
    assert "Something went wrong" in (await talk.say("/sync errors csv"))["plain"]
