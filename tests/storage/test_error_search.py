from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import error_search
from storage.database import Database
from storage.error_search import Wanted
from storage.models import changes
from tests.rows import change, error, failed, put

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def found(database: Database, skip: int = 0, limit: int = 50, **wanted: Any) -> list[str]:
    """The labels of what is found."""
    async with database.read() as connection:
        rows = await error_search.newest(connection, Wanted(**wanted), skip=skip, limit=limit)
        assert await error_search.count(connection, Wanted(**wanted)) == len(rows) or skip or limit < 50
        return [row.label for row in rows]


async def streamed(database: Database, size: int, **wanted: Any) -> list[str]:
    return [row.label async for page in error_search.stream(database, Wanted(**wanted), size) for row in page]


async def test_open_errors_come_newest_first_and_others_not(database: Database) -> None:
    await failed(
        database,
        error(NOW - 3 * MINUTE, label="second"),
        error(NOW - 1 * MINUTE, label="waits again", state="retrying"),
        error(NOW - 2 * MINUTE, label="first"),
        error(NOW, label="mended", state="resolved"),
        error(NOW, label="left alone", state="ignored"),
    )
    assert await found(database) == ["first", "second"]
    assert await found(database, skip=1, limit=1) == ["second"]


async def test_pages_hold_every_error_once_even_when_all_failed_at_the_same_moment(database: Database) -> None:
    await failed(database, *(error(NOW, label=str(n)) for n in range(20)))
    pages = [await found(database, skip=skip, limit=8) for skip in (0, 8, 16)]
    assert [len(page) for page in pages] == [8, 8, 4]
    assert sorted((label for page in pages for label in page), key=int) == [str(n) for n in range(20)]


@pytest.mark.parametrize(
    ("name", "value"),
    [("object", "contacts"), ("code", "0x80040217"), ("direction", "to-dynamics"), ("operation", "insert")],
)
async def test_each_filter_leaves_what_fits(database: Database, name: str, value: str) -> None:
    await failed(database, error(NOW, label="other"), error(NOW, label="this", **{name: value}))
    wanted: dict[str, Any] = {name: value}
    assert await found(database, **wanted) == ["this"]


async def test_since_leaves_what_failed_later(database: Database) -> None:
    await failed(database, error(NOW - 61 * MINUTE, label="before"), error(NOW - 60 * MINUTE, label="then"))
    assert await found(database, since=NOW - 60 * MINUTE) == ["then"]


@pytest.mark.parametrize("word", ["van", "VAN", "berg", "van der B", "invalid", "addr", "1003", "4711", "ab12"])
async def test_words_begin_a_word_of_name_or_message_an_id_or_the_code(database: Database, word: str) -> None:
    await failed(
        database,
        error(NOW, label="Ann van der Berg", marketo_id="4711", dynamics_id="AB12cd"),
        error(NOW, label="Bob", code="x", message="no", marketo_id="9", dynamics_id="f"),
    )
    assert await found(database, words=(word,), by_people=True) == ["Ann van der Berg"]


@pytest.mark.parametrize("word", ["an der", "erg", "%", "_nn", "\\", "711", "'; --"])
async def test_words_match_only_from_a_words_beginning_and_wildcards_mean_themselves(
    database: Database, word: str
) -> None:
    await failed(database, error(NOW, label="Ann van der Berg", marketo_id="4711"))
    assert await found(database, words=(word,), by_people=True) == []


async def test_letters_beyond_ascii_match_in_either_case(database: Database) -> None:
    await failed(database, error(NOW, label="Ødegård"), error(NOW, label="Odegard"))
    assert await found(database, words=("ødeg",), by_people=True) == ["Ødegård"]


async def test_all_words_must_fit(database: Database) -> None:
    await failed(database, error(NOW, label="Ann Lee"), error(NOW, label="Ann Bo"))
    assert await found(database, words=("ann", "bo"), by_people=True) == ["Ann Bo"]


async def test_who_may_not_see_people_cannot_search_for_them_either(database: Database) -> None:
    await failed(database, error(NOW, label="Ann", message="bad phone", marketo_id="12"))
    assert await found(database, words=("ann",)) == []
    assert await found(database, words=("bad",)) == []
    assert await found(database, words=("12",)) == ["Ann"]


async def test_an_error_is_found_by_its_number(database: Database) -> None:
    await failed(database, error(NOW, label="one", marketo_id="x"), error(NOW, label="two", marketo_id="y"))
    async with database.read() as connection:
        number = (await error_search.newest(connection, Wanted(), skip=0, limit=1))[0].id
    assert len(await found(database, words=(f"#{number}",))) == 1


async def test_counting_stops_at_ten_thousand_and_one(sqlite_database: Database) -> None:
    await failed(sqlite_database, *(error(NOW) for _ in range(10_050)))
    async with sqlite_database.read() as connection:
        assert await error_search.count(connection, Wanted()) == 10_001


async def test_a_stream_brings_every_error_once_whatever_its_page(database: Database) -> None:
    await failed(database, *(error(NOW, label=str(n)) for n in range(10)))
    for size in (1, 3, 5, 10, 11):
        assert await streamed(database, size) == [str(n) for n in reversed(range(10))]
    assert await streamed(database, 3, code="none") == []


async def test_the_next_try_comes_from_the_change(database: Database) -> None:
    waits = change("leads", "to-marketo", "update", NOW, id=900_001, next_at=NOW + MINUTE)
    await put(database, changes, waits)
    await failed(database, error(NOW, change_id=900_001), error(NOW - MINUTE))
    async with database.read() as connection:
        rows = await error_search.newest(connection, Wanted(), skip=0, limit=2)
    assert [row.next_at for row in rows] == [NOW + MINUTE, None]
