"""What only people in Dynamics do: they qualify leads, merge rows, and have columns made."""

from typing import Any

from tests.journeys.world import Row, World, control

API = "/api/data/v9.2/"
KEYS = {"leads": "leadid", "contacts": "contactid", "accounts": "accountid"}
FLAG = "new_synctomkto"


async def flagged(world: World, *tables: str) -> None:
    """Has the column made that says whether a row is kept in step."""
    for table in tables or ("lead", "contact"):
        await control(world.dynamics, "columns", {"table": table, "name": FLAG, "type": "Boolean"})


async def qualify(world: World, lead: str, **asked: Any) -> str:
    """Dynamics' own Qualify, which makes a contact of a lead; the contact's id."""
    body = {"CreateAccount": False, "CreateContact": True, "CreateOpportunity": False, "Status": 3, **asked}
    made = await _act(world, f"leads({lead})/Microsoft.Dynamics.CRM.QualifyLead", body)
    (contact,) = [each["contactid"] for each in made["value"] if "contactid" in each]
    return str(contact)


async def merge(world: World, entity_set: str, winner: str, loser: str, **taken: Any) -> None:
    """Dynamics' own Merge; `taken` is what the winner takes over."""
    kind = {"@odata.type": f"Microsoft.Dynamics.CRM.{entity_set.removesuffix('s')}"}
    target, subordinate = ({KEYS[entity_set]: each, **kind} for each in (winner, loser))
    await _act(world, "Merge", {"Target": target, "Subordinate": subordinate, "UpdateContent": {**taken, **kind}})


async def _act(world: World, address: str, body: Row) -> Row:
    asked = {"grant_type": "client_credentials", "client_id": "demo", "client_secret": "demo", "scope": "any/.default"}
    token = (await world.dynamics.post("/demo/oauth2/v2.0/token", data=asked)).json()["access_token"]
    reply = await world.dynamics.post(API + address, json=body, headers={"Authorization": f"Bearer {token}"})
    assert reply.is_success, reply.text
    return dict(reply.json()) if reply.content else {}
