import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.app import make_client
from bot.delivery import delete_expired_files, file_name
from bot.error_list import Page, heading_of
from bot.export import COLUMNS, harmless
from bot.request import Errors
from bot.texts import speaking
from storage.database import Database
from storage.error_search import State
from storage.models import audit, changes, errors, files
from tests.bot.conftest import NOW, Settle
from tests.bot.conversation import Conversation
from tests.parked import rows
from tests.rows import change, error, failed, put
from tests.waiting import until

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
    first = await talk.say("/sync errors sort:newest")
    assert first["plain"].startswith("20 open errors, newest first · page 1 of 4")
    second = await talk.press(first, "Next ▶")
    third = await talk.press(second, "Next ▶")
    last = await talk.press(third, "Next ▶")
    found = [*numbers(first), *numbers(second), *numbers(third), *numbers(last)]
    async with database.read() as connection:
        newest = select(errors.c.id).order_by(errors.c.failed_at.desc())
        assert found == [row.id for row in await connection.execute(newest)]
    assert "Next" not in last["plain"]
    assert (await talk.press(last, "◀ Prev"))["plain"] == third["plain"]


async def test_an_error_says_what_when_which_and_why(sqlite_database: Database, talk: Conversation) -> None:
    ids = {"dynamics_id": "0f9b8a34-7d4e-4c5e-9a0e-0a6c2f5d1b11", "marketo_id": "4711"}
    await failed(sqlite_database, error(NOW, attempts=3, label="Ann Lee", message="Invalid email", **ids))
    answer = await talk.say("/sync errors sort:newest")
    assert re.search(r"#\d+  Leads  update  to Marketo  1003", answer["plain"])
    assert f"15:32 · tried 3 times · Dynamics {ids['dynamics_id']} · Marketo 4711" in answer["plain"]
    assert "Ann Lee – Invalid email" in answer["plain"]
    assert "1003: Marketo refuses a value" in answer["plain"]


async def test_an_old_error_that_was_just_tried_again_says_how_old_it_is(twenty: Database, talk: Conversation) -> None:
    first = NOW - timedelta(days=3, hours=21)
    await failed(twenty, error(NOW + timedelta(seconds=1), first_failed_at=first, attempts=7))
    newest = (await talk.say("/sync errors sort:newest"))["plain"]
    assert newest.index("15:32 · first 3d 21h ago, tried 7 times") < newest.index("15:32 · tried once")
    assert (
        "20 first failed in the last 24 h · oldest first failed 3d 21h ago" in (await talk.say("/sync errors"))["plain"]
    )


async def test_names_and_messages_are_only_for_those_who_may_see_them(twenty: Database, talk: Conversation) -> None:
    for user in ("U0OPS", "U0GUEST"):
        answer = await talk.say("/sync errors sort:newest", user)
        assert "Person" not in str(answer)
        assert "Invalid email" not in str(answer)
        assert "SYNC_PEOPLE_READERS" in answer["plain"]
        none = (await talk.say("/sync errors code:1003 person", user))["plain"]
        assert none.startswith("Names and messages are searched only for those listed in SYNC_PEOPLE_READERS; ")
        assert 'nothing else fits code:1003 "person".' in none
        assert "No open errors for code:709." in (await talk.say("/sync errors code:709", user))["plain"]
    assert 'No open errors for "nobody".' in (await talk.say("/sync errors nobody"))["plain"]


async def test_filters_and_words_are_kept_from_page_to_page(twenty: Database, talk: Conversation) -> None:
    await failed(twenty, *(error(NOW - n * MINUTE, label="Zoë van Dyk", code="709") for n in range(10)))
    first = await talk.say('/sync errors code:709 "van d" since:1h')
    assert first["plain"].startswith('10 open errors for code:709 since:1h "van d", newest first · page 1 of 2')
    second = await talk.press(first, "Next ▶")
    assert len(numbers(first)) + len(numbers(second)) == 10
    assert "709" in second["plain"]
    assert "30 open errors · 2 codes" in (await talk.press(second, "All codes"))["plain"]


async def test_a_page_that_is_not_there_says_which_is_the_last(twenty: Database, talk: Conversation) -> None:
    assert "no page 9; the last is 4" in (await talk.say("/sync errors page:9"))["plain"]


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
    answer = await talk.say("/sync errors sort:newest", user)
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
    answer = await talk.say("/sync errors sort:newest")
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
    assert f"{len(texts)} open errors sent to you as sync-errors-2026-11-23-153200.csv" in answer["plain"]  # in Berlin
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


def test_a_file_is_named_by_the_clock_of_who_asked_for_it() -> None:
    late = datetime(2026, 11, 23, 3, tzinfo=UTC)
    assert file_name("errors", late, ZoneInfo("America/New_York")) == "sync-errors-2026-11-22-220000.csv"


async def test_the_csv_holds_what_the_filters_leave(twenty: Database, talk: Conversation) -> None:
    await failed(twenty, error(NOW, code="709", object="contacts", dynamics_id="abc", marketo_id="12"))
    await talk.say("/sync errors code:709 csv")
    (sent,) = [message for message in await talk.messages("U0ADMIN") if message["files"]]
    (row,) = await talk.csv(sent["files"][0]["id"])
    assert row["dynamics_link"].startswith("https://contoso.crm.dynamics.com/main.aspx?etn=contact&id=abc")
    assert row["marketo_link"].endswith("leadId=12")
    assert row["owner"] == ""


async def test_the_owner_is_told_where_the_change_knows_it(sqlite_database: Database, talk: Conversation) -> None:
    values = {"externalSalesPersonId": "6f0c1f2e"}
    await put(sqlite_database, changes, change("leads", "to-marketo", "update", NOW, id=900_009, values=values))
    await failed(sqlite_database, error(NOW, change_id=900_009))
    await talk.say("/sync errors csv")
    (sent,) = [message for message in await talk.messages("U0ADMIN") if message["files"]]
    assert [row["owner"] for row in await talk.csv(sent["files"][0]["id"])] == ["6f0c1f2e"]


async def test_who_was_sent_a_file_is_audited_with_the_words_that_name_nobody(
    twenty: Database, talk: Conversation
) -> None:
    for words in ("errors object:leads csv", "errors person csv", "errors code:nothing csv"):
        await talk.say(f"/sync {words}")
    sent = [(row.who, row.act, row.detail) for row in await rows(twenty, audit)]
    assert sent == [("U0ADMIN", "csv", words) for words in ("errors object:leads csv", 'errors "…" csv')]
    assert "Ada Admin  was sent a file  errors object:leads csv" in (await talk.say("/sync audit"))["plain"]


async def test_the_csv_is_refused_to_who_may_not_see_people(twenty: Database, talk: Conversation) -> None:
    answer = await talk.say("/sync errors csv", "U0OPS")
    assert "SYNC_PEOPLE_READERS" in answer["plain"]
    assert not [message for message in await talk.messages() if message["files"]]


async def test_an_export_that_slack_refuses_is_told(twenty: Database, talk: Conversation) -> None:
    await talk.control("refuse", method="files.completeUploadExternal", error="internal_error", times=9)
    assert "Something went wrong" in (await talk.say("/sync errors csv"))["plain"]


async def test_errors_are_seen_by_code_first_and_a_code_opens_into_its_records(
    twenty: Database, talk: Conversation
) -> None:
    await failed(twenty, error(NOW - timedelta(days=3), code="709", object="contacts"))
    answer = await talk.say("/sync errors")
    assert answer["plain"].startswith("21 open errors · 2 codes, most errors first")
    assert "1003  20 errors · 20 first failed in the last 24 h · oldest first failed 19m ago" in answer["plain"]
    assert "709  1 error · 0 first failed in the last 24 h · oldest first failed 3d ago" in answer["plain"]
    assert "Contacts – One of Marketo's business rules is violated." in answer["plain"]
    opened = await talk.press(answer, "Open 709")
    assert opened["plain"].startswith("1 open error for code:709")
    assert (await talk.press(opened, "Explain"))["plain"].startswith("709")


async def test_an_objects_errors_are_seen_by_code_too(twenty: Database, talk: Conversation) -> None:
    await failed(twenty, error(NOW, code="709", object="contacts"))
    answer = await talk.say("/sync errors contacts")
    assert answer["plain"].startswith("1 open error of contacts · 1 code")
    assert "1003" not in answer["plain"]


async def test_more_codes_than_fit_are_counted(sqlite_database: Database, talk: Conversation) -> None:
    await failed(sqlite_database, *(error(NOW, code=f"own-{n}") for n in range(15)))
    assert "and 3 more codes" in (await talk.say("/sync errors"))["plain"]


@pytest.mark.parametrize("user", ["U0ADMIN", "U0OPS"])
async def test_nasty_codes_mention_nobody_when_grouped(
    sqlite_database: Database, talk: Conversation, user: str
) -> None:
    await failed(sqlite_database, *(error(NOW, code=text[:40]) for text in NASTY))
    for words in ("/sync errors", "/sync explain"):
        answer = await talk.say(words, user)
        assert answer["mentions"] == []
        assert answer["blocks"]
    calls = (await talk.http.get(f"{talk.url}/sandbox/calls")).json()
    assert calls["refused"] == {}


async def test_each_record_has_its_own_buttons_with_the_words_one_could_type(
    twenty: Database, talk: Conversation
) -> None:
    answer = await talk.say("/sync errors code:1003")
    number = numbers(answer)[0]
    words = [each["value"] for block in answer["blocks"] for each in block.get("elements", []) if "value" in each]
    assert f"retry #{number}" in words
    assert f"ignore #{number}" in words
    assert "retry code:1003" in words
    assert any(each.startswith("record object:leads ") for each in words)
    others = await talk.say("/sync errors code:1003", "U0GUEST")
    assert "retry" not in str(others["blocks"])


async def test_ignored_errors_can_be_listed_and_sorted(twenty: Database, talk: Conversation) -> None:
    await failed(twenty, *(error(NOW, state="ignored", attempts=n, label=f"Tried {n}") for n in (2, 5, 3)))
    answer = await talk.say("/sync errors state:ignored sort:tried")
    assert answer["plain"].startswith("3 ignored errors for state:ignored, most tried first")
    assert re.findall(r"Tried (\d)", answer["plain"]) == ["5", "3", "2"]
    assert (await talk.press(answer, "Oldest first"))["plain"].startswith("3 ignored errors for state:ignored, oldest")


async def test_until_a_day_holds_that_day(twenty: Database, talk: Conversation) -> None:
    await failed(twenty, error(NOW - timedelta(days=2), label="Two days ago"))
    answer = await talk.say("/sync errors until:2026-11-21")
    assert answer["plain"].startswith("1 open error for until:2026-11-21")
    assert "Two days ago" in answer["plain"]


async def test_a_file_is_remembered_and_deleted_when_it_expires(
    twenty: Database, talk: Conversation, settle: Settle
) -> None:
    await talk.say("/sync errors csv")
    client = make_client(settle())
    assert await delete_expired_files(twenty, client, NOW + timedelta(days=6)) == 0
    assert await delete_expired_files(twenty, client, NOW + timedelta(days=7)) == 1
    assert await delete_expired_files(twenty, client, NOW + timedelta(days=8)) == 0
    assert not [message for message in await talk.messages("U0ADMIN") if message["files"]]
    async with twenty.read() as connection:
        (row,) = await connection.execute(select(files))
    assert (row.kind, row.deleted_at) == ("errors", NOW + timedelta(days=7))


async def test_a_file_that_somebody_deleted_before_is_gone_too(
    twenty: Database, talk: Conversation, settle: Settle
) -> None:
    await put(twenty, files, {"slack_file_id": "F0GONE", "kind": "errors", "made_at": NOW, "expires_at": NOW})
    await talk.control("refuse", method="files.delete", error="file_deleted", times=1)
    client = make_client(settle())
    assert await delete_expired_files(twenty, client, NOW) == 1
    assert await delete_expired_files(twenty, client, NOW) == 0


async def test_a_large_file_says_how_far_it_is(sqlite_database: Database, talk: Conversation) -> None:
    await failed(sqlite_database, *(error(NOW) for _ in range(20_000)))
    first = await talk.say("/sync errors csv")
    assert "of 20,000 errors" in first["plain"]

    async def sent() -> bool:
        return any("20,000 open errors sent to you" in each["plain"] for each in await talk.messages("U0ADMIN"))

    await until(sent)


async def test_what_slack_does_not_confirm_is_told_so(twenty: Database, talk: Conversation) -> None:
    await talk.control("refuse", method="files.info", error="missing_scope", times=9)
    assert "has not confirmed yet" in (await talk.say("/sync errors csv"))["plain"]


async def test_words_that_find_nothing_offer_the_nearest_filter(sqlite_database: Database, talk: Conversation) -> None:
    await failed(sqlite_database, error(NOW))
    answer = await talk.say("/sync errors leeds")
    assert answer["text"].startswith('No open errors for "leeds". Did you mean: /sync errors object:leads')
    assert "1 open error of leads" in (await talk.press(answer, "/sync errors object:leads"))["text"]


@pytest.mark.parametrize(
    ("state", "total", "said"),
    [
        ("open", 11, "11 erros abertos com code:1003"),
        ("open", 1, "1 erro aberto com code:1003"),
        ("open", 0, "Nenhum erro aberto com code:1003"),
        ("resolved", 2, "2 erros resolvidos com code:1003 state:resolved"),
        ("retrying", 0, "Nenhum erro sendo repetido com code:1003 state:retrying"),
    ],
)
def test_states_are_told_in_the_readers_language(state: State, total: int, said: str) -> None:
    with speaking("pt-BR"):
        page = Page(Errors(code="1003", state=state), [], total, may_see_people=True, now=NOW, clock=str)
        assert heading_of(page).startswith(said)
