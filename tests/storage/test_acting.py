"""What people do to errors keeps the sum: noted = synced + skipped + folded + backlog + open + ignored."""

from datetime import UTC, datetime, timedelta

from storage.audit_log import count_acts, newest_acts
from storage.changes import Seen
from storage.chosen_errors import choose, state_of, still
from storage.database import Database
from storage.error_search import Wanted
from storage.ledger.acting import ignore, reopen, retry
from storage.ledger.noting import Lane, note
from storage.ledger.readings import amend_act, record_act
from storage.models import changes
from tests.parked import park, rows, states, sums

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


async def test_a_retry_moves_errors_into_the_backlog(database: Database) -> None:
    one, two, _ = await park(database, 3, NOW)
    async with database.write() as connection:
        assert await retry(database, connection, [one, two], LATER, cautious=True) == 2
    assert await states(database) == ["retrying", "retrying", "open"]
    assert await sums(database) == {"noted": 3, "backlog": 2, "open": 1}
    assert [(row.state, row.cautious) for row in await rows(database, changes)] == [
        ("waiting", True),
        ("waiting", True),
        ("parked", False),
    ]


async def test_a_second_retry_does_nothing(database: Database) -> None:
    numbers = await park(database, 2, NOW)
    for expected in (2, 0):
        async with database.write() as connection:
            assert await retry(database, connection, numbers, LATER, cautious=False) == expected
    assert await sums(database) == {"noted": 2, "backlog": 2}


async def test_an_ignored_error_counts_as_ignored_until_it_is_reopened(database: Database) -> None:
    numbers = await park(database, 2, NOW)
    async with database.write() as connection:
        assert await ignore(database, connection, numbers[:1], LATER) == 1
        assert await ignore(database, connection, numbers[:1], LATER) == 0
    assert await sums(database) == {"noted": 2, "ignored": 1, "open": 1}
    async with database.write() as connection:
        assert await reopen(database, connection, numbers, LATER) == 1
    assert await sums(database) == {"noted": 2, "open": 2}
    assert await states(database) == ["open", "open"]


async def test_an_ignored_error_can_be_retried(database: Database) -> None:
    numbers = await park(database, 1, NOW)
    async with database.write() as connection:
        await ignore(database, connection, numbers, LATER)
        assert await retry(database, connection, numbers, LATER, cautious=False) == 1
    assert await sums(database) == {"noted": 1, "backlog": 1}


async def test_a_new_edit_brings_an_ignored_record_back(database: Database) -> None:
    numbers = await park(database, 1, NOW)
    async with database.write() as connection:
        await ignore(database, connection, numbers, LATER)
    (parked,) = await rows(database, changes)
    edit = Seen(parked.record_id, "update", {"title": "y"}, LATER)
    async with database.write() as connection:
        await note(database, connection, Lane("leads", "to-marketo", NOW), [edit], LATER)
    assert await sums(database) == {"noted": 2, "folded": 1, "backlog": 1}


async def test_only_what_failed_before_a_moment_is_chosen(database: Database) -> None:
    early = await park(database, 3, NOW)
    await park(database, 2, LATER)
    async with database.read() as connection:
        assert sorted(await choose(connection, Wanted(code="1003"), ["open"], NOW)) == early
        assert await choose(connection, [early[0], 10**17], ["open"], NOW) == early[:1]
        assert await choose(connection, Wanted(code="1003", state="ignored"), ["ignored"], LATER) == []
        assert await still(connection, early, ["ignored"], NOW) == []
        assert await state_of(connection, early[0]) == "open"
        assert await state_of(connection, 10**17) is None


async def test_acts_are_told_newest_first_and_may_be_amended(database: Database) -> None:
    async with database.write() as connection:
        number = await record_act(connection, "U1", "retry", NOW, "leads", "", "500")
        await record_act(connection, "ada", "live", LATER, "leads", "to-marketo")
        await amend_act(connection, number, "812")
    async with database.read() as connection:
        told = [(act.who, act.act, act.detail) for act in await newest_acts(connection, skip=0, limit=5)]
        assert told == [("ada", "live", ""), ("U1", "retry", "812")]
        assert [act.id for act in await newest_acts(connection, skip=1, limit=1)] == [number]
        assert await count_acts(connection) == 2


async def test_an_error_that_is_retried_waits_since_the_retry(database: Database) -> None:
    (number,) = await park(database, 1, NOW)
    async with database.write() as connection:
        await retry(database, connection, [number], LATER, cautious=False)
    assert [row.waiting_since for row in await rows(database, changes)] == [LATER]
