"""A batch that holds bad records: the good go through in the same pass, each bad one gets its own code and message."""

from typing import Any

import pytest

from tests.journeys.world import World, control

MANY, BAD = 300, 7
LONG = "+49 (0) 30 1234567 ext 12345"  # more than the 20 characters of a lead's mobilephone
SAID = "The job title Spy is not allowed here."


async def calls_that_write(world: World, service: Any) -> int:
    """Look-ups and the reading of feeds are not among them."""
    kinds = await world.calls(service)
    return sum(count for kind, count in kinds.items() if kind.endswith((".write", ".multiple", "$batch")))


async def in_step(world: World) -> list[str]:
    """300 leads that both sides have; their ids in Dynamics."""
    leads = await world.put("leads", *[{"lastname": f"L{n}", "emailaddress1": f"{n}@x.example"} for n in range(MANY)])
    await world.rest()
    return leads


async def flagged(world: World, values: list[dict[str, Any]]) -> list[str]:
    """300 people of Marketo who are to become leads; `values` are those of the first ones."""
    rows = [
        {
            "email": f"{n}@x.example",
            "lastName": f"L{n}",
            "syncToDynamics": True,
            **(values[n] if n < len(values) else {}),
        }
        for n in range(MANY)
    ]
    return [str(one) for one in (await control(world.marketo, "people", rows))["ids"]]


async def test_of_300_edits_to_marketo_with_7_bad_ones_293_go_through_at_once_in_one_call(world: World) -> None:
    leads = await in_step(world)
    await world.forget_calls()
    edits = [{"leadid": lead, "jobtitle": "Analyst"} for lead in leads]
    for n, edit in enumerate(edits[:BAD]):
        edit["emailaddress1"] = f"{n}@bücher.example" if n < 5 else f"{200 + n}@x.example"  # somebody else's
    await world.put("leads", *edits)
    await world.sync()
    found = {error.record_id: (error.code, error.message) for error in await world.errors()}
    assert set(found) == set(leads[:BAD])
    assert [found[lead][0] for lead in leads[:BAD]] == ["1003"] * 5 + ["email-taken"] * 2
    assert found[leads[3]][1] == "Invalid email address '3@bücher.example'"
    assert len(await world.people(title="Analyst")) == MANY - BAD
    assert await calls_that_write(world, world.marketo) == 1


async def test_of_300_leads_to_marketo_with_7_bad_ones_293_are_created_at_once_in_one_call(world: World) -> None:
    await world.rest()
    await world.forget_calls()
    mails = [f"{n}@{'bücher' if n < BAD else 'x'}.example" for n in range(MANY)]
    leads = await world.put("leads", *[{"lastname": "L", "emailaddress1": mail} for mail in mails])
    await world.sync()
    assert {(error.record_id, error.code) for error in await world.errors()} == {(lead, "1003") for lead in leads[:BAD]}
    assert len(await world.people()) == MANY - BAD
    assert await calls_that_write(world, world.marketo) == 1


async def test_of_300_people_to_dynamics_with_7_bad_ones_293_are_created_at_once_in_two_calls(world: World) -> None:
    await control(world.dynamics, "plugins", {"table": "lead", "column": "jobtitle", "value": "Spy", "message": SAID})
    await world.rest()
    await world.forget_calls()
    bad = [{"mobilePhone": LONG}] * 3 + [{"title": "Spy"}] * 2 + [{"firstName": "\x01"}] * 2
    people = await flagged(world, bad)
    await world.sync()
    found = {error.marketo_id: (error.code, error.message) for error in await world.errors()}
    assert set(found) == set(people[:BAD])
    assert [found[one][0] for one in people[:BAD]] == ["0x80044331"] * 3 + ["0x80040265"] * 2 + ["0x80040278"] * 2
    assert found[people[3]][1] == SAID
    assert len(await world.rows("leads")) == await world.total("synced", direction="to-dynamics") == MANY - BAD
    assert await calls_that_write(world, world.dynamics) == 2


async def test_of_300_edits_to_dynamics_with_7_bad_ones_293_go_through_at_once_in_one_call(world: World) -> None:
    await control(world.dynamics, "plugins", {"table": "lead", "column": "jobtitle", "value": "Spy", "message": SAID})
    people = await flagged(world, [])
    await world.rest()
    await world.forget_calls()
    before = await world.total("synced", direction="to-dynamics")
    for n, person in enumerate(people):
        await world.edit(
            person, **({"mobilePhone": LONG} if n < 3 else {"title": "Spy"} if n < BAD else {"title": "Ace"})
        )
    await world.sync()
    assert await world.codes() == ["0x80040265"] * 4 + ["0x80044331"] * 3
    assert await world.total("synced", direction="to-dynamics") - before == MANY - BAD
    assert await calls_that_write(world, world.dynamics) == 1


async def crashing(world: World, code: str) -> None:
    plugin = {"table": "lead", "column": "jobtitle", "value": "Spy", "message": "A plug-in crashed", "code": code}
    await control(world.dynamics, "plugins", plugin)


@pytest.mark.parametrize("code", ["0x80040224", "0x80044151"])
async def test_of_300_people_to_dynamics_with_one_that_breaks_it_down_299_are_created_at_once(
    world: World, code: str
) -> None:
    await crashing(world, code)
    await world.rest()
    await world.forget_calls()
    await flagged(world, [{"title": "Spy"}])
    await world.sync()
    assert len(await world.rows("leads")) == MANY - 1
    assert [(change.state, change.code) for change in await world.waiting() if change.attempts] == [
        ("retrying" if code == "0x80040224" else "unknown", code)
    ]
    assert await calls_that_write(world, world.dynamics) == 2


async def breaking(world: World, code: str, message: str = "System error", **held: str | None) -> None:
    for field, value in held.items():
        asked = {"field": field, "value": value, "code": code, "message": message}
        await control(world.marketo, "breaking", asked)


async def leads_with(world: World, titles: list[str]) -> list[str]:
    rows = [
        {"lastname": f"L{n}", "emailaddress1": f"{n}@x.example", "jobtitle": title} for n, title in enumerate(titles)
    ]
    return await world.put("leads", *rows)


async def test_one_lead_that_breaks_marketo_down_keeps_59_out_for_minutes_and_is_parked_with_marketos_words(
    world: World,
) -> None:
    await breaking(world, "611", title="Spy")
    await world.rest()
    await world.forget_calls()
    leads = await leads_with(world, ["Spy"] + ["Ace"] * 59)
    await world.sync(passes=8, apart=100)
    assert len(await world.people()) == 59
    assert await calls_that_write(world, world.marketo) < 35
    await world.sync(passes=8, apart=900)
    assert [(error.record_id, error.code, error.message) for error in await world.errors()] == [
        (leads[0], "611", "System error")
    ]
    await control(world.marketo, "breaking", {})
    await world.edit_lead(leads[0], jobtitle="Countess")
    await world.rest()
    assert await world.errors() == [] and len(await world.people()) == 60


async def test_while_marketo_is_broken_down_for_all_nobody_is_parked_and_few_more_calls_are_made(world: World) -> None:
    await breaking(world, "611", title="Ace")
    await world.rest()
    await world.forget_calls()
    await leads_with(world, ["Ace"] * 60)
    await world.sync(passes=24, apart=180)
    assert await world.errors() == [] and await world.people() == []
    assert await calls_that_write(world, world.marketo) <= 12 * 11
    await control(world.marketo, "breaking", {})
    await world.rest(apart=900)
    assert len(await world.people()) == 60 and await world.errors() == []


async def test_a_person_whose_plug_in_crashes_dynamics_for_good_is_parked_with_its_words(world: World) -> None:
    await crashing(world, "0x80040224")
    await world.rest()
    people = await flagged(world, [{"title": "Spy"}])
    await world.sync(passes=10, apart=900)
    assert [(error.marketo_id, error.code, error.message) for error in await world.errors()] == [
        (people[0], "0x80040224", "A plug-in crashed")
    ]
    await world.edit(people[0], title="Countess")
    await world.rest()
    assert await world.errors() == [] and len(await world.rows("leads")) == MANY


async def test_a_call_refused_as_a_whole_for_two_leads_of_60_brings_in_the_58(world: World) -> None:
    await breaking(world, "1003", "Invalid data", title="Spy")
    await world.rest()
    leads = await leads_with(world, ["Spy" if n in (0, 43) else "Ace" for n in range(60)])
    await world.sync()
    assert {(error.record_id, error.code) for error in await world.errors()} == {
        (leads[0], "1003"),
        (leads[43], "1003"),
    }
    assert len(await world.people()) == 58


async def test_a_call_refused_as_a_whole_for_every_other_of_60_leads_brings_in_the_30(world: World) -> None:
    await breaking(world, "1003", "Invalid data", title="Spy")
    await leads_with(world, ["Spy" if each % 2 == 0 else "Ace" for each in range(60)])
    await world.sync()
    assert {person["title"] for person in await world.people()} == {"Ace"}
    assert (len(await world.people()), await world.codes()) == (30, ["1003"] * 30)
