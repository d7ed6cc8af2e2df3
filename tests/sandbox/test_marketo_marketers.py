"""The people who work in the Marketo stand-in while a sync runs."""

import httpx

from sandbox.service import Surroundings
from tests.sandbox.marketo_service import Json, MarketoService, marketo, running

__all__ = ["marketo"]


async def worked(marketo: MarketoService, count: int) -> list[Json]:
    for name, kind in (("dynamicsType", "string"), ("syncToDynamics", "boolean"), ("dynamicsContactId", "string")):
        await marketo.field(name, kind)
    rows = [{"firstName": "Ann", "lastName": f"Lee{n}", "dynamicsType": "Contact"} for n in range(20)]
    await marketo.http.post("/sandbox/people", json=rows, params={"quiet": "1"})
    return list((await marketo.control("edits", body={"count": count}))["done"])


async def test_marketers_do_as_many_things_as_they_are_told(marketo: MarketoService) -> None:
    done = await worked(marketo, 300)
    assert len(done) == 300
    kinds = {deed["what"] for deed in done}
    assert kinds == {"edit", "new person", "duplicate", "long phone", "unsubscribe"}


async def test_their_bad_edits_are_taken_by_marketo_and_bad_for_dynamics_only(marketo: MarketoService) -> None:
    done = await worked(marketo, 300)
    phones = [deed["values"]["mobilePhone"] for deed in done if deed["what"] == "long phone"]
    assert all(len(phone) >= 25 for phone in phones)
    duplicates = [deed["values"] for deed in done if deed["what"] == "duplicate"]
    assert all(person["dynamicsType"] == "Contact" and person["syncToDynamics"] for person in duplicates)


async def test_some_new_people_are_flagged_to_sync_and_some_are_not(marketo: MarketoService) -> None:
    done = await worked(marketo, 300)
    assert {deed["values"].get("syncToDynamics") for deed in done if deed["what"] == "new person"} == {True, None}


async def test_without_the_syncs_fields_they_work_all_the_same(marketo: MarketoService) -> None:
    done = (await marketo.control("edits", body={"count": 50}))["done"]
    assert len(done) == 50
    assert done[0]["what"] == "new person"


async def test_the_same_seed_does_the_same_things() -> None:
    async def deeds() -> list[Json]:
        async with running(Surroundings()) as url, httpx.AsyncClient(base_url=url) as http:
            return list((await http.post("/sandbox/edits", json={"count": 20})).json()["done"])

    assert await deeds() == await deeds()
