"""Microsoft's own Dataverse client, unchanged, against the Dynamics stand-in."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential
from PowerPlatform.Dataverse.aio.async_client import AsyncDataverseClient
from PowerPlatform.Dataverse.core.errors import HttpError

from tests.sandbox.dynamics_service import FORM, DynamicsService, dynamics

FREE = "11111111-2222-4333-8444-555555555555"


class ClientCredentials(AsyncTokenCredential):
    """What azure-identity would do: client id and secret to the token endpoint, for the scope the client names."""

    def __init__(self, authority: str) -> None:
        self.authority = authority

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        async with httpx.AsyncClient() as http:
            response = await http.post(f"{self.authority}/demo/oauth2/v2.0/token", data=FORM | {"scope": scopes[0]})
        return AccessToken(response.json()["access_token"], response.json()["expires_in"])

    async def close(self) -> None:
        """Holds nothing open."""

    async def __aexit__(self, *_: Any) -> None:
        await self.close()


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DynamicsService]:
    async with dynamics(tmp_path) as running:
        yield running


@pytest.fixture
async def client(service: DynamicsService) -> AsyncIterator[Any]:
    async with AsyncDataverseClient(service.url, ClientCredentials(service.url)) as client:
        yield client


async def test_it_creates_reads_updates_and_deletes_a_row(service: DynamicsService, client: Any) -> None:
    account = await client.records.create("account", {"Name": "Acme", "telephone1": "555"})
    await client.records.update("account", account, {"telephone1": "556"})
    row = await client.records.retrieve("account", account, select=["name", "telephone1"])
    assert (row["name"], row["telephone1"]) == ("Acme", "556")
    await client.records.delete("account", account)
    assert await service.ids("accounts") == []


async def test_it_turns_labels_of_choices_into_values(service: DynamicsService, client: Any) -> None:
    lead = await client.records.create("lead", {"lastname": "A", "leadqualitycode": "Cold"})
    assert (await service.row("leads", lead))["leadqualitycode"] == 3


async def test_it_creates_and_updates_many_rows_at_once(service: DynamicsService, client: Any) -> None:
    ids = await client.records.create("lead", [{"lastname": "A"}, {"lastname": "B"}])
    assert ids == await service.ids("leads")
    await client.records.update("lead", ids, {"jobtitle": "Clerk"})
    await client.records.update("lead", ids, [{"firstname": "X"}, {"firstname": "Y"}])
    rows = [await service.row("leads", lead) for lead in ids]
    assert [(row["jobtitle"], row["fullname"]) for row in rows] == [("Clerk", "X A"), ("Clerk", "Y B")]


async def test_it_deletes_many_rows_by_a_job_or_one_by_one(service: DynamicsService, client: Any) -> None:
    ids = await service.add("leads", *({"lastname": name} for name in "ABCD"))
    assert await client.records.delete("lead", ids[:2])
    await client.records.delete("lead", ids[2:], use_bulk_delete=False)
    assert await service.ids("leads") == []


async def test_it_upserts_by_an_alternate_key(service: DynamicsService, client: Any) -> None:
    one = {"alternate_key": {"new_marketoid": 1}, "record": {"lastname": "A"}}
    two = {"alternate_key": {"new_marketoid": 2}, "record": {"lastname": "B"}}
    await client.records.upsert("lead", [one])
    await client.records.upsert("lead", [one | {"record": {"lastname": "C"}}, two])
    rows = [await service.row("leads", lead) for lead in await service.ids("leads")]
    assert [(row["lastname"], row["new_marketoid"]) for row in rows] == [("C", 1), ("B", 2)]


async def test_it_reads_in_pages_with_filter_and_order(service: DynamicsService, client: Any) -> None:
    await service.add("leads", *({"lastname": name, "new_visits": at} for at, name in enumerate("EDCBA")))
    pages = [
        [row["lastname"] for row in page]
        async for page in client.records.list_pages(
            "lead", filter="new_visits gt 0", select=["lastname"], orderby=["lastname"], page_size=3
        )
    ]
    assert pages == [["A", "B", "C"], ["D"]]


async def test_it_counts_and_annotates(service: DynamicsService, client: Any) -> None:
    await service.lead()
    rows = await client.records.list("lead", select=["statuscode"], top=1, count=True, include_annotations="*")
    assert [row["statuscode@OData.Community.Display.V1.FormattedValue"] for row in rows] == ["New"]


async def test_its_query_builder_works(service: DynamicsService, client: Any) -> None:
    from PowerPlatform.Dataverse.models.filters import col

    await service.add("leads", {"lastname": "Adams", "new_visits": 3}, {"lastname": "Brown"})
    found = await client.query.builder("lead").select("lastname").where(col("new_visits") > 1).execute()
    assert [row["lastname"] for row in found] == ["Adams"]


async def test_it_expands_a_lookup(service: DynamicsService, client: Any) -> None:
    (account,) = await service.add("accounts", {"name": "Acme"})
    lead = await service.lead(_parentaccountid_value=account)
    row = await client.records.retrieve("lead", lead, select=["lastname"], expand=["parentaccountid($select=name)"])
    assert row["parentaccountid"]["name"] == "Acme"


async def test_its_batch_keeps_going_when_told_to(service: DynamicsService, client: Any) -> None:
    batch = client.batch.new()
    batch.records.create("lead", {"lastname": "A"})
    batch.records.create("lead", {"mobilephone": "1" * 21})
    batch.records.list("lead", filter="lastname eq 'A'", select=["lastname"])
    batch.tables.get("lead")
    result = await batch.execute(continue_on_error=True)
    assert [item.status_code for item in result.responses] == [204, 400, 200, 200]
    assert result.responses[1].error_code == "0x80044331"
    assert result.responses[2].data["value"][0]["lastname"] == "A"


async def test_its_change_set_refers_to_what_it_made(service: DynamicsService, client: Any) -> None:
    batch = client.batch.new()
    async with batch.changeset() as changes:
        lead = changes.records.create("lead", {"lastname": "A"})
        changes.records.update("lead", lead, {"firstname": "Ada"})
    result = await batch.execute()
    assert [item.status_code for item in result.responses] == [204, 204]
    (made,) = await service.ids("leads")
    assert (await service.row("leads", made))["fullname"] == "Ada A"


async def test_it_raises_our_refusals_with_their_codes(service: DynamicsService, client: Any) -> None:
    with pytest.raises(HttpError) as caught:
        await client.records.create("lead", {"mobilephone": "1" * 21})
    assert caught.value.details["service_error_code"] == "0x80044331"
    with pytest.raises(HttpError) as missing:
        await client.records.update("lead", FREE, {"firstname": "A"})
    assert missing.value.status_code == 404


async def test_it_describes_tables_and_columns(service: DynamicsService, client: Any) -> None:
    table = await client.tables.get("lead")
    assert (table["entity_set_name"], table["primary_id_attribute"]) == ("leads", "leadid")
    assert "contact" in {item["LogicalName"] for item in await client.tables.list()}
    assert (await client.tables.get_column("lead", "mobilephone"))["MaxLength"] == 20
    assert (await client.tables.get_column("lead", "mobilephone", typed=True))["MaxLength"] == 20
    assert len(await client.tables.list_columns("lead", typed=True)) > 50
    assert await client.tables.get_column("lead", "nothing") is None


async def test_it_makes_a_table_with_columns_and_rows(service: DynamicsService, client: Any) -> None:
    await client.tables.create("new_Project", {"new_Budget": "decimal", "new_Due": "datetime"})
    await client.tables.add_columns("new_Project", {"new_Code": {"type": "string", "max_length": 5}})
    project = await client.records.create("new_Project", {"new_Name": "P", "new_Budget": 2.5, "new_Code": "X1"})
    row = await client.records.retrieve("new_project", project, select=["new_name", "new_budget", "new_code"])
    assert (row["new_name"], row["new_budget"], row["new_code"]) == ("P", 2.5, "X1")
    with pytest.raises(HttpError):
        await client.records.create("new_Project", {"new_Code": "too long"})
    await client.tables.remove_columns("new_Project", "new_Code")
    await client.tables.delete("new_Project")
    assert await client.tables.get("new_Project") is None


async def test_it_declares_and_removes_an_alternate_key(service: DynamicsService, client: Any) -> None:
    await client.tables.create_alternate_key("account", "new_number_key", ["accountnumber"])
    await client.records.upsert("account", [{"alternate_key": {"accountnumber": "A1"}, "record": {"name": "Acme"}}])
    assert (await service.get("accounts(accountnumber='A1')"))["name"] == "Acme"
    (key,) = await client.tables.get_alternate_keys("account")
    assert (key.key_attributes, key.status) == (["accountnumber"], "Active")
    await client.tables.delete_alternate_key("account", key.metadata_id)
    assert await client.tables.get_alternate_keys("account") == []


async def test_it_makes_a_lookup_column_and_reads_relationships(service: DynamicsService, client: Any) -> None:
    made = await client.tables.create_lookup_field("lead", "new_Referrer", "contact")
    assert made.relationship_id
    found = await client.tables.get_relationship(made.relationship_schema_name)
    assert (found.referenced_entity, found.referencing_entity) == ("contact", "lead")
    (contact,) = await service.add("contacts", {"lastname": "A"})
    lead = await service.lead()
    response = await service.call("PATCH", f"leads({lead})", {"new_Referrer@odata.bind": f"/contacts({contact})"})
    assert response.status_code == 204
    names = {item["SchemaName"] for item in await client.tables.list_table_relationships("lead")}
    assert made.relationship_schema_name in names
