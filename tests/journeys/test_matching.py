"""Link before inserting; create in Dynamics only whom Marketo flagged."""

import shutil
from pathlib import Path

from storage.database import Database
from sync.objects import CONTACT_ID, LEAD_ID
from tests.journeys.comparing import assert_equal
from tests.journeys.world import World, world_of


async def test_a_new_database_over_two_filled_sides_inserts_nothing_twice(
    sqlite_database: Database, empty_sqlite: Path, tmp_path: Path
) -> None:
    second = Database(f"sqlite:///{shutil.copy(empty_sqlite, tmp_path / 'second.db')}")
    async with world_of(sqlite_database, data=None) as world:
        await world.person(email="grace@x.example", lastName="Hopper", syncToDynamics=True)
        await world.rest()
        before = await _census(world)
        await world.edit("4", unsubscribed=True)
        async with world.reborn(second) as reborn:
            await reborn.go_live()
            await reborn.rest()
            await assert_equal(reborn)
            assert await _census(reborn) == before
            assert await reborn.errors() == []
            assert await reborn.total("synced", operation="insert", object="leads") == 0
            assert (await reborn.by_id("4"))["unsubscribed"] is True
    await second.close()


async def _census(world: World) -> list[int]:
    kinds = [await world.objects(kind) for kind in ("companies", "opportunities", "roles", "salespersons")]
    return [
        len(found) for found in (*kinds, await world.people(), await world.rows("leads"), await world.rows("contacts"))
    ]


async def test_opt_outs_survive_matching_and_no_opt_in_travels(either_world: World) -> None:
    world = either_world
    one = await world.lead(emailaddress1="one@x.example", donotbulkemail=True, donotphone=False)
    two = await world.lead(emailaddress1="two@x.example", donotbulkemail=False, donotemail=True)
    first = await world.person(email="one@x.example", unsubscribed=False, doNotCall=True)
    second = await world.person(email="two@x.example", unsubscribed=True)
    await world.rest()
    assert len(await world.people()) == 2
    person, row = await world.by_id(first), await world.row("leads", one)
    assert person[LEAD_ID] == one
    assert person["unsubscribed"] and row["donotbulkemail"] and person["doNotCall"] and row["donotphone"]
    person, row = await world.by_id(second), await world.row("leads", two)
    assert person["unsubscribed"] and row["donotbulkemail"] and person["dynamicsDoNotEmail"] and row["donotemail"]
    await assert_equal(world)


async def test_matching_fills_the_empty_side_and_else_goes_by_rule(world: World) -> None:
    lead = await world.lead(emailaddress1="Ada@X.example", firstname="Ada", jobtitle="from Dynamics")
    person = await world.person(email="ada@x.example", title="from Marketo", city="London")
    await world.rest()
    row, found = await world.row("leads", lead), await world.by_id(person)
    assert found["firstName"] == "Ada" and row["address1_city"] == "London"
    assert row["jobtitle"] == found["title"] == "from Marketo"


async def test_a_flagged_person_is_created_in_dynamics_once_and_learns_its_id(either_world: World) -> None:
    world = either_world
    person = await world.person(email="new@x.example", lastName="New", syncToDynamics=True, unsubscribed=True)
    await world.rest()
    (row,) = await world.rows("leads")
    found = await world.by_id(person)
    assert (found[LEAD_ID], found["dynamicsType"]) == (row["leadid"], "Lead")
    assert row["donotbulkemail"] is True
    await assert_equal(world)
    await world.forget_calls()
    await world.sync(passes=3)
    assert await world.writes() == 0


async def test_a_person_is_not_created_until_it_is_flagged(world: World) -> None:
    person = await world.person(email="new@x.example", lastName="New")
    await world.rest()
    assert await world.rows("leads") == []
    assert await world.total("skipped", reason="not flagged to sync") == 1
    await world.edit(person, syncToDynamics=True)
    await world.rest()
    assert len(await world.rows("leads")) == 1
    await assert_equal(world)


async def test_a_person_flagged_as_a_contact_becomes_a_contact(world: World) -> None:
    person = await world.person(email="new@x.example", lastName="New", syncToDynamics=True, dynamicsType="Contact")
    await world.rest()
    (row,) = await world.rows("contacts")
    assert (await world.by_id(person))[CONTACT_ID] == row["contactid"]
    assert await world.rows("leads") == []
    await assert_equal(world)


async def test_a_flagged_person_who_is_a_contact_already_is_linked_not_created(world: World) -> None:
    person = await world.person(email="grace@x.example", lastName="Hopper", syncToDynamics=True, title="Admiral")
    await world.rest()
    await world.delete("leads", *[row["leadid"] for row in await world.rows("leads")])
    await world.rest()
    contact = await world.contact(emailaddress1="bea@x.example")
    other = await world.person(email="bea@x.example", lastName="Hopper", city="London", syncToDynamics=True)
    await world.rest()
    assert (await world.by_id(other))[CONTACT_ID] == contact
    assert [row["leadid"] for row in await world.rows("leads")] == []
    assert (await world.by_id(person))["dynamicsDeleted"] is True
    await assert_equal(world)


async def test_several_people_with_an_address_park_the_lead_and_are_named_without_it(world: World) -> None:
    people = [await world.person(email="two@x.example", lastName=name) for name in ("One", "Two")]
    lead = await world.lead(emailaddress1="two@x.example")
    await world.rest()
    (error,) = await world.errors()
    assert (error.code, error.record_id) == ("ambiguous", lead)
    assert all(person in error.message for person in people) and "@" not in error.message
    await world.edit_lead(lead, emailaddress1="own@x.example")
    await world.rest()
    assert await world.errors() == []
    await assert_equal(world)


async def test_several_leads_with_an_address_and_one_person_are_never_guessed(world: World) -> None:
    await world.person(email="two@x.example", lastName="Two")
    leads = [await world.lead(emailaddress1="two@x.example") for _ in range(2)]
    await world.rest()
    assert await world.codes() == ["ambiguous"] * 2
    assert all(all(lead in error.message for lead in leads) for error in await world.errors())
    assert len(await world.people()) == 1


async def test_two_leads_with_one_address_that_marketo_lacks_are_two_people(world: World) -> None:
    leads = [await world.lead(emailaddress1="two@x.example") for _ in range(2)]
    await world.rest()
    named = [error.record_id for error in await world.errors()]
    people = await world.people()
    assert len(named) + len(people) == len(leads)
    await assert_equal(world)


async def test_a_flagged_person_that_may_be_several_rows_is_parked_and_they_are_named(world: World) -> None:
    leads = [await world.lead(emailaddress1="two@x.example") for _ in range(2)]
    person = await world.person(email="two@x.example", lastName="Two", syncToDynamics=True)
    await world.rest()
    (error,) = [error for error in await world.errors() if error.marketo_id == person]
    assert error.code == "ambiguous" and all(lead in error.message for lead in leads)
    assert len(await world.rows("leads")) == 2


async def test_a_second_person_with_a_linked_persons_address_is_parked(world: World) -> None:
    lead = await world.lead(emailaddress1="two@x.example")
    await world.rest()
    person = await world.person(email="two@x.example", lastName="Two", syncToDynamics=True)
    await world.rest()
    (error,) = await world.errors()
    assert (error.code, error.marketo_id) == ("ambiguous", person) and lead in error.message


async def test_two_people_that_hold_one_dynamics_id_park_and_the_pass_goes_on(world: World) -> None:
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.rest()
    await world.remove(str((await world.one(dynamicsLeadId=lead))["id"]))
    await world.sync(passes=2, apart=700)
    for name in ("One", "Two"):
        await world.person(email=f"{name}@x.example", lastName=name, dynamicsLeadId=lead)
    other = await world.lead(emailaddress1="other@x.example")
    await world.edit_lead(lead, jobtitle="x")
    await world.rest()
    assert await world.one(dynamicsLeadId=other)


async def test_two_flagged_people_that_carry_one_dynamics_id_never_kill_the_pass(world: World) -> None:
    lead = await world.lead(emailaddress1="ada@x.example", statecode=0)
    other = await world.lead(emailaddress1="other@x.example")
    for name in ("One", "Two"):
        await world.person(email=f"{name}@y.example", lastName=name, dynamicsLeadId=lead, syncToDynamics=True)
    await world.rest()
    assert await world.one(dynamicsLeadId=other)
    assert "ambiguous" in await world.codes() or "1007" in await world.codes()


async def test_two_dynamics_roles_that_are_one_in_marketo_never_kill_the_pass(either_world: World) -> None:
    world = either_world
    contact, deal = await world.contact(emailaddress1="g@x.example"), await world.opportunity()
    first = await world.role(deal, contact)
    await world.rest()
    second = await world.role(deal, contact)
    await world.rest()
    assert len(await world.objects("roles")) == 1
    lead = await world.lead(emailaddress1="later@x.example")
    await world.rest()
    assert await world.one(dynamicsLeadId=lead)
    assert {error.record_id for error in await world.errors()} <= {first, second}


async def test_addresses_with_awkward_letters_are_found_again(either_world: World) -> None:
    world = either_world
    awkward = ["a+b@x.example", "o'neil@x.example", "x_y%20z@x.example", "a&b=c@x.example", "UPPER@X.EXAMPLE"]
    people = {mail: await world.person(email=mail, lastName=mail[:5], syncToDynamics=True) for mail in awkward}
    contacts = {mail: await world.contact(lastname=mail[:5], emailaddress1=mail.lower()) for mail in awkward}
    await world.rest()
    assert await world.errors() == []
    for mail, person in people.items():
        assert (await world.by_id(person))[CONTACT_ID] == contacts[mail]
    assert await world.rows("leads") == []


async def test_an_address_with_a_comma_or_beyond_ascii_parks_its_own_record_only(world: World) -> None:
    bad = [await world.lead(emailaddress1=mail) for mail in ("a,good@x.example", "jürgen@bücher.example", ",")]
    good = await world.lead(emailaddress1="good@x.example")
    await world.rest()
    assert {error.record_id for error in await world.errors()} == set(bad)
    assert set(await world.codes()) == {"1003"}
    assert await world.one(dynamicsLeadId=good)


async def test_two_people_that_claim_to_be_one_contact_never_kill_the_pass(either_world: World) -> None:
    world = either_world
    await world.rest()
    people = [await world.person(email=f"{name}@x.example", lastName=name, syncToDynamics=True) for name in ("A", "B")]
    contact = await world.contact(emailaddress1="a@x.example")
    for person in people:
        await world.edit(person, dynamicsContactId=contact)
    lead = await world.lead(emailaddress1="later@x.example")
    await world.rest()
    assert await world.one(dynamicsLeadId=lead)
    assert len(await world.rows("contacts")) == 1
