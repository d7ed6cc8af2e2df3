"""A first sync above a size goes through Marketo's bulk import."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from storage.models import activity, changes
from sync.importing import import_waiting
from sync.lanes import push_all
from sync.passes import run_pass
from tests.journeys.comparing import assert_equal
from tests.journeys.world import START, World, control, paced
from tests.waiting import until

MANY = 60


async def many(world: World, **of_some: str) -> list[str]:
    """So many new leads; their owners are in Marketo already."""
    await world.rest()
    await world.forget_calls()
    rows = [{"lastname": "Many", "subject": "Asked", "emailaddress1": f"m{at}@x.example"} for at in range(MANY)]
    rows[7] |= of_some
    return await world.put("leads", *rows)


@asynccontextmanager
async def queued_import(world: World) -> AsyncIterator[None]:
    """A file of all that waits stands in Marketo's queue; it is worked on at the end."""
    paced(world, import_from=30, import_every_seconds=0.01, push_seconds=0)
    await run_pass(world.engine)
    paced(world, push_seconds=30)
    await control(world.marketo, "imports", {"end": "Queued"})
    importing = asyncio.create_task(import_waiting(world.engine))
    await until(lambda: any(world.engine.importing.values()))
    yield
    await control(world.marketo, "imports", {"end": "Complete"})
    assert await importing


async def history(world: World, lead: str) -> list[str]:
    """What activity tells of a lead, in order."""
    query = select(activity.c.outcome).where(activity.c.record_id == lead).order_by(activity.c.id)
    async with world.database.read() as connection:
        return list(await connection.scalars(query))


async def read_only_then_import(world: World) -> None:
    """What a pass reads and has not come to write yet."""
    paced(world, import_from=30, import_every_seconds=0.01, push_seconds=0)
    await run_pass(world.engine)
    while await import_waiting(world.engine):
        pass
    paced(world, push_seconds=30)


async def test_many_new_people_come_by_a_file_and_are_linked_like_any(world: World) -> None:
    ids = await many(world)
    await read_only_then_import(world)
    assert {person["dynamicsLeadId"] for person in await world.people()} == set(ids)
    assert "leads.write" not in await world.calls(world.marketo)
    await world.rest()
    assert await world.total("synced", object="leads", operation="insert") == MANY
    await world.edit_lead(ids[3], jobtitle="Countess")
    await world.rest()
    assert (await world.one(dynamicsLeadId=ids[3]))["title"] == "Countess"
    assert len(await world.people()) == MANY


async def test_a_row_that_the_import_does_not_take_has_its_own_code_and_message(world: World) -> None:
    await many(world, emailaddress1="ümlaut@bücher.example")
    await read_only_then_import(world)
    await world.check_sum()
    (error,) = await world.errors()
    assert error.code == "1003" and "mail" in error.message.lower()
    assert len(await world.people()) == MANY - 1


async def test_a_row_that_the_import_takes_without_one_of_its_values_is_an_error_too(world: World) -> None:
    await many(world, jobtitle="Countess " * 30)
    await read_only_then_import(world)
    await world.sync()
    await world.check_sum()
    (error,) = await world.errors()
    assert error.code == "1003" and len(await world.people()) == MANY
    assert await world.total("synced", object="leads", operation="insert") == MANY - 1


async def test_who_came_without_one_value_is_linked_so_an_opt_out_in_marketo_and_a_delete_follow(world: World) -> None:
    ids = await many(world, jobtitle="Countess " * 30)
    await read_only_then_import(world)
    await world.sync()
    person = str((await world.one(dynamicsLeadId=ids[7]))["id"])
    await world.edit(person, unsubscribed=True)
    await world.rest(apart=900)
    assert (await world.row("leads", ids[7]))["donotbulkemail"] and await world.codes() == ["1003"]
    await world.delete("leads", ids[7])
    await world.rest()
    assert (await world.by_id(person))["dynamicsDeleted"] and await world.codes() == []


async def test_a_person_whom_marketo_has_is_matched_and_not_imported_again(world: World) -> None:
    known = await world.person(email="m5@x.example", lastName="Many")
    ids = await many(world)
    await read_only_then_import(world)
    await world.rest()
    assert (await world.by_id(known))["dynamicsLeadId"] == ids[5]
    assert len(await world.people()) == MANY


async def test_an_import_whose_reply_is_lost_doubles_nobody(world: World) -> None:
    await many(world)
    paced(world, import_from=30, import_every_seconds=0.01, push_seconds=0)
    await run_pass(world.engine)
    await world.weather(world.marketo, down=True)
    await import_waiting(world.engine)
    await world.weather(world.marketo, down=False)
    await world.check_sum()
    paced(world, push_seconds=30)
    await world.rest(apart=4000)
    assert len(await world.people()) == MANY


async def test_an_import_that_failed_as_a_whole_is_over_and_made_good_soon(world: World) -> None:
    await many(world)
    await control(world.marketo, "imports", {"end": "Failed"})
    await read_only_then_import(world)
    await world.rest()
    assert len(await world.people()) == MANY and await world.errors() == []
    assert world.now - START < timedelta(minutes=30)


@pytest.mark.parametrize("code", ["603", "610", "1003"])
async def test_where_marketo_takes_no_file_people_come_by_ordinary_calls(world: World, code: str) -> None:
    await many(world)
    await control(world.marketo, "imports", {"end": code})
    await read_only_then_import(world)
    await world.sync()
    assert len(await world.people()) == MANY
    assert await world.stopped() == set() and await world.errors() == [] and not world.engine.may_import


async def test_fewer_people_than_the_size_wait_for_the_pass(world: World) -> None:
    await many(world)
    paced(world, import_from=MANY + 1, push_seconds=0)
    await run_pass(world.engine)
    await import_waiting(world.engine)
    assert await world.people() == []


async def test_a_contact_who_is_a_lead_in_the_file_is_not_made_beside_it(world: World) -> None:
    await many(world)
    await world.contact(emailaddress1="m5@x.example")
    paced(world, import_from=MANY, import_every_seconds=0.01, push_seconds=0)
    await run_pass(world.engine)
    paced(world, push_seconds=30)
    await world.weather(world.marketo, latency_ms=200)
    importing = asyncio.create_task(import_waiting(world.engine))
    await until(lambda: bool(world.engine.importing))
    await push_all(world.engine, {"dynamics", "marketo"})
    assert await importing
    await world.weather(world.marketo, latency_ms=0)
    await world.rest()
    assert len(await world.people(email="m5@x.example")) == 1 and len(await world.people()) == MANY


async def test_who_is_linked_is_written_both_ways_while_a_file_is_queued(either_world: World) -> None:
    world = either_world
    lead, contact = await world.lead(emailaddress1="l@x.example"), await world.contact(emailaddress1="c@x.example")
    await many(world)
    person = str((await world.one(dynamicsLeadId=lead))["id"])
    async with queued_import(world):
        await world.edit_lead(lead, donotbulkemail=True)
        await world.edit_contact(contact, donotbulkemail=True)
        await world.edit(person, title="Countess")
        await world.sync(2)
        assert (await world.by_id(person))["unsubscribed"]
        assert (await world.one(dynamicsContactId=contact))["unsubscribed"]
        assert (await world.row("leads", lead))["jobtitle"] == "Countess"
        assert len(await world.people()) == 2  # of the file, nobody has come
    await world.rest()
    assert len(await world.people()) == 2 + MANY and await world.errors() == []


async def test_an_edit_and_an_opt_out_of_somebody_in_the_file_follow_the_import(either_world: World) -> None:
    world = either_world
    ids = await many(world)
    async with queued_import(world):
        await world.edit_lead(ids[3], donotbulkemail=True, jobtitle="Countess")
        await world.sync(2)
        await world.check_sum()
    await world.rest()
    person = await world.one(dynamicsLeadId=ids[3])
    assert await history(world, ids[3]) == ["created", "updated"]
    assert (person["unsubscribed"], person["title"]) == (True, "Countess")
    await assert_equal(world)


async def test_who_is_deleted_while_in_the_file_is_told_to_be_once_imported(world: World) -> None:
    ids = await many(world)
    async with queued_import(world):
        await world.delete("leads", ids[3])
        await world.sync(2)
    await world.rest()
    assert (await world.one(dynamicsLeadId=ids[3]))["dynamicsDeleted"]
    await assert_equal(world)


async def test_an_address_in_the_file_is_given_to_nobody_else_meanwhile(world: World) -> None:
    lead = await world.lead(emailaddress1="l@x.example")
    await many(world)
    async with queued_import(world):
        await world.edit_lead(lead, emailaddress1="M5@x.example")
        await world.sync(2)
        assert await world.people(email="M5@x.example") == []
    await world.rest(apart=900)
    assert await world.codes() == ["email-taken"] and len(await world.people(email="m5@x.example")) == 1


async def test_an_opt_out_in_marketo_does_not_wait_for_an_address_that_is_in_the_file(world: World) -> None:
    lead = await world.lead(emailaddress1="l@x.example")
    await many(world)
    person = str((await world.one(dynamicsLeadId=lead))["id"])
    async with queued_import(world):
        await world.edit(person, email="m5@x.example", unsubscribed=True)
        await world.sync(2)
        assert (await world.row("leads", lead))["donotbulkemail"]


async def test_an_opt_out_in_dynamics_does_not_wait_for_an_address_that_is_in_the_file(either_world: World) -> None:
    world = either_world
    lead = await world.lead(emailaddress1="l@x.example")
    await many(world)
    person = str((await world.one(dynamicsLeadId=lead))["id"])
    async with queued_import(world):
        await world.edit_lead(lead, emailaddress1="m5@x.example", donotbulkemail=True)
        await world.sync(2)
        assert (await world.by_id(person))["unsubscribed"] and await world.people(email="m5@x.example") == []
        await world.check_sum()


async def test_what_was_put_off_is_not_imported_for_the_sake_of_a_few(world: World) -> None:
    await many(world)
    paced(world, import_from=30, push_seconds=0)
    await run_pass(world.engine)
    async with world.database.write() as connection:
        some = select(changes.c.id).order_by(changes.c.id).limit(MANY - 5).scalar_subquery()
        await connection.execute(update(changes).where(changes.c.id.in_(some)).values(state="unknown"))
    assert not await import_waiting(world.engine)
