"""Brakes: what looks like an accident waits for a person; what is a loop stops; what was missed is made good."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from storage.ledger.acting import retry
from storage.ledger.readings import set_paused
from storage.models import findings, lanes
from sync.brakes import CHANGES, DELETES, EMPTY, TIMES, Brakes
from sync.quota import Allowance
from tests.journeys.comparing import assert_equal
from tests.journeys.test_edits import ada
from tests.journeys.world import World, control, paced

DAY = 86_400
MANY = 30
TIGHT = Brakes(few_deleted=5, few_changed=5)


async def crowd(world: World, number: int = MANY) -> list[str]:
    """So many leads, on both sides; the brakes are set as in a small organisation."""
    world.engine.brakes = TIGHT
    rows = [{"lastname": f"Lead {at}", "subject": "Asked", "emailaddress1": f"{at}@x.example"} for at in range(number)]
    leads = await world.put("leads", *rows)
    await world.rest()
    return leads


async def held(world: World) -> set[tuple[str, str, str]]:
    async with world.database.read() as connection:
        rows = await connection.execute(select(lanes).where(lanes.c.held))
        return {(row.object, row.direction, row.stopped_code) for row in rows}


async def message(world: World) -> str:
    async with world.database.read() as connection:
        return str(await connection.scalar(select(lanes.c.stopped_message).where(lanes.c.held)))


async def resume(world: World) -> None:
    async with world.database.write() as connection:
        for name, way in world.engine.lanes:
            await set_paused(world.database, connection, name, way, False)


async def deleted_in_marketo(world: World, leads: Sequence[str]) -> list[bool]:
    people = {one["dynamicsLeadId"]: bool(one.get("dynamicsDeleted")) for one in await world.people()}
    return [people[lead] for lead in leads]


async def test_a_mass_delete_in_dynamics_waits_for_a_person(either_world: World) -> None:
    world = either_world
    leads = await crowd(world)
    account = await world.put("accounts", {"name": "Analytical Engines"})
    await world.delete("leads", *leads[:12])
    await world.sync(3, apart=600)
    assert await held(world) == {("leads", "to-marketo", DELETES)}
    assert "12 of 30 leads (40 %) were deleted in Dynamics" in await message(world)
    assert not any(await deleted_in_marketo(world, leads))
    assert [one["externalCompanyId"] for one in await world.objects("companies")] == account  # the others go on
    await resume(world)
    await world.rest()
    assert await deleted_in_marketo(world, leads) == [True] * 12 + [False] * 18
    assert await held(world) == set()
    await assert_equal(world)


async def test_what_was_refused_because_a_brake_held_the_deletes_is_no_error_once_they_are_told(world: World) -> None:
    leads = await crowd(world)
    people = {one["dynamicsLeadId"]: str(one["id"]) for one in await world.people()}
    await world.delete("leads", *leads[:12])
    await world.sync()
    await world.edit(people[leads[0]], title="Of a row that is gone")
    await world.sync()
    assert [error.code for error in await world.errors()] == ["0x80040217"]
    await resume(world)
    await world.rest()
    assert await world.errors() == []
    await assert_equal(world)


async def test_a_few_deletes_are_no_cause_for_a_brake(world: World) -> None:
    leads = await crowd(world)
    await world.delete("leads", *leads[:3])
    await world.rest()
    assert await deleted_in_marketo(world, leads[:4]) == [True, True, True, False]


async def test_a_mass_edit_in_dynamics_waits_for_a_person(world: World) -> None:
    leads = await crowd(world)
    await world.put("leads", *({"leadid": lead, "jobtitle": "Oops"} for lead in leads[:20]))
    await world.sync(2)
    assert await held(world) == {("leads", "to-marketo", CHANGES)}
    assert await world.people(title="Oops") == []
    await resume(world)
    await world.rest()
    assert len(await world.people(title="Oops")) == 20


async def test_a_mass_edit_in_marketo_waits_for_a_person(world: World) -> None:
    await crowd(world)
    for person in (await world.people())[:20]:
        await world.edit(str(person["id"]), title="Oops")
    await world.sync(2)
    assert await held(world) == {("leads", "to-dynamics", CHANGES)}
    assert not [row for row in await world.rows("leads") if row.get("jobtitle") == "Oops"]
    await resume(world)
    await world.rest()
    assert len([row for row in await world.rows("leads") if row.get("jobtitle") == "Oops"]) == 20


async def test_a_first_reading_and_new_records_never_brake(world: World) -> None:
    await crowd(world)
    await world.put("leads", *({"lastname": f"New {at}", "subject": "Asked"} for at in range(100)))
    await world.rest()
    assert await held(world) == set() and len(await world.people()) == MANY + 100


async def test_a_mass_delete_in_marketo_makes_nobody_anew_before_a_person_looked(world: World) -> None:
    leads = await crowd(world)
    for person in (await world.people())[:12]:
        await world.remove(str(person["id"]))
    await world.advance(600)
    await world.sync()
    assert await held(world) == {("leads", "to-marketo", DELETES)}
    assert "12 of 30 leads (40 %) were deleted in Marketo" in await message(world)
    await world.put("leads", *({"leadid": lead, "jobtitle": "Back"} for lead in leads[:3]))
    await world.sync(2)
    assert len(await world.people()) == MANY - 12
    await resume(world)
    await world.rest()
    assert len(await world.people(title="Back")) == 3


async def test_an_expired_delta_link_reads_anew_infers_the_deletes_and_says_so(either_world: World) -> None:
    world = either_world
    leads = await crowd(world)
    await world.delete("leads", leads[0])
    await control(world.dynamics, "delta/expire", {})
    await world.rest()
    assert await deleted_in_marketo(world, leads[:2]) == [True, False]
    async with world.database.read() as connection:
        found = {row.object: row.message for row in await connection.execute(select(findings))}
    assert found["leads"] == "read anew as a whole, because the delta link had expired"


async def test_a_mass_edit_found_by_reading_anew_waits_for_a_person_too(world: World) -> None:
    leads = await crowd(world)
    await control(world.dynamics, "delta/expire", {})
    await world.sync()
    assert await held(world) == set()  # of what was read anew nothing had changed
    await world.put("leads", *({"leadid": lead, "jobtitle": "Oops"} for lead in leads[:20]))
    await control(world.dynamics, "delta/expire", {})
    await world.sync(2)
    assert await held(world) == {("leads", "to-marketo", CHANGES)} and not await world.people(title="Oops")
    await resume(world)
    await world.rest()
    assert await held(world) == set() and len(await world.people(title="Oops")) == 20


async def test_deletes_inferred_by_the_hundred_wait_and_rows_that_come_back_are_not_deleted(world: World) -> None:
    leads = await crowd(world)
    world.watch.hidden = set(leads[:12])  # as where the sync's user may not see them any more
    await control(world.dynamics, "delta/expire", {})
    await world.sync(2)
    assert await held(world) == {("leads", "to-marketo", DELETES)}
    world.watch.hidden = {leads[11]}
    await resume(world)
    await world.rest()
    assert await deleted_in_marketo(world, leads) == [False] * 11 + [True] + [False] * 18


async def test_what_is_held_after_a_whole_reading_is_read_as_a_whole_again_only_once_an_hour(world: World) -> None:
    leads = await crowd(world)
    await world.delete("leads", *leads[:12])
    await control(world.dynamics, "delta/expire", {})
    await world.sync()
    for minutes, readings in ((10, 0), (59, 1)):
        await world.advance(60 * minutes)
        await world.forget_calls()
        await world.sync()
        kinds = await world.calls(world.dynamics)
        assert kinds.get("leads.read", 0) == readings, kinds


async def test_a_table_that_is_suddenly_empty_deletes_nobody_until_a_person_looked(world: World) -> None:
    leads = await crowd(world)
    await world.delete("leads", *leads)
    await control(world.dynamics, "delta/expire", {})
    await world.sync(3)
    assert await held(world) == {("leads", "to-marketo", EMPTY)}
    assert await message(world) == "Dynamics shows no leads at all, of 30 that were in step"
    assert not any(await deleted_in_marketo(world, leads))
    await resume(world)
    await world.rest()
    assert all(await deleted_in_marketo(world, leads))


async def test_all_of_a_small_table_gone_waits_for_a_person_whichever_side_lost_it(world: World) -> None:
    accounts = await world.put("accounts", *({"name": f"Works {at}"} for at in range(12)))
    for at in range(10):
        await world.lead(emailaddress1=f"{at}@x.example")
    await world.rest()
    await world.delete("accounts", *accounts)
    await control(world.dynamics, "delta/expire", {})
    for person in await world.people():
        await world.remove(str(person["id"]))
    await world.advance(600)
    await world.sync(2)
    assert await held(world) == {("accounts", "to-marketo", EMPTY), ("leads", "to-marketo", DELETES)}
    assert not any(each.get("dynamicsDeleted") for each in await world.objects("companies"))
    await resume(world)
    await world.rest()
    assert all(each["dynamicsDeleted"] for each in await world.objects("companies"))


async def test_a_record_that_changes_on_every_pass_is_one_error_and_then_quiet(either_world: World) -> None:
    world = either_world
    lead, person = await ada(world)
    for at in range(30):  # a third system that rewrites the field after each of our writes
        await world.edit_lead(lead, jobtitle=f"Title {at}")
        await world.sync()
    (error,) = await world.errors()
    assert error.code == "loop" and "times within" in error.message and error.message.endswith("each time: title")
    assert await world.total("synced", operation="update") == TIMES
    assert error.attempts == 1 and (await world.by_id(person))["title"] == "Title 19"
    await world.sync(3)
    async with world.database.write() as connection:  # the third system has stopped
        await retry(world.database, connection, [error.id], world.now, cautious=False)
    await world.rest()
    assert await world.errors() == [] and (await world.by_id(person))["title"] == "Title 29"
    await assert_equal(world)


async def test_a_loop_is_found_where_the_quota_stretches_passes_too(world: World) -> None:
    lead, _ = await ada(world)
    world.engine.allowance = Allowance(daily=10_000, reserved=0)
    world.engine.begin()
    await world.advance(600)
    await control(world.marketo, "quota", {"used": 9_600})
    for at in range(24):
        await world.edit_lead(lead, jobtitle=f"Title {at}")
        await world.sync(apart=1000)
    assert world.engine.spending.apart() > timedelta(minutes=10)
    assert await world.codes() == ["loop"]


async def test_a_loop_through_both_sides_is_found_too(world: World) -> None:
    lead, person = await ada(world)
    for at in range(15):
        await world.edit_lead(lead, jobtitle=f"Countess {at}")
        await world.sync()
        await world.edit(person, title=f"Baroness {at}")
        await world.sync()
    assert [error.code for error in await world.errors()] == ["loop", "loop"]
    assert await world.total("synced", operation="update") == TIMES
    await world.delete("leads", lead)
    await world.rest()
    assert await world.errors() == []  # of what is gone nothing goes round


async def test_a_record_edited_now_and_then_is_never_a_loop(world: World) -> None:
    lead, person = await ada(world)
    for at in range(25):
        await world.edit_lead(lead, jobtitle=f"Title {at}")
        await world.sync(apart=1000)
    assert await world.errors() == [] and (await world.by_id(person))["title"] == "Title 24"


async def test_deletes_that_marketo_keeps_no_more_are_found_by_asking_for_everybody(either_world: World) -> None:
    world = either_world
    leads = await crowd(world)
    gone = await world.one(dynamicsLeadId=leads[0])
    await world.remove(str(gone["id"]))
    await world.advance(15 * DAY)
    await world.advance(5 * DAY)
    await world.rest()
    assert await departed(world) == 1
    await world.edit_lead(leads[0], jobtitle="Back")
    await world.rest()
    assert await world.people(id=gone["id"]) == []
    assert (await world.one(dynamicsLeadId=leads[0]))["title"] == "Back"
    await assert_equal(world)


async def test_looking_for_everybody_goes_on_where_it_stopped_and_is_done_once(world: World) -> None:
    leads = await crowd(world, 320)
    await world.remove(str((await world.one(dynamicsLeadId=leads[-1]))["id"]))
    await world.advance(20 * DAY)
    paced(world, push_seconds=0)
    await world.sync()
    assert await departed(world) == 0
    paced(world, push_seconds=30)
    await world.sync(2)
    assert await departed(world) == 1
    await world.forget_calls()
    await world.sync(2)
    assert (await world.calls(world.marketo)).get("leads.read", 0) == 0


async def test_missed_deletes_brake_like_others(world: World) -> None:
    await crowd(world)
    for person in (await world.people())[:12]:
        await world.remove(str(person["id"]))
    await world.advance(20 * DAY)
    await world.sync(2)
    assert await held(world) == {("leads", "to-marketo", DELETES)}


async def test_missed_deletes_that_a_person_let_go_on_do_not_brake_again_with_every_page(world: World) -> None:
    leads = await crowd(world, 320)
    for lead in (*leads[:40], *leads[300:305]):
        await world.remove(str((await world.one(dynamicsLeadId=lead))["id"]))
    await world.advance(20 * DAY)
    paced(world, push_seconds=0.001)  # a page a pass
    await world.sync()
    assert await held(world)
    await resume(world)
    await world.sync(2)
    assert await departed(world) == 45 and not await held(world)


async def departed(world: World) -> int:
    return await world.total("skipped", reason="deleted in Marketo")
