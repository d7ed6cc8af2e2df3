"""What must be true once the weather is good and nothing waits any more: equal, nothing lost or doubled, quiet."""

from collections import Counter

from tests.journeys.comparing import KEYS, differences, kept, named
from tests.journeys.workday import Workday
from tests.journeys.world import Row, World

APART = 1000  # seconds between passes: longer than anything waits for its next attempt
CODES = {
    "ambiguous",  # several with one address, or one that is somebody else's already
    "email-taken",
    "1036",  # one contact twice in one role of an opportunity
    "1003",  # an address that is not in ASCII
    "0x80040333",  # duplicate detection in Dynamics
    "0x80044331",  # a text that is too long for its column
}
"""What may be parked: by the acts of a workday, nothing else is ever refused."""


async def come_to_rest(workday: Workday) -> None:
    """Good weather, and passes until nothing changes; touches those who would stay alone for ever by the rules."""
    world = workday.world
    for service in (world.dynamics, world.marketo):
        await world.weather(service, faults=0, down=False)
    await world.advance(1300)
    await world.rest(most=60, apart=APART)
    await workday.touch_the_deserted()
    await world.rest(most=60, apart=APART)


async def assert_at_rest(workday: Workday) -> None:
    world = workday.world
    await _assert_quiet(world)
    codes = set(await world.codes())
    assert codes <= CODES, codes - CODES
    wrong = [
        *await differences(world, workday.heirs, workday.kept_out),
        *await _doubled_people(world),
        *await _doubled_rows(workday),
    ]
    wrong += [*await _brought_in_spite(workday), *workday.chronicle.lost(await _pairs(world))]
    assert not wrong, "\n".join(wrong)


async def _assert_quiet(world: World) -> None:
    """No echo for ever: further passes find nothing to write."""
    await world.forget_calls()
    await world.sync(passes=2, apart=APART)
    assert await world.writes() == 0, {**await world.calls(world.dynamics), **await world.calls(world.marketo)}


async def _doubled_people(world: World) -> list[str]:
    people = await world.people()
    found = []
    for _, name in KEYS.values():
        held = Counter(str(person[name]) for person in people if person.get(name))
        found += [f"{count} people in Marketo hold {name} {row_id}" for row_id, count in held.items() if count > 1]
    return found


async def _doubled_rows(workday: Workday) -> list[str]:
    """Rows that we made of one person, and that are all there still."""
    there = {row[key] for one, (key, _) in KEYS.items() for row in await workday.world.rows(one)}
    marks = Counter(mark for row_id, mark in workday.born.items() if row_id in there)
    return [f"{count} rows were made by us of {mark}" for mark, count in marks.items() if count > 1]


async def _brought_in_spite(workday: Workday) -> list[str]:
    """Rows whose flag never said anything but No."""
    held = {person.get(name) for person in await workday.world.people() for _, name in KEYS.values()}
    return [f"row {row_id} is in Marketo although its flag always said No" for row_id in workday.born_out & held]


async def _pairs(world: World) -> list[tuple[tuple[str, str], Row]]:
    """Rows that are kept in step and open, with the id of their person; not those who are a lead and a contact."""
    excused = await named(world)
    people = {person.get(name): person for person in await world.people() for _, name in KEYS.values()}
    found = []
    for one, (key, _) in KEYS.items():
        for row in await world.rows(one):
            person = people.get(row[key], {})
            both = all(person.get(name) for _, name in KEYS.values())
            if not person or both or row.get("statecode") or not kept(row):
                continue
            if not {(one, row[key]), (one, str(person["id"]))} & excused:
                found.append(((row[key], str(person["id"])), row))
    return found
