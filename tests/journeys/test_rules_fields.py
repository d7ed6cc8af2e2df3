"""Which side's value of one field stands, and which fields travel at all."""

from dataclasses import replace

from tests.journeys.comparing import assert_equal
from tests.journeys.test_rules_matching import rule
from tests.journeys.world import World


async def ada(world: World) -> tuple[str, str]:
    lead = await world.lead(emailaddress1="ada@x.example", jobtitle="Countess", address1_city="London")
    await world.rest()
    return lead, str((await world.one())["id"])


async def test_of_two_edits_the_winner_of_that_field_stands_whatever_its_object_says(world: World) -> None:
    lead, person = await ada(world)
    leads = world.engine.object_named("leads")
    fields = [replace(each, wins="dynamics") if each.name == "title" else each for each in leads.fields]
    rule(world, "leads", fields=tuple(fields))
    await world.edit_lead(lead, jobtitle="in Dynamics", address1_city="in Dynamics")
    await world.edit(person, title="in Marketo", city="in Marketo")
    await world.rest()
    row, found = await world.row("leads", lead), await world.by_id(person)
    assert row["jobtitle"] == found["title"] == "in Dynamics"
    assert row["address1_city"] == found["city"] == "in Marketo"
    await assert_equal(world)


async def test_a_score_travels_to_dynamics_and_never_back(world: World) -> None:
    contact = await world.contact(emailaddress1="grace@x.example")
    await world.rest()
    person = str((await world.one())["id"])
    await world.edit(person, leadScore=70)
    await world.rest()
    assert (await world.row("contacts", contact))["mkt_leadscore"] == 70
    await world.edit_contact(contact, mkt_leadscore=1)
    await world.rest()
    assert (await world.by_id(person))["leadScore"] == 70


async def test_an_opt_in_does_not_win_over_an_opt_out_of_the_same_minute(world: World) -> None:
    contact = await world.contact(emailaddress1="grace@x.example", donotbulkemail=True)
    await world.rest()
    person = str((await world.one())["id"])
    await world.edit_contact(contact, donotbulkemail=False)
    await world.rest()
    assert not (await world.by_id(person)).get("unsubscribed")
    await world.edit(person, unsubscribed=True)
    await world.edit_contact(contact, donotbulkemail=False, jobtitle="Admiral")
    await world.rest()
    assert (await world.by_id(person))["unsubscribed"] and (await world.row("contacts", contact))["donotbulkemail"]
