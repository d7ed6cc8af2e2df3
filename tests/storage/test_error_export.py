import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.error_export import csv_lines
from storage.models import changes, errors
from tests.rows import change, error, failed, put

NOW = datetime(2026, 11, 23, 14, 32, 7, 999_000, tzinfo=UTC)


async def rows_of(database: Database, size: int = 5000) -> list[list[str]]:
    async with database.read() as connection:
        ids = [row.id for row in await connection.execute(select(errors.c.id).order_by(errors.c.id))]
    owned, found = ["externalSalesPersonId"], {"leads": ("https://x.example/", "?form")}
    lines = [text async for text, _ in csv_lines(database, ids, owned, found, {}, size)]
    return list(csv.reader(io.StringIO("".join(lines), newline="")))


async def test_times_are_iso_8601_in_utc_and_what_is_not_known_is_empty(database: Database) -> None:
    await failed(database, error(NOW, dynamics_id=None))
    ((*_, dynamics_id, marketo_id, there, here, first, last, attempts, next_at, owner),) = await rows_of(database)
    assert (first, last) == ("2026-11-23T14:32:07Z", "2026-11-23T14:32:07Z")
    assert (dynamics_id, marketo_id, there, here, attempts, next_at, owner) == ("", "", "", "", "1", "", "")


async def test_next_try_and_owner_come_from_the_change(database: Database) -> None:
    values = {"externalSalesPersonId": "a-user", "email": "x"}
    later = NOW + timedelta(hours=1)
    await put(database, changes, change("leads", "to-marketo", "update", NOW, id=900_002, next_at=later, values=values))
    await failed(database, error(NOW, change_id=900_002))
    (row,) = await rows_of(database)
    assert tuple(row[-2:]) == ("2026-11-23T15:32:07Z", "a-user")


async def test_every_error_comes_once_in_the_order_of_its_ids(database: Database) -> None:
    await failed(database, *(error(NOW, label=str(n)) for n in range(10)))
    for size in (1, 3, 10, 11):
        assert [row[7] for row in await rows_of(database, size)] == [str(n) for n in range(10)]


async def test_an_id_becomes_an_address_where_its_object_has_one(database: Database) -> None:
    await failed(database, error(NOW, dynamics_id="7", object="leads"), error(NOW, dynamics_id="8", object="users"))
    assert [row[10] for row in await rows_of(database)] == ["https://x.example/7?form", ""]


@pytest.mark.parametrize("nasty", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
async def test_no_cell_begins_as_a_formula_does(database: Database, nasty: str) -> None:
    await failed(database, error(NOW, message=nasty, label=nasty, code=nasty))
    (row,) = await rows_of(database)
    assert row[5:8] == [f"'{nasty}"] * 3


async def test_quotes_commas_and_line_ends_come_back_as_they_were(database: Database) -> None:
    said = 'a "quoted", text\nof two lines'
    await failed(database, error(NOW, message=said))
    (row,) = await rows_of(database)
    assert row[6] == said


async def test_an_error_says_what_became_of_it(database: Database) -> None:
    await failed(database, error(NOW), error(NOW, state="resolved"))
    assert [row[4] for row in await rows_of(database)] == ["open", "resolved"]
