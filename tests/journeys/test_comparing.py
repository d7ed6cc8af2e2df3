"""Comparing both sides: nothing differs after a sync, every planted difference is found, and a repair mends it."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from storage.changes import Difference
from storage.database import Database
from storage.models import links
from sync.comparing import VANISHED, Tally, compare, second_look
from sync.looking import look
from sync.repairing import Queued, repair
from sync.verdicts import left_out
from tests.journeys.planting import Found, Planter, quietly, quietly_edited
from tests.journeys.test_edits import ada
from tests.journeys.world import LOOKUP, World, control, world_of


async def compared(world: World, name: str) -> tuple[Tally, list[Difference]]:
    tally, found = Tally(), list[Difference]()
    async for portion in compare(world.engine, name):
        tally.add(portion.tally)
        found += portion.differences
    return tally, found


async def all_differences(world: World) -> dict[str, set[Found]]:
    """By object, as they are planted."""
    found: dict[str, set[Found]] = {}
    for one in world.engine.objects:
        for each in (await compared(world, one.name))[1]:
            found.setdefault(one.name, set()).add((each.kind, each.dynamics_id, each.field))
    return found


async def repaired(world: World) -> Queued:
    queued = Queued()
    for one in world.engine.objects:
        queued += await repair(world.engine, one.name, (await compared(world, one.name))[1])
    return queued


async def test_nothing_differs_after_a_sync_of_a_whole_crm_with_its_dirt(database: Database) -> None:
    async with world_of(database, data=None, seed=3) as world:
        await world.rest()
        for service in (world.dynamics, world.marketo):
            await control(service, "edits", {"count": 150})
        await world.rest()
        tallies = {one.name: await compared(world, one.name) for one in world.engine.objects}
        assert {name: found for name, (_, found) in tallies.items() if found} == {}
        assert sum(tally.in_errors for tally, _ in tallies.values()) > 0
        assert tallies["leads"][0].compared >= len(await world.rows("leads")) > 200


@pytest.mark.parametrize("seed", range(3))
async def test_each_of_25_planted_differences_is_found_and_nothing_else(sqlite_database: Database, seed: int) -> None:
    async with world_of(sqlite_database, data=None, seed=seed) as world:
        await world.rest()
        planter = Planter(world, seed)
        await planter.plant()
        assert planter.count == 25
        assert await all_differences(world) == planter.planted
        await world.rest()
        assert await all_differences(world) == planter.planted, "no feed told of them"
        await repaired(world)
        await world.rest()
        assert await all_differences(world) == {}


async def test_a_repair_opts_nobody_in(world: World) -> None:
    lead, person = await ada(world, donotbulkemail=True, donotphone=True)
    await quietly(world, "leads", {"leadid": lead, "donotbulkemail": False})
    await quietly_edited(world, person, doNotCall=False)
    await repaired(world)
    await world.rest()
    row, there = await world.row("leads", lead), await world.by_id(person)
    assert row["donotbulkemail"] and there["unsubscribed"]
    assert row["donotphone"] and there["doNotCall"]


async def test_a_value_is_mended_from_the_side_that_changed(world: World) -> None:
    lead, person = await ada(world, jobtitle="Countess", address1_city="Paris")
    await quietly(world, "leads", {"leadid": lead, "jobtitle": "Programmer"})
    await quietly_edited(world, person, city="London")
    assert await repaired(world) == Queued(to_marketo=1, to_dynamics=1)
    await world.rest()
    row, there = await world.row("leads", lead), await world.by_id(person)
    assert (row["jobtitle"], there["title"]) == ("Programmer", "Programmer")
    assert (row["address1_city"], there["city"]) == ("London", "London")


async def test_what_was_edited_just_now_is_no_difference_and_does_not_wait(world: World) -> None:
    lead, person = await ada(world)
    await world.advance(300)
    await world.edit_lead(lead, jobtitle="Programmer")
    tally, found = await compared(world, "leads")
    assert (tally.just_edited, tally.waiting, found) == (1, 0, [])
    await repair(world.engine, "leads", [Difference("value", lead, person, "", "title")])
    assert await world.waiting() == []


async def test_what_is_parked_as_an_error_is_no_difference(world: World) -> None:
    _, person = await ada(world)
    await world.edit(person, mobilePhone="+49 (0) 123 456 789 ext 1234")
    await world.rest()
    assert len(await world.errors()) == 1
    tally, found = await compared(world, "leads")
    assert (tally.in_errors, tally.compared, found) == (1, 1, [])


async def test_a_row_that_is_deleted_while_they_are_compared_is_no_difference(world: World) -> None:
    lead, _ = await ada(world)
    await quietly(world, "leads", {"leadid": lead, "jobtitle": "Programmer"})
    one = world.engine.object_named("leads")
    looked = await look(world.engine, one, await world.engine.dynamics.find("leads", "leadid", [lead], one.columns))
    assert looked.verdicts[lead].outcome == "different"
    await world.delete("leads", lead)
    assert (await second_look(world.engine, one, looked))[lead] == left_out(VANISHED)


async def test_a_role_that_is_an_opportunitys_customer_is_compared_too(world: World) -> None:
    contact = await world.contact(emailaddress1="grace@x.example")
    deal = await world.opportunity(_customerid_value=contact, **{f"_customerid_value{LOOKUP}": "contact"})
    await world.rest()
    assert await all_differences(world) == {}
    (role,) = await world.objects("roles")
    await world.marketo.delete(f"/sandbox/roles/{role['marketoGUID']}")
    assert await all_differences(world) == {"roles": {("missing in marketo", deal, "")}}
    assert await repaired(world) == Queued(to_marketo=1)
    await world.rest()
    assert [one["externalOpportunityId"] for one in await world.objects("roles")] == [deal]
    assert await all_differences(world) == {}


async def test_an_edit_of_a_closed_lead_in_marketo_is_left_out(world: World) -> None:
    lead, person = await ada(world)
    await world.edit_lead(lead, statecode=2, statuscode=4)
    await world.rest()
    await world.edit(person, city="London")
    await world.rest()
    tally, found = await compared(world, "leads")
    assert (dict(tally.left_out), found) == ({"closed in Dynamics": 1}, [])


async def test_a_person_deleted_in_marketo_is_left_out_until_the_row_is_edited(world: World) -> None:
    _, person = await ada(world)
    await world.remove(person)
    await world.sync(passes=2, apart=700)
    tally, found = await compared(world, "leads")
    assert (dict(tally.left_out), found) == ({"deleted in Marketo": 1}, [])


async def test_a_row_deleted_in_dynamics_agrees_when_marketo_says_so(world: World) -> None:
    lead, _ = await ada(world)
    await world.delete("leads", lead)
    await world.rest()
    tally, found = await compared(world, "leads")
    assert (tally.equal, tally.compared, found) == (1, 1, [])


async def test_until_the_first_reading_is_done_everything_waits(sqlite_database: Database, tmp_path: Path) -> None:
    (tmp_path / "nobody").mkdir()
    async with world_of(sqlite_database, tmp_path / "nobody") as world:
        await world.lead()
        tally, found = await compared(world, "leads")
        assert (tally.waiting, found) == (1, [])


async def test_a_row_that_we_made_since_dynamics_was_read_is_no_difference(world: World) -> None:
    await world.person(email="bob@x.example", lastName="Bob", syncToDynamics=True)
    await world.rest()
    (row,) = await world.rows("leads")
    await quietly(world, "leads", {"leadid": row["leadid"], "jobtitle": "Programmer"})
    assert (await compared(world, "leads"))[0].different == 1
    await _made_at(world, row["leadid"], world.now + timedelta(seconds=1))
    tally, found = await compared(world, "leads")
    assert (tally.just_edited, found) == (1, [])


async def test_a_row_that_we_wrote_and_that_is_gone_before_dynamics_was_read_is_no_difference(world: World) -> None:
    lead, _ = await ada(world)
    await world.delete("leads", lead)
    assert (await compared(world, "leads"))[0].different == 1
    await _made_at(world, lead, world.now + timedelta(seconds=1))
    tally, found = await compared(world, "leads")
    assert (tally.just_edited, found) == (1, [])


async def _made_at(world: World, lead: str, at: datetime) -> None:
    """As if this lead had been written at that moment."""
    async with world.database.write() as connection:
        await connection.execute(update(links).where(links.c.dynamics_id == lead).values(synced_at=at))


@pytest.mark.long
async def test_in_a_crm_of_fifteen_thousand_rows_nothing_differs_but_what_is_planted(sqlite_database: Database) -> None:
    async with world_of(sqlite_database, data=None, seed=11) as world:
        for entity_set, rows in (("leads", 6000), ("opportunities", 8800)):
            await control(world.dynamics, f"tables/{entity_set}", {"generate": rows})
        await world.rest()
        for service in (world.dynamics, world.marketo):
            await control(service, "edits", {"count": 300})
        await world.rest()
        assert await all_differences(world) == {}
        planter = Planter(world, 11)
        await planter.plant()
        assert await all_differences(world) == planter.planted
        await repaired(world)
        await world.rest()
        assert await all_differences(world) == {}
