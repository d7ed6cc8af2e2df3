"""Bulk import and extract, against the sandbox's service over real HTTP."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sync.errors import Never
from sync.marketo.bulk import files_of
from sync.marketo.client import Marketo, MarketoAccess
from tests.services import Services


@pytest.fixture
async def http(sandbox: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sandbox("marketo", "--limits", "none")) as client:
        yield client


@pytest.fixture
async def marketo(http: httpx.AsyncClient) -> AsyncIterator[Marketo]:
    client = Marketo(MarketoAccess(str(http.base_url), "demo", "demo"), calls_per_20s=100_000, first_wait=0.01)
    yield client
    await client.aclose()


def rows_of(file: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.decode())))


def test_a_file_holds_whatever_any_of_its_rows_does() -> None:
    people: list[dict[str, Any]] = [
        {"email": "a@x.example", "doNotCall": True},
        {"email": "b@x.example", "city": 'A, "B"'},
    ]
    ((_, file),) = files_of(people)
    assert rows_of(file) == [["email", "doNotCall", "city"], ["a@x.example", "true", ""], ["b@x.example", "", 'A, "B"']]


def test_files_stay_below_marketo_s_limit_and_lose_nobody() -> None:
    people = [{"email": f"{at}@x.example", "city": "ä" * 100} for at in range(1000)]
    files = list(files_of(people, most_bytes=30_000))
    assert len(files) > 5
    assert all(len(file) < 31_000 for _, file in files)
    assert [person for part, _ in files for person in part] == people


def test_nobody_to_import_is_no_file() -> None:
    assert list(files_of([])) == []


async def test_a_thousand_people_arrive_by_one_file_and_their_ids_by_another(
    http: httpx.AsyncClient, marketo: Marketo
) -> None:
    people = [{"email": f"bulk{at}@x.example", "lastName": "Bulk"} for at in range(1000)]
    before = datetime.now(UTC) - timedelta(minutes=1)
    ((_, file),) = files_of(people)
    assert await marketo.import_people("email", file, 0.01) == (set(), set())
    made = await marketo.created_people(["id", "email"], before, datetime.now(UTC) + timedelta(minutes=1), 0.01)
    assert {person["email"] for person in made} >= {person["email"] for person in people}
    calls = (await http.get("/sandbox/calls")).json()["by_kind"]
    assert sum(count for kind, count in calls.items() if kind.startswith("bulk")) <= 6


async def test_rows_that_an_import_takes_without_a_value_are_read_back_by_their_key(marketo: Marketo) -> None:
    people = [{"email": f"key{at}@x.example", "leadScore": "lots" if at == 7 else "7"} for at in range(20)]
    ((_, file),) = files_of(people)
    assert await marketo.import_people("email", file, 0.01) == (set(), {"key7@x.example"})


async def test_an_extract_over_more_than_31_days_is_refused_in_marketo_s_words(marketo: Marketo) -> None:
    now = datetime.now(UTC)
    with pytest.raises(Never, match="31 days"):
        await marketo.created_people(["id"], now - timedelta(days=40), now, 0.01)
