"""Merges and qualified leads in Dynamics: one test per row of the native connector's two tables."""

from sync.keeping import FLAG_IS_NO, MERGED
from tests.journeys.colleagues import FLAG, flagged, merge, qualify
from tests.journeys.comparing import assert_equal
from tests.journeys.world import World, paced

YES, NO = {FLAG: True}, {FLAG: False}
ADA = {"firstname": "Ada", "lastname": "Lovelace", "emailaddress1": "ada@x.example", "jobtitle": "Countess"}
TWIN = {"firstname": "Ada", "lastname": "King", "emailaddress1": "king@x.example", "jobtitle": "Countess"}


async def two_leads(world: World, winner: dict[str, bool], loser: dict[str, bool]) -> tuple[str, str]:
    """Two leads with their flags, merged, and the winner edited thereafter."""
    await flagged(world)
    paced(world, insert_settles_seconds=0)
    kept, lost = await world.lead(**ADA, **winner), await world.lead(**TWIN, **loser)
    await world.rest()
    await merge(world, "leads", kept, lost, telephone1="+1 555 1")
    await world.edit_lead(kept, jobtitle="Programmer")
    await world.rest()
    return kept, lost


async def test_merged_yes_with_yes_goes_on_with_the_winner_and_leaves_the_losers_person(either_world: World) -> None:
    world = either_world
    kept, lost = await two_leads(world, YES, YES)
    winner, loser = await world.one(dynamicsLeadId=kept), await world.one(dynamicsLeadId=lost)
    assert (winner["title"], winner["phone"]) == ("Programmer", "+1 555 1")
    assert (loser["lastName"], loser["title"], loser["leadStatus"]) == ("King", "Countess", "Open")
    assert not loser.get("dynamicsDeleted")
    assert await world.total("skipped", object="leads", reason=MERGED) == 1


async def test_merged_no_with_no_brings_nobody(world: World) -> None:
    await two_leads(world, NO, NO)
    assert await world.people() == []


async def test_merged_winner_yes_loser_no_is_kept_in_step(world: World) -> None:
    kept, _ = await two_leads(world, YES, NO)
    (person,) = await world.people()
    assert (person["dynamicsLeadId"], person["title"], person["phone"]) == (kept, "Programmer", "+1 555 1")


async def test_merged_winner_no_loser_yes_stops(world: World) -> None:
    _, lost = await two_leads(world, NO, YES)
    (person,) = await world.people()
    assert (person["dynamicsLeadId"], person["lastName"], person["title"]) == (lost, "King", "Countess")
    assert await world.total("skipped", object="leads", reason=FLAG_IS_NO) >= 2


async def test_the_person_of_a_merged_row_edited_in_marketo_is_not_written_to_it(world: World) -> None:
    _, lost = await two_leads(world, YES, YES)
    await world.edit(str((await world.one(dynamicsLeadId=lost))["id"]), title="Late")
    await world.rest()
    assert (await world.row("leads", lost))["jobtitle"] == "Countess"
    assert await world.total("skipped", object="leads", direction="to-dynamics", reason=MERGED) == 1


async def test_a_winner_with_the_losers_address_is_not_taken_for_one_of_several(world: World) -> None:
    first, second = await world.contact(emailaddress1="g@x.example"), await world.contact(emailaddress1="g@x.example")
    await merge(world, "contacts", first, second)
    await world.person(email="g@x.example", lastName="Hopper")
    await world.rest()
    assert (await world.one(email="g@x.example"))["dynamicsContactId"] == first
    assert await world.errors() == []


async def test_a_winner_that_takes_the_losers_address_takes_it_in_marketo_too_and_goes_on(either_world: World) -> None:
    """Choosing the loser's address in the merge dialogue is usual; the loser's person keeps it, and is nobody's now."""
    world = either_world
    kept, lost = await world.lead(**ADA), await world.lead(**TWIN)
    await world.rest()
    await merge(world, "leads", kept, lost, emailaddress1="king@x.example")
    await world.rest()
    await world.edit_lead(kept, jobtitle="Programmer")
    await world.rest()
    assert await world.errors() == []
    winner, loser = await world.one(dynamicsLeadId=kept), await world.one(dynamicsLeadId=lost)
    assert (winner["email"], winner["title"]) == ("king@x.example", "Programmer")
    assert (loser["email"], loser["title"]) == ("king@x.example", "Countess")
    await world.edit(str(winner["id"]), title="Countess of Lovelace")
    await world.rest()
    assert (await world.row("leads", kept))["jobtitle"] == "Countess of Lovelace"
    await assert_equal(world)


async def test_a_winners_person_that_takes_the_losers_address_hands_it_to_dynamics(world: World) -> None:
    kept, lost = await world.contact(**ADA), await world.contact(**TWIN)
    await world.rest()
    await merge(world, "contacts", kept, lost)
    await world.rest()
    await world.edit(str((await world.one(dynamicsContactId=kept))["id"]), email="king@x.example")
    await world.rest()
    assert await world.errors() == []
    assert (await world.row("contacts", kept))["emailaddress1"] == "king@x.example"


async def test_the_address_of_a_loser_that_is_somebody_elses_too_stays_taken(world: World) -> None:
    leads = [await world.lead(lastname=name, emailaddress1=f"{name}@x.example") for name in ("kept", "lost", "else")]
    await world.rest()
    await merge(world, "leads", leads[0], leads[1])
    await world.edit_lead(leads[0], emailaddress1="else@x.example")
    await world.rest()
    assert await world.codes() == ["email-taken"]


async def test_merged_contacts_hand_their_roles_over_and_merged_accounts_their_people(world: World) -> None:
    first, second = await world.contact(emailaddress1="g@x.example"), await world.contact(emailaddress1="h@x.example")
    deal = await world.opportunity()
    await world.role(deal, second)
    kept, lost = await world.put("accounts", {"name": "Navy"}, {"name": "Nayv"})
    await world.edit_contact(first, **{"_parentcustomerid_value": lost, TYPE: "account"})
    await world.rest()
    await merge(world, "contacts", first, second)
    await merge(world, "accounts", kept, lost)
    await world.rest()
    person = await world.one(dynamicsContactId=first)
    assert [role["leadId"] for role in await world.objects("roles")] == [person["id"]]
    assert person["externalCompanyId"] == kept


TYPE = "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"


async def qualified(world: World, lead_flag: dict[str, bool], contact_flag: dict[str, bool]) -> tuple[str, str]:
    """A lead, qualified, whose contact is flagged by a workflow half a minute later."""
    await flagged(world)
    lead = await world.lead(**ADA, **lead_flag)
    await world.advance(91)
    await world.rest()
    contact = await qualify(world, lead)
    await world.sync(apart=30)
    await world.edit_contact(contact, **contact_flag)
    await world.sync(passes=3)
    await world.rest()
    return lead, contact


async def test_qualified_no_and_no_does_nothing(world: World) -> None:
    await qualified(world, NO, NO)
    assert await world.people() == []


async def test_qualified_yes_and_yes_makes_the_person_the_synced_contact(either_world: World) -> None:
    world = either_world
    lead, contact = await qualified(world, YES, YES)
    (person,) = await world.people()
    assert (person["dynamicsLeadId"], person["dynamicsContactId"]) == (lead, contact)
    assert person["dynamicsType"] == "Contact"
    await world.edit_contact(contact, jobtitle="Programmer")
    await world.rest()
    assert (await world.by_id(str(person["id"])))["title"] == "Programmer"
    await assert_equal(world)


async def test_qualified_yes_and_yes_without_an_address_is_the_same_person_all_the_same(world: World) -> None:
    await flagged(world)
    lead = await world.lead(lastname="Lovelace", **YES)
    await world.advance(91)
    await world.rest()
    contact = await qualify(world, lead)
    await world.advance(91)
    await world.rest()
    (person,) = await world.people()
    assert (person["dynamicsLeadId"], person["dynamicsContactId"]) == (lead, contact)


async def test_qualified_no_and_yes_makes_a_new_person_of_the_contact(world: World) -> None:
    _, contact = await qualified(world, NO, YES)
    (person,) = await world.people()
    assert person["dynamicsContactId"] == contact and not person.get("dynamicsLeadId")
    assert person["leadStatus"] == "Active"


async def test_qualified_yes_and_no_tells_the_leads_state_and_leaves_the_contact_out(world: World) -> None:
    lead, _ = await qualified(world, YES, NO)
    (person,) = await world.people()
    assert (person["dynamicsLeadId"], person["leadStatus"]) == (lead, "Qualified")
    assert not person.get("dynamicsContactId")
    assert await world.total("skipped", object="contacts", reason=FLAG_IS_NO) == 2  # the insert that rested, and the No
