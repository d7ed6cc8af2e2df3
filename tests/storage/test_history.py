from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import sqlite

from storage import history
from storage.database import Database
from storage.history import Hour, LaneName
from storage.models import changes, cursors, lanes, services, totals
from tests.rows import change, live, put, sampled, synced, total, waiting

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LEADS: LaneName = ("leads", "to-marketo")
BACK: LaneName = ("leads", "to-dynamics")


async def read_lanes(database: Database) -> list[history.Lane]:
    async with database.read() as connection:
        return await history.read_lanes(connection, [LEADS, BACK], NOW)


async def test_a_lane_that_nobody_wrote_of_is_empty_and_only_observed(database: Database) -> None:
    lane, _ = await read_lanes(database)
    assert (lane.backlog, lane.oldest, lane.errors, lane.before, lane.live) == (0, {}, 0, None, False)


async def test_counts_come_from_the_totals_and_the_oldest_from_the_changes(database: Database) -> None:
    await waiting(database, *LEADS, "insert", 1204, NOW - 2 * HOUR)
    await waiting(database, *LEADS, "update", 3310, NOW - MINUTE)
    await put(database, changes, change(*LEADS, "update", NOW - 3 * MINUTE))
    lane, back = await read_lanes(database)
    assert lane.waiting == {"insert": 1204, "update": 3310, "delete": 0}
    assert lane.oldest == {"insert": NOW - 2 * HOUR, "update": NOW - 3 * MINUTE}
    assert back.backlog == 0


async def test_a_parked_change_is_an_error_and_never_the_oldest(database: Database) -> None:
    await put(database, changes, change(*LEADS, "update", NOW - 9 * HOUR, state="parked"))
    await put(database, totals, total(*LEADS, "update", "open", 1))
    lane, _ = await read_lanes(database)
    assert (lane.errors, lane.oldest) == (1, {})


async def test_whether_a_lane_is_live_paused_or_stopped_is_read_with_its_code(database: Database) -> None:
    await live(database, LEADS)
    await put(
        database,
        lanes,
        {
            "object": "leads",
            "direction": "to-dynamics",
            "live": True,
            "paused": True,
            "stopped_at": NOW,
            "stopped_code": "1018",
        },
    )
    lane, back = await read_lanes(database)
    assert (lane.live, lane.paused, lane.stopped_at) == (True, False, None)
    assert (back.paused, back.stopped_at, back.stopped_code) == (True, NOW, "1018")


async def test_the_backlog_of_six_hours_ago_is_that_of_the_last_sample_before(database: Database) -> None:
    for hours, backlog in ((5, 70), (6.05, 60), (7, 50)):
        await sampled(database, *LEADS, NOW - hours * HOUR, backlog)
    assert [lane.before for lane in await read_lanes(database)] == [60, 0]


async def test_a_sample_of_long_ago_is_nothing_to_compare_with(database: Database) -> None:
    await sampled(database, *LEADS, NOW - 13 * HOUR, 50)
    assert (await read_lanes(database))[0].before is None


async def test_hours_are_rolling_and_tell_whether_anything_waited(database: Database) -> None:
    await synced(database, *LEADS, NOW - 30 * MINUTE, 10)
    await synced(database, *LEADS, NOW - 31 * MINUTE, 5)
    await synced(database, *LEADS, NOW - 90 * MINUTE, 7)
    await sampled(database, *LEADS, NOW - 25 * HOUR, 1)
    await sampled(database, *LEADS, NOW - 80 * MINUTE, 3)
    async with database.read() as connection:
        hours = (await history.read_hours(connection, NOW))[LEADS]
    assert len(hours) == 24
    assert hours[:3] == (Hour(15, False), Hour(7, True), Hour(0, False))


async def test_hours_before_anything_was_seen_do_not_count(database: Database) -> None:
    await synced(database, *LEADS, NOW - 90 * MINUTE, 7)
    async with database.read() as connection:
        hours = (await history.read_hours(connection, NOW))[LEADS]
        assert await history.read_hours(connection, NOW - 24 * HOUR) == {}
    assert [(hour.records, hour.seen) for hour in hours] == [(0, 1.0), (7, pytest.approx(31 / 60))]


async def test_what_was_synced_an_hour_ago_to_the_minute_counts(database: Database) -> None:
    await synced(database, *LEADS, NOW - HOUR, 7)
    async with database.read() as connection:
        assert [hour.records for hour in (await history.read_hours(connection, NOW))[LEADS]] == [0, 7]


async def test_hours_of_one_object_are_those_of_all_without_the_others(database: Database) -> None:
    await synced(database, *LEADS, NOW - 30 * MINUTE, 10)
    await synced(database, "accounts", "to-marketo", NOW - 30 * MINUTE, 4)
    async with database.read() as connection:
        assert set(await history.read_hours(connection, NOW)) == {LEADS, ("accounts", "to-marketo")}
        assert set(await history.read_hours(connection, NOW, only="leads")) == {LEADS}


async def test_an_hour_holds_its_first_minute_and_not_the_next_hours(database: Database) -> None:
    start = NOW.replace(hour=13, minute=0)
    for minute, records in ((start - MINUTE, 1), (start, 20), (start + HOUR - MINUTE, 300), (start + HOUR, 4000)):
        await synced(database, *LEADS, minute, records)
    async with database.read() as connection:
        assert await history.read_synced(connection, start, start + HOUR) == {LEADS: 320}


async def test_feeds_services_and_passes_are_read_as_they_stand(database: Database) -> None:
    await put(
        database,
        cursors,
        {"side": "dynamics", "feed": "leads", "read_at": NOW},
        {"side": "marketo", "feed": "leads", "read_at": NOW - HOUR},
    )
    await put(database, services, {"name": "marketo", "read_at": None, "down_since": NOW, "code": "606"})
    async with database.read() as connection:
        assert await history.read_feeds(connection) == {"leads": NOW - HOUR}
        assert await history.read_services(connection) == [history.Service("marketo", None, NOW, "606")]
        assert await history.read_pass(connection) == history.Pass()


async def test_the_oldest_is_found_in_its_index_alone(sqlite_database: Database) -> None:
    looks = history.oldest_of_each([LEADS])
    query = select(*looks.values()).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    async with sqlite_database.read() as connection:
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")
        steps = [row.detail for row in plan if "changes" in row.detail]
    assert len(steps) == 3
    assert all("ix_changes_oldest" in step for step in steps), steps
