"""Services that fail, refuse or stay away: the others go on, and everything arrives by itself."""

from pathlib import Path

import httpx
import pytest

from storage.database import Database
from sync.engine import Pace
from tests.journeys.comparing import assert_equal
from tests.journeys.world import World, control, world_of


async def test_with_a_fifth_of_all_calls_failing_everything_arrives_once(database: Database) -> None:
    pace = Pace(settle_seconds=20, page_size=50)
    async with world_of(database, data=None, pace=pace, seed=7) as world:
        for service in (world.dynamics, world.marketo):
            await world.weather(service, faults=0.2)
        for _ in range(6):
            await world.person(email=f"p{_}@x.example", lastName=f"P{_}", syncToDynamics=True)
            await world.sync(apart=30)
            await control(world.dynamics, "edits", {"count": 5})
            await control(world.marketo, "edits", {"count": 5})
        await world.rest(most=80)
        await assert_equal(world)


@pytest.mark.parametrize("away", ["dynamics", "marketo"])
async def test_while_one_side_is_down_the_other_goes_on_and_it_recovers_by_itself(world: World, away: str) -> None:
    down: httpx.AsyncClient = getattr(world, away)
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.rest()
    person = str((await world.one(dynamicsLeadId=lead))["id"])
    await world.weather(down, down=True)
    for n in range(3):
        await world.edit_lead(lead, jobtitle=f"Job {n}")
        await world.edit(person, city=f"City {n}")
        await world.lead(emailaddress1=f"{n}@x.example")
        await world.person(email=f"p{n}@x.example", lastName=str(n), syncToDynamics=True)
        await world.sync()
    noted = await world.total("noted", direction="to-marketo" if away == "marketo" else "to-dynamics")
    assert noted > 3  # the side that is up was read all the while
    await world.weather(down, down=False)
    await world.rest()
    await assert_equal(world)
    assert await world.errors() == [] and len(await world.people()) == len(await world.rows("leads")) == 7


async def test_native_sync_stops_companies_and_opportunities_alone_and_they_go_on_by_themselves(
    either_world: World,
) -> None:
    world = either_world
    await world.rest()  # the owner of what follows is a sales person by now
    await control(world.marketo, "native-sync", {"on": True})
    (account,) = await world.put("accounts", {"name": "Analytical Engines"})
    await world.opportunity(account=account)
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.sync(passes=3)
    stopped = await world.stopped()
    assert {code for _, _, code in stopped} == {"1018"} and ("accounts", "to-marketo", "1018") in stopped
    assert await world.one(dynamicsLeadId=lead) and await world.errors() == []
    await world.forget_calls()
    await world.sync(passes=2)
    assert (await world.calls(world.marketo)).get("companies.write", 0) == 0
    await control(world.marketo, "native-sync", {"on": False})
    await world.rest(apart=200)
    assert await world.stopped() == set()
    await assert_equal(world)


async def test_a_table_that_may_not_be_read_stops_its_object_alone(world: World) -> None:
    await world.rest()
    await control(world.dynamics, "privileges", {"deny": ["prvReadAccount"]})
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.put("accounts", {"name": "Analytical Engines"})
    await world.sync(passes=2)
    assert await world.stopped() == {("accounts", "to-marketo", "0x80040220")}
    assert await world.one(dynamicsLeadId=lead)
    await control(world.dynamics, "privileges", {"deny": []})
    await world.rest(apart=200)
    assert await world.stopped() == set()
    await assert_equal(world)


async def test_a_table_that_was_mended_is_no_longer_stopped_though_nothing_waits(world: World) -> None:
    await world.rest()
    await control(world.dynamics, "privileges", {"deny": ["prvReadAccount"]})
    await world.sync()
    await control(world.dynamics, "privileges", {"deny": []})
    await world.sync(passes=3, apart=200)
    assert await world.stopped() == set()


async def test_a_table_that_may_not_be_written_stops_that_direction_alone(world: World) -> None:
    await control(world.dynamics, "privileges", {"deny": ["prvCreateLead"]})
    await world.person(email="p@x.example", lastName="P", syncToDynamics=True)
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.sync(passes=2)
    assert {(one, way) for one, way, _ in await world.stopped()} == {("leads", "to-dynamics")}
    assert await world.one(dynamicsLeadId=lead) and await world.errors() == []
    await control(world.dynamics, "privileges", {"deny": []})
    await world.rest(apart=200)
    await assert_equal(world)


async def test_tokens_revoked_on_the_way_are_renewed(world: World) -> None:
    await world.rest()
    lead = await world.lead(emailaddress1="ada@x.example")
    person = await world.person(email="p@x.example", lastName="P", syncToDynamics=True)
    await control(world.dynamics, "tokens/revoke", {})
    await control(world.marketo, "tokens/expire", {})

    async def meanwhile() -> None:
        await control(world.dynamics, "tokens/revoke", {})
        await control(world.marketo, "tokens/expire", {})

    world.watch.interrupt = meanwhile
    await world.sync()
    assert await world.one(dynamicsLeadId=lead) and await world.by_id(person)
    await world.rest()
    await assert_equal(world)


async def test_marketo_out_of_quota_keeps_everything_for_tomorrow(world: World) -> None:
    await world.rest()
    await world.weather(world.marketo, limits="real")
    await control(world.marketo, "quota", {"used": 50_000})
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.sync(passes=3)
    assert await world.people() == [] and await world.errors() == []
    await world.weather(world.marketo, limits="none")
    await world.advance(86_400)
    await world.rest()
    assert await world.one(dynamicsLeadId=lead)


async def test_a_world_that_was_left_in_the_middle_of_a_round_is_healed_by_the_next_pass(
    either_world: World, tmp_path: Path
) -> None:
    """What the process leaves behind when it dies between a send and the settling of it."""
    world = either_world
    lead = await world.lead(emailaddress1="ada@x.example")
    person = await world.person(email="p@x.example", lastName="P", syncToDynamics=True)
    world.watch.lose = 3
    for _ in range(4):
        try:
            await world.sync()
        except RuntimeError:
            await world.check_sum()
    world.watch.lose = 0
    await world.rest()
    assert await world.one(dynamicsLeadId=lead) and len(await world.rows("leads")) == 2
    assert "dynamicsLeadId" in await world.by_id(person)
    await assert_equal(world)


async def test_a_matched_person_learns_its_id_though_the_first_try_was_lost(either_world: World) -> None:
    world = either_world
    await world.rest()
    person = await world.person(email="ada@x.example", lastName="Lovelace", title="from Marketo")
    lead = await world.lead(emailaddress1="ada@x.example", jobtitle="from Dynamics", firstname="Ada")

    async def meanwhile() -> None:
        await world.weather(world.marketo, down=True)

    world.watch.interrupt = meanwhile
    await world.sync()
    await world.weather(world.marketo, down=False)
    await world.rest()
    assert (await world.by_id(person))["dynamicsLeadId"] == lead
    await assert_equal(world)


async def test_whoever_starts_while_marketo_is_away_reads_dynamics_already(world: World) -> None:
    world.engine.fitted.clear()
    await world.lead(lastname="Early")
    await world.weather(world.marketo, down=True)
    await world.sync()
    assert await world.total("backlog", object="leads") == 1
    await world.weather(world.marketo, down=False)
    await world.rest()
    assert len(await world.people(lastName="Early")) == 1


async def test_a_create_that_arrives_late_and_is_repeated_makes_one_row(either_world: World) -> None:
    """The row comes after we read and before we write again: only its id, which is the same each time, can tell."""
    world = either_world
    await world.rest()
    world.watch.to_hold = True
    await world.person(lastName="Bo", syncToDynamics=True)  # no address, which duplicate detection would go by
    await world.sync()
    assert await world.rows("leads") == []
    world.watch.interrupt = world.watch.deliver
    await world.rest()
    (row,) = await world.rows("leads")
    assert await world.one(dynamicsLeadId=row["leadid"])
    assert await world.errors() == []
    await assert_equal(world)
