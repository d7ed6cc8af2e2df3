import asyncio
from datetime import UTC, datetime, timedelta

from storage.database import Database
from storage.ledger import turns
from storage.turn import Announcement, Turn

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def record(database: Database, subject: str, state: str = "late") -> None:
    async with database.write() as connection:
        await turns.record_turn(connection, subject, "late" if state == "late" else "well", NOW, {"backlog": 1})


async def claim(database: Database, now: datetime = NOW) -> list[Turn]:
    async with database.write() as connection:
        return await turns.claim_untold(connection, now)


async def test_the_last_turn_of_each_subject_is_known(database: Database) -> None:
    await record(database, "a")
    await record(database, "b")
    await record(database, "a", "well")
    async with database.read() as connection:
        last = await turns.last_turns(connection)
    assert {subject: turn.state for subject, turn in last.items()} == {"a": "well", "b": "late"}


async def test_a_turn_is_claimed_by_one_only_and_in_order(database: Database) -> None:
    await record(database, "a")
    await record(database, "b")
    both = await asyncio.gather(claim(database), claim(database))
    assert sorted(len(claimed) for claimed in both) == [0, 2]
    assert [turn.subject for turn in max(both, key=len)] == ["a", "b"]


async def test_a_claim_that_was_never_told_is_free_after_two_minutes(database: Database) -> None:
    await record(database, "a")
    await claim(database)
    assert await claim(database, NOW + 2 * MINUTE) == []
    assert len(await claim(database, NOW + 2 * MINUTE + timedelta(seconds=1))) == 1


async def test_what_was_told_is_not_claimed_again(database: Database) -> None:
    await record(database, "a")
    (turn,) = await claim(database)
    async with database.write() as connection:
        await turns.told(connection, turn, NOW)
    assert await claim(database, NOW + 60 * MINUTE) == []


async def test_what_is_released_is_free_at_once(database: Database) -> None:
    await record(database, "a")
    claimed = await claim(database)
    async with database.write() as connection:
        await turns.release(connection, claimed)
    assert await claim(database) == claimed


async def test_the_message_that_told_is_kept_replaced_and_forgotten(database: Database) -> None:
    for ts in ("1.0", "2.0"):
        async with database.write() as connection:
            await turns.remember_announcement(database, connection, Announcement("a", "C1", ts, 7, NOW))
    async with database.write() as connection:
        kept = await turns.announcement_of(connection, "a", "C1")
        assert kept == Announcement("a", "C1", "2.0", 7, NOW)
        await turns.forget_announcement(connection, "a", "C1")
        assert await turns.announcement_of(connection, "a", "C1") is None
