"""What is said of a brake, and what it takes to let go on what it holds: typed and pressed in the sandbox's Slack."""

from datetime import timedelta

import pytest

from bot.held import why
from bot.texts import speaking
from storage.database import Database
from storage.ledger.findings import read_findings
from storage.ledger.holding import REREAD, remember_reread
from storage.ledger.readings import stop_lane
from storage.models import audit, lanes, totals
from sync.brakes import Brakes, Sight, brake
from sync.departures import MISSED
from sync.pull_dynamics import EXPIRED
from tests.bot.conftest import NOW
from tests.bot.conversation import Conversation
from tests.objects import LANES, OBJECTS
from tests.parked import rows
from tests.rows import all_read, live, put, total

SEEN = "412 of 1,000 leads (41 %) were deleted in Dynamics in one reading"
PORTUGUESE = "412 de 1.000 leads (41 %) foram excluídos no Dynamics em uma leitura; freio: 10 %"


def message(sight: Sight, known: int) -> str:
    found = brake(sight, known, Brakes())
    assert found is not None
    return found.message


@pytest.fixture
async def braked(sqlite_database: Database) -> Database:
    """412 deletes and 3 updates of leads wait, held by the brake."""
    await live(sqlite_database, *LANES)
    await all_read(sqlite_database, [one.name for one in OBJECTS], NOW, timedelta(minutes=1))
    await put(sqlite_database, totals, total("leads", "to-marketo", "delete", "backlog", 412))
    await put(sqlite_database, totals, total("leads", "to-marketo", "update", "backlog", 3))
    said = message(Sight("leads", "dynamics", deleted=412), 1000)
    async with sqlite_database.write() as connection:
        await stop_lane(sqlite_database, connection, "leads", "to-marketo", "brake-deletes", said, NOW, held=True)
    return sqlite_database


async def held(database: Database) -> list[str]:
    return [row.object for row in await rows(database, lanes) if row.held or row.stopped_at]


async def test_status_says_brake_first_with_its_numbers_and_the_way_on(braked: Database, talk: Conversation) -> None:
    answer = await talk.say("/sync")
    assert answer["text"].startswith(f"BRAKE  Leads to Marketo: {SEEN}; brake: 10 %. To go on: /sync resume leads")
    assert "BRAKE" in (await talk.say("/sync status leads"))["text"]
    assert "BRAKE" not in (await talk.say("/sync status accounts"))["text"]


async def test_an_operator_is_asked_with_the_numbers_and_then_it_goes_on(braked: Database, talk: Conversation) -> None:
    question = await talk.press(await talk.say("/sync"), "Resume Leads")
    assert SEEN in question["plain"] and "3 updates, 412 deletes" in question["plain"]
    assert await held(braked) == ["leads"]
    answer = await talk.press(question, "Resume, write 415")
    assert "Resumed: Leads to Marketo" in answer["plain"]
    assert await held(braked) == [] and [row.act for row in await rows(braked, audit)] == ["resume"]


async def test_more_than_was_agreed_to_is_asked_about_again(braked: Database, talk: Conversation) -> None:
    assert "Let it go on?" in (await talk.say("/sync resume leads confirmed:414"))["plain"]
    assert await held(braked) == ["leads"]


async def test_others_are_offered_no_resume_and_refused_it(braked: Database, talk: Conversation) -> None:
    assert "Resume Leads" not in (await talk.say("/sync", "U0GUEST"))["plain"]
    assert "Only operators" in (await talk.say("/sync resume leads confirmed:415", "U0GUEST"))["plain"]
    assert await held(braked) == ["leads"]


async def test_health_lists_what_is_held_and_what_was_read_anew(braked: Database, talk: Conversation) -> None:
    async with braked.write() as connection:
        await remember_reread(braked, connection, "accounts", EXPIRED, NOW)
        assert len(await read_findings(connection, [REREAD])) == 1
    answer = await talk.say("/sync health")
    assert f"Leads to Marketo held by a brake 15:32: {SEEN}" in answer["plain"]
    assert "Read anew  Accounts 15:32: the delta link had expired" in answer["plain"]


async def test_status_says_for_a_week_what_was_read_anew_and_why(braked: Database, talk: Conversation) -> None:
    async with braked.write() as connection:
        for name, why in (("accounts", EXPIRED), ("teams", EXPIRED), ("leads", MISSED)):
            await remember_reread(braked, connection, name, why, NOW)
        await remember_reread(braked, connection, "contacts", EXPIRED, NOW - timedelta(days=8))
    answer = await talk.say("/sync")
    assert "Read anew as a whole 15:32, because the delta link had expired: Accounts, Teams." in answer["plain"]
    assert "because 14 days of deletes in Marketo were missed: Leads." in answer["plain"]


async def test_what_a_brake_said_is_told_in_the_readers_language() -> None:
    with speaking("pt-BR"):
        assert why(message(Sight("leads", "dynamics", deleted=412), 1000)) == PORTUGUESE
        assert "mudaram" in why(message(Sight("leads", "marketo", changed=1500), 1600))
        assert "não mostra mais" in why(message(Sight("leads", "dynamics", deleted=500, empty=True), 500))


@pytest.mark.parametrize("code", ["loop", "brake-deletes", "brake-changes", "brake-empty"])
async def test_each_of_its_codes_is_explained(talk: Conversation, code: str) -> None:
    answer = await talk.say(f"/sync explain {code}")
    assert "retry" in answer["plain"] if code == "loop" else "/sync resume" in answer["plain"]
