from datetime import UTC, datetime, timedelta
from typing import Any

from storage.database import Database
from storage.models import activity, changes, lanes, links, totals
from storage.record_story import Known, Past, by_error, by_id, by_label, linked, past_of
from tests.rows import change, error, failed, put

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GUID, OTHER = "0f9b8a34-7d4e-4c5e-9a0e-0a6c2f5d1b11", "0f9b8a34-7d4e-4c5e-9a0e-0a6c2f5d1b12"
LEAD = Known("leads", GUID, "4711")


def link(object: str = "leads", dynamics_id: str | None = GUID, marketo_id: str | None = "4711") -> dict[str, Any]:
    named = {"object": object, "dynamics_id": dynamics_id, "marketo_id": marketo_id}
    return {**named, "agreed": {}, "sent": {}, "synced_at": NOW}


def lead(direction: str, record_id: str, **given: Any) -> dict[str, Any]:
    return change("leads", direction, "update", NOW, record_id=record_id, label="Ada Lovelace", **given)


async def past(database: Database, known: Known = LEAD) -> Past:
    async with database.read() as connection:
        return await past_of(connection, known)


async def test_a_record_is_found_once_by_the_id_of_either_side(database: Database) -> None:
    await put(database, links, link(), link("contacts", OTHER, "4711"))
    await put(database, changes, lead("to-marketo", GUID), lead("to-dynamics", "4712"))
    async with database.read() as connection:
        assert await by_id(connection, GUID, ["leads", "contacts"]) == [Known("leads", GUID, "4711", "Ada Lovelace")]
        both = await by_id(connection, "4711", ["leads", "contacts"])
        assert {one.object for one in both} == {"leads", "contacts"}
        assert await by_id(connection, "4712", ["leads"]) == [Known("leads", None, "4712", "Ada Lovelace")]
        assert await by_id(connection, "4712", ["contacts"]) == []


async def test_a_record_is_found_by_a_part_of_its_name_and_by_its_error(database: Database) -> None:
    await put(database, links, link())
    await put(database, changes, lead("to-marketo", GUID, id=5), lead("to-dynamics", "9", state="parked", id=6))
    await failed(database, error(NOW, change_id=6, record_id="9", direction="to-dynamics", marketo_id="9", id=27))
    async with database.read() as connection:
        found = await by_label(connection, "LOVELACE")
        assert [one.marketo_id for one in found] == ["4711", "9"]
        assert await by_label(connection, "100%") == []
        (one,) = await by_error(connection, 27)
        assert (one.object, one.marketo_id) == ("leads", "9")
        assert await by_error(connection, 28) == []


async def test_the_place_counts_what_waits_before_it_in_its_lane(database: Database) -> None:
    rows = [lead("to-marketo", str(n)) for n in range(3)]
    others = [lead("to-marketo", "p", state="parked"), lead("to-dynamics", "x")]
    await put(database, changes, *rows, *others, lead("to-marketo", GUID), lead("to-marketo", "after"))
    (waiting,) = (await past(database)).waiting
    assert waiting.place == 3


async def test_both_directions_are_told_with_open_and_ignored_errors_only(database: Database) -> None:
    await put(
        database,
        changes,
        lead("to-marketo", GUID, id=5, state="parked"),
        lead("to-dynamics", "4711", id=6, state="parked", ignored=True),
        lead("to-dynamics", "4712", id=7, state="parked"),
    )
    states = {5: "open", 6: "ignored", 7: "open"}
    await failed(database, *(error(NOW, change_id=one, state=state) for one, state in states.items()))
    told = await past(database)
    assert sorted(one.direction for one in told.waiting) == ["to-dynamics", "to-marketo"]
    assert sorted(one.state for one in told.failures) == ["ignored", "open"]


async def test_the_last_deed_of_each_direction_is_told_and_how_many_were_skipped_alike(database: Database) -> None:
    await put(database, links, link())
    for minutes, outcome, reason in ((3, "created", ""), (2, "updated", ""), (1, "skipped", "closed in Dynamics")):
        named = {"object": "leads", "direction": "to-marketo", "record_id": GUID, "fields": ""}
        deed = {"at": NOW - minutes * MINUTE, "outcome": outcome, "reason": reason}
        await put(database, activity, {**named, **deed})
    skipped = {"object": "leads", "direction": "to-marketo", "measure": "skipped", "reason": "closed in Dynamics"}
    await put(database, totals, {**skipped, "operation": "insert", "value": 2})
    await put(database, totals, {**skipped, "operation": "update", "value": 3})
    told = await past(database)
    assert [one.outcome for one in told.done] == ["updated"]
    assert [one.reason for one in told.skipped] == ["closed in Dynamics"]
    assert told.alike == {("to-marketo", "closed in Dynamics"): 5}
    assert told.synced_at == NOW


async def test_whether_its_lanes_may_be_written_is_told(database: Database) -> None:
    await put(database, lanes, {"object": "leads", "direction": "to-marketo", "live": True, "paused": True})
    told = await past(database)
    assert told.lanes["to-marketo"].paused
    assert "to-dynamics" not in told.lanes


async def test_a_link_whose_other_half_is_still_written_takes_no_id_from_what_a_service_found(
    database: Database,
) -> None:
    await put(database, links, {**link(marketo_id=None), "planned": True})
    async with database.read() as connection:
        (found,) = await linked(connection, [Known("leads", GUID, "4711", "Ada")])
    assert (found.dynamics_id, found.marketo_id) == (GUID, "4711")
