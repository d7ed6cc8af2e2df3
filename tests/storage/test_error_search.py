from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from storage import error_search
from storage.database import Database
from storage.error_search import Wanted
from storage.models import changes, errors
from tests.rows import change, error, failed, put

NOW = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def found(database: Database, skip: int = 0, limit: int = 50, **wanted: Any) -> list[str]:
    """The labels of what is found."""
    async with database.read() as connection:
        rows = await error_search.page(connection, Wanted(**wanted), skip=skip, limit=limit)
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


@pytest.mark.parametrize(
    "word", ["van", "VAN", "berg", "van der B", "invalid", "addr", "1003", "4711", "ab12", "vän", "DER ber", "ann.van"]
)
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
        number = (await error_search.page(connection, Wanted(), skip=0, limit=1))[0].id
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
        rows = await error_search.page(connection, Wanted(), skip=0, limit=2)
    assert [row.next_at for row in rows] == [NOW + MINUTE, None]


@pytest.mark.parametrize("state", ["open", "retrying", "resolved", "ignored"])
async def test_each_state_is_searched_by_itself(database: Database, state: str) -> None:
    await failed(database, *(error(NOW, label=one, state=one) for one in ("open", "retrying", "resolved", "ignored")))
    assert await found(database, state=state) == [state]


async def test_until_leaves_what_failed_before(database: Database) -> None:
    await failed(database, error(NOW - MINUTE, label="before"), error(NOW, label="then"))
    assert await found(database, until=NOW) == ["before"]
    assert await found(database, since=NOW - MINUTE, until=NOW) == ["before"]


async def test_oldest_and_most_tried_come_first_when_asked_for(database: Database) -> None:
    tried = [("b", 2, 3), ("a", 5, 2), ("c", 2, 1)]
    await failed(database, *(error(NOW - ago * MINUTE, label=name, attempts=many) for name, many, ago in tried))
    assert await found(database, sort="newest") == ["c", "a", "b"]
    assert await found(database, sort="oldest") == ["b", "a", "c"]
    assert await found(database, sort="tried") == ["a", "c", "b"]
    assert await found(database, sort="tried", skip=1, limit=1) == ["c"]
    assert await streamed(database, 2, sort="tried") == ["a", "c", "b"]


async def test_an_error_is_found_by_its_newest_words_and_state(database: Database) -> None:
    await failed(database, error(NOW, change_id=7, label="Ann", message="bad phone"))
    await settled_again(database, change_id=7, label="Bea", message="bad address")
    assert await found(database, words=("ann",), by_people=True) == []
    assert await found(database, words=("bea", "addr"), by_people=True) == ["Bea"]
    async with database.write() as connection:
        await connection.execute(update(errors).values(state="ignored"))
    assert await found(database) == []
    assert await found(database, state="ignored", words=("bea",), by_people=True) == ["Bea"]


async def settled_again(database: Database, **given: Any) -> None:
    row = error(NOW, **given)
    statement = database.upsert(errors)
    news = {name: statement.excluded[name] for name in ("label", "message", "words")}
    async with database.write() as connection:
        await connection.execute(statement.on_conflict_do_update(index_elements=["change_id"], set_=news), [row])


@pytest.mark.parametrize("typed", ["0f9b8a34-7d4e", "0F9B8A34-7d4e-4c5e-9a0e-0a6c2f5d1b11", "0f9b8a347d4e", "0f9b"])
async def test_a_guid_is_found_by_its_beginning_with_or_without_hyphens(database: Database, typed: str) -> None:
    await failed(database, error(NOW, dynamics_id="0f9b8a34-7d4e-4c5e-9a0e-0a6c2f5d1b11"), error(NOW))
    assert len(await found(database, words=(typed,))) == 1


async def test_accents_are_the_same_either_way(database: Database) -> None:
    await failed(database, error(NOW, label="Zoë Müller"), error(NOW, label="Zoe Muller"))
    for typed in ("zoe", "Zoë", "ZOE\u0308", "mull", "MÜLL"):
        assert len(await found(database, words=(typed,), by_people=True)) == 2, typed


async def test_an_address_is_found_by_its_beginning(database: Database) -> None:
    await failed(database, error(NOW, message="Value 'ann.lee@example.com' is no address"))
    assert len(await found(database, words=("ann.lee@ex",), by_people=True)) == 1
    assert await found(database, words=("ann.lee@ex",)) == []


async def test_marks_of_ours_in_a_text_open_no_door(database: Database) -> None:
    await failed(database, error(NOW, label="\ue000sopen \ue001ann \ue0021", message="\ue001secret"))
    assert await found(database, words=("\ue001secret",)) == []
