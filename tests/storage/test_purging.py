"""What is kept and what goes, a little at a time."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import func, select

from storage import error_search
from storage.database import Database
from storage.error_search import Wanted
from storage.ledger.purging import ERRORS_STEP, STEP, Kept, Walk, purge
from storage.models import (
    activity,
    audit,
    comparisons,
    differences,
    episodes,
    errors,
    files,
    metadata,
    quiet_times,
    samples,
    throughput,
    totals,
    turns,
)
from tests.rows import error, failed, put, sampled, synced, total

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
KEPT = Kept()


async def left(database: Database, table: Any, column: str = "id") -> list[Any]:
    async with database.read() as connection:
        return list(await connection.scalars(select(table.c[column]).order_by(table.c[column])))


def deed(at: datetime, record: str, outcome: str = "updated", direction: str = "to-marketo") -> dict[str, Any]:
    return {"at": at, "object": "leads", "direction": direction, "outcome": outcome, "record_id": record}


def act(at: datetime) -> dict[str, Any]:
    return {"at": at, "who": "ada", "act": "retry", "object": "leads", "direction": "to-marketo", "detail": ""}


def episode(closed_at: datetime | None, **given: Any) -> dict[str, Any]:
    usual = {"channel": "C0OPS", "family": "backlog", "level": "well", "opened_at": NOW - 400 * DAY, "detail": {}}
    return {**usual, "closed_at": closed_at, **given}


def turn(number: int, told_at: datetime | None) -> dict[str, Any]:
    return {"episode": number, "kind": "opened", "at": NOW - 200 * DAY, "told_at": told_at, "detail": {}}


async def test_samples_and_what_was_synced_by_the_minute_are_kept_thirty_days(database: Database) -> None:
    kept, gone = NOW - 30 * DAY, NOW - 30 * DAY - MINUTE
    for at in (kept, gone):
        await sampled(database, "leads", "to-marketo", at, 5)
        await synced(database, "leads", "to-marketo", at, 5)
    assert await purge(database, KEPT, NOW) == {"samples": 1, "throughput": 1}
    assert await left(database, samples, "at") == [kept]
    assert await left(database, throughput, "minute") == [kept]


async def test_resolved_errors_go_a_month_after_they_were_and_all_others_stay(database: Database) -> None:
    long_ago, just_over, just_under = NOW - 400 * DAY, NOW - 30 * DAY - MINUTE, NOW - 30 * DAY + MINUTE
    await failed(
        database,
        error(long_ago, state="resolved", closed_at=just_over, label="gone"),
        error(long_ago, state="resolved", closed_at=just_under, label="resolved lately"),
        error(long_ago, state="ignored", closed_at=long_ago, label="ignored"),
        error(long_ago, state="retrying", closed_at=None, label="retrying"),
        error(long_ago, closed_at=None, label="open"),
    )
    assert (await purge(database, KEPT, NOW))["errors"] == 1
    assert await left(database, errors, "label") == ["ignored", "open", "resolved lately", "retrying"]


async def test_errors_are_found_by_their_words_as_long_as_they_are_kept(database: Database) -> None:
    old = NOW - 60 * DAY
    gone = [error(old, state="resolved", closed_at=old, label=f"Gone {n}") for n in range(3)]
    lately = error(NOW, state="resolved", closed_at=NOW, label="Gone lately")
    await failed(database, *gone, lately, error(old, closed_at=None, label="Gone but open"))
    await purge(database, KEPT, NOW)
    async with database.read() as connection:
        for wanted in (Wanted(state="open"), Wanted(state="resolved")):
            named = replace(wanted, words=("gone",), by_people=True)
            assert await error_search.count(connection, named) == 1
        if database.is_sqlite:
            rows = await connection.exec_driver_sql("SELECT count(*) FROM error_words WHERE error_words MATCH 'gone'")
            words = await connection.exec_driver_sql("SELECT count(*) FROM error_words_docsize")
            assert (rows.scalar(), words.scalar()) == (0, 2)


async def test_deeds_are_kept_ninety_days_and_the_last_word_on_a_skipped_record_for_good(database: Database) -> None:
    old = NOW - 91 * DAY
    await put(
        database,
        activity,
        deed(old, "written"),
        deed(old, "skipped for good", "skipped"),
        deed(old, "skipped, then written", "skipped"),
        deed(old, "skipped, then written the other way", "skipped"),
        deed(old, "skipped, then written", "created"),
        deed(old, "skipped, then written the other way", "created", "to-dynamics"),
        deed(NOW - 89 * DAY, "written lately"),
    )
    walk = Walk()
    assert (await purge(database, KEPT, NOW, walk=walk))["activity"] == 4
    assert await left(database, activity, "record_id") == [
        "skipped for good",
        "skipped, then written the other way",
        "written lately",
    ]
    await put(database, activity, deed(NOW, "skipped for good"))
    assert (await purge(database, KEPT, NOW, walk=walk))["activity"] == 1


async def test_the_audit_is_kept_for_a_year(database: Database) -> None:
    await put(database, audit, act(NOW - 366 * DAY), act(NOW - 365 * DAY), act(NOW))
    await purge(database, KEPT, NOW)
    assert await left(database, audit, "at") == [NOW - 365 * DAY, NOW]


async def test_episodes_that_are_over_go_with_their_turns_and_nothing_untold_goes(database: Database) -> None:
    over, lately = NOW - 91 * DAY, NOW - 89 * DAY
    numbered = [episode(over, id=1), episode(over, id=2), episode(lately, id=3), episode(None, id=4)]
    for row in numbered:  # the columns differ: one statement each
        await put(database, episodes, row)
    await put(database, turns, turn(1, over), turn(1, over), turn(2, over), turn(2, None), turn(3, over), turn(4, over))
    await purge(database, KEPT, NOW)
    assert await left(database, episodes) == [2, 3, 4]
    assert await left(database, turns, "episode") == [2, 3, 4]


async def test_quiet_times_that_are_over_go_and_those_of_every_week_stay(database: Database) -> None:
    asked = {"channel": "C0OPS", "created_by": "U0OPS", "created_at": NOW - 200 * DAY, "starts_at": NOW - 200 * DAY}
    weekly: dict[str, Any] = {"weekly": {"day": 5, "from": "20:00", "to": "23:00"}, "ends_at": None}
    over: dict[str, Any] = {"weekly": None, "ends_at": NOW - 91 * DAY}
    lately = {**over, "ends_at": NOW - DAY}
    await put(database, quiet_times, *({**asked, **one, "id": at} for at, one in enumerate((weekly, over, lately))))
    await purge(database, KEPT, NOW)
    assert await left(database, quiet_times) == [0, 2]


async def test_a_comparison_goes_with_its_differences_after_a_month(database: Database) -> None:
    for number, at in ((1, NOW - 31 * DAY), (2, NOW - 29 * DAY)):
        await put(database, comparisons, {"id": number, "object": "leads", "asked_by": "ada", "started_at": at})
        await put(database, differences, *({"comparison": number, "kind": "different"} for _ in range(3)))
    assert await purge(database, KEPT, NOW) == {"differences": 3, "comparisons": 1}
    assert await left(database, comparisons) == [2]
    assert await left(database, differences, "comparison") == [2, 2, 2]


async def test_a_file_is_remembered_until_slack_has_deleted_it(database: Database) -> None:
    sent = {"slack_file_id": "F1", "kind": "digest", "made_at": NOW - 300 * DAY, "expires_at": NOW - 200 * DAY}
    gone = [{**sent, "id": at, "deleted_at": moment} for at, moment in enumerate((NOW - 91 * DAY, NOW - DAY, None))]
    await put(database, files, *gone)
    await purge(database, KEPT, NOW)
    assert await left(database, files) == [1, 2]


async def test_running_totals_stay(database: Database) -> None:
    await put(database, totals, total("leads", "to-marketo", "update", "synced", 7))
    await failed(database, error(NOW - 60 * DAY, state="resolved", closed_at=NOW - 60 * DAY))
    await synced(database, "leads", "to-marketo", NOW - 60 * DAY, 7)
    await put(database, activity, deed(NOW - 100 * DAY, "one"))
    await purge(database, KEPT, NOW)
    async with database.read() as connection:
        assert [row.value for row in await connection.execute(select(totals))] == [7]


async def test_it_goes_on_in_steps_until_it_is_enough_and_then_where_it_was(database: Database) -> None:
    old = NOW - 100 * DAY
    await put(database, activity, *(deed(old, f"{n}", "skipped" if n < STEP else "updated") for n in range(3 * STEP)))
    await failed(database, *(error(old, state="resolved", closed_at=old) for _ in range(2 * ERRORS_STEP)))
    walk = Walk()
    assert await purge(database, KEPT, NOW, lambda: True, walk) == {"errors": ERRORS_STEP}
    assert await purge(database, KEPT, NOW, after(2), walk) == {"errors": ERRORS_STEP}
    assert await purge(database, KEPT, NOW, lambda: True, walk) == {"activity": STEP}
    assert await purge(database, KEPT, NOW, walk=walk) == {"activity": STEP}
    assert walk == Walk()


def after(steps: int) -> Any:
    numbers: Iterator[int] = count(1)
    return lambda: next(numbers) >= steps


async def test_a_purge_of_nothing_deletes_nothing(database: Database) -> None:
    assert sum((await purge(database, KEPT, NOW)).values()) == 0


async def test_every_table_that_grows_with_time_is_purged(database: Database) -> None:
    """Whoever adds a table says here whether it grows."""
    as_large_as_what_there_is = {"changes", "links", "cursors", "totals", "lanes", "services", "passes", "findings"}
    asked_for = {"subscriptions", "conditions"}
    purged = {"samples", "throughput", "errors", "activity", "audit", "episodes", "turns", "quiet_times", "files"}
    assert set(metadata.tables) == as_large_as_what_there_is | asked_for | purged | {"comparisons", "differences"}


async def test_resolved_errors_are_looked_up_in_an_index(sqlite_database: Database) -> None:
    """However many others there are."""
    query = "SELECT id FROM errors WHERE state = 'resolved' AND closed_at < 5 LIMIT 250"
    async with sqlite_database.read() as connection:
        plan = str((await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")).all())
    assert "ix_errors_resolved (state=? AND closed_at<?)" in plan


@pytest.mark.parametrize("rows", [10_000, pytest.param(100_000, marks=pytest.mark.long)])
async def test_whoever_writes_meanwhile_never_waits_for_long(database: Database, rows: int) -> None:
    old = NOW - 100 * DAY
    await failed(database, *(error(old, state="resolved", closed_at=old, label=f"Name {n}") for n in range(rows)))
    await put(database, activity, *(deed(old, f"{n}") for n in range(rows)))
    await put(database, samples, *_samples(old, rows))
    purging = asyncio.create_task(purge(database, KEPT, NOW))
    waited = []
    while not purging.done():
        began = monotonic()
        async with database.write() as connection:
            await connection.execute(audit.insert().values(act(NOW)))
        waited.append(monotonic() - began)
        await asyncio.sleep(0)
    assert (await purging).total() == 3 * rows
    assert len(waited) > rows / STEP  # it was let in again and again
    assert sorted(waited)[len(waited) * 95 // 100] < 0.25  # the slowest are the machine's, not ours
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(errors)) == 0


def _samples(old: datetime, rows: int) -> Iterator[dict[str, Any]]:
    for number in range(rows):
        at = old - number // 10 * 5 * MINUTE
        yield {"at": at, "object": f"object-{number % 10}", "direction": "to-marketo", "backlog": 1}
