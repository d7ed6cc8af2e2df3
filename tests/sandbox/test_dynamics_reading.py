"""Reads of the Dynamics stand-in, by raw HTTP."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.sandbox.dynamics_service import DynamicsService, dynamics, filtered, said

FORMATTED = "OData.Community.Display.V1.FormattedValue"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DynamicsService]:
    async with dynamics(tmp_path) as running:
        yield running


async def names(service: DynamicsService, condition: str) -> list[str]:
    answer = await service.get(f"leads?$select=lastname&$orderby=lastname&{filtered(condition)}")
    return [row["lastname"] for row in answer["value"]]


async def three_leads(service: DynamicsService) -> list[str]:
    return await service.add(
        "leads",
        {"lastname": "Adams", "firstname": "Ann", "new_visits": 1, "emailaddress1": "ann@one.example"},
        {"lastname": "Brown", "firstname": "O'Neil", "new_visits": 5, "createdon": "2026-01-02T03:04:05Z"},
        {"lastname": "Clark", "new_visits": 9, "donotemail": True, "emailaddress1": "c+d@two.example"},
    )


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("lastname eq 'brown'", ["Brown"]),
        ("lastname ne 'Brown'", ["Adams", "Clark"]),
        ("new_visits gt 1 and new_visits le 9", ["Brown", "Clark"]),
        ("new_visits lt 5 or new_visits ge 9", ["Adams", "Clark"]),
        ("not (new_visits eq 1 or new_visits eq 9)", ["Brown"]),
        ("firstname eq 'O''Neil'", ["Brown"]),
        ("firstname eq null", ["Clark"]),
        ("emailaddress1 ne null and donotemail eq true", ["Clark"]),
        ("contains(emailaddress1,'ONE')", ["Adams"]),
        ("startswith(lastname,'b')", ["Brown"]),
        ("endswith(lastname,'k')", ["Clark"]),
        ("createdon lt 2026-01-03", ["Brown"]),
        ("createdon eq 2026-01-02T04:04:05+01:00", ["Brown"]),
        ("emailaddress1 eq 'C+D@TWO.example'", ["Clark"]),
        ("Microsoft.Dynamics.CRM.In(PropertyName='lastname',PropertyValues=['adams','Clark'])", ["Adams", "Clark"]),
        ("Microsoft.Dynamics.CRM.In(PropertyName='emailaddress1',PropertyValues=['ANN@one.example'])", ["Adams"]),
        ("Microsoft.Dynamics.CRM.In(PropertyName='new_visits',PropertyValues=['5'])", ["Brown"]),
    ],
)
async def test_a_filter_finds(service: DynamicsService, condition: str, found: list[str]) -> None:
    await three_leads(service)
    assert await names(service, condition) == found


@pytest.mark.parametrize(
    "condition", ["lastname", "lastname eq", "lastname eq 'a", "(lastname eq 'a'", "new_visits gt 'x'"]
)
async def test_a_broken_filter_is_400(service: DynamicsService, condition: str) -> None:
    await three_leads(service)
    assert (await service.call("GET", f"leads?{filtered(condition)}")).status_code == 400


async def test_an_unknown_entity_set_is_404_and_case_matters(service: DynamicsService) -> None:
    response = await service.call("GET", "Leads")
    assert said(response) == (404, "0x8006088a")
    assert response.json()["error"]["message"] == "Resource not found for the segment 'Leads'."


async def test_an_unknown_property_is_400_with_the_documented_sentence(service: DynamicsService) -> None:
    response = await service.call("GET", "accounts?$select=Name")
    assert said(response) == (400, "0x0")
    sentence = "Could not find a property named 'Name' on type 'Microsoft.Dynamics.CRM.account'."
    assert response.json()["error"]["message"] == sentence


async def test_an_unknown_column_in_a_filter_is_refused_alike(service: DynamicsService) -> None:
    assert said(await service.call("GET", f"leads?{filtered('Name eq 1')}")) == (400, "0x0")


async def test_a_wrong_verb_on_a_function_is_404_without_a_code(service: DynamicsService) -> None:
    assert said(await service.call("POST", "WhoAmI", {})) == (404, "")


async def test_a_bad_key_is_400(service: DynamicsService) -> None:
    response = await service.call("GET", "leads(no-guid)")
    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith("The key in the request URI is not valid")


async def test_skip_is_refused(service: DynamicsService) -> None:
    assert (await service.call("GET", "leads?$skip=5")).status_code == 400


async def test_a_page_holds_what_was_asked_for_and_the_next_link_leads_on(service: DynamicsService) -> None:
    await three_leads(service)
    response = await service.call("GET", "leads?$select=lastname", Prefer="odata.maxpagesize=2")
    assert response.headers["Preference-Applied"] == "odata.maxpagesize=2"
    first = response.json()
    assert [row["lastname"] for row in first["value"]] == ["Adams", "Brown"]
    token = re.search(r"\$skiptoken=([^&]+)", first["@odata.nextLink"])
    assert token and unquote(token[1]).startswith('<cookie pagenumber="2" pagingcookie="')
    assert unquote(token[1]).endswith('istracking="False" />')
    second = await service.get(first["@odata.nextLink"], Prefer="odata.maxpagesize=2")
    assert [row["lastname"] for row in second["value"]] == ["Clark"]
    assert "@odata.nextLink" not in second


async def test_the_page_size_must_be_sent_again_on_every_page(service: DynamicsService) -> None:
    await service.http.post("/sandbox/tables/leads", json={"generate": 10})
    first = await service.get("leads?$select=lastname", Prefer="odata.maxpagesize=2")
    assert len((await service.get(first["@odata.nextLink"]))["value"]) == 8


async def test_pages_are_never_larger_than_5000(service: DynamicsService) -> None:
    await service.http.post("/sandbox/tables/leads", json={"generate": 5001})
    answer = await service.get("leads?$select=lastname", Prefer="odata.maxpagesize=9000")
    assert len(answer["value"]) == 5000 and "@odata.nextLink" in answer


async def test_rows_deleted_between_pages_hide_no_other_row(service: DynamicsService) -> None:
    ids = await three_leads(service)
    first = await service.get("leads?$select=lastname", Prefer="odata.maxpagesize=1")
    await service.call("DELETE", f"leads({ids[0]})")
    rest = await service.get(first["@odata.nextLink"])
    assert [row["lastname"] for row in rest["value"]] == ["Brown", "Clark"]


async def test_sorted_pages_go_on_where_they_ended(service: DynamicsService) -> None:
    await three_leads(service)
    first = await service.get("leads?$select=lastname&$orderby=lastname desc", Prefer="odata.maxpagesize=2")
    second = await service.get(first["@odata.nextLink"], Prefer="odata.maxpagesize=2")
    assert [row["lastname"] for row in first["value"] + second["value"]] == ["Clark", "Brown", "Adams"]


async def test_top_takes_the_first_rows_and_no_next_link(service: DynamicsService) -> None:
    await three_leads(service)
    answer = await service.get("leads?$top=1")
    assert len(answer["value"]) == 1 and "@odata.nextLink" not in answer


async def test_top_and_a_page_size_exclude_each_other(service: DynamicsService) -> None:
    assert (await service.call("GET", "leads?$top=1", Prefer="odata.maxpagesize=2")).status_code == 400


async def test_counts_stop_at_5000_but_the_total_record_count_does_not(service: DynamicsService) -> None:
    await service.http.post("/sandbox/tables/leads", json={"generate": 5002})
    assert (await service.get("leads?$count=true&$top=1"))["@odata.count"] == 5000
    assert (await service.call("GET", "leads/$count")).text == "5000"
    total = await service.get("RetrieveTotalRecordCount(EntityNames=['lead'])")
    assert total["EntityRecordCountCollection"]["Values"] == [5002]


async def test_a_row_has_its_version_as_etag(service: DynamicsService) -> None:
    lead = await service.lead()
    row = await service.get(f"leads({lead})?$select=lastname,versionnumber")
    assert row["@odata.etag"] == f'W/"{row["versionnumber"]}"'
    assert row["@odata.context"].endswith("$metadata#leads(lastname,versionnumber)/$entity")


async def test_a_missing_row_is_404_0x80040217(service: DynamicsService) -> None:
    missing = "11111111-2222-4333-8444-555555555555"
    response = await service.call("GET", f"leads({missing})")
    assert said(response) == (404, "0x80040217")
    assert response.json()["error"]["message"] == f"lead With Id = {missing} Does Not Exist"


async def test_a_row_that_has_not_changed_is_304(service: DynamicsService) -> None:
    lead = await service.lead()
    etag = (await service.get(f"leads({lead})"))["@odata.etag"]
    assert (await service.call("GET", f"leads({lead})", If_None_Match=etag)).status_code == 304
    await service.call("PATCH", f"leads({lead})", {"firstname": "Ada"})
    assert (await service.call("GET", f"leads({lead})", If_None_Match=etag)).status_code == 200


async def test_annotations_tell_the_kind_of_a_lookup_and_the_label_of_a_choice(service: DynamicsService) -> None:
    (account,) = await service.add("accounts", {"name": "Acme"})
    contact = await service.call(
        "POST", "contacts", {"lastname": "A", "parentcustomerid_account@odata.bind": f"/accounts({account})"}
    )
    address = contact.headers["OData-EntityId"] + "?$select=_parentcustomerid_value,statuscode"
    row = await service.get(address, Prefer='odata.include-annotations="*"')
    assert row["_parentcustomerid_value"] == account
    assert row["_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "account"
    navigation = "_parentcustomerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty"
    assert row[navigation] == "parentcustomerid_account"
    assert row[f"_parentcustomerid_value@{FORMATTED}"] == "Acme"
    assert row[f"statuscode@{FORMATTED}"] == "Active"


async def test_without_asking_there_are_no_annotations(service: DynamicsService) -> None:
    lead = await service.lead()
    row = await service.get(f"leads({lead})?$select=statuscode")
    assert [name for name in row if "@" in name] == ["@odata.context", "@odata.etag"]


async def test_one_kind_of_annotation_can_be_asked_for(service: DynamicsService) -> None:
    lead = await service.lead()
    row = await service.get(
        f"leads({lead})?$select=statuscode,_ownerid_value", Prefer=f'odata.include-annotations="{FORMATTED}"'
    )
    assert row[f"statuscode@{FORMATTED}"] == "New"
    assert not any("lookuplogicalname" in name for name in row)


async def test_the_probe_for_bulk_messages_answers(service: DynamicsService) -> None:
    condition = "sdkmessageid/name eq @m and primaryobjecttypecode eq @t"
    address = f"sdkmessagefilters?$select=sdkmessagefilterid&{filtered(condition)}"
    assert len((await service.get(f"{address}&@m='CreateMultiple'&@t='lead'"))["value"]) == 1
    assert (await service.get(f"{address}&@m='DeleteMultiple'&@t='lead'"))["value"] == []


async def test_an_address_of_30_kilobytes_is_read(service: DynamicsService) -> None:
    ids = await service.add("leads", *({"lastname": "A"} for _ in range(2)))
    values = ",".join(f"'{lead}'" for lead in ids * 350)
    condition = f"Microsoft.Dynamics.CRM.In(PropertyName='leadid',PropertyValues=[{values}])"
    assert len(condition) > 27_000
    answer = await service.get(f"leads?$select=leadid&$filter={condition}")
    assert [row["leadid"] for row in answer["value"]] == ids
