"""Episodes and turns in the database: acknowledged, snoozed, tested, claimed by one, told once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from storage.alerting import Episode, EpisodeTurn
from storage.database import Database
from storage.episodes import last_turn, read_episode, read_open_episodes, read_to_tell, read_undelivered
from storage.ledger import episodes as ledger
from storage.models import turns

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def opened(database: Database, family: str = "backlog", channel: str = "C0OPS") -> int:
    async with database.write() as connection:
        number = await ledger.open_episode(connection, Episode(0, channel, family, "warning", NOW))
        await ledger.record_turn(connection, number, "opened", NOW, {})
    return number


async def claim(database: Database, number: int, now: datetime = NOW) -> list[EpisodeTurn]:
    async with database.write() as connection:
        return await ledger.claim(connection, number, now)


async def test_who_acknowledged_is_kept_and_told_once(database: Database) -> None:
    number = await opened(database)
    for name in ("Dana", "Joe"):
        async with database.write() as connection:
            found = await ledger.acknowledge(connection, number, name, NOW)
        assert found is not None and found.acknowledged_by == "Dana"
    assert [turn.kind for turn in await claim(database, number)] == ["opened", "acknowledged"]


async def test_a_snooze_is_kept_with_who_wanted_it_and_told(database: Database) -> None:
    number = await opened(database)
    async with database.write() as connection:
        found = await ledger.snooze(connection, number, NOW + 60 * MINUTE, "Dana", NOW)
    assert found is not None and found.snoozed_until == NOW + 60 * MINUTE
    assert found.snoozed_by == "Dana"
    assert (await claim(database, number))[-1].kind == "snoozed"


async def test_a_snooze_is_ended_once_by_a_person_or_by_its_time(database: Database) -> None:
    number = await opened(database)
    async with database.write() as connection:
        await ledger.snooze(connection, number, NOW + MINUTE, "Dana", NOW)
        assert not await ledger.snooze_is_over(connection, number, NOW)
        found = await ledger.unsnooze(connection, number, "Joe", NOW)
        await ledger.unsnooze(connection, number, "Joe", NOW)
    assert found is not None and (found.snoozed_until, found.snoozed_by) == (None, None)
    assert [turn.kind for turn in await claim(database, number)] == ["opened", "snoozed", "unsnoozed"]
    async with database.write() as connection:
        await ledger.snooze(connection, number, NOW + MINUTE, "Dana", NOW)
        ended = [await ledger.snooze_is_over(connection, number, NOW + MINUTE) for _ in range(2)]
    assert ended == [True, False]


async def test_what_is_over_is_neither_acknowledged_nor_snoozed(database: Database) -> None:
    number = await opened(database)
    async with database.write() as connection:
        await ledger.update_episode(connection, number, closed_at=NOW)
        assert await ledger.acknowledge(connection, number, "Dana", NOW) is None
        assert await ledger.snooze(connection, number, NOW, "Dana", NOW) is None
    assert len(await claim(database, number)) == 1


async def test_a_test_is_an_episode_of_its_own_and_only_one_at_a_time(database: Database) -> None:
    async with database.write() as connection:
        first = await ledger.record_test(connection, "C0OPS", NOW)
        assert await ledger.record_test(connection, "C0OPS", NOW) == first
    async with database.read() as connection:
        (found,) = await read_open_episodes(connection, "C0OPS")
    assert (found.id, found.family) == (first, "test")


@pytest.mark.parametrize(("ts", "told"), [("1.1", ["opened", "recovered", "opened"]), (None, ["opened", "opened"])])
async def test_a_test_that_went_its_way_gives_way_to_the_next(
    database: Database, ts: str | None, told: list[str]
) -> None:
    async with database.write() as connection:
        first = await ledger.record_test(connection, "C0OPS", NOW)
        await ledger.told(connection, await ledger.claim(connection, first, NOW), NOW)
        await ledger.update_episode(connection, first, ts=ts)
        second = await ledger.record_test(connection, "C0OPS", NOW)
        kinds = [row.kind for row in await connection.execute(turns.select().order_by(turns.c.id))]
    async with database.read() as connection:
        assert [one.id for one in await read_open_episodes(connection, "C0OPS")] == [second]
    assert kinds == told


async def test_turns_are_claimed_by_one_only_and_in_order(database: Database) -> None:
    number = await opened(database)
    async with database.write() as connection:
        await ledger.record_turn(connection, number, "worse", NOW, {})
    both = await asyncio.gather(claim(database, number), claim(database, number))
    assert sorted(len(claimed) for claimed in both) == [0, 2]
    assert [turn.kind for turn in max(both, key=len)] == ["opened", "worse"]


async def test_a_turn_that_comes_while_another_is_being_told_waits_for_it(database: Database) -> None:
    number = await opened(database)
    await claim(database, number)
    async with database.write() as connection:
        await ledger.record_turn(connection, number, "worse", NOW, {})
    assert await claim(database, number, NOW + MINUTE) == []


async def test_a_claim_that_was_never_told_is_free_after_two_minutes(database: Database) -> None:
    number = await opened(database)
    await claim(database, number)
    assert await claim(database, number, NOW + 2 * MINUTE) == []
    assert len(await claim(database, number, NOW + 2 * MINUTE + timedelta(seconds=1))) == 1


async def test_what_was_told_is_not_claimed_again(database: Database) -> None:
    number = await opened(database)
    claimed = await claim(database, number)
    async with database.write() as connection:
        await ledger.told(connection, claimed, NOW)
    assert await claim(database, number, NOW + 60 * MINUTE) == []
    async with database.read() as connection:
        assert await read_to_tell(connection) == []


async def test_what_slack_refused_is_free_at_once_and_listed_with_its_error(database: Database) -> None:
    number = await opened(database)
    async with database.write() as connection:
        await ledger.failed(connection, await ledger.claim(connection, number, NOW), "internal_error")
    async with database.read() as connection:
        (undelivered,) = await read_undelivered(connection)
    assert (undelivered.channel, undelivered.error, undelivered.since) == ("C0OPS", "internal_error", NOW)
    (turn,) = await claim(database, number)
    assert (turn.attempts, turn.failure) == (1, "internal_error")


async def test_the_message_that_tells_of_an_episode_is_remembered(database: Database) -> None:
    number = await opened(database)
    async with database.write() as connection:
        await ledger.remember_message(connection, number, "1.0", await last_turn(connection, number))
    async with database.read() as connection:
        found = await read_episode(connection, number)
    assert found is not None and (found.ts, found.drawn) == ("1.0", 1)
