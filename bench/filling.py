"""A database as it looks after a month with a large backlog: filled by a handful of statements, in either dialect."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.ledger.readings import (
    Cursor,
    go_live,
    pass_ended,
    pass_started,
    save_cursor,
    service_answered,
)
from sync.catalogue import default_objects
from sync.objects import lanes_of

OBJECTS = default_objects()
LANES = lanes_of(OBJECTS)
DAYS = 30
DAY = 86_400_000  # ms
_LANES = " UNION ALL ".join(
    f"SELECT '{one}' AS object, '{direction}' AS direction, {at} AS lane" for at, (one, direction) in enumerate(LANES)
)
_NUMBERS = (
    f"WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < :last), l AS ({_LANES})"
)
_VALUES = """{"firstName":"Ada","lastName":"Lovelace","email":"ada@example.org","phone":"+44 20 555 0100",
"city":"London","country":"United Kingdom","title":"Analyst",
"unsubscribed":false,"doNotCall":false,"leadStatus":"Open"}"""

CHANGES = f"""
INSERT INTO changes (object, direction, record_id, operation, state, "values", label, waiting_since, noted_at, attempts)
{_NUMBERS} SELECT object, direction, '{{state}}-0000-4000-8000-' || (100000000000 + i * {len(LANES)} + lane),
       CASE i % 3 WHEN 0 THEN 'insert' ELSE 'update' END, '{{state}}', '{_VALUES}', 'Ada Lovelace',
       CAST(:now AS BIGINT) - i, CAST(:now AS BIGINT) - i, 0
FROM n CROSS JOIN l"""

ERRORS = """
INSERT INTO errors (change_id, object, direction, operation, record_id, dynamics_id, marketo_id, label, code, message,
                    state, first_failed_at, failed_at, attempts)
SELECT id, object, direction, operation, record_id, record_id, NULL, label, CAST(1000 + id % 40 AS VARCHAR(4)),
       'Value of field number ' || (id % 90) || ' is longer than allowed', 'open', waiting_since, noted_at, 1
FROM changes WHERE state = 'parked'"""

TOTALS = """
INSERT INTO totals (object, direction, operation, measure, reason, value)
SELECT object, direction, operation, CASE state WHEN 'parked' THEN 'open' ELSE 'backlog' END, '', count(*)
FROM changes GROUP BY 1, 2, 3, 4"""

THROUGHPUT = f"""
INSERT INTO throughput (minute, object, direction, operation, records)
{_NUMBERS} SELECT CAST(:minute AS BIGINT) - i * 60000, object, direction, operation, 200 + (i + lane) % 150
FROM n CROSS JOIN l CROSS JOIN (SELECT 'insert' AS operation UNION ALL SELECT 'update') o"""

SAMPLES = f"""
INSERT INTO samples (at, object, direction, backlog, oldest_at)
{_NUMBERS} SELECT CAST(:minute AS BIGINT) - i * 300000, object, direction, 100 + i % 1000,
       CAST(:minute AS BIGINT) - i * 300000 - 60000
FROM n CROSS JOIN l"""


async def fill(database: Database, waiting: int, open_errors: int, now: datetime) -> None:
    """`waiting` changes, `open_errors` parked ones with their errors, 30 days of throughput a minute and of samples."""
    milliseconds = round(now.timestamp() * 1000)
    minute = milliseconds // 60_000 * 60_000
    async with database.write() as connection:
        for state, count in (("waiting", waiting), ("parked", open_errors)):
            rows = {"last": count // len(LANES) - 1, "now": milliseconds}
            await connection.execute(text(CHANGES.replace("{state}", state).replace(":false", r"\:false")), rows)
        for statement in (ERRORS, TOTALS):
            await connection.execute(text(statement))
        for statement, every in ((THROUGHPUT, 60_000), (SAMPLES, 300_000)):
            await connection.execute(text(statement), {"last": DAYS * DAY // every - 1, "minute": minute})
        await _all_well(database, connection, now)
    if not database.is_sqlite:
        async with database.write() as connection:
            await connection.execute(text("ANALYZE"))  # PostgreSQL does so by itself, within a minute


async def _all_well(database: Database, connection: AsyncConnection, now: datetime) -> None:
    """Everything live and read just now."""
    for name, direction in LANES:
        await go_live(database, connection, name, direction, "bench", now)
    for one in OBJECTS:
        await save_cursor(database, connection, "dynamics", one.name, Cursor("-", now, now), now)
    await service_answered(database, connection, "dynamics", now)
    await service_answered(database, connection, "marketo", now)
    await pass_started(database, connection, "sync", now)
    await pass_ended(database, connection, "sync", now, now + timedelta(minutes=1), None)
