"""Who is who: several people with one address, addresses that belong to others, leads that come back or qualify."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from storage import models
from sync.objects import CONTACT_ID, LEAD_ID
from tests.journeys.comparing import assert_equal
from tests.journeys.world import World


def rule(world: World, name: str, **changed: Any) -> None:
    objects = world.engine.objects
    world.engine.objects = tuple(replace(one, **changed) if one.name == name else one for one in objects)


async def skipped(world: World, reason: str) -> int:
    return await world.total("skipped", reason=reason)


def named(error: Any) -> set[str]:
    return {each["id"] for each in error.candidates or ()}


async def links(world: World) -> list[Any]:
    async with world.database.read() as connection:
        return list(await connection.execute(select(models.links)))


async def activity(world: World) -> list[Any]:
    async with world.database.read() as connection:
        return list(await connection.execute(select(models.activity)))


# several with one address


async def test_parked_leads_with_one_address_name_the_people_they_may_be(world: World) -> None:
    people = {await world.person(email="two@x.example", lastName=name) for name in ("One", "Two")}
    await world.lead(emailaddress1="two@x.example")
    await world.rest()
    (error,) = await world.errors()
    assert (error.code, named(error)) == ("ambiguous", people)


async def test_separate_leads_with_one_address_become_a_person_each(world: World) -> None:
    rule(world, "leads", same_email="separate")
    await world.person(email="two@x.example", lastName="Somebody")
    leads = {await world.lead(emailaddress1="two@x.example") for _ in range(2)}
    await world.rest()
    assert {person[LEAD_ID] for person in await world.people() if LEAD_ID in person} == leads
    assert len(await world.people()) == 3 and await world.errors() == []


async def test_separate_leads_are_still_matched_by_an_address_nobody_else_has(world: World) -> None:
    rule(world, "leads", same_email="separate")
    person = await world.person(email="ada@x.example", lastName="Ada")
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.rest()
    assert (await world.by_id(person))[LEAD_ID] == lead and len(await world.people()) == 1


async def test_leads_that_share_a_person_leave_it_to_the_first_and_say_so(either_world: World) -> None:
    world = either_world
    rule(world, "leads", same_email="share")
    first, second = [await world.lead(emailaddress1="two@x.example", firstname=name) for name in ("A", "B")]
    await world.rest()
    (person,) = await world.people()
    assert person[LEAD_ID] == first and await world.errors() == []
    assert await skipped(world, "shares a person") == 1
    await world.edit_lead(second, firstname="C")
    await world.rest()
    assert await skipped(world, "shares a person") == 2
    assert (await world.one())["firstName"] == "A"


async def test_a_shared_person_is_named_in_the_activity_of_who_stands_back(world: World) -> None:
    rule(world, "leads", same_email="share")
    _, second = [await world.lead(emailaddress1="two@x.example") for _ in range(2)]
    await world.rest()
    (row,) = [row for row in await activity(world) if row.reason == "shares a person"]
    assert (row.record_id, row.other_id) == (second, str((await world.one())["id"]))


async def test_when_the_holder_of_a_shared_person_is_deleted_the_next_edited_lead_takes_over(world: World) -> None:
    rule(world, "leads", same_email="share")
    first, second = [await world.lead(emailaddress1="two@x.example") for _ in range(2)]
    await world.rest()
    await world.delete("leads", first)
    await world.edit_lead(second, jobtitle="Countess")
    await world.rest()
    person = await world.one()
    assert (person[LEAD_ID], person["title"], person["dynamicsDeleted"]) == (second, "Countess", False)
    await assert_equal(world)


async def test_flagged_people_that_share_a_record_leave_it_to_the_first_and_say_so(world: World) -> None:
    rule(world, "leads", same_email="share")
    people = [await world.person(email="two@x.example", lastName=name, syncToDynamics=True) for name in ("A", "B")]
    await world.rest()
    (lead,) = await world.rows("leads")
    assert lead["lastname"] == "A" and (await world.by_id(people[0]))[LEAD_ID] == lead["leadid"]
    assert await skipped(world, "shares a record") == 1 and await world.errors() == []


# the lead that comes back, and the lead that qualifies


async def test_a_lead_made_anew_with_the_address_of_a_deleted_one_takes_its_person_over(either_world: World) -> None:
    world = either_world
    old = await world.lead(emailaddress1="ada@x.example")
    await world.rest()
    person = (await world.one())["id"]
    await world.delete("leads", old)
    await world.rest()
    new = await world.lead(emailaddress1="ada@x.example", jobtitle="Countess")
    await world.rest()
    found = await world.one()
    assert (found["id"], found[LEAD_ID], found["title"], found["dynamicsDeleted"]) == (person, new, "Countess", False)
    await assert_equal(world)


async def test_a_lead_made_anew_before_the_deletion_was_told_takes_its_person_over(world: World) -> None:
    old = await world.lead(emailaddress1="ada@x.example")
    await world.rest()
    await world.delete("leads", old)
    new = await world.lead(emailaddress1="ada@x.example")
    await world.rest()
    assert (await world.one())[LEAD_ID] == new and await world.errors() == []
    await assert_equal(world)


async def test_a_contact_made_of_a_lead_is_the_leads_person_whatever_its_address(either_world: World) -> None:
    world = either_world
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.rest()
    person = (await world.one())["id"]
    await world.edit_lead(lead, statecode=1, statuscode=3)
    contact = await world.contact(emailaddress1="ada@new.example", _originatingleadid_value=lead)
    await world.rest()
    found = await world.one()
    assert (found["id"], found[LEAD_ID], found[CONTACT_ID]) == (person, lead, contact)
    assert (found["dynamicsType"], found["email"], found["leadStatus"]) == ("Contact", "ada@new.example", "Active")
    await assert_equal(world)


async def test_of_somebody_who_is_lead_and_contact_the_contacts_status_and_owner_stand(world: World) -> None:
    users = [row["systemuserid"] for row in await world.rows("systemusers") if not row.get("isdisabled")]
    lead = await world.lead(emailaddress1="ada@x.example", _ownerid_value=users[0])
    await world.rest()
    await world.contact(emailaddress1="ada@x.example", _originatingleadid_value=lead, _ownerid_value=users[-1])
    await world.rest()
    await world.edit_lead(lead, statecode=1, statuscode=3, _ownerid_value=users[0])
    await world.rest()
    found = await world.one()
    assert (found["leadStatus"], found["externalSalesPersonId"]) == ("Active", users[-1])


# addresses that belong to others


async def test_an_address_edited_in_dynamics_to_a_linked_persons_is_parked_and_names_them(either_world: World) -> None:
    world = either_world
    ada, bea = [await world.lead(emailaddress1=f"{name}@x.example") for name in ("ada", "bea")]
    await world.rest()
    await world.edit_lead(ada, emailaddress1="bea@x.example", jobtitle="Countess")
    await world.rest()
    (error,) = await world.errors()
    assert (error.code, error.record_id) == ("email-taken", ada)
    assert named(error) == {str((await world.one(dynamicsLeadId=bea))["id"])} and "@" not in error.message
    await world.edit_lead(ada, emailaddress1="ada@y.example")
    await world.rest()
    assert await world.errors() == []
    await assert_equal(world)


async def test_an_address_edited_in_marketo_to_a_linked_leads_is_parked_and_names_it(world: World) -> None:
    ada, bea = [await world.lead(emailaddress1=f"{name}@x.example") for name in ("ada", "bea")]
    await world.rest()
    person = str((await world.one(dynamicsLeadId=ada))["id"])
    await world.edit(person, email="bea@x.example")
    await world.rest()
    (error,) = await world.errors()
    assert (error.code, error.marketo_id, named(error)) == ("email-taken", person, {bea})
    assert (await world.row("leads", ada))["emailaddress1"] == "ada@x.example"


async def test_an_address_that_several_people_have_already_is_not_given_to_another(world: World) -> None:
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.rest()
    people = {await world.person(email="two@x.example", lastName=name) for name in ("One", "Two")}
    await world.edit_lead(lead, emailaddress1="two@x.example")
    await world.rest()
    (error,) = await world.errors()
    assert (error.code, named(error)) == ("email-taken", people)


async def test_of_two_leads_that_get_one_address_at_once_the_second_is_parked(world: World) -> None:
    leads = [await world.lead(emailaddress1=f"{name}@x.example") for name in ("ada", "bea")]
    await world.rest()
    for lead in leads:
        await world.edit_lead(lead, emailaddress1="new@x.example")
    await world.rest()
    (error,) = await world.errors()
    (other,) = set(leads) - {error.record_id}
    assert error.code == "email-taken" and named(error) == {str((await world.one(dynamicsLeadId=other))["id"])}


async def test_an_address_that_only_changes_its_case_is_nobody_elses(world: World) -> None:
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.rest()
    await world.edit_lead(lead, emailaddress1="Ada@X.example", jobtitle="Countess")
    await world.rest()
    assert await world.errors() == [] and (await world.one())["title"] == "Countess"


async def test_three_hundred_new_addresses_are_looked_up_in_one_call(world: World) -> None:
    leads = await world.put("leads", *[{"lastname": "L", "emailaddress1": f"{n}@x.example"} for n in range(300)])
    await world.rest()
    await world.put("leads", *[{"leadid": lead, "emailaddress1": f"{n}@y.example"} for n, lead in enumerate(leads)])
    await world.forget_calls()
    await world.sync()
    calls = await world.calls(world.marketo)
    assert calls["leads.write"] == 1 and sum(calls.values()) <= 8, calls


# flagged people


async def test_a_flagged_contact_who_is_a_lead_already_is_linked_and_stays_a_lead(world: World) -> None:
    lead = await world.lead(emailaddress1="ada@y.example", statecode=0)
    person = await world.person(email="ada@y.example", lastName="Ada", syncToDynamics=True, dynamicsType="Contact")
    await world.rest()
    assert (await world.by_id(person))[LEAD_ID] == lead
    assert await world.rows("contacts") == [] and len(await world.people()) == 1
    await assert_equal(world)


async def test_an_open_contact_is_preferred_to_the_closed_lead_it_was(world: World) -> None:
    """The person is older than both rows, and only flagged once they are there."""
    rule(world, "leads", directions=("to-dynamics",))
    rule(world, "contacts", directions=("to-dynamics",))
    await world.lead(emailaddress1="ada@x.example", statecode=1, statuscode=3)
    contact = await world.contact(emailaddress1="ada@x.example")
    await world.person(email="ada@x.example", lastName="Ada", syncToDynamics=True)
    await world.sync(passes=2)
    people = [link for link in await links(world) if link.object in ("leads", "contacts")]
    assert [link.dynamics_id for link in people] == [contact]


async def test_a_lead_that_is_deleted_after_it_became_a_contact_leaves_its_person_alone(world: World) -> None:
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.rest()
    contact = await world.contact(emailaddress1="ada@x.example", _originatingleadid_value=lead)
    await world.rest()
    await world.delete("leads", lead)
    await world.rest()
    person = await world.one()
    assert not person.get("dynamicsDeleted") and await skipped(world, "still there as another record") == 1
    await world.edit(str(person["id"]), title="Countess")
    await world.rest()
    assert (await world.row("contacts", contact))["jobtitle"] == "Countess"


async def test_a_contact_that_is_deleted_after_its_lead_was_qualified_is_told(world: World) -> None:
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.rest()
    await world.edit_lead(lead, statecode=1, statuscode=3)
    contact = await world.contact(emailaddress1="ada@x.example", _originatingleadid_value=lead)
    await world.rest()
    await world.delete("contacts", contact)
    await world.rest()
    assert (await world.one())["dynamicsDeleted"] is True


async def test_a_row_that_lost_a_merge_makes_nobody_ambiguous(world: World) -> None:
    await world.lead(emailaddress1="ada@x.example", merged=True, statecode=2, statuscode=7)
    person = await world.person(email="ada@x.example", lastName="Ada")
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.rest()
    assert await world.errors() == [] and (await world.by_id(person))[LEAD_ID] == lead
