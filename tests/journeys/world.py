"""A world to travel in: both services on loopback, a database, the engine between them, and one clock for all.

The services are looked into and edited through their control addresses only, never through our clients.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

from storage.database import Database
from storage.ledger.readings import go_live
from storage.ledger.totals import read_totals, unbalanced
from storage.models import changes, errors, lanes
from sync.dynamics.client import Dynamics, DynamicsAccess
from sync.engine import Engine, Pace
from sync.marketo.client import Marketo, MarketoAccess
from sync.passes import run_pass
from sync.setup import create_missing_fields
from tests.journeys.serving import services
from tests.journeys.wire import Watch

Row = dict[str, Any]
START = datetime(2026, 11, 23, 10, tzinfo=UTC)
HURRY = 100  # how much faster than real a pause that Dynamics asks for goes by
LOOKUP = "@Microsoft.Dynamics.CRM.lookuplogicalname"


@dataclass
class World:
    """`now` is the engine's time and both services'; `sync` runs passes, a minute apart."""

    database: Database
    engine: Engine
    dynamics: httpx.AsyncClient
    marketo: httpx.AsyncClient
    watch: "Watch"
    now: datetime = START

    # time and passes

    async def advance(self, seconds: float = 60) -> None:
        """Lets time pass, everywhere alike."""
        self.now += timedelta(seconds=seconds)
        for service in (self.dynamics, self.marketo):
            await control(service, "clock", {"freeze": True, "now": self.now.isoformat()})

    async def sync(self, passes: int = 1, apart: float = 60) -> None:
        """Runs passes; after each one the sum must hold."""
        for _ in range(passes):
            await run_pass(self.engine)
            await self.check_sum()
            await self.advance(apart)

    async def rest(self, most: int = 40, apart: float = 60) -> None:
        """Passes until one changes no total any more and nothing waits but for a parent; fails after `most`."""
        before = None
        for _ in range(most):
            await self.sync(apart=apart)
            now = await self._state()
            if now == before and not now[1]:
                return
            before = now
        raise AssertionError(f"no rest after {most} passes: {before and before[1]}")

    async def _state(self) -> tuple[Any, list[Any]]:
        async with self.database.read() as connection:
            totals = await read_totals(connection)
            query = select(changes).where(changes.c.state.not_in(["parked", "deferred"]))
            waiting = [(row.object, row.direction, row.state, row.code) for row in await connection.execute(query)]
        return {total: value for total, value in totals.items() if value}, waiting

    async def check_sum(self) -> None:
        """noted = synced + skipped + folded + backlog + open + ignored, and the tables say the same."""
        async with self.database.read() as connection:
            totals = await read_totals(connection)
            parked = await connection.scalar(select(func.count()).where(changes.c.state == "parked"))
            waiting = await connection.scalar(select(func.count()).where(changes.c.state != "parked"))
            open_errors = await connection.scalar(select(func.count()).where(errors.c.state == "open"))
        assert unbalanced(totals) == {}
        assert sum(value for total, value in totals.items() if total.measure == "backlog") == waiting
        assert sum(value for total, value in totals.items() if total.measure == "open") == parked == open_errors
        assert not [total for total, value in totals.items() if value < 0]

    async def go_live(self) -> None:
        async with self.database.write() as connection:
            for one, direction in self.engine.lanes:
                await go_live(self.database, connection, one, direction, "the test", self.now)

    # Dynamics, as its users see it

    async def put(self, entity_set: str, *rows: Row) -> list[str]:
        """New rows, or edits of those whose id is given."""
        return list((await control(self.dynamics, f"tables/{entity_set}", list(rows)))["ids"])

    async def lead(self, **values: Any) -> str:
        return (await self.put("leads", {"lastname": "Lovelace", "subject": "Asked", **values}))[0]

    async def contact(self, **values: Any) -> str:
        return (await self.put("contacts", {"lastname": "Hopper", "department": "Navy", **values}))[0]

    async def opportunity(self, **values: Any) -> str:
        if account := values.pop("account", None):
            values |= {"_customerid_value": account, f"_customerid_value{LOOKUP}": "account"}
        return (await self.put("opportunities", {"name": "A deal", **values}))[0]

    async def role(self, opportunity: str, contact: str) -> str:
        roles = await self.rows("connectionroles")
        row = {"_record1id_value": opportunity, f"_record1id_value{LOOKUP}": "opportunity"}
        row |= {"_record2id_value": contact, f"_record2id_value{LOOKUP}": "contact"}
        return (await self.put("connections", row | {"_record2roleid_value": roles[0]["connectionroleid"]}))[0]

    async def edit_lead(self, lead: str, **values: Any) -> None:
        await self.put("leads", {"leadid": lead, **values})

    async def edit_contact(self, contact: str, **values: Any) -> None:
        await self.put("contacts", {"contactid": contact, **values})

    async def delete(self, entity_set: str, *ids: str) -> None:
        asked = self.dynamics.build_request("DELETE", f"/sandbox/tables/{entity_set}", json={"ids": ids})
        (await self.dynamics.send(asked)).raise_for_status()

    async def rows(self, entity_set: str) -> list[Row]:
        return list((await look(self.dynamics, f"tables/{entity_set}"))["rows"])

    async def row(self, entity_set: str, row_id: str) -> Row:
        (found,) = [row for row in await self.rows(entity_set) if row_id in row.values() and row_id in _ids(row)]
        return found

    # Marketo, as its users see it

    async def person(self, **values: Any) -> str:
        reply = await control(self.marketo, "people", [values])
        return str(reply["ids"][0])

    async def edit(self, person: str, **values: Any) -> None:
        (await self.marketo.patch(f"/sandbox/people/{person}", json=values)).raise_for_status()

    async def remove(self, person: str) -> None:
        (await self.marketo.delete(f"/sandbox/people/{person}")).raise_for_status()

    async def people(self, **having: Any) -> list[Row]:
        """People whose fields hold these values; None means absent."""
        people = (await look(self.marketo, "people"))["rows"]
        return [one for one in people if all(one.get(name) == value for name, value in having.items())]

    async def one(self, **having: Any) -> Row:
        (found,) = await self.people(**having)
        return found

    async def by_id(self, person: str) -> Row:
        return await self.one(id=int(person))

    async def objects(self, kind: str) -> list[Row]:
        return list((await look(self.marketo, kind))["rows"])

    # what was written down

    async def writes(self) -> int:
        """Calls that wrote, on both sides, since `forget_calls`."""
        kinds = {**await self.calls(self.dynamics), **await self.calls(self.marketo)}
        return sum(count for kind, count in kinds.items() if is_write(kind))

    async def calls(self, service: httpx.AsyncClient) -> dict[str, int]:
        return dict((await look(service, "calls"))["by_kind"])

    async def forget_calls(self) -> None:
        for service in (self.dynamics, self.marketo):
            (await service.delete("/sandbox/calls")).raise_for_status()

    async def errors(self, state: str = "open") -> list[Any]:
        async with self.database.read() as connection:
            return list(await connection.execute(select(errors).where(errors.c.state == state).order_by(errors.c.id)))

    async def codes(self) -> list[str]:
        return sorted(error.code for error in await self.errors())

    async def waiting(self) -> list[Any]:
        async with self.database.read() as connection:
            return list(await connection.execute(select(changes).where(changes.c.state != "parked")))

    async def stopped(self) -> set[tuple[str, str, str]]:
        async with self.database.read() as connection:
            rows = await connection.execute(select(lanes).where(lanes.c.stopped_at.is_not(None)))
            return {(row.object, row.direction, row.stopped_code) for row in rows}

    async def total(self, measure: str, **having: str) -> int:
        async with self.database.read() as connection:
            totals = await read_totals(connection)
        return sum(
            value
            for total, value in totals.items()
            if total.measure == measure and all(getattr(total, name) == wanted for name, wanted in having.items())
        )

    async def weather(self, service: httpx.AsyncClient, **asked: Any) -> None:
        await control(service, "weather", asked)

    async def restart(self) -> None:
        """As after the process died: the same file and the same services, and all else is new."""
        before = self.engine
        await before.dynamics.aclose()
        await before.marketo.aclose()
        await self.database.close()
        self.database, self.watch = Database(self.database.url), Watch()
        urls = (str(self.dynamics.base_url).rstrip("/"), str(self.marketo.base_url).rstrip("/"))
        self.engine = Engine(self.database, *_clients(urls, self.watch), before.now, before.instance, before.pace)

    @asynccontextmanager
    async def reborn(self, database: Database) -> AsyncIterator["World"]:
        """The same two services with another database, and an engine that knows nothing yet."""
        urls = (str(self.dynamics.base_url), str(self.marketo.base_url))
        async with traveller(database, *urls, pace=self.engine.pace, start=self.now) as other:
            yield other


def is_write(kind: str) -> bool:
    return kind.endswith((".write", ".multiple", ".delete", ".merge", "$batch"))


def _ids(row: Row) -> set[Any]:
    return {value for name, value in row.items() if name.endswith("id") and not name.startswith("_")}


async def control(service: httpx.AsyncClient, name: str, asked: Any) -> Any:
    # Escaped to ASCII, so that even half a surrogate pair can be told.
    reply = await service.post(
        f"/sandbox/{name}", content=json.dumps(asked), headers={"Content-Type": "application/json"}
    )
    assert reply.is_success, reply.text
    return reply.json()


async def look(service: httpx.AsyncClient, name: str) -> Any:
    reply = await service.get(f"/sandbox/{name}")
    assert reply.is_success, reply.text
    return reply.json()


@asynccontextmanager
async def traveller(
    database: Database, dynamics_url: str, marketo_url: str, pace: Pace | None = None, start: datetime = START
) -> AsyncIterator[World]:
    """An engine between two services that run already."""
    urls = (dynamics_url.rstrip("/"), marketo_url.rstrip("/"))
    async with (
        httpx.AsyncClient(base_url=urls[0], timeout=30) as one,
        httpx.AsyncClient(base_url=urls[1], timeout=30) as other,
    ):
        dynamics, marketo = _clients(urls, watch := Watch())
        engine = Engine(database, dynamics, marketo, lambda: world.now, "tests", pace or Pace(settle_seconds=30))
        world = World(database, engine, one, other, watch, start)
        try:
            await world.advance(0)
            yield world
        finally:
            await world.engine.dynamics.aclose()
            await world.engine.marketo.aclose()


def _clients(urls: tuple[str, str], watch: Watch) -> tuple[Dynamics, Marketo]:
    dynamics = Dynamics(
        DynamicsAccess(urls[0], "demo", "demo", "demo", urls[0]),
        first_wait=0.01,
        sleep=lambda seconds: asyncio.sleep(seconds / HURRY),
        clock=lambda: time.monotonic() * HURRY,
        transport=watch,
    )
    access = MarketoAccess(urls[1], "demo", "demo")
    return dynamics, Marketo(access, calls_per_20s=1_000_000, in_flight=10, first_wait=0.01, transport=watch)


@asynccontextmanager
async def world_of(
    database: Database, data: Path | None, pace: Pace | None = None, seed: int = 0, live: bool = True
) -> AsyncIterator[World]:
    """Both services, the fields made in Marketo, every lane live, no pass yet."""
    async with services(data, seed, START) as urls, traveller(database, *urls, pace=pace) as world:
        await create_missing_fields(world.engine.marketo, world.engine.objects)
        if live:
            await world.go_live()
        yield world


def paced(world: World, **changed: Any) -> None:
    world.engine.pace = replace(world.engine.pace, **changed)
