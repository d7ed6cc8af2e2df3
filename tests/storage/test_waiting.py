from datetime import UTC, datetime, timedelta

from storage.database import Database
from storage.history import LaneName
from storage.models import changes, links
from storage.waiting import Editors, Oldest, read_editors, read_oldest
from tests.rows import change, put

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LEADS: LaneName = ("leads", "to-marketo")
BACK: LaneName = ("leads", "to-dynamics")


async def test_the_oldest_of_a_kind_is_named_by_both_ids(database: Database) -> None:
    await put(database, changes, change(*BACK, "delete", NOW - HOUR, record_id="77", label="Ada"))
    await put(database, changes, change(*LEADS, "update", NOW - MINUTE, record_id="88"))
    await put(database, links, {"object": "leads", "dynamics_id": "d1", "marketo_id": "77", "agreed": {}, "sent": {}})
    async with database.read() as connection:
        oldest = await read_oldest(connection, [LEADS, BACK], ["update", "delete"])
        assert oldest == Oldest("leads", "to-dynamics", "77", NOW - HOUR, "Ada", "d1")
        assert (oldest.dynamics_id, oldest.marketo_id) == ("d1", "77")
        assert await read_oldest(connection, [LEADS, BACK], ["insert"]) is None


async def test_a_record_that_is_on_one_side_only_has_one_id(database: Database) -> None:
    await put(database, changes, change(*LEADS, "insert", NOW, record_id="d1"))
    async with database.read() as connection:
        oldest = await read_oldest(connection, [LEADS], ["insert"])
    assert oldest is not None
    assert (oldest.dynamics_id, oldest.marketo_id) == ("d1", None)


async def test_who_edited_what_waits_is_counted_and_an_error_is_not(database: Database) -> None:
    named = [("Ada", LEADS, "insert"), ("Ada", LEADS, "update"), ("Bo", LEADS, "update"), ("", BACK, "update")]
    await put(database, changes, *(change(*lane, what, NOW, edited_by=who) for who, lane, what in named))
    await put(database, changes, change(*LEADS, "update", NOW, edited_by="Bo", state="parked"))
    async with database.read() as connection:
        found = await read_editors(connection, [LEADS, BACK])
    assert found == Editors({("Ada", "to-marketo"): 2, ("Bo", "to-marketo"): 1, ("", "to-dynamics"): 1}, 4)


async def test_counting_who_edited_stops_and_looks_at_what_waited_longest(database: Database) -> None:
    old = [change(*LEADS, "update", NOW - HOUR, edited_by="Ada") for _ in range(10)]
    new = [change(*LEADS, "update", NOW, edited_by="Bo") for _ in range(10)]
    await put(database, changes, *new, *old)
    async with database.read() as connection:
        found = await read_editors(connection, [LEADS], most=9)
    assert found == Editors({("Ada", "to-marketo"): 9}, 9)
