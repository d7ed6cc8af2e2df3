"""Merge and columns of one's own in the Dynamics stand-in, by raw HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.dynamics_service import DynamicsService, dynamics, said

KIND = "Microsoft.Dynamics.CRM."


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[DynamicsService]:
    async with dynamics(tmp_path) as running:
        yield running


def merging(table: str, winner: str, loser: str, **taken: Any) -> dict[str, Any]:
    kind = {"@odata.type": KIND + table}
    both = {"Target": {f"{table}id": winner, **kind}, "Subordinate": {f"{table}id": loser, **kind}}
    return {**both, "UpdateContent": {**taken, **kind}, "PerformParentingChecks": False}


async def test_a_merge_updates_both_rows_and_deletes_neither(service: DynamicsService) -> None:
    winner, loser = await service.lead(firstname="Ada"), await service.lead(firstname="A.")
    link = await service.started_tracking(select="merged,statecode,_masterid_value,firstname")
    body = merging("lead", winner, loser, firstname="Augusta")
    assert (await service.call("POST", "Merge", body)).status_code == 204
    rows = {row.get("leadid"): row for row in (await service.get(link))["value"]}
    assert rows[winner]["firstname"] == "Augusta" and not rows[winner]["merged"]
    lost = rows[loser]
    assert (lost["merged"], lost["_masterid_value"], lost["statecode"]) == (True, winner, 2)


async def test_what_referred_to_the_loser_refers_to_the_winner(service: DynamicsService) -> None:
    winner, loser = await service.add("accounts", {"name": "Navy"}, {"name": "Nayv"})
    annotated = {"_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "account"}
    (contact,) = await service.add("contacts", {"lastname": "Hopper", "_parentcustomerid_value": loser, **annotated})
    await service.call("POST", "Merge", merging("account", winner, loser))
    assert (await service.row("contacts", contact))["_parentcustomerid_value"] == winner
    assert (await service.row("accounts", loser))["_masterid_value"] == winner


async def test_a_lead_and_a_contact_or_a_row_and_itself_cannot_be_merged(service: DynamicsService) -> None:
    lead, (contact,) = await service.lead(), await service.add("contacts", {"lastname": "Hopper"})
    mixed = {**merging("lead", lead, lead), "Subordinate": {"contactid": contact, "@odata.type": f"{KIND}contact"}}
    for body in (merging("lead", lead, lead), mixed, {}):
        assert (await service.call("POST", "Merge", body)).status_code == 400
    gone = merging("lead", lead, "11111111-2222-4333-8444-555555555555")
    assert said(await service.call("POST", "Merge", gone)) == (404, "0x80040217")


async def test_a_column_of_ones_own_ends_its_tables_delta_tokens_and_can_be_read(service: DynamicsService) -> None:
    lead = await service.lead()
    link = await service.started_tracking()
    assert said(await service.call("GET", "leads?$select=new_synctomkto")) == (400, "0x0")
    column = {"table": "lead", "name": "new_synctomkto", "type": "Boolean"}
    await service.http.post("/sandbox/columns", json=column)
    assert said(await service.call("GET", link)) == (400, "0x80044352")
    await service.call("PATCH", f"leads({lead})", {"new_synctomkto": False})
    (row,) = (await service.get("leads?$select=new_synctomkto"))["value"]
    assert row["new_synctomkto"] is False
    described = await service.get("EntityDefinitions(LogicalName='lead')/Attributes(LogicalName='new_synctomkto')")
    assert described["AttributeType"] == "Boolean"
