"""A customer's own table in the Dynamics stand-in: described, written to, looked up, and read as changes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.dynamics_service import DynamicsService, dynamics

VISIT: dict[str, Any] = {
    "table": "new_visit",
    "set": "new_visits",
    "key": "new_visitid",
    "columns": ["new_name", {"name": "new_rating", "kind": "Picklist", "options": {"1": "Good", "2": "Bad"}}],
    "lookups": {"new_contactid": ["contact"]},
}
FORMATTED = "@OData.Community.Display.V1.FormattedValue"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DynamicsService]:
    async with dynamics(tmp_path) as made:
        await made.control("definitions", **VISIT)
        yield made


async def test_a_table_of_the_customers_own_is_described_like_any_other(service: DynamicsService) -> None:
    definition = await service.get("EntityDefinitions(LogicalName='new_visit')")
    told = [definition[name] for name in ("EntitySetName", "PrimaryIdAttribute", "ChangeTrackingEnabled")]
    assert told == ["new_visits", "new_visitid", True]
    lookups = "EntityDefinitions(LogicalName='new_visit')/Attributes/Microsoft.Dynamics.CRM.LookupAttributeMetadata"
    targets = {one["LogicalName"]: one["Targets"] for one in (await service.get(lookups))["value"]}
    assert targets["new_contactid"] == ["contact"]


async def test_rows_of_an_own_table_are_linked_and_read_as_changes(service: DynamicsService) -> None:
    [contact] = await service.add("contacts", {"lastname": "Hopper"})
    link = await service.started_tracking("new_visits", "new_name,new_rating,_new_contactid_value")
    bound = {"new_name": "First", "new_rating": 1, "new_contactid@odata.bind": f"/contacts({contact})"}
    assert (await service.call("POST", "new_visits", bound)).status_code == 204
    [row] = (await service.get(link, Prefer='odata.include-annotations="*"'))["value"]
    assert (row["_new_contactid_value"], row["new_rating" + FORMATTED]) == (contact, "Good")


async def test_a_lookup_to_a_table_that_is_not_there_is_refused(service: DynamicsService) -> None:
    wrong = {**VISIT, "lookups": {"new_to": ["nothing"]}}
    assert await service.control("definitions", **wrong) == {"error": "there is no table nothing"}
