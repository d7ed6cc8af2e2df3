"""One record read anew: what differs is written by the next pass, consent is left alone, and the sum holds."""

from dataclasses import replace

from storage.ledger.totals import read_totals, unbalanced
from sync.refresh import Refreshed, refresh_record
from tests.journeys.test_edits import ada
from tests.journeys.world import World


async def refreshed(world: World, lead: str, person: str | None, name: str = "leads") -> Refreshed:
    found = await refresh_record(world.engine, name, lead, person)
    async with world.database.read() as connection:
        assert unbalanced(await read_totals(connection)) == {}
    return found


async def test_a_record_that_is_the_same_on_both_sides_gives_nothing_to_write(either_world: World) -> None:
    world = either_world
    lead, person = await ada(world)
    assert (await refreshed(world, lead, person)).fields == {}
    assert await world.waiting() == []


async def test_edits_of_both_sides_are_noted_without_their_feeds(either_world: World) -> None:
    world = either_world
    lead, person = await ada(world)
    await world.edit_lead(lead, jobtitle="Programmer")
    await world.edit(person, city="London")
    found = await refreshed(world, lead, person)
    assert found.fields == {"to-marketo": ("title",), "to-dynamics": ("city",)}
    await world.rest()
    assert (await world.by_id(person))["title"] == "Programmer"
    assert (await world.row("leads", lead))["address1_city"] == "London"


async def test_what_travels_one_way_is_put_right_on_the_far_side(world: World) -> None:
    lead, person = await ada(world, leadqualitycode=1)
    await world.edit(person, rating="Cold")
    await world.rest()
    assert (await world.by_id(person))["rating"] == "Cold"
    assert (await refreshed(world, lead, person)).fields == {"to-marketo": ("rating",)}
    await world.rest()
    assert (await world.by_id(person))["rating"] == "Hot"
    assert (await refreshed(world, lead, person)).fields == {}


async def test_an_account_that_somebody_changed_in_marketo_is_put_right(world: World) -> None:
    row = {"name": "Analytical Engines", "address1_city": "London", "telephone1": "+44 555 0100"}
    (account,) = await world.put("accounts", row)
    await world.rest()
    changed = {"externalCompanyId": account, "billingCity": "Paris"}
    await world.engine.marketo.write_objects("companies", [changed])
    assert (await refreshed(world, account, None, "accounts")).fields == {"to-marketo": ("billingCity",)}
    await world.rest()
    (company,) = await world.objects("companies")
    assert (company["billingCity"], company["mainPhone"]) == ("London", "+44 555 0100")


async def test_an_opt_out_travels_and_an_opt_in_is_left_to_the_feed(world: World) -> None:
    lead, person = await ada(world, donotbulkemail=True)
    await world.edit_lead(lead, donotbulkemail=False, donotphone=True)
    assert (await refreshed(world, lead, person)).fields == {"to-marketo": ("doNotCall",)}


async def test_a_record_that_is_not_linked_yet_is_noted_as_new(world: World) -> None:
    lead = await world.lead(lastname="Byron", emailaddress1="byron@x.example")
    await world.sync()
    unseen = await world.lead(lastname="King", emailaddress1="king@x.example")
    found = await refreshed(world, unseen, None)
    assert "email" in found.fields["to-marketo"] and not found.in_marketo
    await world.rest()
    assert {one["dynamicsLeadId"] for one in await world.people()} == {lead, unseen}


async def test_a_record_that_is_gone_says_so_and_gives_nothing_to_write(world: World) -> None:
    lead, person = await ada(world)
    await world.delete("leads", lead)
    found = await refreshed(world, lead, person)
    assert found.fields == {} and not found.in_dynamics and found.in_marketo


async def test_a_no_that_only_marketo_knows_is_not_taken_for_agreed_and_then_undone(world: World) -> None:
    lead, person = await ada(world)
    leads = world.engine.object_named("leads")
    fields = [replace(each, directions=("to-marketo",)) if each.opt_out else each for each in leads.fields]
    one_way = replace(leads, fields=tuple(fields))
    world.engine.objects = tuple(one_way if each is leads else each for each in world.engine.objects)
    await world.edit(person, unsubscribed=True)
    await world.rest()
    await refreshed(world, lead, person)
    await world.edit_lead(lead, jobtitle="Boss")
    await world.rest()
    found = await world.by_id(person)
    assert (found["title"], found["unsubscribed"]) == ("Boss", True)
