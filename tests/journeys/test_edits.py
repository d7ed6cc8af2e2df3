"""Edits after the first sync: they travel, echoes do not, and collisions go by rule."""

from tests.journeys.comparing import assert_equal
from tests.journeys.world import World

ADA = {"firstname": "Ada", "lastname": "Lovelace", "emailaddress1": "ada@x.example", "jobtitle": "Countess"}


async def ada(world: World, **more: object) -> tuple[str, str]:
    """A lead that is on both sides: her id in Dynamics, and in Marketo."""
    lead = await world.lead(**{**ADA, **more})
    await world.rest()
    return lead, str((await world.one(dynamicsLeadId=lead))["id"])


async def grace(world: World, **more: object) -> tuple[str, str]:
    """The same for a contact."""
    contact = await world.contact(firstname="Grace", emailaddress1="grace@x.example", **more)
    await world.rest()
    return contact, str((await world.one(dynamicsContactId=contact))["id"])


async def test_an_edit_in_dynamics_travels_to_marketo(either_world: World) -> None:
    lead, person = await ada(either_world)
    await either_world.edit_lead(lead, jobtitle="Programmer", telephone1=None, leadqualitycode=1)
    await either_world.rest()
    found = await either_world.by_id(person)
    assert (found["title"], found["rating"]) == ("Programmer", "Hot")
    await assert_equal(either_world)


async def test_an_edit_in_marketo_travels_to_dynamics(world: World) -> None:
    lead, person = await ada(world)
    await world.edit(person, title="Programmer", leadScore=40)
    await world.rest()
    row = await world.row("leads", lead)
    assert (row["jobtitle"], row["mkt_leadscore"]) == ("Programmer", 40)
    await assert_equal(world)


async def test_a_value_that_is_emptied_is_emptied_on_the_other_side(world: World) -> None:
    lead, person = await ada(world, telephone1="+1 555 1", mobilephone="+1 555 2")
    await world.edit_lead(lead, telephone1=None)
    await world.edit(person, mobilePhone=None)
    await world.rest()
    assert "phone" not in await world.by_id(person)
    assert "mobilephone" not in await world.row("leads", lead)


async def test_a_contacts_edits_travel_each_way(world: World) -> None:
    contact, person = await grace(world)
    await world.edit_contact(contact, jobtitle="Admiral")
    await world.edit(person, phone="+1 555 3")
    await world.rest()
    assert (await world.by_id(person))["title"] == "Admiral"
    assert (await world.row("contacts", contact))["telephone1"] == "+1 555 3"
    await assert_equal(world)


async def test_an_edit_each_way_costs_one_write_and_its_echo_none(world: World) -> None:
    lead, person = await ada(world)
    await world.forget_calls()
    await world.edit_lead(lead, jobtitle="Programmer")
    await world.sync()
    assert await world.writes() == 1
    await world.edit(person, city="London")
    await world.sync(passes=4)
    assert await world.writes() == 2


async def test_edits_of_different_fields_both_travel(world: World) -> None:
    lead, person = await ada(world)
    await world.edit_lead(lead, jobtitle="Programmer")
    await world.edit(person, city="London")
    await world.rest()
    row, found = await world.row("leads", lead), await world.by_id(person)
    assert (row["jobtitle"], row["address1_city"]) == (found["title"], found["city"]) == ("Programmer", "London")


async def test_marketo_wins_when_both_sides_edited_one_field_of_a_lead(either_world: World) -> None:
    lead, person = await ada(either_world)
    await either_world.edit_lead(lead, jobtitle="from Dynamics")
    await either_world.edit(person, title="from Marketo")
    await either_world.rest()
    assert (await either_world.row("leads", lead))["jobtitle"] == "from Marketo"
    assert (await either_world.by_id(person))["title"] == "from Marketo"


async def test_dynamics_wins_when_both_sides_edited_one_field_of_a_contact(world: World) -> None:
    contact, person = await grace(world)
    await world.edit_contact(contact, jobtitle="from Dynamics")
    await world.edit(person, title="from Marketo")
    await world.rest()
    assert (await world.row("contacts", contact))["jobtitle"] == "from Dynamics"
    assert (await world.by_id(person))["title"] == "from Dynamics"


async def test_both_sides_edited_to_the_same_value_need_no_write(world: World) -> None:
    lead, person = await ada(world)
    await world.edit_lead(lead, jobtitle="Programmer")
    await world.edit(person, title="Programmer")
    await world.forget_calls()
    await world.sync(passes=3)
    assert await world.writes() == 0


async def test_an_opt_out_in_either_side_wins_over_an_edit_of_the_other(world: World) -> None:
    lead, one = await ada(world, donotphone=True, donotbulkemail=True)
    await world.edit(one, unsubscribed=False)
    await world.rest()
    assert not (await world.row("leads", lead)).get("donotbulkemail")  # a later explicit opt-in travels
    await world.edit_lead(lead, donotbulkemail=True, jobtitle="x")
    await world.edit(one, title="y")
    await world.rest()
    assert (await world.by_id(one))["unsubscribed"] is True
    assert (await world.row("leads", lead))["donotphone"] is True


async def test_status_and_owner_travel_from_dynamics_only(world: World) -> None:
    lead, person = await ada(world)
    await world.edit(person, leadStatus="Nonsense")
    await world.edit_lead(lead, statecode=2)
    await world.rest()
    assert (await world.by_id(person))["leadStatus"] == "Disqualified"
    assert (await world.row("leads", lead))["statecode"] == 2


async def test_a_closed_lead_is_not_written_to(world: World) -> None:
    lead, person = await ada(world)
    await world.edit_lead(lead, statecode=1)
    await world.rest()
    await world.edit(person, title="Too late")
    await world.rest()
    assert (await world.row("leads", lead))["jobtitle"] == "Countess"
    assert await world.total("skipped", object="leads", reason="closed in Dynamics") == 1


async def test_an_edit_in_dynamics_between_our_read_and_our_write_is_not_lost(world: World) -> None:
    contact, person = await grace(world)
    await world.edit(person, city="London")

    async def meanwhile() -> None:
        await world.edit_contact(contact, jobtitle="Admiral", address1_city="Paris")

    world.watch.interrupt = meanwhile
    await world.rest()
    row, found = await world.row("contacts", contact), await world.by_id(person)
    assert (row["jobtitle"], row["address1_city"]) == (found["title"], found["city"]) == ("Admiral", "Paris")


async def test_an_edit_in_marketo_that_our_write_ran_over_is_put_back_for_a_lead(world: World) -> None:
    lead, person = await ada(world)
    await world.edit_lead(lead, jobtitle="from Dynamics")

    async def meanwhile() -> None:
        await world.edit(person, title="from Marketo")

    world.watch.interrupt = meanwhile
    await world.rest()
    assert (await world.by_id(person))["title"] == "from Marketo"
    assert (await world.row("leads", lead))["jobtitle"] == "from Marketo"


async def test_an_edit_that_folds_into_one_that_waits_is_written_once(world: World) -> None:
    lead, person = await ada(world)
    await world.weather(world.marketo, down=True)
    for title in ("one", "two", "three"):
        await world.edit_lead(lead, jobtitle=title)
        await world.sync()
    assert await world.total("folded", direction="to-marketo") >= 1
    await world.weather(world.marketo, down=False)
    await world.rest()
    assert (await world.by_id(person))["title"] == "three"
