"""Random edits on both sides, interleaved with passes: the sum always holds, and at rest both sides are equal."""

import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from storage.database import Database
from sync.engine import Pace
from tests.journeys.comparing import assert_equal
from tests.journeys.test_departures import merge
from tests.journeys.world import World, control, world_of

WORDS = ("", "a", "b", "Ä", "x" * 60, "o'x", "two words ", "=1+1", "\U0001f600")
MAILS = [f"p{n}@x.example" for n in range(12)] + ["jürgen@bücher.example"]
TEXTS = (("jobtitle", "title"), ("address1_city", "city"), ("mobilephone", "mobilePhone"), ("lastname", "lastName"))
FLAGS = (("donotphone", "doNotCall"), ("donotbulkemail", "unsubscribed"), ("donotemail", "dynamicsDoNotEmail"))


class Dice:
    """Draws what happens next, the same for the same seed."""

    def __init__(self, world: World, seed: int, people_go: bool) -> None:
        self.world, self.chance = world, random.Random(seed)
        self.acts: list[tuple[int, Callable[[], Awaitable[object]]]] = [
            (20, self.edit_row),
            (20, self.edit_person),
            (8, self.new_row),
            (8, self.new_person),
            (3, self.delete_row),
            (2, self.new_deal),
            (1, self.close_lead),
            (2, self.outage),
            (1, self.expire),
            (12, self.passes),
        ]
        if people_go:
            self.acts += [(2, self.delete_person), (1, self.merge_people)]

    async def act(self) -> None:
        weights = [weight for weight, _ in self.acts]
        await self.chance.choices(self.acts, weights)[0][1]()

    def values(self, side: int) -> dict[str, object]:
        """One to three fields, named as that side (0 Dynamics, 1 Marketo) does."""
        found: dict[str, object] = {}
        for _ in range(self.chance.randint(1, 3)):
            if self.chance.random() < 0.3:
                found[self.chance.choice(FLAGS)[side]] = self.chance.random() < 0.5
            else:
                found[self.chance.choice(TEXTS)[side]] = self.chance.choice(WORDS) or None
        return found

    async def some_row(self) -> tuple[str, str] | None:
        one, key = self.chance.choice((("leads", "leadid"), ("contacts", "contactid")))
        rows = await self.world.rows(one)
        return (one, self.chance.choice(rows)[key]) if rows else None

    async def some_person(self) -> str | None:
        people = await self.world.people()
        return str(self.chance.choice(people)["id"]) if people else None

    async def edit_row(self) -> None:
        if found := await self.some_row():
            one, row_id = found
            values = self.values(0)
            if self.chance.random() < 0.1:
                values["emailaddress1"] = self.chance.choice(MAILS)
            await self.world.put(one, {f"{one[:-1]}id": row_id, **values})

    async def edit_person(self) -> None:
        if person := await self.some_person():
            values = self.values(1)
            if self.chance.random() < 0.2:
                values["syncToDynamics"] = True
            if self.chance.random() < 0.1:
                values["email"] = self.chance.choice(MAILS[:-1])
            await self.world.edit(person, **values)

    async def new_row(self) -> None:
        made = {"emailaddress1": self.chance.choice(MAILS), **self.values(0), "lastname": "Row"}
        await (self.world.lead(**made) if self.chance.random() < 0.6 else self.world.contact(**made))

    async def new_person(self) -> None:
        made = {"email": self.chance.choice(MAILS[:-1]), **self.values(1), "lastName": "Person"}
        flags = {"syncToDynamics": self.chance.random() < 0.6}
        if self.chance.random() < 0.3:
            flags["dynamicsType"] = "Contact"  # type: ignore[assignment]
        await self.world.person(**made, **flags)

    async def delete_row(self) -> None:
        if found := await self.some_row():
            await self.world.delete(found[0], found[1])

    async def delete_person(self) -> None:
        if person := await self.some_person():
            await self.world.remove(person)

    async def merge_people(self) -> None:
        people = [str(person["id"]) for person in await self.world.people()]
        if len(people) > 1:
            winner, loser = self.chance.sample(people, 2)
            await merge(self.world, winner, loser)

    async def new_deal(self) -> None:
        deal = await self.world.opportunity(estimatedvalue=float(self.chance.randint(1, 9)))
        contacts = await self.world.rows("contacts")
        if contacts:
            await self.world.role(deal, self.chance.choice(contacts)["contactid"])

    async def close_lead(self) -> None:
        leads = await self.world.rows("leads")
        if leads:
            await self.world.edit_lead(self.chance.choice(leads)["leadid"], statecode=self.chance.choice([0, 1, 2]))

    async def outage(self) -> None:
        service = self.chance.choice([self.world.dynamics, self.world.marketo])
        await self.world.weather(service, down=True)
        await self.world.sync()
        await self.world.weather(service, down=False)

    async def expire(self) -> None:
        await control(self.world.dynamics, "delta/expire", {})

    async def passes(self) -> None:
        await self.world.sync(apart=self.chance.choice([5, 60, 700]))


async def touch_who_is_alone(world: World) -> None:
    """Whoever was deleted in Marketo is a new person there as soon as their row is touched."""
    people = await world.people()
    for one, key, name in (("leads", "leadid", "dynamicsLeadId"), ("contacts", "contactid", "dynamicsContactId")):
        held = {person.get(name) for person in people}
        for row in await world.rows(one):
            if row[key] not in held:
                await world.put(one, {key: row[key], "description": "touched"})


async def travelled(
    database: Database, nobody: Path, seed: int, acts: int, faults: float = 0, people_go: bool = False
) -> None:
    pace = Pace(settle_seconds=20, page_size=20)
    async with world_of(database, nobody, pace, seed) as world:
        dice = Dice(world, seed, people_go)
        for service in (world.dynamics, world.marketo):
            await world.weather(service, faults=faults)
        for _ in range(acts):
            await dice.act()
        for service in (world.dynamics, world.marketo):
            await world.weather(service, faults=0)
        await world.advance(1300)
        await world.rest(most=60, apart=700)
        if people_go:
            await touch_who_is_alone(world)
            await world.rest(most=60, apart=700)
        await assert_equal(world, people_went=people_go)


async def test_a_short_random_journey_ends_equal(database: Database, tmp_path: Path) -> None:
    await travelled(database, tmp_path, seed=1, acts=60)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10, 22))
async def test_a_long_random_journey_ends_equal(sqlite_database: Database, tmp_path: Path, seed: int) -> None:
    await travelled(sqlite_database, tmp_path, seed, acts=180, faults=0.15 if seed % 2 else 0)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(40, 48))
async def test_a_long_random_journey_on_which_people_go_ends_equal(
    sqlite_database: Database, tmp_path: Path, seed: int
) -> None:
    await travelled(sqlite_database, tmp_path, seed, acts=180, people_go=True)
