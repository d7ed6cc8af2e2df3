"""One field brought over alone, for all that are linked, and nothing else with it."""

from datetime import datetime

from sync.bringing import bring_field
from sync.repairing import Queued
from tests.journeys.planting import edited_there, quietly, quietly_edited
from tests.journeys.test_edits import ada
from tests.journeys.world import World


async def brought(world: World, name: str, field: str, since: datetime | None = None) -> Queued:
    queued = Queued()
    async for portion in bring_field(world.engine, name, field, since):
        queued += portion.queued
    await world.rest()
    return queued


async def test_a_field_is_brought_to_marketo_and_nothing_else_with_it(world: World) -> None:
    lead, person = await ada(world, jobtitle="Countess", address1_city="Paris")
    await quietly(world, "leads", {"leadid": lead, "jobtitle": "Programmer", "address1_city": "London"})
    assert await brought(world, "leads", "title") == Queued(to_marketo=1)
    there = await world.by_id(person)
    assert (there["title"], there["city"]) == ("Programmer", "Paris")


async def test_what_travels_one_way_takes_its_empty_value_along(world: World) -> None:
    _, person = await ada(world)
    await quietly_edited(world, person, leadSource="Webinar")
    assert await brought(world, "leads", "leadSource") == Queued(to_marketo=1)
    assert (await world.by_id(person)).get("leadSource") is None


async def test_a_field_that_travels_to_dynamics_only_is_brought_there(world: World) -> None:
    lead, person = await ada(world)
    await quietly_edited(world, person, leadScore=42)
    assert await brought(world, "leads", "leadScore") == Queued(to_dynamics=1)
    assert (await world.row("leads", lead))["mkt_leadscore"] == 42


async def test_bringing_a_field_over_opts_nobody_in(world: World) -> None:
    lead, person = await ada(world, donotphone=True)
    await quietly_edited(world, person, doNotCall=False)
    await brought(world, "leads", "doNotCall")
    assert (await world.row("leads", lead))["donotphone"] and (await world.by_id(person))["doNotCall"]


async def test_only_rows_edited_since_then_are_read(world: World) -> None:
    old, person = await ada(world)
    await world.advance(3600)
    then = world.now
    await world.advance(60)
    new = await world.lead(lastname="Hopper", emailaddress1="grace@x.example")
    await world.rest()
    await quietly(world, "leads", *({"leadid": lead, "jobtitle": "Programmer"} for lead in (old, new)))
    assert await brought(world, "leads", "title", then) == Queued(to_marketo=1)
    assert (await world.by_id(person))["title"] == "Countess"


async def test_an_accounts_field_leaves_its_others_alone(world: World) -> None:
    (account,) = await world.put("accounts", {"name": "Engines", "address1_city": "London", "telephone1": "1"})
    await world.rest()
    (company,) = await world.objects("companies")
    await edited_there(world, "companies", company["id"], billingCity="Paris")
    assert await brought(world, "accounts", "billingCity") == Queued(to_marketo=1)
    (company,) = await world.objects("companies")
    assert (company["externalCompanyId"], company["billingCity"], company["mainPhone"]) == (account, "London", "1")
