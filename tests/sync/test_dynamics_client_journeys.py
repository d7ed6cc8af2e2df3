"""The Dynamics client against the sandbox's service, over real HTTP."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from sync.dynamics.client import Dynamics, DynamicsAccess
from sync.errors import CursorExpired, Later, Never, PersonMustLook
from sync.outcomes import Outcome, Written
from tests.services import Services

NAMES = ["leadid", "lastname", "emailaddress1"]


@pytest.fixture
async def http(sandbox: Services) -> AsyncIterator[httpx.AsyncClient]:
    """The service itself, for its controls."""
    async with httpx.AsyncClient(base_url=sandbox("dynamics", "--limits", "none")) as client:
        yield client


def access(http: httpx.AsyncClient, secret: str = "demo") -> DynamicsAccess:
    url = str(http.base_url).rstrip("/")
    return DynamicsAccess(url, "demo", "demo", secret, authority=url)


@pytest.fixture
async def dynamics(http: httpx.AsyncClient) -> AsyncIterator[Dynamics]:
    client = Dynamics(access(http), first_wait=0.01)
    yield client
    await client.aclose()


async def weather(http: httpx.AsyncClient, **change: Any) -> None:
    (await http.post("/sandbox/weather", json=change)).raise_for_status()


async def pass_time(http: httpx.AsyncClient, time: timedelta) -> None:
    now = datetime.fromisoformat((await http.get("/sandbox/clock")).json()["now"])
    (await http.post("/sandbox/clock", json={"now": (now + time).isoformat()})).raise_for_status()


def person(name: str, **values: Any) -> tuple[str, dict[str, Any]]:
    return str(uuid.uuid4()), {"lastname": name, "emailaddress1": f"{name}@journeys.example", **values}


async def read_all(dynamics: Dynamics, cursor: str | None = None) -> tuple[list[dict[str, Any]], list[str], str]:
    rows: list[dict[str, Any]] = []
    deleted: list[str] = []
    more = True
    while more:
        page = await dynamics.read_changes("leads", NAMES, cursor, page_size=100)
        rows, deleted, cursor, more = rows + page.rows, deleted + page.deleted, page.cursor, page.more
    assert cursor is not None
    return rows, deleted, cursor


def written(outcome: Outcome) -> Written:
    assert isinstance(outcome, Written), outcome
    return outcome


async def test_we_learn_who_we_are_and_what_columns_there_are(dynamics: Dynamics) -> None:
    assert uuid.UUID(await dynamics.who_am_i())
    columns = await dynamics.columns("lead")
    assert (columns["mobilephone"].type, columns["mobilephone"].max_length) == ("String", 20)
    assert columns["lastname"].creatable and not columns["createdon"].updatable
    assert await dynamics.tracks_changes("lead")


async def test_wrong_credentials_are_for_a_person(http: httpx.AsyncClient) -> None:
    client = Dynamics(access(http, secret="wrong"))
    with pytest.raises(PersonMustLook) as caught:
        await client.who_am_i()
    assert "wrong" not in str(caught.value)
    await client.aclose()


async def test_after_a_first_full_read_only_changes_and_deletes_come(
    dynamics: Dynamics, http: httpx.AsyncClient
) -> None:
    (kept, values), (gone, others) = person("kept"), person("gone")
    await dynamics.create("leads", "lead", [(kept, values), (gone, others)])
    rows, deleted, cursor = await read_all(dynamics)
    assert {kept, gone} <= {row["leadid"] for row in rows} and not deleted
    await dynamics.update("leads", [(kept, None, {"lastname": "renamed"})])
    await http.request("DELETE", "/sandbox/tables/leads", json={"ids": [gone]})
    rows, deleted, cursor = await read_all(dynamics, cursor)
    assert [row["lastname"] for row in rows] == ["renamed"] and deleted == [gone]
    assert (await read_all(dynamics, cursor))[:2] == ([], [])


async def test_a_cursor_older_than_a_week_is_expired(dynamics: Dynamics, http: httpx.AsyncClient) -> None:
    _, _, cursor = await read_all(dynamics)
    await pass_time(http, timedelta(days=8))
    with pytest.raises(CursorExpired):
        await dynamics.read_changes("leads", NAMES, cursor)


async def test_a_token_taken_back_between_two_pages_is_renewed(dynamics: Dynamics, http: httpx.AsyncClient) -> None:
    first = await dynamics.read_changes("leads", NAMES, None, page_size=50)
    await http.post("/sandbox/tokens/revoke")
    second = await dynamics.read_changes("leads", NAMES, first.cursor, page_size=50)
    assert first.more and len(second.rows) > 0
    assert first.rows[0]["leadid"] not in [row["leadid"] for row in second.rows]


async def test_a_token_that_ended_unnoticed_is_renewed(dynamics: Dynamics, http: httpx.AsyncClient) -> None:
    me = await dynamics.who_am_i()
    await pass_time(http, timedelta(hours=2))
    assert await dynamics.who_am_i() == me


async def test_a_privilege_that_is_missing_is_for_a_person(dynamics: Dynamics, http: httpx.AsyncClient) -> None:
    await http.post("/sandbox/privileges", json={"deny": ["prvReadLead"]})
    with pytest.raises(PersonMustLook) as caught:
        await dynamics.read_changes("leads", NAMES, None)
    assert caught.value.code == "0x80040220"


async def test_a_bad_row_among_many_has_its_own_code_and_the_others_are_in(dynamics: Dynamics) -> None:
    rows = [person("first"), person("second", mobilephone="1" * 21), person("third")]
    first, second, third = await dynamics.create("leads", "lead", rows)
    assert written(first).created and written(third).created
    assert isinstance(second, Never) and second.code == "0x80044331"
    found = await dynamics.find("leads", "leadid", [guid for guid, _ in rows], NAMES)
    assert sorted(row["lastname"] for row in found) == ["first", "third"]


async def test_a_create_repeated_says_that_the_row_is_there(dynamics: Dynamics) -> None:
    row = person("once")
    assert await dynamics.create("leads", "lead", [row]) == [Written(row[0], created=True)]
    assert await dynamics.create("leads", "lead", [row]) == [Written(row[0], created=False)]


async def test_a_second_person_with_the_same_address_is_a_duplicate(dynamics: Dynamics) -> None:
    await dynamics.create("leads", "lead", [person("same")])
    (outcome,) = await dynamics.create("leads", "lead", [person("same")])
    assert isinstance(outcome, Never) and outcome.code == "0x80040333"


async def test_an_update_carries_its_etag_on_and_a_stale_one_is_refused(dynamics: Dynamics) -> None:
    guid, values = person("edited")
    await dynamics.create("leads", "lead", [(guid, values)])
    (row,) = await dynamics.find("leads", "leadid", [guid], NAMES)
    first = written((await dynamics.update("leads", [(guid, row["@odata.etag"], {"lastname": "a"})]))[0])
    assert first.etag is not None
    assert written((await dynamics.update("leads", [(guid, first.etag, {"lastname": "b"})]))[0]).etag != first.etag
    (stale,) = await dynamics.update("leads", [(guid, first.etag, {"lastname": "c"})])
    assert isinstance(stale, Later) and stale.code == "0x80060882"


async def test_an_update_does_not_bring_a_missing_row_into_being(dynamics: Dynamics) -> None:
    guid, values = person("never there")
    (outcome,) = await dynamics.update("leads", [(guid, None, values)])
    assert isinstance(outcome, Never) and outcome.code == "0x80040217"
    assert await dynamics.find("leads", "leadid", [guid], NAMES) == []


async def test_rows_are_found_by_addresses_with_quotes_and_plus_signs(dynamics: Dynamics) -> None:
    addresses = ["o'neill+news@journeys.example", "a&b=c@journeys.example", "ü,x@journeys.example"]
    rows = [person(f"person {number}", emailaddress1=address) for number, address in enumerate(addresses)]
    assert all(map(written, await dynamics.create("leads", "lead", rows)))
    found = await dynamics.find("leads", "emailaddress1", [*addresses, "nobody@journeys.example"], NAMES)
    assert sorted(row["emailaddress1"] for row in found) == sorted(addresses)


async def test_a_service_that_is_down_is_for_later(dynamics: Dynamics, http: httpx.AsyncClient) -> None:
    await dynamics.update("leads", [])
    await weather(http, down=True)
    with pytest.raises(Later, match="connection"):
        await dynamics.who_am_i()
    with pytest.raises(Later) as caught:
        await dynamics.create("leads", "lead", [person("lost")])
    assert caught.value.unknown


async def test_creates_repeated_until_they_are_known_are_each_there_once(http: httpx.AsyncClient) -> None:
    async def at_once(seconds: float) -> None:
        await asyncio.sleep(0)

    clock = iter(range(0, 10**9, 1000))  # so that each Retry-After is over when it is looked at
    client = Dynamics(access(http), tries=12, first_wait=0, sleep=at_once, clock=lambda: float(next(clock)))
    await client.update("leads", [])
    await weather(http, faults=0.5)
    rows = [person(f"stubborn-{number}") for number in range(30)]
    outcomes = [await until_known(client, row) for row in rows]
    await weather(http, faults=0)
    assert all(isinstance(outcome, Written) for outcome in outcomes)
    assert not all(written(outcome).created for outcome in outcomes)
    assert len(await client.find("leads", "leadid", [guid for guid, _ in rows], NAMES)) == 30
    await client.aclose()


async def until_known(client: Dynamics, row: tuple[str, dict[str, Any]]) -> Outcome:
    while True:
        try:
            (outcome,) = await client.create("leads", "lead", [row])
        except Later:
            continue
        if not isinstance(outcome, Later):
            return outcome


async def test_too_many_calls_at_once_are_obeyed_and_all_come_through(http: httpx.AsyncClient) -> None:
    await weather(http, limits="real", latency_ms=1500)  # long enough for 80 to be under way on a busy machine too

    async def sooner(seconds: float) -> None:
        await asyncio.sleep(seconds / 20)

    loop = asyncio.get_running_loop()
    client = Dynamics(access(http), tries=40, concurrency=80, sleep=sooner, clock=lambda: loop.time() * 20)
    assert len(set(await asyncio.gather(*(client.who_am_i() for _ in range(100))))) == 1
    calls = (await http.get("/sandbox/calls")).json()
    assert calls["refused"]["0x80072326"] > 0
    await client.aclose()


class Counting(httpx.AsyncHTTPTransport):
    """Knows how many calls were under way at once, at most."""

    now = most = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            return await super().handle_async_request(request)
        finally:
            self.now -= 1


async def test_as_many_calls_are_made_at_once_as_dynamics_advises(http: httpx.AsyncClient) -> None:
    dynamics = Dynamics(access(http), transport=(counting := Counting()))
    await weather(http, limits="real", latency_ms=20)
    try:
        for hint in (3, 12):
            (await http.post("/sandbox/parallelism", json={"hint": hint})).raise_for_status()
            await asyncio.gather(*(dynamics.who_am_i() for _ in range(100)))  # it takes some answers to get there
            counting.most = 0
            await asyncio.gather(*(dynamics.who_am_i() for _ in range(60)))
            assert counting.most == hint
    finally:
        await dynamics.aclose()
