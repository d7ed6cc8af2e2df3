"""What the brakes go by, on both databases; and lanes that are held."""

from datetime import UTC, datetime, timedelta

from storage.changes import Link
from storage.database import Database
from storage.ledger.holding import in_step
from storage.ledger.links import forget_streak, links_by, save_links
from storage.ledger.readings import lane_states, release_lane, restart_lane, stop_lane
from storage.models import links, totals
from tests.rows import put, total

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
ADA = Link("leads", "0f9b8a34-7d4e-4c5e-9a0e-0a6c2f5d1b11", "4711")


async def test_links_that_stand_and_inserts_that_wait_are_in_step(database: Database) -> None:
    usual = {"object": "leads", "agreed": {}, "sent": {}}
    pairs = [("a", "1"), ("b", "2"), ("c", None), (None, "4")]
    await put(database, links, *({**usual, "dynamics_id": one, "marketo_id": other} for one, other in pairs))
    await put(database, links, {**usual, "dynamics_id": "d", "marketo_id": "5", "dynamics_deleted": True})
    await put(database, totals, total("leads", "to-marketo", "insert", "backlog", 10))
    async with database.read() as connection:
        assert await in_step(connection, "leads", 100) == 12
        assert await in_step(connection, "leads", 1) == 11
        assert await in_step(connection, "accounts", 100) == 0


async def streak(database: Database) -> int:
    async with database.read() as connection:
        return (await links_by(connection, "leads", "marketo_id", ["4711"]))["4711"].streak


async def test_a_streak_grows_while_writes_follow_one_another_and_begins_anew_after_a_rest(database: Database) -> None:
    for minutes, length in ((0, 1), (15, 2), (20, 3), (36, 1), (37, 2)):
        async with database.write() as connection:
            at = NOW + timedelta(minutes=minutes)
            await save_links(connection, [ADA], "dynamics_id", at, streak_within=timedelta(minutes=15))
            await save_links(connection, [ADA], "dynamics_id")  # what teaches something but writes nothing
        assert await streak(database) == length
    async with database.write() as connection:
        await forget_streak(connection, "leads", "to-dynamics", "4711")
    assert await streak(database) == 0


async def test_only_a_person_lets_a_held_lane_go_on(database: Database) -> None:
    async with database.write() as connection:
        await stop_lane(database, connection, "leads", "to-marketo", "brake-deletes", "12 of 30", NOW, held=True)
        await stop_lane(database, connection, "leads", "to-marketo", "603", "Access denied", NOW)
        await restart_lane(connection, "leads", "to-marketo")
        state = (await lane_states(connection))["leads", "to-marketo"]
        assert state.held and state.stopped_code == "brake-deletes"
        await release_lane(connection, "leads", "to-marketo")
        state = (await lane_states(connection))["leads", "to-marketo"]
    assert not state.held and state.stopped_at is None
