"""What the state machine found, each as the shortest way there."""

from tests.journeys.comparing import assert_equal
from tests.journeys.world import World


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
