"""A person settles what matching would not guess: this record, or none of these."""

from typing import Any

from storage.changes import Candidate
from sync.choosing import Chosen, choose
from sync.objects import CONTACT_ID, LEAD_ID
from tests.journeys.comparing import assert_equal
from tests.journeys.test_rules_matching import named
from tests.journeys.world import World


async def the_error(world: World) -> Any:
    (error,) = await world.errors()
    return error


async def two_people(world: World) -> tuple[str, str, str]:
    """A lead, and two people in Marketo that it may be."""
    one, two = [await world.person(email="two@x.example", lastName=name, city="Pune") for name in ("One", "Two")]
    lead = await world.lead(emailaddress1="two@x.example", jobtitle="Countess")
    await world.rest()
    return lead, one, two


async def test_the_chosen_person_is_linked_and_both_sides_fill_each_other(either_world: World) -> None:
    world = either_world
    lead, one, _ = await two_people(world)
    assert await choose(world.engine, (await the_error(world)).id, Candidate("leads", one)) == Chosen()
    await world.check_sum()
    await world.rest()
    assert await world.errors() == []
    assert ((await world.by_id(one))[LEAD_ID], (await world.by_id(one))["title"]) == (lead, "Countess")
    assert (await world.row("leads", lead))["address1_city"] == "Pune" and len(await world.people()) == 2
    await assert_equal(world)


async def test_a_choice_opts_nobody_in(world: World) -> None:
    one, _ = [await world.person(email="two@x.example", lastName=name, unsubscribed=True) for name in ("One", "Two")]
    lead = await world.lead(emailaddress1="two@x.example", donotbulkemail=False, donotphone=True)
    await world.rest()
    await choose(world.engine, (await the_error(world)).id, Candidate("leads", one))
    await world.rest()
    assert (await world.row("leads", lead))["donotbulkemail"] and (await world.by_id(one))["doNotCall"]
    assert (await world.by_id(one))["unsubscribed"]


async def test_none_of_these_makes_a_new_person(world: World) -> None:
    lead, *_ = await two_people(world)
    assert await choose(world.engine, (await the_error(world)).id, None) == Chosen()
    await world.rest()
    assert await world.errors() == [] and len(await world.people()) == 3
    assert (await world.one(dynamicsLeadId=lead))["title"] == "Countess"
    await assert_equal(world)


async def test_a_chosen_contact_takes_a_person_that_was_flagged_to_become_a_lead(world: World) -> None:
    for _ in range(2):
        await world.contact(emailaddress1="two@x.example")
    await world.rest()
    for lost in await world.people():
        await world.remove(str(lost["id"]))
    await world.sync(passes=2, apart=700)
    person = await world.person(email="two@x.example", lastName="Two", syncToDynamics=True)
    await world.rest()
    error = next(error for error in await world.errors() if error.marketo_id == person)
    contact = sorted(named(error))[0]
    assert await choose(world.engine, error.id, Candidate("contacts", contact)) == Chosen()
    await world.rest()
    assert (await world.by_id(person))[CONTACT_ID] == contact and await world.rows("leads") == []


async def test_a_duplicate_that_dynamics_detects_names_whom_it_looks_like(world: World) -> None:
    contact = await world.contact(firstname="Grace", lastname="Hopper", emailaddress1="grace@x.example")
    await world.rest()
    await world.person(
        firstName="Grace", lastName="Hopper", email="g@y.example", syncToDynamics=True, dynamicsType="Contact"
    )
    await world.rest()
    error = await the_error(world)
    assert (error.code, error.candidates) == ("0x80040333", [{"object": "contacts", "id": contact}])


async def test_a_detected_duplicate_that_is_none_of_these_is_created_all_the_same(world: World) -> None:
    await world.contact(firstname="Grace", lastname="Hopper", emailaddress1="grace@x.example")
    await world.rest()
    await world.person(
        firstName="Grace", lastName="Hopper", email="g@y.example", syncToDynamics=True, dynamicsType="Contact"
    )
    await world.rest()
    await choose(world.engine, (await the_error(world)).id, None)
    await world.rest()
    assert await world.errors() == [] and len(await world.rows("contacts")) == 2
    await assert_equal(world)


async def test_several_people_that_marketo_finds_are_named(either_world: World) -> None:
    """1007: they hold the Dynamics id of a row that we only know as new."""
    world = either_world
    await world.rest()
    lead = await world.lead(emailaddress1="ada@x.example")
    people = {await world.person(email=f"{n}@x.example", lastName="L", dynamicsLeadId=lead) for n in range(2)}
    await world.rest()
    error = await the_error(world)
    assert (error.code, named(error)) == ("1007", people)
    one = sorted(people)[0]
    await choose(world.engine, error.id, Candidate("leads", one))
    await world.rest()
    assert await world.errors() == [] and (await world.by_id(one))["email"] == "0@x.example"


async def test_a_new_address_that_is_taken_is_written_all_the_same_when_somebody_says_so(world: World) -> None:
    ada = await world.lead(emailaddress1="ada@x.example")
    await world.lead(emailaddress1="bea@x.example")
    await world.rest()
    await world.edit_lead(ada, emailaddress1="bea@x.example")
    await world.rest()
    error = await the_error(world)
    (candidate,) = [Candidate(**each) for each in error.candidates]
    assert await choose(world.engine, error.id, candidate) == Chosen("this record is linked already")
    assert await choose(world.engine, error.id, None) == Chosen()
    await world.rest()
    assert await world.errors() == [] and (await world.one(dynamicsLeadId=ada))["email"] == "bea@x.example"


async def test_a_linked_record_that_was_refused_makes_no_new_one(world: World) -> None:
    ada = await world.lead(emailaddress1="ada@x.example")
    await world.rest()
    await world.edit_lead(ada, emailaddress1="not an address")
    await world.rest()
    error = await the_error(world)
    assert error.code == "1003" and await choose(world.engine, error.id, None) == Chosen(
        "this record is linked already"
    )


async def test_a_choice_that_cannot_be_says_why(world: World) -> None:
    lead, one, two = await two_people(world)
    error = await the_error(world)
    gone = await world.person(email="gone@x.example")
    await world.remove(gone)
    taken = await world.lead(emailaddress1="taken@x.example")
    await world.rest()
    person = str((await world.one(dynamicsLeadId=taken))["id"])
    assert (await choose(world.engine, error.id, Candidate("leads", gone))).why_not == (
        "the chosen record does not exist any more"
    )
    assert (await choose(world.engine, error.id, Candidate("contacts", one))).why_not == (
        "the chosen record is of another object"
    )
    assert await choose(world.engine, error.id, Candidate("leads", person)) == Chosen(
        "the chosen record is linked to another record", taken
    )
    assert [error.record_id for error in await world.errors()] == [lead]
    await choose(world.engine, error.id, Candidate("leads", two))
    assert (await choose(world.engine, error.id, Candidate("leads", one))).why_not == "this error is settled already"
