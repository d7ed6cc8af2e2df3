"""Fields that Marketo blocks are told once, and are neither edits nor written again and again."""

from typing import Any

import pytest

from storage.ledger.findings import read_findings
from sync.refresh import refresh_record
from tests.journeys.world import World, control


async def block(world: World, *fields: str) -> None:
    await control(world.marketo, "blocked", {"fields": fields})


async def blocked(world: World) -> list[tuple[str, str]]:
    async with world.database.read() as connection:
        return [(each.object, each.field) for each in await read_findings(connection, ["blocked"])]


async def clerk(world: World, kind: str = "leads") -> tuple[str, str]:
    """Somebody whose title says Clerk in Marketo, where it is blocked, and Head in Dynamics; looked at again."""
    add, edit = (world.lead, world.edit_lead) if kind == "leads" else (world.contact, world.edit_contact)
    row = await add(emailaddress1="ada@x.example", jobtitle="Clerk")
    await world.rest()
    await block(world, "title")
    await edit(row, jobtitle="Head")
    await world.rest()
    person = str((await world.one())["id"])
    await world.edit(person, city="Pune")
    await world.rest()
    return row, person


async def title(world: World, kind: str, row: str) -> Any:
    return (await world.row(kind, row))["jobtitle"]


@pytest.mark.parametrize("kind", ["leads", "contacts"])
async def test_a_blocked_field_is_told_and_does_not_overwrite_dynamics(world: World, kind: str) -> None:
    row, person = await clerk(world, kind)
    assert (await title(world, kind, row), (await world.by_id(person))["title"]) == ("Head", "Clerk")
    assert (await world.row(kind, row))["address1_city"] == "Pune"
    assert await blocked(world) == [(kind, "title")] and await world.errors() == []


async def test_a_blocked_field_is_not_written_again_and_again(either_world: World) -> None:
    world = either_world
    _, person = await clerk(world)
    await world.forget_calls()
    await world.edit(person, city="Delhi")
    await world.rest()
    assert (await world.calls(world.marketo)).get("leads.write", 0) == 0


async def test_a_blocked_field_that_is_edited_in_dynamics_once_more_is_still_no_edit_of_marketo(world: World) -> None:
    lead, person = await clerk(world)
    await world.edit_lead(lead, jobtitle="Boss")
    await world.rest()
    await world.edit(person, city="Delhi")
    await world.rest()
    assert await title(world, "leads", lead) == "Boss"


async def test_a_blocked_field_of_one_person_is_known_for_the_next(world: World) -> None:
    await clerk(world)
    other = await world.lead(emailaddress1="bea@x.example", jobtitle="Clerk")
    await world.rest()
    for title_of_other in ("Head", "Boss"):
        await world.edit_lead(other, jobtitle=title_of_other)
        await world.rest()
    await world.edit(str((await world.one(dynamicsLeadId=other))["id"]), city="Delhi")
    await world.rest()
    assert await title(world, "leads", other) == "Boss" and await blocked(world) == [("leads", "title")]


async def test_a_persons_own_edit_of_a_blocked_field_still_travels(world: World) -> None:
    lead, person = await clerk(world)
    await world.edit(person, title="Countess")
    await world.rest()
    assert await title(world, "leads", lead) == "Countess"


async def test_a_persons_edit_back_to_the_old_value_is_an_edit(world: World) -> None:
    lead, person = await clerk(world)
    await world.edit(person, title="Countess")
    await world.edit(person, title="Clerk")
    await world.rest()
    assert await title(world, "leads", lead) == "Clerk"


async def test_an_edit_back_to_the_old_value_of_a_field_that_is_not_blocked_is_an_edit(world: World) -> None:
    lead = await world.lead(emailaddress1="ada@x.example", jobtitle="Clerk")
    await world.rest()
    await world.edit_lead(lead, jobtitle="Head")
    await world.sync()
    await world.edit(str((await world.one())["id"]), title="Clerk")
    await world.rest()
    assert await title(world, "leads", lead) == "Clerk" and await blocked(world) == []


async def test_a_field_that_is_blocked_no_more_is_written_and_no_longer_told(world: World) -> None:
    lead, person = await clerk(world)
    await block(world)
    await world.edit_lead(lead, jobtitle="Boss")
    await world.rest()
    assert (await world.by_id(person))["title"] == "Boss" and await blocked(world) == []


async def test_a_record_that_is_run_by_hand_does_not_bring_a_blocked_value_back(world: World) -> None:
    lead, person = await clerk(world)
    found = await refresh_record(world.engine, "leads", lead, person)
    await world.rest()
    assert found.fields == {} and await title(world, "leads", lead) == "Head"


async def test_what_a_blocked_field_still_holds_does_not_overwrite_a_lead_that_is_opened_again(world: World) -> None:
    lead, _ = await clerk(world)
    await world.edit_lead(lead, statecode=2)
    await world.rest()
    await world.edit_lead(lead, statecode=0)
    await world.rest()
    assert await title(world, "leads", lead) == "Head"
