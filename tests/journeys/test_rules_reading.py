"""What Dynamics shows us and what becomes of it: filters, states, new columns, companies, deletes on either side."""

from dataclasses import replace

from sqlalchemy import select

from storage.models import activity
from sync.decide import CLOSED
from sync.keeping import FILTERED
from sync.objects import Filter, Object
from tests.journeys.comparing import assert_equal
from tests.journeys.test_edits import ADA, ada, grace
from tests.journeys.world import World
from tests.objects import OBJECTS


def restarted(world: World, **changed: Object) -> None:
    """As a restart with another file of objects does it: both sides' metadata are read anew before the next pass."""
    world.engine.objects = tuple(changed.get(one.name, one) for one in OBJECTS)
    world.engine.fitted = set()


def object_named(name: str) -> Object:
    return next(one for one in OBJECTS if one.name == name)


async def test_rows_that_a_filter_leaves_out_are_skipped_in_sight(either_world: World) -> None:
    world = either_world
    leads = object_named("leads")
    restarted(world, leads=replace(leads, filters=(Filter("address1_country", ("Germany", "Austria")),)))
    await world.lead(**ADA, address1_country="France")
    kept = await world.lead(lastname="Bo", address1_country="Austria")
    await world.rest()
    assert [person["dynamicsLeadId"] for person in await world.people()] == [kept]
    assert await world.total("skipped", object="leads", reason=FILTERED) == 1


async def test_a_row_that_comes_to_pass_the_filter_starts_at_once_and_one_that_ceases_to_goes_stale(
    world: World,
) -> None:
    leads = object_named("leads")
    restarted(world, leads=replace(leads, filters=(Filter("leadsourcecode", ("Web",), excluded=True),)))
    lead = await world.lead(**ADA, leadsourcecode=8)
    await world.rest()
    assert await world.people() == []
    await world.edit_lead(lead, leadsourcecode=1)
    await world.sync()
    assert (await world.one(dynamicsLeadId=lead))["title"] == "Countess"
    await world.edit_lead(lead, leadsourcecode=8, jobtitle="Programmer")
    await world.rest()
    assert (await world.one(dynamicsLeadId=lead))["title"] == "Countess"


async def test_an_inactive_contact_is_not_written_to_and_the_skip_is_seen(world: World) -> None:
    contact, person = await grace(world)
    await world.edit_contact(contact, statecode=1)
    await world.rest()
    await world.edit(person, title="Admiral")
    await world.rest()
    assert (await world.by_id(person))["leadStatus"] == "Inactive"
    assert "jobtitle" not in await world.row("contacts", contact)
    assert await world.total("skipped", object="contacts", direction="to-dynamics", reason=CLOSED) == 1


async def test_a_lead_that_is_opened_again_is_told_what_marketo_edited_meanwhile(either_world: World) -> None:
    world = either_world
    lead, person = await ada(world)
    await world.edit_lead(lead, statecode=2)
    await world.rest()
    await world.edit(person, title="Programmer")
    await world.rest()
    await world.edit_lead(lead, statecode=0)
    await world.sync()
    assert (await world.row("leads", lead))["jobtitle"] == "Programmer"
    await world.rest()
    await assert_equal(world)


async def test_state_and_status_are_never_written_to_dynamics(world: World) -> None:
    lead, person = await ada(world)
    await world.edit(person, leadStatus="Qualified", title="Programmer")
    await world.rest()
    row = await world.row("leads", lead)
    assert (row["jobtitle"], row["statecode"], row["statuscode"]) == ("Programmer", 0, 1)


async def test_a_company_edited_in_marketo_is_not_pushed_and_is_overwritten_by_its_accounts_next_change(
    world: World,
) -> None:
    (account,) = await world.put("accounts", {"name": "Analytical Engines", "telephone1": "+1 555 1"})
    await world.rest()
    await edit_company(world, account, company="Engines", mainPhone="+1 555 9")
    await world.rest()
    assert (await world.row("accounts", account))["name"] == "Analytical Engines"
    assert (await world.objects("companies"))[0]["company"] == "Engines"
    await world.put("accounts", {"accountid": account, "numberofemployees": 3})
    await world.rest()
    (company,) = await world.objects("companies")
    assert (company["company"], company["mainPhone"]) == ("Analytical Engines", "+1 555 1")
    await assert_equal(world)


async def edit_company(world: World, account: str, **values: str) -> None:
    asked = {"client_id": "demo", "client_secret": "demo", "grant_type": "client_credentials"}
    token = (await world.marketo.post("/identity/oauth/token", data=asked)).json()["access_token"]
    body = {"action": "updateOnly", "dedupeBy": "dedupeFields", "input": [{"externalCompanyId": account, **values}]}
    reply = await world.marketo.post("/rest/v1/companies.json", json=body, headers={"Authorization": f"Bearer {token}"})
    assert reply.json()["result"][0]["status"] == "updated", reply.text


async def test_a_person_deleted_in_marketo_leaves_the_dynamics_row_as_it_is(world: World) -> None:
    lead, person = await ada(world)
    before = await world.row("leads", lead)
    await world.remove(person)
    await world.advance(700)
    await world.rest()
    assert await world.row("leads", lead) == before


async def test_a_lead_deleted_and_made_anew_with_its_address_takes_over_the_person(either_world: World) -> None:
    world = either_world
    lead, person = await ada(world)
    await world.delete("leads", lead)
    await world.rest()
    again = await world.lead(**ADA, telephone1="+1 555 1")
    await world.rest()
    found = await world.by_id(person)
    assert (found["dynamicsLeadId"], found["phone"]) == (again, "+1 555 1")
    assert not found.get("dynamicsDeleted") and await world.errors() == []
    await assert_equal(world)


async def without_city(world: World) -> tuple[str, str]:
    """A lead on both sides while the city is not kept in step yet, and the calls forgotten."""
    leads = object_named("leads")
    fewer = replace(leads, fields=tuple(each for each in leads.fields if each.name != "city"))
    restarted(world, leads=fewer)
    return await ada(world, address1_city="Turin", address1_country="Italy")


async def test_a_field_added_to_the_file_is_brought_over_by_itself_and_alone(either_world: World) -> None:
    world = either_world
    lead, person = await without_city(world)
    bo = await world.lead(lastname="Bo")
    await world.rest()
    assert "city" not in await world.by_id(person)
    await world.forget_calls()
    restarted(world)
    await world.rest()
    assert (await world.by_id(person))["city"] == "Turin"
    assert await fields_written_last(world, lead) == "city"
    assert await world.writes() == 1 and "city" not in await world.one(dynamicsLeadId=bo)
    await assert_equal(world)


async def fields_written_last(world: World, record_id: str) -> str:
    query = select(activity.c.fields).where(activity.c.record_id == record_id, activity.c.outcome == "updated")
    async with world.database.read() as connection:
        return str(await connection.scalar(query.order_by(activity.c.id.desc()).limit(1)))


async def test_a_new_field_goes_by_the_rule_of_matches_where_both_sides_hold_a_value(world: World) -> None:
    lead, person = await without_city(world)
    await world.edit(person, city="London")
    await world.rest()
    restarted(world)
    await world.rest()
    assert (await world.by_id(person))["city"] == "London"
    assert (await world.row("leads", lead))["address1_city"] == "London"


async def test_new_fields_that_both_sides_hold_alike_are_agreed_on_without_a_write(world: World) -> None:
    leads = object_named("leads")
    fewer = tuple(each for each in leads.fields if each.name not in ("city", "doNotCall"))
    restarted(world, leads=replace(leads, fields=fewer))
    _, person = await ada(world, address1_city="Turin", donotphone=False)
    await world.edit(person, city="Turin")
    await world.rest()
    await world.forget_calls()
    restarted(world)
    await world.rest()
    assert await world.writes() == 0


async def test_a_new_opt_out_field_opts_nobody_in(world: World) -> None:
    leads = object_named("leads")
    restarted(world, leads=replace(leads, fields=tuple(each for each in leads.fields if each.name != "doNotCall")))
    lead, person = await ada(world, donotphone=False)
    await world.edit(person, doNotCall=True)
    await world.rest()
    restarted(world)
    await world.rest()
    assert (await world.by_id(person))["doNotCall"] is True
    assert (await world.row("leads", lead))["donotphone"] is True


async def test_while_the_columns_stay_the_same_a_restart_reads_nothing_anew(world: World) -> None:
    await ada(world)
    noted = await world.total("noted")
    await world.forget_calls()
    restarted(world)
    await world.sync()
    assert (await world.calls(world.dynamics))["leads.read"] == 1
    assert await world.total("noted") == noted


async def test_rows_deleted_while_columns_changed_are_marked_too(world: World) -> None:
    lead, person = await without_city(world)
    await world.delete("leads", lead)
    restarted(world)
    await world.rest()
    assert (await world.by_id(person))["dynamicsDeleted"] is True
