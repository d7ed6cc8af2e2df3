"""What the Dynamics stand-in is filled with, and the people who work in it."""

from pathlib import Path

import pytest

from tests.sandbox.dynamics_service import DynamicsService, dynamics

USERS = (
    "systemuserid,fullname,firstname,lastname,internalemailaddress,isdisabled\n{user},Ann A,Ann,A,a@x.example,false\n"
)
ACCOUNTS = "accountid,name,industry,revenue,_ownerid_value,new_founded\n{account},Acme,medical,12.50,{user},1996\n"
DEALS = (
    "opportunityid,name,statecode,statuscode,createdon,actualclosedate,estimatedvalue,_customerid_value,new_code\n"
    "{deal}1,Old,1,3,2016-10-20T00:00:00Z,2017-03-01,,{account},A1\n{deal}2,Lonely,0,1,,,5,,\n"
)
IDS = {
    "user": "00000000-0000-4000-8000-000000000001",
    "account": "00000000-0000-4000-8000-000000000002",
    "deal": "00000000-0000-4000-8000-00000000000",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("systemusers", USERS), ("accounts", ACCOUNTS), ("opportunities", DEALS)):
        (tmp_path / f"{name}.csv").write_text(text.format(**IDS))
    return tmp_path


async def test_csv_files_are_loaded_in_their_types(folder: Path) -> None:
    async with dynamics(folder) as service:
        account = await service.row("accounts", IDS["account"])
        old, lonely = [await service.row("opportunities", f"{IDS['deal']}{number}") for number in (1, 2)]
    assert (account["revenue"], account["new_founded"], account["industry"]) == (12.5, 1996, "medical")
    assert account["_ownerid_value"] == IDS["user"]
    assert (old["statecode"], old["createdon"], old["new_code"]) == (1, "2016-10-20T00:00:00Z", "A1")
    assert "actualclosedate" not in lonely and "_customerid_value" not in lonely
    assert lonely["createdon"] > "2026"


async def test_columns_that_dataverse_does_not_have_are_in_the_metadata(folder: Path) -> None:
    async with dynamics(folder) as service:
        address = "EntityDefinitions(LogicalName='opportunity')/Attributes(LogicalName='new_code')"
        column = await service.get(address)
    assert (column["AttributeType"], column["IsCustomAttribute"]) == ("String", True)


async def test_each_account_of_the_files_gets_two_to_four_contacts(folder: Path) -> None:
    async with dynamics(folder) as service:
        contacts = (await service.get("contacts?$select=emailaddress1,_parentcustomerid_value"))["value"]
    assert 2 <= len(contacts) <= 4
    assert {contact["_parentcustomerid_value"] for contact in contacts} == {IDS["account"]}
    assert all(contact["emailaddress1"].isascii() for contact in contacts)


async def test_without_files_there_is_a_small_crm_and_the_same_seed_makes_the_same() -> None:
    async with dynamics(seed=5) as first, dynamics(seed=5) as second:
        for entity_set, least in (("accounts", 40), ("contacts", 80), ("leads", 200), ("opportunities", 150)):
            ids = await first.ids(entity_set)
            assert len(ids) >= least
            assert ids == await second.ids(entity_set)
        roles = await first.get(
            "connections?$select=_record1id_value,_record2id_value,_record2roleid_value",
            Prefer='odata.include-annotations="*"',
        )
    assert len(roles["value"]) > 20
    suffix = "@Microsoft.Dynamics.CRM.lookuplogicalname"
    assert {row[f"_record1id_value{suffix}"] for row in roles["value"]} == {"opportunity"}
    assert {row[f"_record2id_value{suffix}"] for row in roles["value"]} == {"contact"}
    labels = {row["_record2roleid_value@OData.Community.Display.V1.FormattedValue"] for row in roles["value"]}
    assert "Stakeholder" in labels


async def worked(service: DynamicsService, count: int) -> list[dict[str, object]]:
    return list(await service.control("edits", count=count))


async def test_colleagues_edit_create_delete_and_sometimes_err() -> None:
    async with dynamics() as service:
        link = await service.started_tracking()
        done = await worked(service, 300)
        told = await service.get(link)
    kinds = {str(item["what"]) for item in done}
    assert {"lead.update", "lead.create", "lead.delete", "contact.update", "opportunity.update"} <= kinds
    bad = [item["columns"] for item in done if item["bad"]]
    assert any(not str(columns).isascii() for columns in bad)
    assert told["value"]


async def test_colleagues_with_one_seed_do_the_same() -> None:
    async with dynamics(seed=3) as first, dynamics(seed=3) as second:
        assert [item["what"] for item in await worked(first, 20)] == [item["what"] for item in await worked(second, 20)]


async def test_rows_can_be_put_in_generated_and_taken_out(tmp_path: Path) -> None:
    async with dynamics(tmp_path) as service:
        lead = await service.lead()
        await service.add("leads", {"leadid": lead, "firstname": "Ada"})
        assert (await service.row("leads", lead))["firstname"] == "Ada"
        await service.http.post("/sandbox/tables/opportunities", json={"generate": 7})
        assert len(await service.ids("opportunities")) == 7
        await service.http.request("DELETE", "/sandbox/tables/leads", json={"ids": [lead]})
        assert await service.ids("leads") == []


async def test_rows_can_be_backdated_for_a_clock_that_is_set_back(tmp_path: Path) -> None:
    async with dynamics(tmp_path) as service:
        lead, old = await service.lead(), await service.lead(createdon="2020-01-01T00:00:00Z")
        await service.control("backdate", to="2026-01-02T03:04:05+00:00")
        assert (await service.row("leads", lead))["modifiedon"] == "2026-01-02T03:04:05Z"
        assert (await service.row("leads", old))["createdon"] == "2020-01-01T00:00:00Z"
