"""One record read anew on both sides, and a pass begun that writes what differs."""

from bot import refreshed
from bot.acting import refusal
from bot.answers import Answer
from bot.both_sides import GUID, merged, search
from bot.lanes_acted import not_here
from bot.reading_record import ERROR
from bot.request import Run
from bot.world import Asker, World
from storage import record_story
from storage.ledger.readings import record_act
from storage.record_story import Known
from sync.engine import Engine
from sync.errors import SyncFailure
from sync.refresh import refresh_record


async def run_record(request: Run, asker: Asker, world: World) -> Answer:
    """Whose record it is must be clear: several matches are a choice."""
    if refused := await refusal(asker, world):
        return refused
    if world.engine is None or world.replica is None:
        return not_here()
    who = (request.record or "").strip().lower()
    if not (GUID.fullmatch(who) or ERROR.fullmatch(who)) and not asker.may_see_people:
        return refreshed.readers_only()
    try:
        found = await _found(who, request.object, world, world.engine)
        if len(found) != 1:
            return refreshed.choose(request, found)
        done = await refresh_record(world.engine, found[0].object, found[0].dynamics_id, found[0].marketo_id)
    except SyncFailure as failure:
        return refreshed.failed(request, failure.code)
    except TimeoutError:
        return refreshed.failed(request, "timeout")
    async with world.database.write() as connection:
        ids = " · ".join(one for one in (found[0].dynamics_id, found[0].marketo_id) if one)
        await record_act(connection, asker.user_id, "run record", world.now(), found[0].object, "", ids)
    began = any(done.fields.values()) and await world.replica.run_now() == "now"
    return refreshed.draw(found[0], done, began)


async def _found(who: str, only: str | None, world: World, engine: Engine) -> list[Known]:
    """By our own links, else by asking both services. A bare number is a person's, unless another object was named.

    #27 is whoever that error is about.
    """
    if who.startswith("#") and ERROR.fullmatch(who):
        async with world.database.read() as connection:
            return await record_story.by_error(connection, int(who.removeprefix("#")))
    meant = engine.people if who.isdecimal() and only is None else engine.objects
    names = [one.name for one in meant if only in (None, one.name)]
    async with world.database.read() as connection:
        known = merged(await record_story.by_id(connection, who, names))
    if known:
        return known
    seen = await search(engine, who, only)
    async with world.database.read() as connection:
        return merged(await record_story.linked(connection, seen))
