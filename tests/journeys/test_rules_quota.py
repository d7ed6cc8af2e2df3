"""The day's calls to Marketo are spent by a plan. The day is US Central's: at 10:00 UTC it has 20 hours left."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.vitals import Pulse
from storage.changes import Difference
from sync.bringing import bring_field
from sync.comparing import compare
from sync.errors import Spent
from sync.quota import Allowance
from sync.repairing import repair
from sync.scheduler import sync_jobs
from tests.bot.test_metrics import settings_with
from tests.bot.watching import band, figures
from tests.journeys.world import World, control

MIDNIGHT = 20 * 3600


async def use_up(world: World, calls: int) -> None:
    """So many of the day's 50,000 calls are gone, and we have learnt of it."""
    await world.advance(600)
    await control(world.marketo, "quota", {"used": calls})
    await world.sync()


async def lose_a_write(world: World) -> str:
    """A lead whose first write timed out, and never arrived."""
    await world.rest()
    world.watch.to_hold = True
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.sync()
    assert [change.state for change in await world.waiting()] == ["unknown"]
    return lead


async def test_what_failed_is_tried_again_by_itself_while_three_quarters_of_the_day_are_not_used(world: World) -> None:
    await lose_a_write(world)
    await use_up(world, 37_000)
    await world.sync()
    assert await world.waiting() == [] and len(await world.people()) == 1


async def test_above_three_quarters_of_the_day_what_failed_waits_until_tomorrow_and_new_edits_go_on(
    world: World,
) -> None:
    lead = await lose_a_write(world)
    await use_up(world, 37_500)
    other = await world.lead(emailaddress1="bo@x.example")
    await world.sync(3)
    assert [change.record_id for change in await world.waiting()] == [lead]
    assert [person["dynamicsLeadId"] for person in await world.people()] == [other]
    await world.advance(MIDNIGHT)
    await world.rest()
    assert {person["dynamicsLeadId"] for person in await world.people()} == {lead, other}


async def test_when_only_the_share_of_other_integrations_is_left_marketo_is_not_called_until_tomorrow(
    world: World,
) -> None:
    await world.rest()
    await use_up(world, 40_000)
    await world.forget_calls()
    lead = await world.lead(emailaddress1="ada@x.example")
    await world.sync(3)
    assert await world.calls(world.marketo) == {}
    assert [change.record_id for change in await world.waiting()] == [lead]
    await world.advance(MIDNIGHT)
    await world.rest()
    assert len(await world.people()) == 1


async def test_who_is_warned_beforehand_hears_at_the_stop_that_it_is_critical(world: World) -> None:
    pulse = Pulse(settings_with(), world.database, world.engine.now, world.engine)
    levels = []
    for calls in (31_000, 33_000, 40_000):
        await use_up(world, calls)
        levels.append(band("quota:marketo", figures(own=await pulse.own())).enters)
    assert levels == ["well", "warning", "critical"]


async def test_while_marketo_may_not_be_called_its_edits_noted_before_still_reach_dynamics(world: World) -> None:
    await world.person(email="bo@x.example", lastName="Bo", syncToDynamics=True)
    await world.weather(world.dynamics, down=True)
    await world.sync()
    await world.weather(world.dynamics, down=False)
    await use_up(world, 40_000)
    assert [row["emailaddress1"] for row in await world.rows("leads")] == ["bo@x.example"]


async def test_passes_stretch_as_the_quota_nears_its_end(world: World) -> None:
    run_pass = sync_jobs(world.engine, 60)[0].run
    await world.rest()
    assert await run_pass() is None
    await use_up(world, 39_900)
    rest = await run_pass()
    assert rest is not None and rest > 300


async def test_how_much_is_used_is_asked_once_in_ten_minutes(world: World) -> None:
    await world.rest()
    await world.forget_calls()
    await world.sync(20)
    kinds = await world.calls(world.marketo)
    assert sum(calls for kind, calls in kinds.items() if kind.startswith("stats")) == 2


async def test_where_marketo_does_not_tell_what_is_used_our_own_calls_count(world: World) -> None:
    world.watch.refused = "stats/usage"
    world.engine.allowance = Allowance(daily=40, reserved=0.5)
    world.engine.begin()
    await world.sync()
    assert world.engine.spending.plan().calls
    for _ in range(20):
        await world.lead(emailaddress1="ada@x.example")
        await world.sync()
    plan = world.engine.spending.plan()
    assert not plan.calls and 0.5 <= (plan.used or 0) < 1
    await world.advance(MIDNIGHT)
    await world.sync()
    assert world.engine.spending.plan().calls


async def many_leads(world: World) -> list[str]:
    leads = [{"lastname": f"L{n}", "emailaddress1": f"{n}@x.example"} for n in range(900)]
    ids = await world.put("leads", *leads)
    await world.rest()
    return ids


async def portions(found: AsyncIterator[object]) -> int:
    return len([each async for each in found])


async def test_what_is_asked_for_by_hand_stops_at_the_share_of_other_integrations_and_says_until_when(
    world: World,
) -> None:
    leads = await many_leads(world)
    await use_up(world, 39_990)
    assert await portions(compare(world.engine, "leads")) == 3
    with pytest.raises(Spent) as stopped:
        for _ in range(10):
            await portions(compare(world.engine, "leads"))
    assert stopped.value.again_at == datetime(2026, 11, 24, 6, tzinfo=UTC)
    plan = world.engine.spending.plan()
    assert plan.used == 0.8 and not plan.calls
    await world.forget_calls()
    with pytest.raises(Spent):
        await portions(bring_field(world.engine, "leads", "title"))
    with pytest.raises(Spent):
        await repair(world.engine, "leads", [Difference("value", leads[0], None, "", "title")])
    assert await world.calls(world.marketo) == {}
    await world.advance(MIDNIGHT)
    assert await portions(compare(world.engine, "leads")) == 3


async def test_a_reading_of_many_people_stops_at_that_share_and_goes_on_tomorrow(world: World) -> None:
    await world.rest()
    await use_up(world, 39_993)
    people = [{"lastName": "L", "email": f"{n}@x.example", "syncToDynamics": True} for n in range(900)]
    await control(world.marketo, "people", people)
    await world.forget_calls()
    await world.sync()
    assert (await world.calls(world.marketo))["activities.changes"] == 2 and len(await world.rows("leads")) == 600
    await world.advance(MIDNIGHT)
    await world.rest()
    assert len(await world.rows("leads")) == 900


async def test_looking_people_up_one_by_one_stops_at_that_share_and_goes_on_tomorrow(world: World) -> None:
    leads = await many_leads(world)
    await world.remove(str((await world.one(dynamicsLeadId=leads[-1]))["id"]))
    await world.advance(15 * 86_400)
    await control(world.marketo, "quota", {"used": 39_995})
    await world.sync()
    assert world.engine.spending.plan().used == 0.8
    assert await world.total("skipped", reason="deleted in Marketo") == 0
    await world.advance(MIDNIGHT)
    await world.rest()
    assert await world.total("skipped", reason="deleted in Marketo") == 1
