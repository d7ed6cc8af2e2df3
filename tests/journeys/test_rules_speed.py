"""Lanes share the services fairly: a bulk edit of one object does not hold up the others, and one can be put first."""

import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import event, select

from storage.ledger.readings import put_first
from storage.models import changes
from sync.brakes import Brakes
from sync.marketo.client import Marketo, MarketoAccess
from sync.passes import run_pass
from sync.scheduler import Scheduler, sync_jobs
from tests.journeys.wire import is_write_request
from tests.journeys.world import World, control, look, paced
from tests.waiting import until

BUDGET = 75.0  # seconds


class Order(httpx.AsyncHTTPTransport):
    """The order in which calls to Marketo leave that write: "companies", "leads", …

    `states` are those that opportunities which waited meanwhile were in.
    """

    def __init__(self, world: World) -> None:
        super().__init__()
        self.written: list[str] = []
        self.states: list[str] = []
        self._world = world

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if is_write_request(request):
            self.written.append(request.url.path.removeprefix("/rest/v1/").removesuffix(".json"))
            async with self._world.database.read() as connection:
                query = select(changes.c.state).where(changes.c.object == "opportunities")
                self.states += await connection.scalars(query)
        return await super().handle_async_request(request)


@asynccontextmanager
async def calling(world: World, calls_per_20s: int = 1_000_000, in_flight: int = 1) -> AsyncIterator[Order]:
    """With a share of Marketo's limits of its own; brakes off, since everything is edited at once."""
    order, usual = Order(world), world.engine.marketo
    access = MarketoAccess(str(world.marketo.base_url).rstrip("/"), "demo", "demo")
    world.engine.marketo = Marketo(access, calls_per_20s=calls_per_20s, in_flight=in_flight, transport=order)
    world.engine.brakes = Brakes(changed=100)
    await world.weather(world.marketo, latency_ms=200)  # or all is written before a second lane has begun
    try:
        yield order
    finally:
        await world.engine.marketo.aclose()
        world.engine.marketo = usual


async def accounts_in_step(world: World, count: int) -> list[str]:
    await control(world.dynamics, "tables/accounts", {"generate": count})
    await world.rest()
    return list((await look(world.dynamics, "tables/accounts?ids-only=1"))["ids"])


async def edit_all(world: World, accounts: list[str]) -> None:
    await world.put("accounts", *[{"accountid": one, "address1_city": "Riga"} for one in accounts])


async def test_a_fresh_lead_passes_account_updates_that_wait(world: World) -> None:
    accounts = await accounts_in_step(world, 6000)
    async with calling(world) as order:
        await edit_all(world, accounts)
        await world.lead(emailaddress1="ada@x.example")
        await world.sync()
        assert order.written.count("companies") == 20 and len(await world.people()) == 1
        assert order.written.index("leads") <= 15


async def test_an_edit_in_marketo_does_not_wait_for_accounts_that_take_long(world: World) -> None:
    lead = await world.lead(emailaddress1="ada@x.example")
    accounts = await accounts_in_step(world, 3000)
    async with calling(world):
        await edit_all(world, accounts)
        await world.edit(str((await world.one())["id"]), title="Countess")
        paced(world, push_seconds=1, calls_per_round=2)
        await world.sync()
        assert (await world.row("leads", lead))["jobtitle"] == "Countess"
        assert "accounts" in {one.object for one in await world.waiting()}
    paced(world, push_seconds=30, calls_per_round=10)


async def test_a_lane_that_is_put_first_goes_before_the_others_until_its_hour_is_over(world: World) -> None:
    accounts = await accounts_in_step(world, 3000)
    await control(world.dynamics, "tables/opportunities", {"generate": 1500})
    await world.rest()
    opportunities = list((await look(world.dynamics, "tables/opportunities?ids-only=1"))["ids"])
    async with world.database.write() as connection:
        until = world.now + timedelta(hours=1)
        await put_first(world.database, connection, "opportunities", "to-marketo", until)
    async with calling(world) as order:
        for city, is_first in (("Riga", True), ("Oslo", False)):
            order.written.clear()
            await world.put("accounts", *[{"accountid": one, "address1_city": city} for one in accounts])
            await world.put("opportunities", *[{"opportunityid": one, "description": city} for one in opportunities])
            await world.sync()
            last = len(order.written) - order.written[::-1].index("opportunities") - 1
            between = order.written[order.written.index("opportunities") : last].count("companies")
            assert (between == 0) == is_first
            await world.advance(3600)


async def test_a_pass_ends_when_its_time_is_up_and_says_that_more_waits(world: World) -> None:
    accounts = await accounts_in_step(world, 1500)
    async with calling(world):
        paced(world, push_seconds=0.0)
        await edit_all(world, accounts)
        await world.sync()
        assert len(await world.waiting()) == 1500


async def test_children_wait_until_their_parents_of_the_first_reading_are_there(world: World) -> None:
    parents = await world.put("accounts", *[{"name": f"A{n}"} for n in range(900)])
    async with calling(world) as order:
        for parent in parents[-3:]:
            await world.opportunity(account=parent)
        await world.sync()
        assert [each for each in order.written if each != "salespersons"] == ["companies"] * 3 + ["opportunities"]
        assert "deferred" not in order.states
        assert len(await world.objects("opportunities")) == 3


async def test_a_child_goes_on_in_the_same_pass_when_its_parent_has_come(world: World) -> None:
    await world.rest()
    await world.advance(60)
    parents = await world.put("accounts", *[{"name": f"A{n}"} for n in range(900)])
    await world.opportunity(account=parents[-1])
    await world.sync()
    assert len(await world.objects("opportunities")) == 1


async def test_a_pass_in_which_nothing_waits_asks_once_for_all_lanes(world: World) -> None:
    """Each look at one lane would lock the database against writers."""
    await world.lead()
    await world.rest()
    said: list[str] = []
    event.listen(world.database.engine.sync_engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    await run_pass(world.engine)
    assert len([each for each in said if each.startswith("SELECT (SELECT changes.id")]) == 1
    assert [each for each in said if each.startswith("SELECT changes.id") and "LIMIT" in each] == []


@pytest.mark.long
async def test_with_50_000_account_updates_waiting_at_real_limits_a_lead_arrives_within_75_seconds(
    world: World,
) -> None:
    accounts = await accounts_in_step(world, 50_000)
    known = await world.lead(emailaddress1="known@x.example")
    await world.rest()
    async with calling(world, 50, in_flight=5):
        await world.weather(world.marketo, limits="real", latency_ms=300)
        await edit_all(world, accounts)
        scheduler = Scheduler(world.engine, sync_jobs(world.engine, 55))
        scheduler.start()
        try:
            await until(lambda: _more_than(world, 49_000), 60)
            fresh = await _seconds_until(world, world.lead(emailaddress1="fresh@x.example"), email="fresh@x.example")
            edited = await _seconds_until(world, world.edit_lead(known, jobtitle="Countess"), title="Countess")
            assert await _more_than(world, 1)
        finally:
            await scheduler.stop()
    assert max(fresh, edited) <= BUDGET


async def _more_than(world: World, count: int) -> bool:
    return await world.total("backlog", object="accounts") > count


async def _seconds_until(world: World, happens: Awaitable[object], **arrives: str) -> float:
    await happens
    began = time.monotonic()
    await until(lambda: world.people(**arrives), 2 * BUDGET)
    return time.monotonic() - began
