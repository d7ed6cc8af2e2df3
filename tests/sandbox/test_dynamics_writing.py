"""Writes to single rows of the Dynamics stand-in, by raw HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.sandbox.dynamics_service import DynamicsService, dynamics, said

FREE = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DynamicsService]:
    async with dynamics(tmp_path) as running:
        yield running


async def test_a_create_answers_204_with_the_address_of_the_row(service: DynamicsService) -> None:
    response = await service.call("POST", "leads", {"lastname": "Lovelace", "firstname": "Ada"})
    assert response.status_code == 204
    address = response.headers["OData-EntityId"]
    assert address.startswith(f"{service.url}/api/data/v9.2/leads(")
    row = await service.get(address)
    assert (row["fullname"], row["statecode"], row["statuscode"]) == ("Ada Lovelace", 0, 1)
    assert row["_ownerid_value"] == (await service.get("WhoAmI"))["UserId"]


async def test_return_representation_gives_201_the_row_and_no_address(service: DynamicsService) -> None:
    response = await service.call("POST", "leads?$select=lastname", {"lastname": "A"}, Prefer="return=representation")
    assert response.status_code == 201 and "OData-EntityId" not in response.headers
    assert response.headers["Preference-Applied"] == "return=representation"
    assert {"lastname", "leadid", "@odata.etag"} <= response.json().keys()


async def test_the_caller_may_choose_the_id_and_repeating_it_is_412_0x80040237(service: DynamicsService) -> None:
    body = {"leadid": FREE, "lastname": "A"}
    assert FREE in (await service.call("POST", "leads", body)).headers["OData-EntityId"]
    response = await service.call("POST", "leads", body)
    assert said(response) == (412, "0x80040237")
    assert "Cannot insert duplicate key" in response.json()["error"]["message"]


async def test_a_plain_patch_creates_the_row_with_that_id(service: DynamicsService) -> None:
    response = await service.call("PATCH", f"leads({FREE})", {"lastname": "A"})
    assert response.status_code == 204 and FREE in response.headers["OData-EntityId"]
    assert await service.ids("leads") == [FREE]


async def test_a_patch_with_representation_tells_creating_from_updating(service: DynamicsService) -> None:
    answers = [
        await service.call("PATCH", f"leads({FREE})", {"lastname": "A"}, Prefer="return=representation")
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 200]


async def test_if_match_star_updates_but_never_creates(service: DynamicsService) -> None:
    lead = await service.lead()
    assert (await service.call("PATCH", f"leads({lead})", {"firstname": "A"}, If_Match="*")).status_code == 204
    assert said(await service.call("PATCH", f"leads({FREE})", {"firstname": "A"}, If_Match="*")) == (404, "0x80040217")
    assert await service.ids("leads") == [lead]


async def test_if_none_match_star_creates_but_never_updates(service: DynamicsService) -> None:
    first = await service.call("PATCH", f"leads({FREE})", {"lastname": "A"}, If_None_Match="*")
    second = await service.call("PATCH", f"leads({FREE})", {"lastname": "B"}, If_None_Match="*")
    assert (first.status_code, second.status_code) == (204, 412)
    assert second.json()["error"]["message"] == "A record with matching key values already exists."


async def test_an_etag_guards_an_update(service: DynamicsService) -> None:
    lead = await service.lead()
    etag = (await service.get(f"leads({lead})"))["@odata.etag"]
    assert (await service.call("PATCH", f"leads({lead})", {"firstname": "A"}, If_Match=etag)).status_code == 204
    response = await service.call("PATCH", f"leads({lead})", {"firstname": "B"}, If_Match=etag)
    assert said(response) == (412, "0x80060882")
    assert (await service.row("leads", lead))["firstname"] == "A"


async def test_an_etag_guards_a_delete(service: DynamicsService) -> None:
    lead = await service.lead()
    assert said(await service.call("DELETE", f"leads({lead})", If_Match='W/"1"')) == (412, "0x80060882")
    assert (await service.call("DELETE", f"leads({lead})")).status_code == 204
    assert said(await service.call("DELETE", f"leads({lead})")) == (404, "0x80040217")


async def test_an_update_bumps_version_and_modifiedon_even_for_the_same_value(service: DynamicsService) -> None:
    lead = await service.lead(modifiedon="2020-01-01T00:00:00Z")
    before = await service.row("leads", lead)
    await service.call("PATCH", f"leads({lead})", {"lastname": "Lovelace"})
    after = await service.row("leads", lead)
    assert after["versionnumber"] > before["versionnumber"]
    assert after["modifiedon"] > before["modifiedon"]


async def test_versions_rise_over_all_tables_together(service: DynamicsService) -> None:
    lead, (account,) = await service.lead(), await service.add("accounts", {"name": "A"})
    first, second = await service.row("leads", lead), await service.row("accounts", account)
    assert second["versionnumber"] == first["versionnumber"] + 1


async def test_null_clears_a_column(service: DynamicsService) -> None:
    lead = await service.lead(jobtitle="Countess")
    await service.call("PATCH", f"leads({lead})", {"jobtitle": None})
    assert "jobtitle" not in await service.row("leads", lead)


async def test_an_alternate_key_addresses_creates_and_updates(service: DynamicsService) -> None:
    created = await service.call("PATCH", "leads(new_marketoid=42)", {"lastname": "A"})
    await service.call("PATCH", "leads(new_marketoid=42)", {"lastname": "B"})
    (lead,) = await service.ids("leads")
    assert lead in created.headers["OData-EntityId"]
    assert (await service.get("leads(new_marketoid=42)?$select=lastname,new_marketoid"))["lastname"] == "B"


async def test_a_key_that_no_row_has_is_404_0x80060891(service: DynamicsService) -> None:
    assert said(await service.call("GET", "leads(new_marketoid=7)")) == (404, "0x80060891")


async def test_a_key_that_is_not_defined_is_refused(service: DynamicsService) -> None:
    assert said(await service.call("GET", "leads(emailaddress1='a')")) == (400, "0x80060890")


async def test_an_alternate_key_that_is_taken_is_412_0x80060892(service: DynamicsService) -> None:
    await service.lead(new_marketoid=1)
    other = await service.lead()
    assert said(await service.call("POST", "leads", {"new_marketoid": 1})) == (412, "0x80060892")
    assert said(await service.call("PATCH", f"leads({other})", {"new_marketoid": 1})) == (412, "0x80060892")


async def test_keys_that_are_null_do_not_collide(service: DynamicsService) -> None:
    answers = [await service.call("POST", "leads", {"new_marketoid": None}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]


async def test_one_property_is_put_and_deleted(service: DynamicsService) -> None:
    lead = await service.lead()
    assert (await service.call("PUT", f"leads({lead})/firstname", {"value": "Ada"})).status_code == 204
    assert (await service.get(f"leads({lead})/firstname"))["value"] == "Ada"
    assert (await service.row("leads", lead))["fullname"] == "Ada Lovelace"
    assert (await service.call("DELETE", f"leads({lead})/firstname")).status_code == 204
    assert (await service.call("GET", f"leads({lead})/firstname")).status_code == 204
