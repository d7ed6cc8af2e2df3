"""What the health report reads, on both databases."""

from datetime import UTC, datetime, timedelta

from storage.database import Database
from storage.health import (
    HeldLane,
    JobState,
    Untold,
    read_held,
    read_jobs,
    read_last_progress,
    read_stored,
    read_synced_totals,
    read_untold,
)
from storage.models import changes, lanes, passes, totals, turns
from tests.rows import change, put, synced, total

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
BEFORE = NOW - timedelta(hours=1)


async def test_the_database_tells_its_kind_size_and_schema(database: Database) -> None:
    async with database.read() as connection:
        stored = await read_stored(connection)
    assert stored.kind == ("sqlite" if database.is_sqlite else "postgresql")
    assert stored.size > 10_000
    assert stored.schema.startswith("000")


async def test_every_job_is_told_with_why_it_died(database: Database) -> None:
    await put(database, passes, {"name": "sync", "started_at": BEFORE, "finished_at": NOW, "next_at": NOW})
    await put(database, passes, {"name": "alerts", "failure": "OSError: no"})
    async with database.read() as connection:
        jobs = await read_jobs(connection)
    assert jobs == [JobState("alerts", failure="OSError: no"), JobState("sync", BEFORE, NOW, NOW)]


async def test_turns_are_untold_until_they_are_told(database: Database) -> None:
    row = {"episode": 1, "kind": "opened", "detail": {}}
    async with database.read() as connection:
        assert await read_untold(connection) == Untold()
    await put(database, turns, {**row, "at": BEFORE, "told_at": None}, {**row, "at": NOW, "told_at": None})
    await put(database, turns, {**row, "at": BEFORE - timedelta(days=1), "told_at": BEFORE})
    await put(database, turns, {**row, "at": BEFORE - timedelta(days=1), "quiet": True})
    async with database.read() as connection:
        assert await read_untold(connection) == Untold(2, BEFORE)


async def test_lanes_that_are_paused_or_have_stopped_are_held_back(database: Database) -> None:
    await put(database, lanes, {"object": "leads", "direction": "to-marketo", "live": True})
    await put(database, lanes, {"object": "users", "direction": "to-marketo", "live": True, "paused": True})
    stopped = {"object": "accounts", "direction": "to-marketo", "stopped_at": BEFORE, "stopped_code": "1018"}
    await put(database, lanes, stopped)
    async with database.read() as connection:
        assert await read_held(connection) == [
            HeldLane("accounts", "to-marketo", False, BEFORE, "1018"),
            HeldLane("users", "to-marketo", paused=True),
        ]


async def test_the_last_progress_is_what_was_noted_or_synced_last(database: Database) -> None:
    async with database.read() as connection:
        assert await read_last_progress(connection) is None
    await put(database, changes, change("leads", "to-marketo", "update", BEFORE))
    async with database.read() as connection:
        assert await read_last_progress(connection) == BEFORE
    await synced(database, "leads", "to-marketo", NOW, 12)
    async with database.read() as connection:
        assert await read_last_progress(connection) == NOW


async def test_what_was_synced_is_told_by_lane_and_operation(database: Database) -> None:
    await put(database, totals, total("leads", "to-marketo", "update", "synced", 7))
    await put(database, totals, total("leads", "to-marketo", "update", "noted", 9))
    async with database.read() as connection:
        assert await read_synced_totals(connection) == {("leads", "to-marketo", "update"): 7}
