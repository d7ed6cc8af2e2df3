"""The flag that says whether a Dynamics row is kept in step: only an explicit No leaves it out."""

import pytest

from sync.keeping import FLAG_IS_NO
from tests.journeys.colleagues import FLAG, flagged
from tests.journeys.comparing import assert_equal
from tests.journeys.test_edits import ADA, ada
from tests.journeys.world import World, control, paced


async def settled(world: World) -> None:
    """New rows have rested, and everything is at rest."""
    await world.sync(passes=3)
    await world.rest()


async def test_a_lead_whose_flag_says_no_is_not_brought_over_and_is_skipped_in_sight(either_world: World) -> None:
    world = either_world
    await flagged(world)
    await world.lead(**ADA, **{FLAG: False})
    await settled(world)
    assert await world.people() == []
    assert await world.total("skipped", object="leads", reason=FLAG_IS_NO) == 1


@pytest.mark.parametrize("value", [None, True])
async def test_a_lead_whose_flag_is_empty_or_yes_is_brought_over(world: World, value: bool | None) -> None:
    await flagged(world)
    lead = await world.lead(**ADA, **{FLAG: value})
    await settled(world)
    assert await world.one(dynamicsLeadId=lead)
    await assert_equal(world)


async def test_an_account_and_an_opportunity_with_a_no_are_left_out_as_well(world: World) -> None:
    await flagged(world, "account", "opportunity")
    await world.put("accounts", {"name": "Left out", FLAG: False}, {"name": "Kept"})
    await world.opportunity(name="Left out", **{FLAG: False})
    await settled(world)
    assert [one["company"] for one in await world.objects("companies")] == ["Kept"]
    assert await world.objects("opportunities") == []


async def test_from_no_to_yes_a_lead_starts_at_once(world: World) -> None:
    await flagged(world)
    lead = await world.lead(**ADA, **{FLAG: False})
    await settled(world)
    await world.edit_lead(lead, **{FLAG: True})
    await world.sync()
    assert (await world.one(dynamicsLeadId=lead))["title"] == "Countess"
    await assert_equal(world)


async def test_from_yes_to_no_the_person_stays_and_goes_stale(either_world: World) -> None:
    world = either_world
    await flagged(world)
    lead, person = await settled_ada(world)
    await world.edit_lead(lead, jobtitle="Programmer", **{FLAG: False})
    await world.rest()
    await world.edit_lead(lead, jobtitle="Admiral")
    await world.rest()
    found = await world.by_id(person)
    assert found["title"] == "Countess" and not found.get("dynamicsDeleted")
    assert await world.total("skipped", object="leads", direction="to-marketo", reason=FLAG_IS_NO) == 2


async def settled_ada(world: World) -> tuple[str, str]:
    lead = await world.lead(**ADA)
    await settled(world)
    return lead, str((await world.one(dynamicsLeadId=lead))["id"])


async def test_while_the_flag_says_no_edits_in_marketo_are_not_written_to_dynamics(world: World) -> None:
    await flagged(world)
    lead, person = await settled_ada(world)
    await world.edit_lead(lead, **{FLAG: False})
    await world.rest()
    await world.edit(person, title="Programmer")
    await world.rest()
    assert (await world.row("leads", lead))["jobtitle"] == "Countess"
    assert await world.total("skipped", object="leads", direction="to-dynamics", reason=FLAG_IS_NO) == 1


async def test_back_at_yes_what_was_missed_on_both_sides_is_made_good(either_world: World) -> None:
    world = either_world
    await flagged(world)
    lead, person = await settled_ada(world)
    await world.edit_lead(lead, address1_city="Turin", **{FLAG: False})
    await world.rest()
    await world.edit(person, title="Programmer")
    await world.edit_lead(lead, telephone1="+1 555 1")
    await world.rest()
    await world.edit_lead(lead, **{FLAG: True})
    await world.sync()
    found = await world.by_id(person)
    assert (found["city"], found["phone"], found["title"]) == ("Turin", "+1 555 1", "Programmer")
    assert (await world.row("leads", lead))["jobtitle"] == "Programmer"
    await world.rest()
    await assert_equal(world)


async def test_back_at_yes_nobody_is_opted_in_by_what_was_missed(world: World) -> None:
    await flagged(world)
    lead = await world.lead(**ADA, donotbulkemail=True)
    await settled(world)
    person = str((await world.one(dynamicsLeadId=lead))["id"])
    await world.edit_lead(lead, **{FLAG: False})
    await world.rest()
    await world.edit(person, unsubscribed=False)
    await world.rest()
    await world.edit_lead(lead, **{FLAG: True})
    await world.rest()
    assert (await world.row("leads", lead))["donotbulkemail"] is True


async def test_a_change_that_waits_when_its_row_turns_to_no_is_not_sent_any_more(either_world: World) -> None:
    world = either_world
    await flagged(world)
    lead, person = await settled_ada(world)
    await world.weather(world.marketo, down=True)
    await world.edit_lead(lead, jobtitle="Programmer")
    await world.sync()
    await world.edit_lead(lead, **{FLAG: False})
    await world.sync()
    assert await world.waiting() == []
    await world.weather(world.marketo, down=False)
    await world.rest()
    assert (await world.by_id(person))["title"] == "Countess"
    assert await world.total("skipped", object="leads", reason=FLAG_IS_NO) == 2


async def test_an_error_of_a_row_that_turns_to_no_is_settled(world: World) -> None:
    await flagged(world)
    for each in "AB":
        await world.person(email="ada@x.example", lastName=each)
    lead = await world.lead(**ADA)
    await settled(world)
    assert await world.codes() == ["ambiguous"]
    await world.edit_lead(lead, **{FLAG: False})
    await world.rest()
    assert await world.errors() == [] and len(await world.errors("resolved")) == 1


async def test_a_new_row_rests_for_90_seconds_because_workflows_set_the_flag_late(world: World) -> None:
    await flagged(world)
    await world.sync(apart=5)
    lead = await world.lead(**ADA)
    await world.sync(apart=80)
    await world.sync(apart=10)
    assert await world.people() == [] and len(await world.waiting()) == 1
    await world.sync()
    assert await world.one(dynamicsLeadId=lead)


async def test_a_no_that_a_workflow_sets_while_the_row_rests_stops_it(world: World) -> None:
    await flagged(world)
    await world.sync(apart=5)
    lead = await world.lead(**ADA)
    await world.sync(apart=30)
    await world.edit_lead(lead, **{FLAG: False})
    await settled(world)
    assert await world.people() == [] and await world.waiting() == []


async def test_an_edit_while_a_row_rests_goes_along_with_it(world: World) -> None:
    await flagged(world)
    await world.sync(apart=5)
    lead = await world.lead(**ADA)
    await world.sync(apart=30)
    await world.edit_lead(lead, jobtitle="Programmer")
    await world.sync(apart=30)
    assert await world.people() == []
    await settled(world)
    assert (await world.one(dynamicsLeadId=lead))["title"] == "Programmer"


async def test_a_row_older_than_90_seconds_does_not_rest(world: World) -> None:
    await flagged(world)
    lead = await world.lead(**ADA)
    await world.advance(91)
    await world.sync()
    assert await world.one(dynamicsLeadId=lead)


async def test_where_the_table_has_no_such_column_nothing_rests(world: World) -> None:
    lead = await world.lead(**ADA)
    await world.sync()
    assert await world.one(dynamicsLeadId=lead)


async def test_a_lead_does_not_wait_for_an_account_that_is_left_out(world: World) -> None:
    await flagged(world, "account")
    (account,) = await world.put("accounts", {"name": "Analytical Engines", FLAG: False})
    lead = await world.lead(**ADA, _parentaccountid_value=account)
    await settled(world)
    assert await world.waiting() == []
    assert (await world.one(dynamicsLeadId=lead)).get("externalCompanyId") is None
    await world.put("accounts", {"accountid": account, FLAG: True})
    await world.edit_lead(lead, jobtitle="Programmer")
    await settled(world)
    assert (await world.one(dynamicsLeadId=lead))["externalCompanyId"] == account


async def test_the_role_of_a_contact_that_is_left_out_does_not_wait_for_ever(world: World) -> None:
    await flagged(world)
    contact, deal = await world.contact(emailaddress1="g@x.example", **{FLAG: False}), await world.opportunity()
    await world.role(deal, contact)
    await settled(world)
    assert await world.objects("roles") == [] and await world.waiting() == []


async def test_a_person_flagged_to_sync_does_not_become_a_second_lead_beside_one_that_is_left_out(world: World) -> None:
    await flagged(world)
    await world.lead(**ADA, **{FLAG: False})
    await settled(world)
    person = await world.person(email="ada@x.example", lastName="Lovelace", syncToDynamics=True)
    await world.rest()
    assert len(await world.rows("leads")) == 1
    assert not (await world.by_id(person)).get("dynamicsLeadId")
    assert await world.total("skipped", object="leads", direction="to-dynamics", reason=FLAG_IS_NO) == 1


async def test_a_left_out_row_that_is_deleted_is_marked_deleted_all_the_same(world: World) -> None:
    await flagged(world)
    lead, person = await settled_ada(world)
    await world.edit_lead(lead, **{FLAG: False})
    await world.rest()
    await world.delete("leads", lead)
    await world.rest()
    assert (await world.by_id(person))["dynamicsDeleted"] is True


async def test_a_flag_that_is_added_while_the_sync_runs_is_heeded_from_then_on(world: World) -> None:
    lead, person = await ada(world)
    await flagged(world)
    await world.edit_lead(lead, jobtitle="Programmer", **{FLAG: False})
    await world.rest()
    assert (await world.by_id(person))["title"] == "Countess"


async def test_how_long_a_row_rests_is_a_setting(world: World) -> None:
    paced(world, insert_settles_seconds=0)
    await flagged(world)
    lead = await world.lead(**ADA)
    await world.sync()
    assert await world.one(dynamicsLeadId=lead)


async def test_after_a_full_reading_rows_left_out_are_still_left_out_and_not_taken_for_gone(world: World) -> None:
    await flagged(world)
    lead, person = await settled_ada(world)
    await world.edit_lead(lead, **{FLAG: False})
    await world.rest()
    await control(world.dynamics, "delta/expire", {})
    await world.forget_calls()
    await world.rest()
    assert await world.writes() == 0
    assert not (await world.by_id(person)).get("dynamicsDeleted")


async def test_back_at_yes_a_person_whom_marketo_lost_meanwhile_stops_nobody(world: World) -> None:
    await flagged(world)
    lead, person = await settled_ada(world)
    await world.edit_lead(lead, **{FLAG: False})
    await world.rest()
    await world.remove(person)
    await world.advance(700)
    await world.edit_lead(lead, jobtitle="Back", **{FLAG: True})
    await world.rest()
    assert (await world.one())["dynamicsLeadId"] == lead
    assert await world.total("synced", object="leads", operation="insert") == 2
