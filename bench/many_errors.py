"""A database with many sync errors, all found by their words: one statement, in either dialect."""

from datetime import datetime

from sqlalchemy import text

from storage.database import Database
from storage.search_words import OF_PEOPLE

SPAN_MS = 30 * 86_400_000
FILL = r"""
INSERT INTO errors (change_id, object, direction, operation, record_id, dynamics_id, marketo_id, label, code, message,
                    state, first_failed_at, failed_at, attempts, words)
WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < :count), made AS (
    SELECT i,
        (10000000 + i * 7919 % 89999999) || '-0000-4000-8000-' || (100000000000 + i) AS dynamics_id,
        CASE WHEN i % 100 < 50 THEN '1003' ELSE '0x800' || (40000 + i * 31 % 37) END AS code,
        'Given' || (i * 17 % 500) AS given,
        'Surname' || (i * 13 % 9973) AS surname,
        'user' || i AS mailbox,
        'field' || (i % 90) AS field
    FROM n
)
SELECT i, CASE i % 10 WHEN 0 THEN 'accounts' WHEN 1 THEN 'opportunities' WHEN 2 THEN 'contacts' ELSE 'leads' END,
    CASE i % 3 WHEN 0 THEN 'to-dynamics' ELSE 'to-marketo' END,
    CASE i % 5 WHEN 0 THEN 'insert' WHEN 1 THEN 'delete' ELSE 'update' END,
    dynamics_id, dynamics_id, CAST(i AS VARCHAR(20)), given || ' ' || surname, code,
    'Value ' || mailbox || '@example.org of ' || field || ' is longer than allowed',
    CASE WHEN i % 20 = 0 THEN 'ignored' ELSE 'open' END,
    CAST(:now AS BIGINT) - (:count - i) * CAST(:step AS BIGINT),
    CAST(:now AS BIGINT) - (:count - i) * CAST(:step AS BIGINT), 1 + i % 7,
    code || ' ' || replace(dynamics_id, '-', '') || ' ' || i || :mark || lower(given) || :mark || lower(surname)
    || :mark || 'value' || :mark || mailbox || :mark || 'example' || :mark || 'org' || :mark || 'of' || :mark || field
    || :mark || 'is' || :mark || 'longer' || :mark || 'than' || :mark || 'allowed'
FROM made"""


async def fill(database: Database, errors: int, now: datetime) -> None:
    """`errors` over 30 days: half of one code and half of 37 others, most of leads, one in twenty ignored."""
    step = max(1, SPAN_MS // errors)
    given = {"count": errors, "now": round(now.timestamp() * 1000), "step": step, "mark": f" {OF_PEOPLE}"}
    async with database.write() as connection:
        await connection.execute(text(FILL), given)
    if not database.is_sqlite:
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE errors"))  # as PostgreSQL does by itself after a while
