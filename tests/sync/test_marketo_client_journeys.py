"""The Marketo client against the sandbox's service, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from sync.errors import Later, Never, PersonMustLook
from sync.marketo.client import Marketo, MarketoAccess
from sync.outcomes import Outcome, Written
from tests.services import Services
from tests.waiting import until


@pytest.fixture
async def http(sandbox: Services) -> AsyncIterator[httpx.AsyncClient]:
    """The service itself, for its controls."""
    async with httpx.AsyncClient(base_url=sandbox("marketo", "--limits", "none")) as client:
        yield client


def access(http: httpx.AsyncClient, secret: str = "demo") -> MarketoAccess:
    return MarketoAccess(str(http.base_url), "demo", secret)


@pytest.fixture
async def marketo(http: httpx.AsyncClient) -> AsyncIterator[Marketo]:
    client = Marketo(access(http), calls_per_20s=100_000, first_wait=0.01)
    yield client
    await client.aclose()


async def weather(http: httpx.AsyncClient, **change: Any) -> None:
    (await http.post("/sandbox/weather", json=change)).raise_for_status()


async def refused(http: httpx.AsyncClient, code: str) -> int:
    return int((await http.get("/sandbox/calls")).json()["refused"].get(code, 0))


def people(*names: str) -> list[dict[str, Any]]:
    return [{"email": f"{name}@journeys.example", "firstName": name} for name in names]


def written(outcome: Outcome) -> Written:
    assert isinstance(outcome, Written), outcome
    return outcome


async def test_people_are_written_and_found_again(marketo: Marketo) -> None:
    first, second = await marketo.write_people("createOrUpdate", "email", people("anna", "berta"))
    assert written(first).created and written(second).created
    (again,) = await marketo.write_people("createOrUpdate", "email", people("anna"))
    assert again == Written(written(first).id, created=False)
    found = await marketo.find_people("email", ["anna@journeys.example", "nobody@x.com"], ["id", "firstName"])
    assert [(str(person["id"]), person["firstName"]) for person in found] == [(written(first).id, "anna")]


async def test_a_bad_person_has_its_own_code_and_the_others_are_in(marketo: Marketo) -> None:
    rows = [*people("anna"), {"email": "not an address"}, *people("berta")]
    first, bad, second = await marketo.write_people("createOrUpdate", "email", rows)
    assert written(first).created and written(second).created
    assert isinstance(bad, Never) and bad.code == "1003"


async def test_a_thousand_people_are_written_and_found_in_calls_of_three_hundred(
    marketo: Marketo, http: httpx.AsyncClient
) -> None:
    rows = people(*(f"person{number}" for number in range(1000)))
    outcomes = await marketo.write_people("createOrUpdate", "email", rows)
    assert len({written(outcome).id for outcome in outcomes}) == 1000
    found = await marketo.find_people("id", [written(outcome).id for outcome in outcomes], ["firstName"])
    assert sorted(person["firstName"] for person in found) == sorted(row["firstName"] for row in rows)
    assert (await http.get("/sandbox/calls")).json()["total"] == 1 + 4 + 4


async def test_a_field_that_over_a_thousand_share_is_asked_for_value_by_value(marketo: Marketo) -> None:
    await marketo.create_fields("leads", [{"name": "team", "displayName": "Team", "dataType": "string"}])
    rows = [{**row, "team": f"team{place % 4}"} for place, row in enumerate(people(*map(str, range(2000))))]
    await marketo.write_people("createOrUpdate", "email", rows)
    assert len(await marketo.find_people("team", [f"team{number}" for number in range(4)], ["id"])) == 2000


async def test_fields_are_told_with_their_types_and_new_ones_can_be_created_twice(marketo: Marketo) -> None:
    new = [{"name": "dynamicsLeadId", "displayName": "Dynamics Lead Id", "dataType": "string"}]
    await marketo.create_fields("leads", new)
    await marketo.create_fields("leads", new)
    fields = await marketo.person_fields()
    assert fields["dynamicsLeadId"].searchable and fields["dynamicsLeadId"].updateable
    assert (fields["email"].type, fields["id"].updateable, fields["firstName"].searchable) == ("email", False, False)
    assert (await marketo.object_fields("companies"))["externalCompanyId"].searchable
    assert not (await marketo.object_fields("opportunities/roles"))["role"].searchable


async def test_changes_and_deletes_come_as_activities(marketo: Marketo, http: httpx.AsyncClient) -> None:
    since = datetime.now(UTC) - timedelta(minutes=5)
    (anna,) = await marketo.write_people("createOrUpdate", "email", people("anna"))
    token = await marketo.paging_token(since)
    page = await marketo.lead_changes(token, ["firstName"])
    assert [(one["activityTypeId"], str(one["leadId"])) for one in page.activities] == [(12, written(anna).id)]
    await http.patch(f"/sandbox/people/{written(anna).id}", json={"firstName": "Anne"})
    changes = await everything(marketo, page.token)
    assert [one["fields"][0]["newValue"] for one in changes] == ["Anne"]
    await http.delete(f"/sandbox/people/{written(anna).id}")
    assert [one["leadId"] for one in (await marketo.deleted_leads(token)).activities] == [int(written(anna).id)]
    assert [one["activityTypeId"] for one in (await marketo.activities(token, [37])).activities] == [37]


async def everything(marketo: Marketo, token: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    more = True
    while more:
        page = await marketo.lead_changes(token, ["firstName"])
        found, token, more = found + page.activities, page.token, page.more
    return found


async def test_objects_are_written_found_and_deleted(marketo: Marketo) -> None:
    rows = [{"externalOpportunityId": "o1", "name": "Deal"}, {"externalOpportunityId": "o2"}]
    deal, nameless = await marketo.write_objects("opportunities", rows)
    assert written(deal).created and isinstance(nameless, Never)
    found = await marketo.find_objects("opportunities", "externalOpportunityId", ["o1"], ["name"])
    assert [(one["marketoGUID"], one["name"]) for one in found] == [(written(deal).id, "Deal")]
    for _ in range(2):
        (gone,) = await marketo.delete_objects("opportunities", [{"externalOpportunityId": "o1"}])
        assert isinstance(gone, Written)
    assert await marketo.find_objects("opportunities", "externalOpportunityId", ["o1"], ["name"]) == []


async def test_one_unknown_sales_person_does_not_keep_the_other_deals_out(marketo: Marketo) -> None:
    rows = [{"externalOpportunityId": f"o{number}", "name": "Deal"} for number in range(9)]
    rows[4]["externalSalesPersonId"] = "nobody"
    outcomes = await marketo.write_objects("opportunities", rows)
    bad = [outcome for outcome in outcomes if not isinstance(outcome, Written)]
    assert [outcome.code for outcome in bad] == ["718"] and isinstance(bad[0], Later)


async def test_native_sync_shows_and_its_probe_changes_nothing(marketo: Marketo, http: httpx.AsyncClient) -> None:
    assert not await marketo.native_sync_is_on()
    await http.post("/sandbox/native-sync", json={"on": True})
    assert await marketo.native_sync_is_on()
    assert (await http.get("/sandbox/companies")).json()["count"] == 0


async def test_the_calls_of_a_week_are_told_by_day(marketo: Marketo) -> None:
    """The sandbox counts a day's calls where they are made, and the one that asks with them."""
    days = sorted((await marketo.calls_by_day()).items())
    assert len(days) == 7
    assert days[-1][1] > 0
    assert {calls for _day, calls in days[:-1]} == {0}


async def test_wrong_credentials_are_for_a_person(http: httpx.AsyncClient) -> None:
    client = Marketo(access(http, secret="wrong"))
    with pytest.raises(PersonMustLook) as caught:
        await client.calls_today()
    assert caught.value.code == "unauthorized" and "wrong" not in str(caught.value)
    await client.aclose()


@pytest.mark.parametrize("remaining", [0, 0.05])
async def test_a_token_that_ends_is_renewed_on_the_way(
    marketo: Marketo, http: httpx.AsyncClient, remaining: float
) -> None:
    await marketo.calls_today()
    await http.post("/sandbox/tokens/expire", json={"remaining": remaining})
    for _ in range(30):
        await marketo.calls_today()
    assert (await http.get("/sandbox/calls")).json()["by_kind"]["identity.token"] <= 4


async def test_todays_calls_are_told(marketo: Marketo, http: httpx.AsyncClient) -> None:
    await http.post("/sandbox/quota", json={"used": 1234})
    assert await marketo.calls_today() >= 1234


async def test_a_days_quota_that_is_used_up_is_for_later(marketo: Marketo, http: httpx.AsyncClient) -> None:
    await weather(http, limits="real")
    await http.post("/sandbox/quota", json={"used": 50_000})
    with pytest.raises(Later) as caught:
        await marketo.write_people("createOrUpdate", "email", people("anna"))
    assert caught.value.code == "607" and not caught.value.unknown
    assert caught.value.retry_after is not None and caught.value.retry_after <= 86_400 + 3600
    assert await refused(http, "607") == 1


async def test_a_write_comes_through_once_others_leave_room_for_it(http: httpx.AsyncClient) -> None:
    await weather(http, limits="real")
    greedy, client = (Marketo(access(http), calls_per_20s=1000, tries=10_000, first_wait=0.001) for _ in range(2))
    for _ in range(100):
        await greedy.calls_today()
    writing = asyncio.create_task(client.write_people("createOrUpdate", "email", people("anna")))

    async def stormy() -> bool:
        return await refused(http, "606") >= 3

    await until(stormy)
    await weather(http, limits="none")
    assert written((await writing)[0]).created
    await greedy.aclose()
    await client.aclose()


async def test_a_service_that_is_down_leaves_a_write_unknown_and_a_read_for_later(
    marketo: Marketo, http: httpx.AsyncClient
) -> None:
    await marketo.calls_today()
    await weather(http, down=True)
    with pytest.raises(Later) as caught:
        await marketo.write_people("createOrUpdate", "email", people("anna"))
    assert caught.value.code == "connection" and caught.value.unknown
    with pytest.raises(Later):
        await marketo.calls_today()


async def test_a_service_that_is_not_there_never_got_the_write() -> None:
    client = Marketo(MarketoAccess("http://127.0.0.1:9", "demo", "demo"), tries=2, first_wait=0.001)
    with pytest.raises(Later) as caught:
        await client.write_people("createOrUpdate", "email", people("anna"))
    assert not caught.value.unknown
    await client.aclose()


async def test_with_faults_reads_come_through_and_every_write_is_written_or_unknown(
    marketo: Marketo, http: httpx.AsyncClient
) -> None:
    await weather(http, faults=0.2)
    lost = 0
    for number in range(60):
        try:
            written((await marketo.write_people("createOnly", "email", people(f"p{number}")))[0])
        except Later as failed:
            assert failed.unknown
            lost += 1
    await weather(http, faults=0)
    there = (await http.get("/sandbox/people")).json()["count"]
    assert lost > 0 and 60 - lost < there < 60


@pytest.mark.long
async def test_at_the_full_rate_all_calls_come_through_and_hardly_any_is_refused(http: httpx.AsyncClient) -> None:
    """Hardly any: on a busy machine, calls may take longer on their way than the limiter's margin."""
    await weather(http, limits="real", latency_ms=20)
    client = Marketo(access(http), calls_per_20s=100, in_flight=10)
    await asyncio.gather(*(client.calls_today() for _ in range(250)))
    calls = (await http.get("/sandbox/calls")).json()
    assert sum(calls["refused"].values()) <= 5
    await client.aclose()
