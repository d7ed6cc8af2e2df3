"""Rows that are not to be kept in step: what waits of them goes, and the totals go with it."""

from typing import Any

from storage.changes import Link
from storage.database import Database
from storage.ledger.links import left_out_of, remember_left_out, save_links
from storage.ledger.noting import note
from storage.models import changes, errors
from tests.storage.test_ledger import LANE, NOW, claimed, noted, parked, rows, seen, totals

NO: dict[str, Any] = {"skip": "filtered out", "left_out": True}


async def test_what_is_left_out_is_skipped_with_its_reason(database: Database) -> None:
    await noted(database, seen("a", "insert", **NO))
    assert await totals(database) == {("insert", "noted", ""): 1, ("insert", "skipped", "filtered out"): 1}


async def test_what_waits_of_a_record_that_is_left_out_is_dropped_for_the_same_reason(database: Database) -> None:
    await noted(database, seen("a", "insert"), seen("b"))
    await noted(database, seen("a", "insert", **NO))
    assert [row.record_id for row in await rows(database, changes)] == ["b"]
    assert (await totals(database))["insert", "skipped", "filtered out"] == 2


async def test_the_error_of_a_record_that_is_left_out_is_resolved(database: Database) -> None:
    await noted(database, seen("a"))
    await parked(database)
    await noted(database, seen("a", **NO))
    assert [row.state for row in await rows(database, errors)] == ["resolved"]
    assert ("update", "open", "") not in await totals(database)


async def test_what_is_being_sent_already_is_left_to_its_end(database: Database) -> None:
    await noted(database, seen("a"))
    await claimed(database)
    await noted(database, seen("a", **NO))
    assert [row.state for row in await rows(database, changes)] == ["in_flight"]
    assert (await totals(database))["update", "backlog", ""] == 1


async def test_children_can_ask_which_parents_will_not_come(database: Database) -> None:
    async with database.write() as connection:
        await remember_left_out(connection, "accounts", {"a": "filtered out"})
        await save_links(connection, [Link("accounts", "b", "b")], "dynamics_id")
        assert await left_out_of(connection, "accounts", ["a", "b", "c"]) == {"a"}


async def test_a_note_tells_by_how_much_it_moved_the_totals(database: Database) -> None:
    await noted(database, seen("a", "insert"))
    async with database.write() as connection:
        moves = await note(database, connection, LANE, [seen("a", "insert", **NO)], NOW)
    assert {total.measure: by for total, by in moves.items()} == {"noted": 1, "skipped": 2, "backlog": -1}
