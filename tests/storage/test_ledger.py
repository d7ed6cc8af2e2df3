"""The ledger by itself: noting, folding, claiming, settling, and the totals that go with them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from storage.changes import LOOP, Change, Link, Operation, Parked, Postponed, Result, Seen, Settled, Skipped
from storage.database import Database
from storage.ledger.claiming import mark_in_flight, next_in_line, recover, wake
from storage.ledger.links import Standing, confirm, links_by, save_links, taken
from storage.ledger.noting import Lane, note
from storage.ledger.settling import Round, settle
from storage.ledger.totals import Moves, Total, read_totals, unbalanced
from storage.models import changes, errors, throughput

NOW = datetime(2026, 11, 23, 10, 30, 12, tzinfo=UTC)
LANE = Lane("leads", "to-marketo", NOW - timedelta(hours=1))
BACK = Lane("leads", "to-dynamics", NOW - timedelta(hours=1))


def seen(record_id: str, operation: Operation = "update", minutes_ago: float = 5, **more: Any) -> Seen:
    values = more.pop("values", {"title": "x"})
    return Seen(record_id, operation, values, NOW - timedelta(minutes=minutes_ago), **more)


async def noted(database: Database, *given: Seen, lane: Lane = LANE) -> None:
    async with database.write() as connection:
        await note(database, connection, lane, given, NOW)


async def claimed(database: Database, lane: Lane = LANE, limit: int = 100) -> list[Change]:
    async with database.write() as connection:
        found = await next_in_line(connection, lane.object, lane.direction, limit)
        await mark_in_flight(connection, [change.id for change in found])
    return found


async def settled(database: Database, *results: Result, lane: Lane = LANE) -> None:
    async with database.write() as connection:
        await settle(database, connection, Round(lane.object, lane.direction, results), NOW)


async def parked(database: Database, lane: Lane = LANE) -> None:
    """Everything that waits is refused."""
    refused = [Parked(change, "1003", "Invalid email address") for change in await claimed(database, lane)]
    await settled(database, *refused, lane=lane)


async def rows(database: Database, table: Any) -> Sequence[Any]:
    async with database.read() as connection:
        return (await connection.execute(select(table))).all()


async def totals(database: Database) -> dict[tuple[str, str, str], int]:
    """What is not nothing, by (operation, measure, reason); the sum holds."""
    async with database.read() as connection:
        found = await read_totals(connection)
    assert unbalanced(found) == {}
    return {(total.operation, total.measure, total.reason): value for total, value in found.items() if value}


async def test_what_is_new_joins_the_backlog_and_an_echo_is_skipped_with_its_reason(database: Database) -> None:
    await noted(database, seen("a", "insert"), seen("b"), seen("c", skip="echo"))
    assert await totals(database) == {
        ("insert", "noted", ""): 1,
        ("insert", "backlog", ""): 1,
        ("update", "noted", ""): 2,
        ("update", "backlog", ""): 1,
        ("update", "skipped", "echo"): 1,
    }


async def test_a_change_has_not_waited_longer_than_its_objects_first_read(database: Database) -> None:
    await noted(database, seen("old", minutes_ago=600), seen("new", minutes_ago=5))
    since = {row.record_id: row.waiting_since for row in await rows(database, changes)}
    assert since == {"old": LANE.first_read_at, "new": NOW - timedelta(minutes=5)}


async def test_a_later_change_folds_with_the_newest_values_and_the_oldest_waiting_time(database: Database) -> None:
    await noted(database, seen("a", "insert", 30, values={"title": "one", "city": "London"}))
    await noted(database, seen("a", "update", 1, values={"title": "two"}, label="Ada"))
    (row,) = await rows(database, changes)
    assert (row.operation, row.values, row.label) == ("insert", {"title": "two", "city": "London"}, "Ada")
    assert row.waiting_since == NOW - timedelta(minutes=30)
    assert (await totals(database))["update", "folded", ""] == 1


async def test_an_echo_folds_into_what_waits_because_its_values_are_newer(database: Database) -> None:
    await noted(database, seen("a", values={"title": "one"}))
    await noted(database, seen("a", values={"title": "agreed"}, skip="echo"))
    (row,) = await rows(database, changes)
    assert row.values == {"title": "agreed"}


@pytest.mark.parametrize(
    ("before", "then", "becomes"),
    [("insert", "update", "insert"), ("update", "delete", "delete"), ("delete", "insert", "update")],
)
async def test_operations_fold(sqlite_database: Database, before: Operation, then: Operation, becomes: str) -> None:
    await noted(sqlite_database, seen("a", before))
    await noted(sqlite_database, seen("a", then))
    assert [row.operation for row in await rows(sqlite_database, changes)] == [becomes]
    assert (await totals(sqlite_database))[becomes, "backlog", ""] == 1


async def test_claims_are_first_in_first_out_and_never_twice(database: Database) -> None:
    await noted(database, *(seen(name) for name in "abc"))
    first = await claimed(database, limit=2)
    second = await claimed(database)
    assert [change.record_id for change in (*first, *second)] == ["a", "b", "c"]


async def test_what_was_in_flight_when_the_process_died_is_tried_again_as_unsure(database: Database) -> None:
    await noted(database, seen("a"))
    await claimed(database)
    async with database.write() as connection:
        assert await recover(connection, ["leads"], "to-marketo", NOW + timedelta(seconds=90)) == 1
        await wake(connection, NOW + timedelta(seconds=89))
        assert await next_in_line(connection, "leads", "to-marketo", 10) == []
        await wake(connection, NOW + timedelta(seconds=90))
        (change,) = await next_in_line(connection, "leads", "to-marketo", 10)
    assert change.unsure


async def test_settling_writes_outcome_link_throughput_and_totals_together(database: Database) -> None:
    await noted(database, seen("a", "insert"))
    (change,) = await claimed(database)
    await settled(database, Settled(change, "insert", Link("leads", "a", "7", {"title": "f"}), {"title": "x"}))
    assert await rows(database, changes) == []
    (counted,) = await rows(database, throughput)
    assert (counted.minute, counted.operation, counted.records) == (NOW.replace(second=0), "insert", 1)
    async with database.read() as connection:
        assert (await links_by(connection, "leads", "marketo_id", ["7"]))["7"].agreed == {"title": "f"}
    assert await totals(database) == {("insert", "noted", ""): 1, ("insert", "synced", ""): 1}


async def test_an_upsert_that_found_the_record_counts_as_the_update_it_was(database: Database) -> None:
    await noted(database, seen("a", "insert"))
    (change,) = await claimed(database)
    await settled(database, Settled(change, "update", Link("leads", "a", "7")))
    assert await totals(database) == {("insert", "noted", ""): 1, ("update", "synced", ""): 1}


async def test_a_refused_change_is_an_open_error_until_it_is_healed(database: Database) -> None:
    await noted(database, seen("a", "insert", label="Ada"))
    await parked(database)
    (error,) = await rows(database, errors)
    assert (error.code, error.state, error.dynamics_id, error.label, error.attempts) == ("1003", "open", "a", "Ada", 1)
    assert (await totals(database))["insert", "open", ""] == 1
    await noted(database, seen("a", values={"title": "mended"}))
    assert [row.state for row in await rows(database, errors)] == ["retrying"]
    (change,) = await claimed(database)
    await settled(database, Settled(change, "insert", Link("leads", "a", "7")))
    assert [row.state for row in await rows(database, errors)] == ["resolved"]
    assert (await totals(database)).get(("insert", "open", "")) is None


async def test_a_healed_change_waits_since_the_edit_that_healed_it(database: Database) -> None:
    await noted(database, seen("a", minutes_ago=30))
    await parked(database)
    await noted(database, seen("a", minutes_ago=1, values={"title": "mended"}))
    (row,) = await rows(database, changes)
    assert row.waiting_since == NOW - timedelta(minutes=1)


async def test_a_parked_change_that_is_seen_unchanged_stays_parked(database: Database) -> None:
    await noted(database, seen("a"))
    await parked(database)
    await noted(database, seen("a"), seen("b", skip="echo"))
    assert await claimed(database) == []
    assert (await totals(database))["update", "skipped", "nothing new"] == 1


async def test_an_error_that_fails_again_is_the_same_error_tried_twice(database: Database) -> None:
    await noted(database, seen("a"))
    await parked(database)
    await noted(database, seen("a", values={"title": "worse"}))
    await parked(database)
    (error,) = await rows(database, errors)
    assert (error.state, error.attempts) == ("open", 2)


async def test_the_ids_of_changes_never_come_back(database: Database) -> None:
    ids = []
    for name in "abc":
        await noted(database, seen(name))
        (change,) = await claimed(database)
        await settled(database, Skipped(change, "equal already"))
        ids.append(change.id)
    assert ids == sorted(set(ids))


async def test_a_deferred_change_goes_on_when_its_parent_is_there(database: Database) -> None:
    await noted(database, seen("child"))
    (change,) = await claimed(database)
    later = NOW + timedelta(hours=1)
    await settled(database, Postponed(change, "deferred", "parent", "waits", later, "accounts:P"))
    assert await claimed(database) == []
    accounts = Lane("accounts", "to-marketo", NOW)
    await noted(database, seen("P", "insert"), lane=accounts)
    (parent,) = await claimed(database, accounts)
    await settled(database, Settled(parent, "insert", Link("accounts", "P", "1")), lane=accounts)
    (again,) = await claimed(database)
    assert (again.record_id, again.attempts) == ("child", 1)


async def test_what_was_written_is_told_to_the_change_that_waits_from_there(database: Database) -> None:
    await noted(database, seen("a", values={"title": "won"}))
    await noted(database, seen("7", values={"title": "lost", "city": "London"}), lane=BACK)
    (change,) = await claimed(database)
    await settled(database, Settled(change, "update", Link("leads", "a", "7"), {"title": "won"}))
    (back,) = await claimed(database, BACK)
    assert back.values == {"title": "won", "city": "London"}


async def test_a_parked_change_that_the_other_side_mended_is_tried_again(database: Database) -> None:
    await noted(database, seen("7", values={"phone": "much too long"}), lane=BACK)
    await parked(database, BACK)
    await noted(database, seen("a", values={"phone": "+1"}))
    (change,) = await claimed(database)
    await settled(database, Settled(change, "update", Link("leads", "a", "7"), {"phone": "+1"}))
    (back,) = await claimed(database, BACK)
    assert back.values == {"phone": "+1"}
    assert [row.state for row in await rows(database, errors)] == ["retrying"]
    await totals(database)


async def test_a_plan_whose_insert_was_refused_is_forgotten(database: Database) -> None:
    await noted(database, seen("7", "insert"), lane=BACK)
    async with database.write() as connection:
        await save_links(connection, [Link("leads", "guid", "7", planned=True)], "marketo_id")
    await parked(database, BACK)
    async with database.read() as connection:
        assert await links_by(connection, "leads", "marketo_id", ["7"]) == {}


async def test_a_plan_that_was_seen_to_have_happened_is_a_plan_no_more(database: Database) -> None:
    async with database.write() as connection:
        await save_links(connection, [Link("leads", "guid", "7", planned=True)], "marketo_id")
        await confirm(connection, "leads", {"guid": Standing("W/1", False)})
        link = (await links_by(connection, "leads", "dynamics_id", ["guid"]))["guid"]
    assert (link.planned, link.etag) == (False, "W/1")


async def test_whom_another_link_holds_is_told_before_it_is_saved_twice(database: Database) -> None:
    held = Link("leads", "a", "7")
    wanted = [replace(held, dynamics_id="b"), held, Link("leads", "c", "8"), Link("leads", "d", "8")]
    async with database.write() as connection:
        await save_links(connection, [held], "dynamics_id")
        assert await taken(connection, "leads", "dynamics_id", wanted) == {"b": "a", "d": "c"}


def test_a_sum_that_does_not_hold_names_its_lane() -> None:
    found = Moves(
        {Total("leads", "to-marketo", "insert", "noted"): 3, Total("leads", "to-marketo", "insert", "synced"): 2}
    )
    assert unbalanced(found) == {("leads", "to-marketo"): 1}


async def test_the_error_of_a_loop_is_not_mended_by_a_write_of_the_other_direction(database: Database) -> None:
    await noted(database, seen("7"), lane=BACK)
    (change,) = await claimed(database, BACK)
    await settled(database, Parked(change, LOOP, "Written 20 times"), lane=BACK)
    await noted(database, seen("a"))
    (change,) = await claimed(database)
    await settled(database, Settled(change, "update", Link("leads", "a", "7"), {"title": "y"}))
    assert [row.state for row in await rows(database, changes)] == ["parked"]


async def test_an_error_that_an_edit_heals_waits_since_the_edit(database: Database) -> None:
    await noted(database, seen("a", minutes_ago=50), seen("b", minutes_ago=50))
    await parked(database)
    await noted(database, seen("a", minutes_ago=2, values={"title": "mended"}), seen("b", "delete", minutes_ago=1))
    assert [change.waiting_since for change in await claimed(database)] == [
        NOW - timedelta(minutes=2),
        NOW - timedelta(minutes=1),
    ]


async def test_an_error_that_a_second_reading_heals_waits_since_then(database: Database) -> None:
    await noted(database, seen("a", minutes_ago=50))
    await parked(database)
    await noted(database, seen("a", minutes_ago=50, values={"city": "London"}))
    assert [change.waiting_since for change in await claimed(database)] == [NOW]


async def test_a_change_that_waits_keeps_its_oldest_time_when_it_is_seen_again(database: Database) -> None:
    await noted(database, seen("a", minutes_ago=50))
    await noted(database, seen("a", minutes_ago=2, values={"title": "later"}))
    assert [change.waiting_since for change in await claimed(database)] == [NOW - timedelta(minutes=50)]


async def test_an_error_that_the_other_side_mended_waits_since_then(database: Database) -> None:
    await noted(database, seen("7", minutes_ago=50, values={"phone": "much too long"}), lane=BACK)
    await parked(database, BACK)
    await noted(database, seen("a", values={"phone": "+1"}))
    (change,) = await claimed(database)
    await settled(database, Settled(change, "update", Link("leads", "a", "7"), {"phone": "+1"}))
    assert [back.waiting_since for back in await claimed(database, BACK)] == [NOW]


@pytest.mark.parametrize("lane, whole", [(LANE, "a"), (BACK, "1")], ids=["to-marketo", "to-dynamics"])
async def test_only_changes_with_both_ends_linked_are_claimed_where_that_is_asked(
    database: Database, lane: Lane, whole: str
) -> None:
    links = [Link("leads", "a", "1"), Link("leads", "b", None), Link("leads", None, "2")]
    links += [Link("leads", "c", "3", planned=True), Link("leads", "d", "4", dynamics_deleted=True)]
    ids = [link.dynamics_id if lane is LANE else link.marketo_id for link in links]
    async with database.write() as connection:
        for link in links:
            await save_links(connection, [link], "dynamics_id" if link.dynamics_id else "marketo_id")
    await noted(database, *(seen(each) for each in ids if each), seen("unknown"), lane=lane)
    async with database.write() as connection:
        found = await next_in_line(connection, "leads", lane.direction, 100, linked=True)
    assert [change.record_id for change in found] == [whole]
