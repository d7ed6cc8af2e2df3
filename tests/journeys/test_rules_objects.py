"""Objects in full, by the native connector's rules: owners, campaigns, contact roles, and tables of one's own."""

from typing import Any

from storage.ledger.findings import read_findings
from sync.refresh import Refreshed, refresh_record
from tests.journeys.world import LOOKUP, Row, World, control

# owners


async def team(world: World, **values: Any) -> str:
    return (await world.put("teams", {"name": "West Coast", **values}))[0]


def owned_by_team(team_id: str) -> Row:
    return {"_ownerid_value": team_id, f"_ownerid_value{LOOKUP}": "team"}


async def test_a_team_is_a_sales_person_in_marketo(world: World) -> None:
    west = await team(world, emailaddress="west@sales.example")
    await world.sync()
    (there,) = [one for one in await world.objects("salespersons") if one["externalSalesPersonId"] == west]
    assert (there["lastName"], there["email"]) == ("West Coast", "west@sales.example")


async def test_a_person_or_opportunity_owned_by_a_team_has_an_owner(world: World) -> None:
    west = await team(world)
    lead = await world.lead(**owned_by_team(west))
    await world.opportunity(**owned_by_team(west))
    await world.rest()
    assert (await world.one(dynamicsLeadId=lead))["externalSalesPersonId"] == west
    assert [one["externalSalesPersonId"] for one in await world.objects("opportunities")] == [west]


async def test_a_person_waits_for_the_team_that_owns_it_and_goes_on_with_it(world: World) -> None:
    await world.rest()
    west = await team(world)
    lead = await world.lead(**owned_by_team(west))
    world.watch.to_hold = True
    await world.sync()
    assert [one.waits_for for one in await world.waiting() if one.object == "leads"] == [f"teams:{west}"]
    await world.sync()
    assert (await world.one(dynamicsLeadId=lead))["externalSalesPersonId"] == west


async def test_a_person_made_in_marketo_for_a_team_belongs_to_it_in_dynamics(world: World) -> None:
    west = await team(world)
    await world.rest()
    await world.person(lastName="Curie", email="marie@x.example", externalSalesPersonId=west, syncToDynamics=True)
    await world.rest()
    (lead,) = await world.rows("leads")
    assert (lead["_ownerid_value"], lead[f"_ownerid_value{LOOKUP}"]) == (west, "team")


async def test_an_account_brings_its_owner_and_its_parent(world: World) -> None:
    west = await team(world)
    (parent,) = await world.put("accounts", {"name": "Group"})
    (child,) = await world.put("accounts", {"name": "Branch", "_parentaccountid_value": parent, **owned_by_team(west)})
    await world.rest()
    (there,) = [one for one in await world.objects("companies") if one["externalCompanyId"] == child]
    assert (there["externalSalesPersonId"], there["dynamicsParentAccountId"]) == (west, parent)


# campaigns


async def test_a_campaign_is_a_custom_object_in_marketo_and_its_people_hold_its_id(world: World) -> None:
    (campaign,) = await world.put("campaigns", {"name": "Fair", "codename": "F26", "typecode": 3, "statuscode": 2})
    lead = await world.lead(_campaignid_value=campaign)
    await world.opportunity(_campaignid_value=campaign)
    await world.rest()
    (there,) = await world.objects("customobjects/dynamicsCampaign_c")
    told = [there[name] for name in ("dynamicsCampaignId", "name", "code", "type", "status")]
    assert told == [campaign, "Fair", "F26", "Event", "Launched"]
    assert (await world.one(dynamicsLeadId=lead))["dynamicsCampaignId"] == campaign
    assert [one["dynamicsCampaignId"] for one in await world.objects("opportunities")] == [campaign]


async def test_without_custom_objects_in_the_subscription_only_campaigns_stay_behind(world: World) -> None:
    await control(world.marketo, "custom-objects", {"on": False})
    await world.put("campaigns", {"name": "Fair"})
    lead = await world.lead()
    await world.rest()
    assert await world.one(dynamicsLeadId=lead)
    assert "campaigns" not in [one.name for one in world.engine.objects]
    async with world.database.read() as connection:
        found = await read_findings(connection)
    assert [one.object for one in found if "no custom objects" in one.message] == ["campaigns"]


# contact roles by the attribution rule


async def company(world: World) -> str:
    return (await world.put("accounts", {"name": "Navy"}))[0]


def of_account(account: str) -> Row:
    return {"_parentcustomerid_value": account, f"_parentcustomerid_value{LOOKUP}": "account"}


def for_contact(contact: str) -> Row:
    return {"_customerid_value": contact, f"_customerid_value{LOOKUP}": "contact"}


async def roles(world: World) -> list[tuple[str, int, str]]:
    found = await world.objects("roles")
    return sorted((one["externalOpportunityId"], one["leadId"], one["role"]) for one in found)


async def deal_in_marketo(world: World, deal: str) -> Row:
    (found,) = [one for one in await world.objects("opportunities") if one["externalOpportunityId"] == deal]
    return found


async def test_a_contact_as_customer_has_a_role_and_brings_the_company(world: World) -> None:
    account = await company(world)
    grace = await world.contact(**of_account(account))
    deal = await world.opportunity(**for_contact(grace))
    await world.rest()
    person = await world.one(dynamicsContactId=grace)
    assert await roles(world) == [(deal, person["id"], "Customer")]
    assert (await world.objects("roles"))[0]["isPrimary"] is True
    assert (await deal_in_marketo(world, deal))["externalCompanyId"] == account


async def test_a_contact_without_an_account_as_customer_has_a_role_and_no_company(world: World) -> None:
    deal = await world.opportunity(**for_contact(await world.contact()))
    await world.rest()
    assert len(await roles(world)) == 1
    assert "externalCompanyId" not in await deal_in_marketo(world, deal)


async def test_an_account_as_customer_is_the_company_alone_whoever_the_parent_contact_is(world: World) -> None:
    account = await company(world)
    grace = await world.contact(**of_account(account))
    deal = await world.opportunity(account=account, _parentcontactid_value=grace)
    await world.rest()
    assert await roles(world) == []
    assert (await deal_in_marketo(world, deal))["externalCompanyId"] == account


async def test_each_stakeholder_connection_is_one_contact_role(world: World) -> None:
    grace, ada = await world.contact(), await world.contact(lastname="Lovelace")
    deal = await world.opportunity(account=await company(world))
    for contact in (grace, ada):
        await world.role(deal, contact)
    await world.rest()
    assert [(one[0], one[2]) for one in await roles(world)] == [(deal, "Stakeholder")] * 2


async def test_the_customers_role_follows_when_the_customer_changes(world: World) -> None:
    account = await company(world)
    grace, ada = await world.contact(**of_account(account)), await world.contact(lastname="Lovelace")
    deal = await world.opportunity(**for_contact(grace))
    await world.rest()
    await world.put("opportunities", {"opportunityid": deal, **for_contact(ada)})
    await world.rest()
    person = await world.one(dynamicsContactId=ada)
    assert await roles(world) == [(deal, person["id"], "Customer")]
    assert "externalCompanyId" not in await deal_in_marketo(world, deal)


async def test_the_customers_role_goes_when_an_account_becomes_the_customer(world: World) -> None:
    account = await company(world)
    deal = await world.opportunity(**for_contact(await world.contact()))
    await world.rest()
    customer = {"_customerid_value": account, f"_customerid_value{LOOKUP}": "account"}
    await world.put("opportunities", {"opportunityid": deal, **customer})
    await world.rest()
    assert await roles(world) == []
    await world.put("opportunities", {"opportunityid": deal, **for_contact(await world.contact())})
    await world.rest()
    assert len(await roles(world)) == 1


async def test_the_customers_role_goes_with_its_opportunity(world: World) -> None:
    deal = await world.opportunity(**for_contact(await world.contact()))
    await world.rest()
    await world.delete("opportunities", deal)
    await world.rest()
    assert await roles(world) == []


async def test_a_full_reading_of_the_connections_leaves_the_customers_roles_alone(world: World) -> None:
    deal = await world.opportunity(**for_contact(await world.contact()))
    other = await world.role(deal, await world.contact(lastname="Lovelace"))
    await world.rest()
    assert len(await roles(world)) == 2
    await world.delete("connections", other)
    await control(world.dynamics, "delta/expire", {})
    await world.rest()
    assert [one[2] for one in await roles(world)] == ["Customer"]


async def test_all_customers_of_a_page_are_looked_up_in_one_call(world: World) -> None:
    for _ in range(5):
        await world.opportunity(**for_contact(await world.contact()))
    await world.sync()
    await world.opportunity()
    await world.forget_calls()
    await world.sync()
    quiet = await world.calls(world.dynamics)
    for _ in range(5):
        await world.opportunity(**for_contact(await world.contact()))
    await world.forget_calls()
    await world.sync()
    assert sum((await world.calls(world.dynamics)).values()) == sum(quiet.values()) + 1


async def test_roles_are_made_again_when_their_person_is_created_anew(world: World) -> None:
    grace = await world.contact()
    first = await world.opportunity(**for_contact(grace))
    second = await world.opportunity(name="Another")
    await world.role(second, grace)
    await world.rest()
    before = await world.one(dynamicsContactId=grace)
    await world.remove(str(before["id"]))
    await world.advance(600)
    await world.rest()
    assert await roles(world) == []
    await world.edit_contact(grace, jobtitle="Admiral")
    await world.rest()
    person = await world.one(dynamicsContactId=grace)
    assert person["id"] != before["id"]
    assert await roles(world) == sorted([(first, person["id"], "Customer"), (second, person["id"], "Stakeholder")])


async def test_a_connection_that_is_no_contact_role_any_more_loses_its_role(world: World) -> None:
    deal, grace = await world.opportunity(), await world.contact()
    role = await world.role(deal, grace)
    await world.rest()
    account = await company(world)
    to_account = {"_record2id_value": account, f"_record2id_value{LOOKUP}": "account"}
    await world.put("connections", {"connectionid": role, **to_account})
    await world.rest()
    assert await roles(world) == []
    to_contact = {"_record2id_value": grace, f"_record2id_value{LOOKUP}": "contact"}
    await world.put("connections", {"connectionid": role, **to_contact})
    await world.rest()
    assert len(await roles(world)) == 1


async def test_a_customers_role_is_read_anew_like_any_other_record(world: World) -> None:
    deal = await world.opportunity(**for_contact(await world.contact()))
    await world.rest()
    for name in ("roles", "opportunities"):
        assert await refresh_record(world.engine, name, deal, None) == Refreshed({}, True, name != "roles")
    await world.rest()
    assert len(await roles(world)) == 1
