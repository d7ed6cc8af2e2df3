"""Metadata of the Dynamics stand-in, by raw HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.sandbox.dynamics_service import DynamicsService, Json, dynamics, filtered

LEAD = "EntityDefinitions(LogicalName='lead')"
CAST = f"{LEAD}/Attributes/Microsoft.Dynamics.CRM."


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DynamicsService]:
    async with dynamics(tmp_path) as running:
        yield running


async def attribute(service: DynamicsService, table: str, name: str) -> Json:
    return await service.get(f"EntityDefinitions(LogicalName='{table}')/Attributes(LogicalName='{name}')")


async def test_a_table_is_found_by_its_logical_name(service: DynamicsService) -> None:
    address = "EntityDefinitions?$select=LogicalName,EntitySetName,PrimaryIdAttribute,ChangeTrackingEnabled"
    condition = filtered("LogicalName eq 'opportunity'")
    (table,) = (await service.get(f"{address}&{condition}"))["value"]
    assert (table["EntitySetName"], table["PrimaryIdAttribute"]) == ("opportunities", "opportunityid")
    assert table["ChangeTrackingEnabled"] is True
    assert "PrimaryNameAttribute" not in table


async def test_an_unknown_table_is_404_by_key_and_nothing_by_filter(service: DynamicsService) -> None:
    assert (await service.call("GET", "EntityDefinitions(LogicalName='nothing')")).status_code == 404
    condition = filtered("LogicalName eq 'nothing'")
    assert (await service.get(f"EntityDefinitions?{condition}"))["value"] == []


@pytest.mark.parametrize(
    ("table", "column", "length"),
    [
        ("lead", "mobilephone", 20),
        ("contact", "mobilephone", 50),
        ("lead", "firstname", 50),
        ("lead", "emailaddress1", 100),
        ("lead", "subject", 300),
        ("lead", "address1_postalcode", 20),
        ("account", "name", 160),
        ("account", "accountnumber", 20),
        ("opportunity", "name", 300),
        ("lead", "description", 2000),
    ],
)
async def test_lengths_are_those_of_the_common_data_model(
    service: DynamicsService, table: str, column: str, length: int
) -> None:
    assert (await attribute(service, table, column))["MaxLength"] == length


async def test_attributes_tell_who_may_write_them(service: DynamicsService) -> None:
    fullname = await attribute(service, "lead", "fullname")
    assert (fullname["IsValidForRead"], fullname["IsValidForCreate"], fullname["IsValidForUpdate"]) == (
        True,
        False,
        False,
    )
    assert (await attribute(service, "lead", "lastname"))["RequiredLevel"]["Value"] == "ApplicationRequired"
    assert (await attribute(service, "lead", "ownerid"))["RequiredLevel"]["Value"] == "SystemRequired"


async def test_a_cast_gives_only_attributes_of_that_type(service: DynamicsService) -> None:
    answer = await service.get(f"{CAST}StringAttributeMetadata?$select=LogicalName,MaxLength,FormatName,RequiredLevel")
    by_name = {item["LogicalName"]: item for item in answer["value"]}
    assert by_name["emailaddress1"]["FormatName"] == {"Value": "Email"}
    assert "new_marketoid" not in by_name and "AttributeType" not in by_name["emailaddress1"]


async def test_choices_come_when_expanded(service: DynamicsService) -> None:
    address = f"{CAST}PicklistAttributeMetadata?$select=LogicalName&$expand=OptionSet"
    (ratings,) = [
        item["OptionSet"]["Options"]
        for item in (await service.get(address))["value"]
        if item["LogicalName"] == "leadqualitycode"
    ]
    labels = {option["Value"]: option["Label"]["UserLocalizedLabel"]["Label"] for option in ratings}
    assert labels == {1: "Hot", 2: "Warm", 3: "Cold"}
    plain = await service.get(f"{CAST}PicklistAttributeMetadata?$select=LogicalName")
    assert "OptionSet" not in plain["value"][0]


async def test_a_status_knows_its_state(service: DynamicsService) -> None:
    answer = await service.get(f"{CAST}StatusAttributeMetadata?$expand=OptionSet")
    states = {option["Value"]: option["State"] for option in answer["value"][0]["OptionSet"]["Options"]}
    assert states == {1: 0, 2: 0, 3: 1, 4: 2, 5: 2, 6: 2, 7: 2}


@pytest.mark.parametrize(
    ("kind", "column", "name", "value"),
    [
        ("Lookup", "ownerid", "Targets", ["systemuser", "team"]),
        ("Money", "revenue", "Precision", 2),
        ("DateTime", "createdon", "DateTimeBehavior", {"Value": "UserLocal"}),
        ("Integer", "mkt_leadscore", "MaxValue", 2**31 - 1),
        ("Memo", "description", "MaxLength", 2000),
    ],
)
async def test_each_type_has_its_particulars(
    service: DynamicsService, kind: str, column: str, name: str, value: object
) -> None:
    items = (await service.get(f"{CAST}{kind}AttributeMetadata"))["value"]
    assert next(item[name] for item in items if item["LogicalName"] == column) == value


async def test_keys_are_there_with_their_columns(service: DynamicsService) -> None:
    answer = await service.get(f"{LEAD}?$select=LogicalName&$expand=Keys($select=KeyAttributes,EntityKeyIndexStatus)")
    assert answer["Keys"][0]["KeyAttributes"] == ["new_marketoid"]
    assert answer["Keys"][0]["EntityKeyIndexStatus"] == "Active"


async def test_attributes_can_be_expanded_with_their_table(service: DynamicsService) -> None:
    answer = await service.get(f"{LEAD}?$select=LogicalName&$expand=Attributes($select=LogicalName,AttributeType)")
    kinds = {item["LogicalName"]: item["AttributeType"] for item in answer["Attributes"]}
    assert (kinds["leadid"], kinds["statecode"], kinds["ownerid"]) == ("Uniqueidentifier", "State", "Owner")


async def test_an_unknown_metadata_property_is_400(service: DynamicsService) -> None:
    assert (await service.call("GET", "EntityDefinitions?$select=Nonsense")).status_code == 400
