from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from storage.database import Database
from storage.ledger.acting import retry
from storage.models import audit, changes, lanes
from tests.bot.conftest import NOW, Settle, connected, running
from tests.bot.conversation import Conversation
from tests.objects import LANES
from tests.parked import park, rows, states, sums
from tests.waiting import until

MINUTE = timedelta(minutes=1)


async def acts(database: Database) -> list[tuple[str, str, str]]:
    return [(row.who, row.act, row.detail) for row in await rows(database, audit)]


async def in_the_end(talk: Conversation, message: dict[str, Any], words: str) -> dict[str, Any]:
    """The message as it is when it says `words`."""

    async def said() -> dict[str, Any] | None:
        found = [one for one in await talk.messages("U0ADMIN") if one["id"] == message["id"]]
        return next((one for one in found if words in one["plain"]), None)

    return dict(await until(said))


async def test_one_error_is_retried_at_once(database: Database, talk_on_both: Conversation) -> None:
    number, _ = await park(database, 2, NOW)
    answer = await talk_on_both.say(f"/sync retry #{number}")
    assert f"1 error is back in the backlog for #{number}" in answer["plain"]
    assert await states(database) == ["retrying", "open"]
    assert await sums(database) == {"noted": 2, "backlog": 1, "open": 1}
    assert await acts(database) == [("U0ADMIN", "retry", f"1 × #{number}")]
    assert not any(change.cautious for change in await rows(database, changes))


async def test_many_are_retried_only_when_that_is_confirmed(database: Database, talk_on_both: Conversation) -> None:
    talk = talk_on_both
    await park(database, 12, NOW)
    await park(database, 3, NOW, code="709")
    asked = await talk.say("/sync retry code:1003")
    assert asked["plain"].startswith("Retry 12 errors for code:1003?")
    assert set(await states(database)) == {"open"}
    done = await talk.press(asked, "Retry 12")
    assert "12 errors are back in the backlog for code:1003" in done["plain"]
    assert sorted(await states(database)) == ["open"] * 3 + ["retrying"] * 12
    assert await acts(database) == [("U0ADMIN", "retry", "12 × code:1003")]
    assert sum(change.cautious for change in await rows(database, changes)) == 12


async def test_what_failed_after_the_question_is_left_alone(sqlite_database: Database, talk: Conversation) -> None:
    numbers = await park(sqlite_database, 3, NOW)
    asked = await talk.say("/sync retry code:1003")
    await park(sqlite_database, 2, NOW + MINUTE)
    async with sqlite_database.write() as connection:
        await retry(sqlite_database, connection, numbers[:1], NOW, cautious=False)
    done = await talk.press(asked, "Retry 3")
    assert "2 errors are back" in done["plain"]
    assert "You confirmed 3; the others have changed since" in done["plain"]
    assert await states(sqlite_database) == ["retrying"] * 3 + ["open"] * 2


@pytest.mark.parametrize("words", ["retry code:1003 confirmed:2", "retry confirmed:1", "retry all"])
async def test_never_more_are_retried_than_were_confirmed(
    sqlite_database: Database, talk: Conversation, words: str
) -> None:
    await park(sqlite_database, 3, NOW)
    assert (await talk.say(f"/sync {words}"))["plain"].startswith("Retry 3 errors")
    assert set(await states(sqlite_database)) == {"open"}


async def test_a_large_retry_tells_how_far_it_is(sqlite_database: Database, talk: Conversation) -> None:
    await park(sqlite_database, 1200, NOW)
    asked = await talk.say("/sync retry all")
    assert "Retry 1,200 errors – all there are?" in asked["plain"]
    await talk.press(asked, "Retry 1,200")
    await in_the_end(talk, asked, "1,200 errors are back in the backlog")
    assert set(await states(sqlite_database)) == {"retrying"}
    assert await acts(sqlite_database) == [("U0ADMIN", "retry", "1200")]
    calls = (await talk.http.get(f"{talk.url}/sandbox/calls")).json()
    assert calls["by_kind"]["response_url"] == 4  # the question, two portions of three, the result
    assert calls["refused"] == {}


async def test_ignoring_is_undone_by_a_button(database: Database, talk_on_both: Conversation) -> None:
    talk = talk_on_both
    number, _ = await park(database, 2, NOW)
    ignored = await talk.say(f"/sync ignore {number}")
    assert f"1 error is ignored now for #{number}" in ignored["plain"]
    assert await sums(database) == {"noted": 2, "ignored": 1, "open": 1}
    reopened = await talk.press(ignored, "Reopen")
    assert "1 error is open again" in reopened["plain"]
    assert await sums(database) == {"noted": 2, "open": 2}
    assert [act for _, act, _ in await acts(database)] == ["ignore", "reopen"]


async def test_many_are_ignored_and_reopened_when_confirmed(sqlite_database: Database, talk: Conversation) -> None:
    await park(sqlite_database, 4, NOW)
    ignored = await talk.press(await talk.say("/sync ignore object:leads"), "Ignore 4")
    assert "4 errors are ignored now" in ignored["plain"]
    asked = await talk.press(ignored, "Reopen")
    assert asked["plain"].startswith("Reopen 4 ignored errors for object:leads?")
    assert "4 errors are open again" in (await talk.press(asked, "Reopen 4"))["plain"]
    assert await sums(sqlite_database) == {"noted": 4, "open": 4}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("retry #99", "There is no error #99."),
        ("reopen #1", "Error #1 is open already"),
        ("retry code:709", "No open errors for code:709: there is nothing to retry."),
        ("reopen all", "No ignored errors: there is nothing to reopen."),
        ("ignore nobody", 'No open errors for "nobody": there is nothing to ignore.'),
    ],
)
async def test_where_there_is_nothing_to_do_it_is_said_why(
    sqlite_database: Database, talk: Conversation, words: str, said: str
) -> None:
    assert await park(sqlite_database, 1, NOW) == [1]
    assert said in (await talk.say(f"/sync {words}"))["plain"]
    assert await acts(sqlite_database) == []


async def test_words_that_may_name_people_are_not_kept(sqlite_database: Database, talk: Conversation) -> None:
    await park(sqlite_database, 1, NOW, label="Zoe Quist")
    await talk.say("/sync retry quist")
    assert await acts(sqlite_database) == [("U0ADMIN", "retry", '1 × "…"')]


async def test_pausing_says_what_and_that_changes_are_collected(database: Database, talk_on_both: Conversation) -> None:
    talk = talk_on_both
    answer = await talk.say("/sync pause leads")
    assert "Paused: Leads to Marketo, Leads to Dynamics. Changes are still collected" in answer["plain"]
    paused = {(row.object, row.direction) for row in await rows(database, lanes) if row.paused}
    assert paused == {("leads", "to-marketo"), ("leads", "to-dynamics")}
    assert "paused already" in (await talk.say("/sync pause leads to-dynamics"))["plain"]
    resumed = await talk.press(answer, "Resume")
    assert "Resumed: Leads to Marketo, Leads to Dynamics." in resumed["plain"]
    assert not [row for row in await rows(database, lanes) if row.paused]
    both = "to-marketo, to-dynamics"
    assert await acts(database) == [("U0ADMIN", "pause", both), ("U0ADMIN", "resume", both)]


async def test_one_direction_or_everything_is_paused(sqlite_database: Database, talk: Conversation) -> None:
    await talk.say("/sync pause to-dynamics")
    assert {row.direction for row in await rows(sqlite_database, lanes) if row.paused} == {"to-dynamics"}
    await talk.say("/sync pause")
    assert len([row for row in await rows(sqlite_database, lanes) if row.paused]) == len(LANES)
    assert "are never written to Dynamics" in (await talk.say("/sync pause users to-dynamics"))["plain"]
    await talk.say("/sync resume")
    assert "Nothing of that is paused" in (await talk.say("/sync resume"))["plain"]


async def test_a_process_that_only_answers_says_so(talk: Conversation) -> None:
    for words in ("run", "run leads", "run record 12"):
        assert "does not sync" in (await talk.say(f"/sync {words}"))["plain"]


async def test_the_audit_is_paged_newest_first_and_names_who_acted(
    sqlite_database: Database, talk: Conversation
) -> None:
    assert "Nobody has done anything yet." in (await talk.say("/sync audit"))["plain"]
    for number in await park(sqlite_database, 12, NOW):
        await talk.say(f"/sync ignore #{number}")
    first = await talk.say("/sync audit", "U0OPS")
    assert first["plain"].startswith("Who did what, newest first · page 1 of 2")
    assert "Ada Admin  ignored  1 × #12" in first["plain"]
    assert first["mentions"] == []
    second = await talk.press(first, "Next ▶", "U0OPS")
    assert "1 × #1\n" in second["plain"]
    assert "no page 9; the last is 2" in (await talk.say("/sync audit page:9"))["plain"]


@pytest.fixture
async def free(
    settle: Settle, slack_url: str, sqlite_database: Database, http: httpx.AsyncClient
) -> AsyncIterator[Any]:
    """Starts the bot with other settings."""
    started: list[Any] = []

    async def start(**given: Any) -> Conversation:
        bot = running(settle(**given), sqlite_database)
        await bot.__aenter__()
        started.append(bot)
        await connected(http, slack_url)
        return Conversation(slack_url, http)

    yield start
    for bot in started:
        await bot.__aexit__(None, None, None)


@pytest.mark.parametrize("listed", ["U0OPS", "U0READER,S0OPS", "S0OPS"])
async def test_who_is_listed_or_in_a_listed_group_is_an_operator_and_admins_are_not(
    sqlite_database: Database, free: Any, listed: str
) -> None:
    talk = await free(sync_operators=listed)
    number, _ = await park(sqlite_database, 2, NOW)
    refused = await talk.say(f"/sync retry #{number}")
    assert "Only operators may do this" in refused["plain"]
    assert "Otto Ops" in refused["plain"] or "S0OPS" in refused["plain"]
    assert set(await states(sqlite_database)) == {"open"}
    assert "is back in the backlog" in (await talk.say(f"/sync retry #{number}", "U0OPS"))["plain"]


async def test_without_operators_the_admins_are_and_the_refusal_says_so(
    sqlite_database: Database, talk: Conversation
) -> None:
    refused = await talk.say("/sync pause", "U0OPS")
    assert "this workspace's admins, because SYNC_OPERATORS names nobody" in refused["plain"]
    assert await rows(sqlite_database, lanes) == []


async def test_a_guest_is_no_operator_whatever_the_settings_say(sqlite_database: Database, free: Any) -> None:
    talk = await free(sync_operators="U0GUEST", sync_people_readers="U0GUEST")
    assert "Only operators" in (await talk.say("/sync pause", "U0GUEST"))["plain"]
    assert await rows(sqlite_database, lanes) == []


async def test_an_operator_who_may_not_read_names_is_told_that_they_were_not_searched(
    sqlite_database: Database, free: Any
) -> None:
    talk = await free(sync_operators="U0OPS")
    await park(sqlite_database, 1, NOW)
    answer = await talk.say("/sync retry lovelace", "U0OPS")
    assert answer["plain"].startswith("No open errors") and "searched only for those listed" in answer["plain"]
    assert "searched only" not in (await talk.say("/sync retry code:709", "U0OPS"))["plain"]


async def test_people_readers_may_be_a_user_group(sqlite_database: Database, free: Any) -> None:
    talk = await free(sync_people_readers="S0OPS")
    await park(sqlite_database, 1, NOW)
    assert "SYNC_PEOPLE_READERS" not in (await talk.say("/sync errors ada", "U0OPS"))["plain"]


async def test_where_slack_does_not_tell_about_groups_nobody_in_them_may_act(
    sqlite_database: Database, free: Any
) -> None:
    talk = await free(sync_operators="S0OPS")
    await talk.control("refuse", method="usergroups.users.list", error="missing_scope", times=9)
    assert "Only operators" in (await talk.say("/sync pause", "U0OPS"))["plain"]
    assert await rows(sqlite_database, lanes) == []
