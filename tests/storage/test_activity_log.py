from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select, text

from storage.activity_log import COUNT_STOPS_AT, Deed, Sought, newest, stream, summary
from storage.database import Database
from storage.models import activity
from tests.rows import put

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ALL = ("leads", "contacts", "accounts")


def deed(at: datetime, **given: Any) -> dict[str, Any]:
    usual = {"object": "leads", "direction": "to-marketo", "outcome": "updated", "reason": "", "record_id": "a"}
    return {"at": at, "other_id": None, "fields": "", **usual, **given}


async def found(database: Database, sought: Sought, skip: int = 0, limit: int = 100) -> list[Deed]:
    async with database.read() as connection:
        return await newest(connection, sought, skip=skip, limit=limit)


async def test_deeds_of_all_objects_come_newest_first_page_by_page(database: Database) -> None:
    rows = [deed(NOW + n * MINUTE, object=ALL[n % 3], outcome=["created", "updated"][n % 2]) for n in range(25)]
    await put(database, activity, *rows)
    pages = [await found(database, Sought(ALL), skip, 10) for skip in (0, 10, 20)]
    ids = [one.id for page in pages for one in page]
    assert len(ids) == 25
    assert all(one > other for one, other in pairwise(ids))


@pytest.mark.parametrize(
    ("sought", "expected"),
    [
        (Sought(("contacts",)), "b"),
        (Sought(ALL, direction="to-dynamics"), "c"),
        (Sought(ALL, outcome="deleted"), "d"),
        (Sought(ALL, reason="NOT FLAGGED"), "e"),
        (Sought(ALL, field="unsubscribed"), "f"),
        (Sought(ALL, since=NOW + MINUTE), "g"),
        (Sought(ALL, until=NOW - MINUTE), "h"),
    ],
)
async def test_every_filter_leaves_what_fits(database: Database, sought: Sought, expected: str) -> None:
    await put(
        database,
        activity,
        deed(NOW - 60 * MINUTE, record_id="h"),
        deed(NOW, record_id="a", fields="unsubscribedReason,email"),
        deed(NOW, record_id="b", object="contacts"),
        deed(NOW, record_id="c", direction="to-dynamics"),
        deed(NOW, record_id="d", outcome="deleted"),
        deed(NOW, record_id="e", outcome="skipped", reason="not flagged to sync"),
        deed(NOW, record_id="f", fields="email,unsubscribed,phone"),
        deed(NOW + MINUTE, record_id="g"),
    )
    assert [one.record_id for one in await found(database, sought)] == [expected]
    pages = [page async for page in stream(database, sought)]
    assert [one.record_id for page in pages for one in page] == [expected]


async def test_the_summary_counts_outcomes_and_reasons_the_commonest_first(database: Database) -> None:
    skipped = ["closed in Dynamics", *["not flagged to sync"] * 2]
    await put(database, activity, *(deed(NOW, outcome="skipped", reason=reason) for reason in skipped), deed(NOW))
    async with database.read() as connection:
        told = await summary(connection, Sought(ALL))
    assert told.outcomes == {"created": 0, "updated": 1, "deleted": 0, "skipped": 3}
    assert list(told.reasons.items()) == [("not flagged to sync", 2), ("closed in Dynamics", 1)]


async def test_counts_stop(database: Database) -> None:
    await put(database, activity, *(deed(NOW) for _ in range(COUNT_STOPS_AT + 50)))
    async with database.read() as connection:
        assert (await summary(connection, Sought(ALL))).outcomes["updated"] == COUNT_STOPS_AT + 1


async def test_an_export_pages_by_number_without_a_gap(database: Database) -> None:
    await put(database, activity, *(deed(NOW, record_id=str(n)) for n in range(25)))
    pages = [page async for page in stream(database, Sought(ALL), size=10)]
    assert [one.record_id for page in pages for one in page] == [str(n) for n in reversed(range(25))]


async def test_one_object_and_outcome_is_read_from_its_index(sqlite_database: Database) -> None:
    query = select(activity.c.id).where(activity.c.object == "leads", activity.c.outcome == "created")
    spelled = query.order_by(activity.c.id.desc()).limit(10).compile(compile_kwargs={"literal_binds": True})
    async with sqlite_database.read() as connection:
        plan = list(await connection.execute(text(f"EXPLAIN QUERY PLAN {spelled}")))
    assert "ix_activity_newest" in str(plan)
    assert "TEMP B-TREE" not in str(plan)
