"""Records that go: deleted on either side, merged, and those that come back."""

from tests.journeys.comparing import assert_equal
from tests.journeys.test_edits import ada
from tests.journeys.world import World, control


async def test_a_delete_in_dynamics_sets_the_flag_and_keeps_the_person(either_world: World) -> None:
    lead, person = await ada(either_world)
    await either_world.edit(person, syncToDynamics=True)
    await either_world.delete("leads", lead)
    await either_world.rest()
    found = await either_world.by_id(person)
    assert found["dynamicsDeleted"] is True and not found.get("syncToDynamics")
    assert await either_world.rows("leads") == []
    await assert_equal(either_world)


async def test_a_deleted_leads_person_edited_in_marketo_is_left_alone(world: World) -> None:
    lead, person = await ada(world)
    await world.delete("leads", lead)
    await world.rest()
    await world.edit(person, title="Later")
    await world.rest()
    assert await world.rows("leads") == [] and await world.errors() == []


async def test_an_edit_in_marketo_and_a_delete_in_dynamics_at_once_end_in_the_flag(world: World) -> None:
    lead, person = await ada(world)
    await world.edit(person, title="Later")
    await world.delete("leads", lead)
    await world.rest()
    assert (await world.by_id(person))["dynamicsDeleted"] is True
    assert await world.errors() == []


async def test_a_deleted_leads_person_that_is_flagged_again_comes_back_once(either_world: World) -> None:
    world = either_world
    person = await world.person(email="bo@x.example", lastName="Bo", syncToDynamics=True)
    await world.rest()
    await world.delete("leads", (await world.by_id(person))["dynamicsLeadId"])
    await world.rest()
    await world.edit(person, syncToDynamics=True)
    await world.rest()
    (row,) = await world.rows("leads")
    found = await world.by_id(person)
    assert found["dynamicsLeadId"] == row["leadid"] and not found.get("dynamicsDeleted")
    await assert_equal(world)


async def test_a_lead_that_comes_back_under_its_id_is_no_longer_marked_deleted(world: World) -> None:
    lead, person = await ada(world)
    await world.delete("leads", lead)
    await world.rest()
    await world.put(
        "leads", {"leadid": lead, "subject": "Back", "lastname": "Lovelace", "emailaddress1": "a@x.example"}
    )
    await world.rest()
    found = await world.by_id(person)
    assert not found.get("dynamicsDeleted") and found["dynamicsLeadId"] == lead
    await assert_equal(world)


async def test_a_lead_deleted_before_it_was_synced_never_reaches_marketo(world: World) -> None:
    await world.weather(world.marketo, down=True)
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.sync()
    await world.delete("leads", lead)
    await world.sync()
    await world.weather(world.marketo, down=False)
    await world.rest()
    assert await world.people() == [] and await world.waiting() == []


async def test_a_person_deleted_in_marketo_and_touched_in_dynamics_is_a_new_person(world: World) -> None:
    lead, person = await ada(world)
    await world.remove(person)
    await world.advance(700)
    await world.rest()
    assert await world.people() == []
    await world.edit_lead(lead, jobtitle="Programmer")
    await world.rest()
    found = await world.one(dynamicsLeadId=lead)
    assert str(found["id"]) != person and (found["title"], found["firstName"]) == ("Programmer", "Ada")


async def test_a_write_to_a_person_marketo_lost_makes_a_new_one_at_once(world: World) -> None:
    lead, person = await ada(world)
    await world.remove(person)
    await world.edit_lead(lead, jobtitle="Programmer")
    await world.rest()
    assert (await world.one(dynamicsLeadId=lead))["title"] == "Programmer"
    assert await world.errors() == []


async def test_an_address_that_unsubscribed_for_good_stays_so_when_its_person_is_made_anew(world: World) -> None:
    lead, person = await ada(world)
    await world.edit(person, unsubscribed=True)
    await world.rest()
    await world.remove(person)
    await world.edit_lead(lead, jobtitle="Programmer", donotbulkemail=False)
    await world.advance(700)
    await world.rest()
    assert (await world.one(dynamicsLeadId=lead))["unsubscribed"] is True
    assert (await world.row("leads", lead))["donotbulkemail"] is True


async def test_after_a_merge_the_winner_stands_for_the_losers_lead(world: World) -> None:
    lead, person = await ada(world)
    winner = await world.person(email="countess@x.example", lastName="King")
    await world.rest()
    await merge(world, winner, person)
    await world.advance(700)
    await world.rest()
    await world.edit_lead(lead, jobtitle="Programmer")
    await world.rest()
    found = await world.one(dynamicsLeadId=lead)
    assert (str(found["id"]), found["title"]) == (winner, "Programmer")
    await assert_equal(world)


async def test_after_a_merge_of_two_linked_people_nothing_is_written_twice(world: World) -> None:
    lead, person = await ada(world)
    other = await world.lead(emailaddress1="other@x.example")
    await world.rest()
    winner = str((await world.one(dynamicsLeadId=other))["id"])
    await merge(world, winner, person)
    await world.advance(700)
    await world.rest()
    await world.edit_lead(lead, jobtitle="Programmer")
    await world.edit_lead(other, jobtitle="Admiral")
    await world.rest()
    assert (await world.by_id(winner))["title"] == "Admiral"
    await assert_equal(world)


async def merge(world: World, winner: str, loser: str) -> None:
    """As a marketer does it."""
    asked = {"client_id": "demo", "client_secret": "demo", "grant_type": "client_credentials"}
    token = (await world.marketo.post("/identity/oauth/token", data=asked)).json()["access_token"]
    address = f"/rest/v1/leads/{winner}/merge.json"
    reply = await world.marketo.post(address, params={"leadId": loser}, headers={"Authorization": f"Bearer {token}"})
    assert reply.json()["success"], reply.text


async def test_deleted_opportunities_accounts_and_roles_are_marked_or_gone(either_world: World) -> None:
    world = either_world
    (account,) = await world.put("accounts", {"name": "Analytical Engines"})
    contact, deal = await world.contact(emailaddress1="g@x.example"), await world.opportunity(account=account)
    kept = await world.opportunity(name="kept")
    await world.role(deal, contact)
    await world.rest()
    assert len(await world.objects("roles")) == 1
    await world.delete("opportunities", deal)
    await world.delete("accounts", account)
    await world.rest()
    deals = {one["externalOpportunityId"]: one.get("dynamicsDeleted") for one in await world.objects("opportunities")}
    assert deals[deal] is True and not deals[kept]
    assert (await world.objects("companies"))[0]["dynamicsDeleted"] is True
    assert await world.objects("roles") == []
    await assert_equal(world)


async def test_a_role_that_changes_is_another_role_in_marketo(world: World) -> None:
    contact, deal = await world.contact(emailaddress1="g@x.example"), await world.opportunity()
    role = await world.role(deal, contact)
    await world.rest()
    named = (await world.rows("connectionroles"))[2]
    await world.put("connections", {"connectionid": role, "_record2roleid_value": named["connectionroleid"]})
    await world.rest()
    assert [one["role"] for one in await world.objects("roles")] == [named["name"]]
    await assert_equal(world)


async def test_a_user_is_a_sales_person_and_people_keep_their_owner(world: World) -> None:
    (user,) = await world.put(
        "systemusers", {"firstname": "Sal", "lastname": "Es", "internalemailaddress": "s@x.example"}
    )
    lead = await world.lead(emailaddress1="ada@x.example", _ownerid_value=user)
    await world.rest()
    assert (await world.one(dynamicsLeadId=lead))["externalSalesPersonId"] == user
    await world.put("systemusers", {"systemuserid": user, "lastname": "Person"})
    await world.rest()
    assert "Person" in {one["lastName"] for one in await world.objects("salespersons")}
    await assert_equal(world)


async def test_expired_delta_links_mean_a_full_read_and_no_write(world: World) -> None:
    await ada(world)
    await control(world.dynamics, "delta/expire", {})
    await world.forget_calls()
    await world.sync(passes=2)
    assert await world.writes() == 0
    lead = await world.lead(emailaddress1="later@x.example")
    await world.rest()
    assert await world.one(dynamicsLeadId=lead)


async def test_rows_deleted_behind_our_back_while_the_delta_link_expired_are_marked_too(either_world: World) -> None:
    world = either_world
    lead, person = await ada(world)
    contact, deal = await world.contact(emailaddress1="g@x.example"), await world.opportunity()
    role = await world.role(deal, contact)
    await world.rest()
    await world.weather(world.marketo, down=True)
    young = await world.lead(emailaddress1="young@x.example")
    await world.sync()
    await world.delete("leads", lead, young)
    await world.delete("connections", role)
    await control(world.dynamics, "delta/expire", {})
    await world.weather(world.marketo, down=False)
    await world.rest()
    assert (await world.by_id(person))["dynamicsDeleted"] is True
    assert await world.objects("roles") == [] and len(await world.people()) == 2
    await assert_equal(world)


async def test_a_lead_touched_right_after_a_merge_goes_to_the_winner(world: World) -> None:
    lead, person = await ada(world)
    winner = await world.person(email="countess@x.example", lastName="King")
    await world.person(email="ada.again@x.example", lastName="Twin")
    await world.rest()
    await merge(world, winner, person)
    await world.edit_lead(lead, jobtitle="Programmer", emailaddress1="ada.again@x.example")
    await world.rest()
    found = await world.one(dynamicsLeadId=lead)
    assert (str(found["id"]), found["title"]) == (winner, "Programmer")


async def test_a_row_whose_person_was_deleted_is_linked_to_the_next_who_is_it(either_world: World) -> None:
    lead, person = await ada(either_world)
    await either_world.remove(person)
    await either_world.sync(passes=2, apart=700)
    again = await either_world.person(email="ada@x.example", lastName="Again", syncToDynamics=True)
    await either_world.rest()
    assert (await either_world.by_id(again))["dynamicsLeadId"] == lead
    assert len(await either_world.rows("leads")) == 1 and await either_world.errors() == []
    await assert_equal(either_world)
