"""`run`, typed in Slack at a bot that syncs: a pass begins, stopped lanes are tried again, one record is read anew."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from storage.database import Database
from storage.ledger.readings import stop_lane
from storage.models import passes
from sync.errors import Later
from tests.bot.conftest import Settle
from tests.bot.syncing import Syncing, syncing_bot
from tests.parked import rows
from tests.waiting import until

ADA = {"firstname": "Ada", "lastname": "Lovelace", "emailaddress1": "ada@x.example", "jobtitle": "Countess"}


@pytest.fixture
async def syncing(
    settle: Settle, slack_url: str, sqlite_database: Database, http: httpx.AsyncClient, tmp_path: Path
) -> AsyncIterator[Syncing]:
    async with syncing_bot(settle(), slack_url, sqlite_database, http, tmp_path) as syncing:
        yield syncing


async def ran(syncing: Syncing, words: str = "run") -> dict[str, Any]:
    """The answer, when a pass did begin."""

    async def begun() -> dict[str, Any] | None:
        answer = await syncing.talk.say(f"/sync {words}")
        return answer if "under way" not in answer["plain"] else None

    return dict(await until(begun))


async def test_run_begins_a_pass_now(syncing: Syncing) -> None:
    await ran(syncing)
    await syncing.world.lead(**ADA)
    assert "A pass begins now" in (await ran(syncing))["plain"]
    await until(syncing.person)
    assert ("run", "", "") in await syncing.acts()


async def test_run_tries_a_lane_again_that_stopped_and_says_which_are_held(syncing: Syncing) -> None:
    async with syncing.database.write() as connection:
        at = syncing.world.now
        await stop_lane(syncing.database, connection, "leads", "to-marketo", "603", "Access denied", at)
    await syncing.talk.say("/sync pause leads to-dynamics")
    await syncing.world.lead(**ADA)
    answer = await ran(syncing, "run leads")
    assert "Paused, so not written: Leads to Dynamics." in answer["plain"]
    await until(syncing.person)


async def test_run_record_reads_it_anew_and_writes_what_differs(syncing: Syncing) -> None:
    lead = await syncing.world.lead(**ADA)
    await ran(syncing)
    person = await until(syncing.person)
    await syncing.world.edit_lead(lead, jobtitle="Programmer")
    answer = await syncing.talk.say(f"/sync run record {person['id']}")
    assert f"Leads Dynamics {lead} · Marketo {person['id']} was read anew. Goes to Marketo: title." in answer["plain"]
    assert ("run record", "leads", f"{lead} · {person['id']}") in await syncing.acts()

    async def written() -> bool:
        return bool((await syncing.world.by_id(str(person["id"])))["title"] == "Programmer")

    await ran(syncing)
    await until(written)
    again = await syncing.talk.say("/sync run record ADA@x.example")
    assert "There is nothing to write." in again["plain"]


async def test_run_leads_first_puts_them_before_all_else_for_an_hour_and_status_says_until_when(
    syncing: Syncing,
) -> None:
    answer = await ran(syncing, "run leads first")
    told = next(line for line in answer["plain"].splitlines() if "First until" in line)
    assert ": Leads." in told and "A pass begins now" in told
    assert ("run first", "leads", "") in await syncing.acts()
    for words in ("status", "status leads"):
        assert "First until" in (await syncing.talk.say(f"/sync {words}"))["plain"]
    await syncing.world.advance(3600)
    assert "First until" not in (await syncing.talk.say("/sync status"))["plain"]


async def test_what_goes_first_is_one_line_and_the_same_words_without_first_take_it_back(syncing: Syncing) -> None:
    assert "To take that back: /sync run contacts" in (await ran(syncing, "run contacts first"))["plain"]
    status = (await syncing.talk.say("/sync status"))["plain"]
    assert status.count("First until") == 1 and ": Contacts." in status
    assert "No longer before all else: Contacts to Marketo" in (await syncing.talk.say("/sync run contacts"))["plain"]
    assert "First until" not in (await syncing.talk.say("/sync status"))["plain"]


async def test_run_record_of_nobody_and_of_several(syncing: Syncing) -> None:
    assert "I know no record under “4711”" in (await syncing.talk.say("/sync run record 4711"))["plain"]
    leads = [await syncing.world.lead(**ADA), await syncing.world.lead(**ADA)]
    several = await syncing.talk.say("/sync run record ada@x.example")
    assert "2 records match. Which one?" in several["plain"]
    chosen = await syncing.talk.press(several, f"Leads {leads[1]}")
    assert f"Leads Dynamics {leads[1]} was read anew" in chosen["plain"]


async def test_run_record_takes_the_number_of_an_error(syncing: Syncing) -> None:
    lead = await syncing.world.lead(**ADA | {"emailaddress1": "no address"})
    await ran(syncing)

    async def parked() -> Any:
        return await syncing.world.errors()

    (error,) = await until(parked)
    answer = await syncing.talk.say(f"/sync run record #{error.id}")
    assert f"Leads Dynamics {lead}" in answer["plain"]
    assert "I know no record under “#4711”" in (await syncing.talk.say("/sync run record #4711"))["plain"]


async def test_run_record_where_a_service_is_down_says_its_code(syncing: Syncing) -> None:
    lead = await syncing.world.lead(**ADA)
    await ran(syncing)
    await until(syncing.person)
    await syncing.world.weather(syncing.world.dynamics, down=True)
    answer = await syncing.talk.say(f"/sync run record {lead}")
    assert "could not be read" in answer["plain"]
    await syncing.world.weather(syncing.world.dynamics, down=False)


async def test_health_knows_by_the_last_call_that_a_service_does_not_answer_and_that_it_does_again(
    syncing: Syncing,
) -> None:
    async def rests() -> bool:
        ended = [row.finished_at for row in await rows(syncing.database, passes) if row.name == "sync"]
        return ended == [syncing.world.now]

    await until(rests)
    await syncing.world.weather(syncing.world.dynamics, down=True)
    with pytest.raises(Later):
        await syncing.world.engine.dynamics.who_am_i()
    assert (await syncing.talk.say("/sync health"))["plain"].startswith("UNWELL  Dynamics does not answer: connection")
    await syncing.world.weather(syncing.world.dynamics, down=False)
    await syncing.world.engine.dynamics.who_am_i()
    assert (await syncing.talk.say("/sync health"))["plain"].startswith("HEALTHY")
