"""Owners: written to Dynamics on creation only, never to a user who left, and nobody waits for one."""

import pytest
from sqlalchemy import select

from storage.ledger.findings import read_findings
from storage.ledger.readings import set_paused
from storage.models import activity
from sync.new_owners import OWNER_REPLACED
from sync.objects import LEAD_ID
from tests.journeys.comparing import assert_equal
from tests.journeys.test_rules_matching import rule
from tests.journeys.world import World, control

STRANGER = "99999999-2222-4333-8444-555555555555"


async def users(world: World) -> list[str]:
    rows = await world.rows("systemusers")
    return [row["systemuserid"] for row in rows if not row.get("isdisabled") and not row.get("applicationid")]


async def warned(world: World) -> list[tuple[str, str]]:
    async with world.database.read() as connection:
        return [(each.object, each.field) for each in await read_findings(connection, ["owner"])]


async def remarks(world: World) -> list[str]:
    async with world.database.read() as connection:
        query = select(activity.c.reason).where(activity.c.outcome == "created", activity.c.reason != "")
        return list(await connection.scalars(query))


async def colleague(world: World, name: str, **values: object) -> str:
    row = {"firstname": name, "lastname": "Smith", "internalemailaddress": f"{name}@sales.example", **values}
    return (await world.put("systemusers", row))[0]


async def flagged(world: World, owner: str) -> dict[str, object]:
    """A person that Marketo gives to `owner`, as it came out in Dynamics."""
    await world.person(email="ada@x.example", lastName="Ada", syncToDynamics=True, externalSalesPersonId=owner)
    await world.rest()
    (row,) = await world.rows("leads")
    return row


async def test_a_flagged_person_is_created_for_its_owner(world: World) -> None:
    ann = await colleague(world, "ann")
    await world.rest()
    assert (await flagged(world, ann))["_ownerid_value"] == ann
    assert await warned(world) == []


async def test_an_owner_that_changes_in_marketo_later_stays_in_dynamics(world: World) -> None:
    ann, bob = await colleague(world, "ann"), await colleague(world, "bob")
    await world.rest()
    row = await flagged(world, ann)
    await world.edit(str((await world.one())["id"]), externalSalesPersonId=bob, title="Countess")
    await world.rest()
    lead = await world.row("leads", str(row["leadid"]))
    assert (lead["_ownerid_value"], lead["jobtitle"]) == (ann, "Countess")


async def test_in_place_of_a_disabled_user_the_default_owner_is_given_with_a_warning(either_world: World) -> None:
    world = either_world
    ann, bob = await colleague(world, "ann"), await colleague(world, "bob")
    await world.rest()
    rule(world, "leads", default_owner=bob)
    await world.put("systemusers", {"systemuserid": ann, "isdisabled": True})
    assert (await flagged(world, ann))["_ownerid_value"] == bob
    assert await warned(world) == [("leads", ann)]
    assert (await world.one())["externalSalesPersonId"] == bob
    assert await remarks(world) == [OWNER_REPLACED]
    await world.put("systemusers", {"systemuserid": ann, "isdisabled": False})
    await world.person(email="b@x.example", lastName="Bo", syncToDynamics=True, externalSalesPersonId=ann)
    await world.rest()
    assert await warned(world) == []
    await assert_equal(world)


@pytest.mark.parametrize("default", ["", "disabled"])
async def test_without_a_default_that_can_own_our_own_user_is_the_owner_with_a_warning(
    world: World, default: str
) -> None:
    ann = await colleague(world, "ann")
    await world.rest()
    await world.put("systemusers", {"systemuserid": ann, "isdisabled": True})
    rule(world, "leads", default_owner=ann if default else "")
    row = await flagged(world, ann)
    assert row["_ownerid_value"] not in ("", None, ann) and await world.errors() == []
    assert await warned(world) == [("leads", ann)]


async def test_a_lead_whose_owner_we_cannot_read_is_not_held_back(world: World) -> None:
    lead = await world.lead(emailaddress1="ada@x.example", _ownerid_value=STRANGER)
    await world.sync(passes=2)
    assert "externalSalesPersonId" not in await world.one(dynamicsLeadId=lead)
    assert await world.waiting() == []


async def test_nobody_waits_for_owners_where_users_cannot_be_read_at_all(world: World) -> None:
    await control(world.dynamics, "privileges", {"deny": ["prvReadUser"]})
    ann = await colleague(world, "ann")
    lead = await world.lead(emailaddress1="ada@x.example", _ownerid_value=ann)
    await world.sync(passes=2)
    assert [person[LEAD_ID] for person in await world.people()] == [lead]


async def test_an_opportunity_whose_owner_we_cannot_read_is_not_held_back(world: World) -> None:
    deal = await world.opportunity(_ownerid_value=STRANGER)
    await world.sync(passes=2)
    assert [one["externalOpportunityId"] for one in await world.objects("opportunities")] == [deal]


async def test_an_owner_that_comes_later_is_taken_along_by_the_next_edit(world: World) -> None:
    lead = await world.lead(emailaddress1="ada@x.example", _ownerid_value=STRANGER)
    await world.rest()
    await colleague(world, "late", systemuserid=STRANGER)
    await world.rest()
    await world.edit_lead(lead, jobtitle="Countess")
    await world.rest()
    assert (await world.one())["externalSalesPersonId"] == STRANGER
    await assert_equal(world)


async def lose_sales_person(world: World, owner: str) -> None:
    (there,) = [one for one in await world.objects("salespersons") if one["externalSalesPersonId"] == owner]
    (await world.marketo.delete(f"/sandbox/salespersons/{there['id']}")).raise_for_status()


async def test_records_of_an_owner_whom_marketo_lost_arrive_with_the_owner_made_again(either_world: World) -> None:
    world = either_world
    ann = await colleague(world, "ann")
    await world.rest()
    await lose_sales_person(world, ann)
    lead = await world.lead(emailaddress1="ada@x.example", _ownerid_value=ann)
    deal, other = await world.opportunity(_ownerid_value=ann), await world.opportunity()
    await world.rest(most=8)
    assert (await world.one(dynamicsLeadId=lead))["externalSalesPersonId"] == ann
    owners = {
        one["externalOpportunityId"]: one.get("externalSalesPersonId") for one in await world.objects("opportunities")
    }
    assert owners == {deal: ann, other: owners[other]}
    assert await world.errors() == [] and await world.waiting() == []
    await assert_equal(world)


async def test_records_of_an_owner_whom_marketo_lost_go_without_where_no_users_are_written(world: World) -> None:
    ann = await colleague(world, "ann")
    await world.rest()
    await lose_sales_person(world, ann)
    async with world.database.write() as connection:
        await set_paused(world.database, connection, "users", "to-marketo", True)
    lead = await world.lead(emailaddress1="ada@x.example", _ownerid_value=ann)
    await world.sync(passes=3)
    assert [person[LEAD_ID] for person in await world.people()] == [lead]
    assert "externalSalesPersonId" not in await world.one()


async def test_a_new_owner_is_waited_for_until_marketo_has_it(world: World) -> None:
    """Marketo refuses a person whose sales person it does not know (718)."""
    await world.rest()
    ann = await colleague(world, "ann")
    await world.lead(emailaddress1="ada@x.example", _ownerid_value=ann)
    await world.sync(passes=2)
    assert (await world.one())["externalSalesPersonId"] == ann and await world.errors() == []
