"""What the Dynamics stand-in checks of the values of a write, by raw HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.sandbox.dynamics_service import DynamicsService, dynamics, said

FREE = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DynamicsService]:
    async with dynamics(tmp_path) as running:
        yield running


async def test_a_lookup_is_bound_by_address_and_cleared_by_null(service: DynamicsService) -> None:
    (account,) = await service.add("accounts", {"name": "Acme"})
    lead = await service.lead()
    await service.call("PATCH", f"leads({lead})", {"parentaccountid@odata.bind": f"/accounts({account})"})
    assert (await service.row("leads", lead))["_parentaccountid_value"] == account
    await service.call("PATCH", f"leads({lead})", {"parentaccountid@odata.bind": None})
    assert "_parentaccountid_value" not in await service.row("leads", lead)


async def test_a_reference_is_deleted_by_ref(service: DynamicsService) -> None:
    (account,) = await service.add("accounts", {"name": "Acme"})
    lead = await service.lead(_parentaccountid_value=account)
    assert (await service.call("DELETE", f"leads({lead})/parentaccountid/$ref")).status_code == 204
    assert "_parentaccountid_value" not in await service.row("leads", lead)


async def test_a_lookup_to_a_missing_row_is_404_0x80040217(service: DynamicsService) -> None:
    response = await service.call(
        "POST", "contacts", {"lastname": "A", "parentcustomerid_account@odata.bind": f"/accounts({FREE})"}
    )
    assert said(response) == (404, "0x80040217")
    assert response.json()["error"]["message"] == f"account With Id = {FREE} Does Not Exist"


async def test_a_polymorphic_lookup_needs_its_split_name(service: DynamicsService) -> None:
    (account,) = await service.add("accounts", {"name": "Acme"})
    body = {"lastname": "A", "parentcustomerid@odata.bind": f"/accounts({account})"}
    assert (await service.call("POST", "contacts", body)).status_code == 400


async def test_a_lookup_cannot_be_written_as_its_value(service: DynamicsService) -> None:
    assert (await service.call("POST", "leads", {"_parentaccountid_value": FREE})).status_code == 400


async def test_an_owner_who_is_disabled_is_refused(service: DynamicsService) -> None:
    (gone,) = await service.add("systemusers", {"lastname": "Gone", "isdisabled": True})
    response = await service.call("POST", "leads", {"lastname": "A", "ownerid@odata.bind": f"/systemusers({gone})"})
    assert said(response) == (400, "0x80040229")


async def test_an_owner_may_be_a_team(service: DynamicsService) -> None:
    (team,) = await service.add("teams", {"name": "East"})
    lead = await service.lead()
    await service.call("PATCH", f"leads({lead})", {"ownerid@odata.bind": f"/teams({team})"})
    row = await service.get(f"leads({lead})?$select=_ownerid_value", Prefer='odata.include-annotations="*"')
    assert row["_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "team"


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("mobilephone", "+1 555 0100 0100 0100 0", "0x80044331"),
        ("leadsourcecode", 99, "0x8004431a"),
        ("numberofemployees", -1, "0x8004432f"),
        ("revenue", -0.5, "0x80044330"),
        ("description", "a\u0001b", "0x80040278"),
        ("lastname", 5, "0x80048d19"),
        ("new_visits", "5", "0x80048d19"),
        ("donotemail", "no", "0x80048d19"),
        ("mkt_lastinterestingmomentdate", "yesterday", "0x80048d19"),
        ("no_such_column", 1, "0x0"),
    ],
)
async def test_bad_data_is_400_with_the_code_of_its_kind(
    service: DynamicsService, column: str, value: object, code: str
) -> None:
    assert said(await service.call("POST", "leads", {"lastname": "A", column: value})) == (400, code)
    assert await service.ids("leads") == []


async def test_a_text_too_long_is_refused_with_the_documented_sentence(service: DynamicsService) -> None:
    response = await service.call("POST", "leads", {"mobilephone": "1" * 21})
    assert response.json()["error"]["message"] == (
        "A validation error occurred. The length of the 'mobilephone' attribute of the 'lead' entity "
        "exceeded the maximum allowed length of '20'."
    )
    assert (await service.call("POST", "contacts", {"mobilephone": "1" * 21})).status_code == 204


async def test_a_status_must_belong_to_its_state(service: DynamicsService) -> None:
    lead = await service.lead()
    response = await service.call("PATCH", f"leads({lead})", {"statecode": 0, "statuscode": 3})
    assert said(response) == (400, "0x80048408")
    assert "3 is not a valid status code for state code LeadState.Open" in response.json()["error"]["message"]


async def test_a_state_brings_its_first_status_along(service: DynamicsService) -> None:
    lead = await service.lead()
    await service.call("PATCH", f"leads({lead})", {"statecode": 2})
    assert (await service.row("leads", lead))["statuscode"] == 4


async def test_a_closed_lead_still_takes_updates_from_the_api(service: DynamicsService) -> None:
    lead = await service.lead(statecode=1)
    assert (await service.call("PATCH", f"leads({lead})", {"jobtitle": "Countess"})).status_code == 204


async def test_what_cannot_be_written_is_silently_left_out(service: DynamicsService) -> None:
    body = {"lastname": "A", "createdon": "2001-01-01T00:00:00Z", "fullname": "Nobody", "versionnumber": 1}
    response = await service.call("POST", "leads", body, Prefer="return=representation")
    row = response.json()
    assert response.status_code == 201
    assert row["fullname"] == "A" and row["createdon"] > "2026" and row["versionnumber"] > 1


async def test_a_lead_without_a_last_name_is_taken(service: DynamicsService) -> None:
    assert (await service.call("POST", "leads", {})).status_code == 204


async def test_a_system_required_column_that_is_missing_is_refused(service: DynamicsService) -> None:
    assert said(await service.call("POST", "teams", {"emailaddress": "a@b.example"})) == (400, "0x80040200")


async def test_a_body_that_is_no_json_is_400(service: DynamicsService) -> None:
    response = await service.http.post("/api/data/v9.2/leads", content="{", headers=service.headers)
    assert response.status_code == 400


async def test_a_user_cannot_be_deleted(service: DynamicsService) -> None:
    (user,) = await service.add("systemusers", {"lastname": "A"})
    assert said(await service.call("DELETE", f"systemusers({user})")) == (405, "0x80040227")


DUPLICATES_ON = {"MSCRM.SuppressDuplicateDetection": "false"}


@pytest.mark.parametrize(
    ("entity_set", "values"),
    [
        ("leads", {"emailaddress1": "ann@one.example"}),
        ("contacts", {"emailaddress1": "ann@one.example"}),
        ("contacts", {"firstname": "Ann", "lastname": "Adams"}),
        ("accounts", {"name": "Acme"}),
    ],
)
async def test_duplicates_are_refused_when_detection_is_on(
    service: DynamicsService, entity_set: str, values: dict[str, str]
) -> None:
    await service.add(entity_set, values)
    shouted = {name: value.upper() for name, value in values.items()}
    assert said(await service.call("POST", entity_set, shouted, **DUPLICATES_ON)) == (412, "0x80040333")
    assert len(await service.ids(entity_set)) == 1


async def test_without_the_header_or_with_true_duplicates_are_taken(service: DynamicsService) -> None:
    await service.lead(emailaddress1="ann@one.example")
    body = {"emailaddress1": "ann@one.example"}
    assert (await service.call("POST", "leads", body)).status_code == 204
    suppressed = {"MSCRM.SuppressDuplicateDetection": "true"}
    assert (await service.call("POST", "leads", body, **suppressed)).status_code == 204


async def test_an_update_that_makes_a_duplicate_is_refused_but_not_one_of_itself(service: DynamicsService) -> None:
    await service.lead(emailaddress1="ann@one.example")
    other = await service.lead(emailaddress1="bob@one.example")
    same = await service.call("PATCH", f"leads({other})", {"jobtitle": "Clerk"}, **DUPLICATES_ON)
    duplicate = await service.call("PATCH", f"leads({other})", {"emailaddress1": "ann@one.example"}, **DUPLICATES_ON)
    assert same.status_code == 204
    assert said(duplicate) == (412, "0x80040333")


async def test_connections_go_with_the_contact_they_are_about(service: DynamicsService) -> None:
    (contact,) = await service.add("contacts", {"lastname": "A"})
    (opportunity,) = await service.add("opportunities", {"name": "Deal"})
    body = {
        "record1id_opportunity@odata.bind": f"/opportunities({opportunity})",
        "record2id_contact@odata.bind": f"/contacts({contact})",
    }
    assert (await service.call("POST", "connections", body)).status_code == 204
    await service.call("DELETE", f"contacts({contact})")
    assert await service.ids("connections") == []


async def test_qualifying_a_lead_makes_linked_rows_and_closes_it(service: DynamicsService) -> None:
    lead = await service.lead(firstname="Ada", companyname="Engines", emailaddress1="ada@engines.example")
    address = f"leads({lead})/Microsoft.Dynamics.CRM.QualifyLead"
    body = {"CreateAccount": True, "CreateContact": True, "CreateOpportunity": False, "Status": 3}
    made = (await service.call("POST", address, body)).json()["value"]
    account, contact = made[0]["accountid"], made[1]["contactid"]
    assert (await service.row("accounts", account))["name"] == "Engines"
    assert (await service.row("accounts", account))["_primarycontactid_value"] == contact
    assert (await service.row("contacts", contact))["_parentcustomerid_value"] == account
    closed = await service.row("leads", lead)
    assert (closed["statecode"], closed["statuscode"], closed["_parentcontactid_value"]) == (1, 3, contact)
    assert said(await service.call("POST", address, body)) == (400, "0x80040519")


async def test_an_unknown_column_to_be_shown_is_refused_before_anything_is_written(service: DynamicsService) -> None:
    response = await service.call("POST", "leads?$select=nothing", {"lastname": "A"}, Prefer="return=representation")
    assert said(response) == (400, "0x0")
    assert await service.ids("leads") == []


async def test_a_plug_in_says_no_in_its_own_words_or_crashes(service: DynamicsService) -> None:
    await service.control("plugins", table="lead", column="jobtitle", value="Spy", message="No.")
    await service.control("plugins", table="lead", column="jobtitle", value="Mole", message="?", code="0x80040224")
    assert said(await service.call("POST", "leads", {"jobtitle": "Spy"})) == (400, "0x80040265")
    assert said(await service.call("POST", "leads", {"jobtitle": "Mole"})) == (500, "0x80040224")
    assert await service.ids("leads") == []
