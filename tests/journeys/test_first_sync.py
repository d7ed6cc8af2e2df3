"""The first sync, and what comes after it: nothing, until somebody edits something."""

from pathlib import Path

from storage.database import Database
from tests.journeys.comparing import assert_equal
from tests.journeys.world import World, world_of


async def test_a_first_sync_brings_a_whole_crm_to_marketo(database: Database) -> None:
    async with world_of(database, data=None) as world:
        await world.rest()
        await assert_equal(world)
        assert await world.errors() == []
        assert len(await world.people()) > 250
        assert await world.objects("roles")


async def test_a_second_run_over_unchanged_data_writes_nothing(sqlite_database: Database) -> None:
    async with world_of(sqlite_database, data=None) as world:
        await world.rest()
        await world.forget_calls()
        await world.sync(passes=3, apart=700)
        assert await world.writes() == 0


async def test_until_it_is_live_it_only_observes(sqlite_database: Database, tmp_path: Path) -> None:
    async with world_of(sqlite_database, tmp_path, live=False) as world:
        await world.lead(lastname="Lovelace", emailaddress1="ada@x.example")
        await world.person(email="grace@x.example", syncToDynamics=True)
        await world.forget_calls()
        await world.sync(passes=2)
        assert await world.writes() == 0
        assert await world.total("backlog", object="leads") == 2
        await world.go_live()
        await world.rest()
        await assert_equal(world)


async def test_nobody_in_it_is_a_world_too(either_world: World) -> None:
    await either_world.rest()
    assert await either_world.waiting() == []
