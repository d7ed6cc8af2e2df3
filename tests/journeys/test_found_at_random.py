"""What the state machine found, each as the shortest way there."""

import pytest

from tests.journeys.colleagues import FLAG, flagged
from tests.journeys.comparing import assert_equal
from tests.journeys.test_departures import merge
from tests.journeys.world import LOOKUP, World


async def test_the_role_of_a_person_whom_marketo_lost_waits_for_the_next_one(world: World) -> None:
    """Until the deletes are read, the contact is linked to nobody who is there: Marketo refuses the role with 1004."""
    deal, grace = await world.opportunity(), await world.contact()
    await world.rest()
    await world.remove(str((await world.one(dynamicsContactId=grace))["id"]))
    await world.role(deal, grace)
    await world.sync(passes=2)
    assert await world.errors() == [] and len(await world.waiting()) == 1
    await world.edit_contact(grace, jobtitle="Admiral")
    await world.advance(700)
    await world.rest()
    person = await world.one(dynamicsContactId=grace)
    assert [role["leadId"] for role in await world.objects("roles")] == [person["id"]]
    await assert_equal(world)


async def test_whoever_is_linked_to_the_row_of_a_person_whom_marketo_lost_takes_up_their_roles(world: World) -> None:
    deal, grace = await world.opportunity(), await world.contact(emailaddress1="grace@x.example")
    await world.role(deal, grace)
    await world.rest()
    await world.remove(str((await world.one(dynamicsContactId=grace))["id"]))
    await world.advance(700)
    await world.rest()
    assert await world.objects("roles") == []
    person = await world.person(email="grace@x.example", lastName="Hopper", syncToDynamics=True)
    await world.rest()
    assert [str(role["leadId"]) for role in await world.objects("roles")] == [person]
    await assert_equal(world)


async def test_an_edit_of_somebodys_campaign_in_marketo_keeps_no_other_edit_from_dynamics(world: World) -> None:
    lead = await world.lead()
    await world.rest()
    person = str((await world.one(dynamicsLeadId=lead))["id"])
    await world.edit(person, dynamicsCampaignId="7a4b0c6e-0000-0000-0000-000000000000", title="Countess")
    await world.rest()
    assert await world.errors() == []
    assert (await world.row("leads", lead))["jobtitle"] == "Countess"


async def test_after_a_merge_the_winner_goes_before_whoever_has_the_losers_address(world: World) -> None:
    grace = await world.contact(emailaddress1="grace@x.example")
    lead = await world.lead(emailaddress1="amazing@x.example")
    await world.rest()
    winner = str((await world.one(dynamicsLeadId=lead))["id"])
    await merge(world, winner, str((await world.one(dynamicsContactId=grace))["id"]))
    await world.advance(700)
    await world.rest()
    await world.person(email="grace@x.example", lastName="Namesake")
    await world.edit_contact(grace, jobtitle="Admiral")
    await world.rest()
    (person,) = await world.people(dynamicsContactId=grace)
    assert (str(person["id"]), person["title"]) == (winner, "Admiral")


async def test_a_write_that_is_repeated_runs_over_no_edit_that_is_parked_on_the_other_side(world: World) -> None:
    await world.contact(emailaddress1="taken@x.example")
    grace = await world.contact(emailaddress1="grace@x.example")
    await world.rest()
    person = str((await world.one(dynamicsContactId=grace))["id"])
    await world.edit_contact(grace, jobtitle="Admiral", emailaddress1="taken@x.example")
    await world.sync()
    assert await world.codes() == ["email-taken"]
    await world.edit(person, city="Arlington")
    world.watch.lose = 1
    with pytest.raises(RuntimeError):
        await world.sync()
    await world.rest()
    row = await world.row("contacts", grace)
    assert (row["jobtitle"], row["emailaddress1"]) == ("Admiral", "taken@x.example")
    assert row["address1_city"] == "Arlington" and await world.codes() == ["email-taken"]


async def dies_writing(world: World) -> None:
    """The next write takes effect, and its reply finds nobody."""
    world.watch.lose = 1
    with pytest.raises(RuntimeError):
        await world.sync()


async def test_what_was_inserted_unknown_to_us_and_is_deleted_then_is_marked_or_gone(world: World) -> None:
    grace, deal = await world.contact(), await world.opportunity(name="kept")
    await world.rest()
    role = await world.role(deal, grace)
    await dies_writing(world)
    await world.delete("connections", role)
    await world.rest()
    assert await world.objects("roles") == []
    lost = await world.opportunity(name="lost")
    await dies_writing(world)
    await world.delete("opportunities", lost)
    await world.rest()
    assert [each.get("dynamicsDeleted") for each in await world.objects("opportunities")] == [None, True]
    lead = await world.lead()
    await dies_writing(world)
    await world.delete("leads", lead)
    await world.rest()
    assert (await world.one(dynamicsLeadId=lead))["dynamicsDeleted"] is True


async def test_who_inherits_the_id_of_a_row_that_is_gone_is_not_written_to_it(world: World) -> None:
    lead, grace = await world.lead(emailaddress1="ada@x.example"), await world.contact(emailaddress1="g@x.example")
    await world.rest()
    first = str((await world.one(dynamicsContactId=grace))["id"])
    await merge(world, first, str((await world.one(dynamicsLeadId=lead))["id"]))
    await world.advance(700)
    await world.rest()
    await world.delete("leads", lead)
    await world.rest()
    second = await world.person(email="heir@x.example", lastName="King")
    await merge(world, second, first)
    await world.advance(700)
    await world.rest()
    await world.edit(second, title="Countess")
    await world.rest()
    assert await world.errors() == []


async def test_who_was_left_out_takes_up_the_roles_that_waited_for_nobody(world: World) -> None:
    """A role of somebody who is left out is skipped; from No to Yes it is made, though nobody edits it."""
    await flagged(world, "contact")
    grace = await world.contact(**{FLAG: False})
    deal = await world.opportunity(_customerid_value=grace, **{f"_customerid_value{LOOKUP}": "contact"})
    await world.role(await world.opportunity(), grace)
    await world.sync(passes=3)
    await world.rest()
    assert await world.objects("roles") == []
    await world.edit_contact(grace, **{FLAG: True})
    await world.rest()
    roles = await world.objects("roles")
    assert len(roles) == 2 and deal in {role["externalOpportunityId"] for role in roles}
    assert await world.total("synced", object="roles", operation="insert") == 2
    await assert_equal(world)


async def test_an_opportunity_that_was_left_out_takes_its_roles_along(world: World) -> None:
    await flagged(world, "opportunity")
    grace, deal = await world.contact(), await world.opportunity(**{FLAG: False})
    await world.role(deal, grace)
    await world.sync(passes=3)
    await world.rest()
    assert await world.objects("roles") == []
    await world.put("opportunities", {"opportunityid": deal, FLAG: True})
    await world.rest()
    assert [role["externalOpportunityId"] for role in await world.objects("roles")] == [deal]
    await assert_equal(world)
