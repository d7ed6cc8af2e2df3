"""An opt-out goes ahead of what is refused beside it: that waits for a person, the opt-out does not."""

from itertools import product

from sqlalchemy import select

from storage.ledger.acting import retry
from storage.models import activity
from tests.journeys.comparing import assert_equal
from tests.journeys.test_refusals import LONG
from tests.journeys.test_rules_bad_records import breaking
from tests.journeys.world import World

NO = {
    "unsubscribed": "donotbulkemail",
    "doNotCall": "donotphone",
    "dynamicsDoNotEmail": "donotemail",
    "dynamicsDoNotFax": "donotfax",
    "dynamicsDoNotSendMarketing": "donotsendmm",
}
BAD = "{}@bücher.example"  # Marketo answers 1003
TAKEN = "taken-{}@x.example"  # a lead of its own has each


async def linked(world: World, size: int = 1) -> list[tuple[str, str]]:
    """Leads with their people, (lead, person), beside as many more whose addresses are TAKEN."""
    mails = [TAKEN.format(n) for n in range(size)]
    await world.put("leads", *[{"lastname": "Holder", "emailaddress1": mail} for mail in mails])
    leads = await world.put("leads", *[{"lastname": "L", "emailaddress1": f"{n}@x.example"} for n in range(size)])
    await world.rest()
    return [(lead, str((await world.one(dynamicsLeadId=lead))["id"])) for lead in leads]


async def said_no(world: World, lead: str, person: str) -> list[tuple[str, ...]]:
    """The opt-outs that hold in Dynamics, and in Marketo."""
    row, there = await world.row("leads", lead), await world.by_id(person)
    return [tuple(name for name in NO if row.get(NO[name])), tuple(name for name in NO if there.get(name))]


async def updated(world: World) -> list[tuple[str, str]]:
    """Updates as activity tells them: the record, and its fields."""
    query = select(activity.c.record_id, activity.c.fields).where(activity.c.outcome == "updated")
    async with world.database.read() as connection:
        return [(row.record_id, row.fields) for row in await connection.execute(query.order_by(activity.c.id))]


async def test_each_opt_out_in_dynamics_reaches_marketo_past_an_address_that_is_refused_or_taken(
    either_world: World,
) -> None:
    world, cases = either_world, list(product(NO.items(), (BAD, TAKEN), (True, False)))
    pairs = await linked(world, len(cases))
    for n, ((lead, _), ((_, column), mail, at_once)) in enumerate(zip(pairs, cases, strict=True)):
        await world.edit_lead(lead, emailaddress1=mail.format(n), **({column: True} if at_once else {}))
    await world.rest()
    await world.forget_calls()
    for (lead, _), ((_, column), _, at_once) in zip(pairs, cases, strict=True):
        await world.edit_lead(lead, **({} if at_once else {column: True}))
    await world.rest()
    assert await world.codes() == ["1003"] * 10 + ["email-taken"] * 10
    assert [await said_no(world, *pair) for pair in pairs] == [[(name,), (name,)] for (name, _), _, _ in cases]
    assert (await world.calls(world.marketo))["leads.write"] == 2  # with what is refused, and for all opt-outs


async def test_each_opt_out_in_marketo_reaches_dynamics_past_a_value_that_is_refused_or_taken(
    either_world: World,
) -> None:
    world, cases = either_world, list(product(NO, ({"mobilePhone": LONG}, {"email": TAKEN}), (True, False)))
    pairs = await linked(world, len(cases))
    for n, ((_, person), (name, bad, at_once)) in enumerate(zip(pairs, cases, strict=True)):
        wrong = {field: value.format(n) for field, value in bad.items()}
        await world.edit(person, **wrong, **({name: True} if at_once else {}))
    await world.rest()
    for (_, person), (name, _, at_once) in zip(pairs, cases, strict=True):
        await world.edit(person, **({} if at_once else {name: True}))
    await world.rest()
    assert await world.codes() == ["0x80044331"] * 10 + ["email-taken"] * 10
    assert [await said_no(world, *pair) for pair in pairs] == [[(name,), (name,)] for name, _, _ in cases]


async def test_an_opt_out_past_a_choice_that_dynamics_does_not_have(world: World) -> None:
    ((lead, person),) = await linked(world)
    await world.edit(person, dynamicsPreferredContact="Pigeon", unsubscribed=True)
    await world.rest()
    assert await world.codes() == ["0x8004431a"]
    assert await said_no(world, lead, person) == [("unsubscribed",)] * 2


async def test_an_opt_in_stays_behind_with_what_was_refused(world: World) -> None:
    ((lead, person),) = await linked(world)
    await world.edit_lead(lead, donotbulkemail=True)
    await world.rest()
    await world.edit_lead(lead, emailaddress1=BAD.format("a"), donotbulkemail=False)
    await world.rest()
    assert await world.codes() == ["1003"] and (await world.by_id(person))["unsubscribed"] is True


async def test_what_stayed_behind_follows_once_it_is_corrected_and_the_opt_out_is_told_as_written(
    either_world: World,
) -> None:
    world = either_world
    ((lead, _),) = await linked(world)
    await world.edit_lead(lead, emailaddress1=BAD.format("a"), donotbulkemail=True)
    await world.rest()
    assert await updated(world) == [(lead, "unsubscribed")]
    await world.edit_lead(lead, emailaddress1="ada@x.example")
    await world.rest()
    assert await world.errors() == []
    await assert_equal(world)


async def test_an_opt_in_after_the_opt_out_that_went_ahead_is_not_undone_by_a_retry_of_the_rest(world: World) -> None:
    ((lead, person),) = await linked(world)
    await world.edit_lead(lead, emailaddress1=TAKEN.format(0), donotbulkemail=True)
    await world.rest()
    await world.edit(person, unsubscribed=False)
    await world.rest()
    (error,) = await world.errors()
    async with world.database.write() as connection:
        await retry(world.database, connection, [error.id], world.now, cautious=False)
    await world.rest()
    assert await said_no(world, lead, person) == [(), ()] and await world.codes() == ["email-taken"]


async def test_an_opt_out_that_was_lost_on_its_way_past_an_error_is_sent_again(world: World) -> None:
    ((lead, person),) = await linked(world)
    await world.edit_lead(lead, emailaddress1=TAKEN.format(0), donotbulkemail=True)
    world.watch.to_hold = True
    await world.sync()
    assert [change.state for change in await world.waiting()] == ["unknown"]
    await world.rest()
    assert await world.codes() == ["email-taken"]
    assert await said_no(world, lead, person) == [("unsubscribed",)] * 2


async def test_an_edit_that_waits_on_the_other_side_does_not_take_the_opt_out_back(world: World) -> None:
    """Its values are from before: what was written past an error has to be told to it, too."""
    ((lead, person),) = await linked(world)
    await world.edit(person, title="Countess")
    await world.edit_lead(lead, emailaddress1=BAD.format("a"), donotbulkemail=True)
    await world.rest()
    assert await world.codes() == ["1003"] and await said_no(world, lead, person) == [("unsubscribed",)] * 2
    assert await updated(world) == [(lead, "unsubscribed"), (person, "title")]


async def test_an_opt_out_goes_past_a_value_that_breaks_marketo_down_though_nothing_proves_which(world: World) -> None:
    ((lead, person),) = await linked(world)
    await breaking(world, "611", title="Spy")
    await world.edit_lead(lead, jobtitle="Spy", donotbulkemail=True)
    for _ in range(8):
        await world.sync(apart=900)
    assert await said_no(world, lead, person) == [("unsubscribed",)] * 2
    assert await world.codes() == []  # nothing else moves: it may be Marketo that is ill
