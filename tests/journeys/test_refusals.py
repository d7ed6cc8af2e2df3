"""Records that a service refuses: parked with its own code, the rest goes through, and a correction heals."""

import pytest
from sqlalchemy import select

from storage.models import errors
from tests.journeys.comparing import assert_equal
from tests.journeys.world import World

LONG = "+49 (0) 30 1234567 ext 12345"  # more than the 20 characters of a lead's mobilephone


async def flagged(world: World, **values: object) -> str:
    return await world.person(**{"email": "bo@x.example", "lastName": "Bo", "syncToDynamics": True, **values})


async def test_an_address_marketo_refuses_parks_its_lead_and_no_other(either_world: World) -> None:
    world = either_world
    good = [await world.lead(emailaddress1=f"{n}@x.example") for n in range(3)]
    bad = await world.lead(emailaddress1="jürgen@bücher.example")
    await world.rest()
    (error,) = await world.errors()
    assert (error.code, error.record_id, error.operation, error.direction) == ("1003", bad, "insert", "to-marketo")
    assert {person["dynamicsLeadId"] for person in await world.people()} == set(good)
    await world.edit_lead(bad, emailaddress1="juergen@x.example")
    await world.rest()
    assert await world.errors() == [] and len(await world.errors("resolved")) == 1
    await assert_equal(world)


async def test_a_number_too_long_for_dynamics_parks_its_person_and_no_other(world: World) -> None:
    good = await flagged(world, email="good@x.example")
    bad = await flagged(world, mobilePhone=LONG)
    await world.rest()
    (error,) = await world.errors()
    assert (error.code, error.marketo_id, error.operation) == ("0x80044331", bad, "insert")
    assert "dynamicsLeadId" in await world.by_id(good)
    await world.edit(bad, mobilePhone="+49 30 1")
    await world.rest()
    assert await world.errors() == []
    await assert_equal(world)


async def test_a_refused_update_parks_and_leaves_the_rest_of_its_batch_alone(world: World) -> None:
    people = [await flagged(world, email=f"{n}@x.example", lastName=str(n)) for n in range(3)]
    await world.rest()
    await world.edit(people[1], mobilePhone=LONG)
    await world.edit(people[2], title="Programmer")
    await world.rest()
    (error,) = await world.errors()
    assert (error.code, error.marketo_id, error.operation) == ("0x80044331", people[1], "update")
    assert (await world.row("leads", (await world.by_id(people[2]))["dynamicsLeadId"]))["jobtitle"] == "Programmer"
    await world.edit(people[1], mobilePhone=None)
    await world.rest()
    assert await world.errors() == []
    await assert_equal(world)


async def test_a_duplicate_that_dynamics_detects_is_parked(world: World) -> None:
    await world.contact(firstname="Grace", lastname="Hopper", emailaddress1="grace@x.example")
    await world.rest()
    twin = await flagged(world, firstName="Grace", lastName="Hopper", dynamicsType="Contact")
    await world.rest()
    (error,) = await world.errors()
    assert (error.code, error.marketo_id) == ("0x80040333", twin)
    assert len(await world.rows("contacts")) == 1


async def test_a_bad_edit_in_dynamics_is_healed_by_a_correction_in_marketo(world: World) -> None:
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.rest()
    person = await world.one(dynamicsLeadId=lead)
    await world.edit_lead(lead, emailaddress1="jürgen@bücher.example")
    await world.rest()
    assert await world.codes() == ["1003"]
    await world.edit(str(person["id"]), email="juergen@x.example")
    await world.rest()
    assert await world.errors() == []
    assert (await world.row("leads", lead))["emailaddress1"] == "juergen@x.example"
    await assert_equal(world)


@pytest.mark.parametrize("one", ["leads", "contacts"])
async def test_a_bad_edit_in_marketo_is_healed_by_a_correction_in_dynamics(world: World, one: str) -> None:
    kind = "Lead" if one == "leads" else "Contact"
    person = await flagged(world, dynamicsType=kind)
    await world.rest()
    (row,) = await world.rows(one)
    row_id = row["leadid" if one == "leads" else "contactid"]
    await world.edit(person, phone="+" + "5" * 60)
    await world.rest()
    assert await world.codes() == ["0x80044331"]
    await world.put(one, {("leadid" if one == "leads" else "contactid"): row_id, "telephone1": "+1 555"})
    await world.rest()
    assert await world.errors() == []
    assert (await world.by_id(person))["phone"] == "+1 555"
    await assert_equal(world)


async def test_a_parked_record_seen_again_unchanged_stays_parked(world: World) -> None:
    person = await flagged(world, mobilePhone=LONG)
    await world.rest()
    await world.edit(person, leadSource="Web")  # nothing that travels
    await world.edit(person, syncToDynamics=True)
    await world.rest()
    (error,) = await world.errors()
    assert error.attempts == 1


async def test_an_error_belongs_to_its_own_record_even_when_the_one_before_was_resolved(either_world: World) -> None:
    """The ids of changes must not come back, because errors go by them."""
    world = either_world
    first = await world.lead(emailaddress1="jürgen@bücher.example")
    await world.rest()
    await world.edit_lead(first, emailaddress1="ok@x.example")
    await world.rest()
    await world.contact(emailaddress1="good@x.example")
    second = await world.contact(emailaddress1="bärbel@bücher.example")
    await world.rest()
    async with world.database.read() as connection:
        rows = list(await connection.execute(select(errors).order_by(errors.c.id)))
    assert [(row.object, row.record_id, row.state) for row in rows] == [
        ("leads", first, "resolved"),
        ("contacts", second, "open"),
    ]


async def test_a_control_character_parks_its_person_only(world: World) -> None:
    bad = await flagged(world, firstName="Bo\x01b")
    good = await flagged(world, email="good@x.example")
    await world.rest()
    (error,) = await world.errors()
    assert (error.code, error.marketo_id) == ("0x80040278", bad)
    assert "dynamicsLeadId" in await world.by_id(good)


async def test_a_nul_that_no_database_takes_does_no_harm(either_world: World) -> None:
    world = either_world
    odd = await world.lead(firstname="A\x00da", lastname="Love\x00lace", emailaddress1="ada@x.example")
    await world.rest()
    assert (await world.one(dynamicsLeadId=odd))["firstName"] == "Ada"
    await world.forget_calls()
    await world.sync(passes=2)
    assert await world.writes() == 0


async def test_a_lead_whose_account_is_missing_waits_and_goes_on_when_it_comes(either_world: World) -> None:
    world = either_world
    account = "11111111-2222-4333-8444-555555555555"
    lead = await world.lead(emailaddress1="ada@x.example", _parentaccountid_value=account)
    deal = await world.opportunity(account=account)
    await world.rest()
    assert {(change.object, change.state) for change in await world.waiting()} == {
        ("leads", "deferred"),
        ("opportunities", "deferred"),
    }
    assert await world.errors() == [] and await world.people() == []
    await world.put("accounts", {"accountid": account, "name": "Analytical Engines"})
    await world.sync(passes=2)
    assert (await world.one(dynamicsLeadId=lead))["externalCompanyId"] == account
    assert [one["externalOpportunityId"] for one in await world.objects("opportunities")] == [deal]
    await world.rest()
    await assert_equal(world)


async def test_a_role_whose_contact_is_not_in_marketo_waits_for_it(world: World) -> None:
    contact, deal = await world.contact(emailaddress1="bärbel@bücher.example"), await world.opportunity()
    await world.role(deal, contact)
    await world.rest()
    assert [change.waits_for for change in await world.waiting()] == [f"contacts:{contact}"]
    await world.edit_contact(contact, emailaddress1="baerbel@x.example")
    await world.rest()
    assert len(await world.objects("roles")) == 1
    await assert_equal(world)
