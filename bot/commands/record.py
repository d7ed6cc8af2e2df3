"""One record's story on both sides: where it stands, and because of what.

/sync record <e-mail | name | id>
  the id of either side
/sync record error #27
  the record of an error

/sync record ada@example.com
/sync record "Ada Lovelace"
/sync record 4711
"""

import re

from bot import story
from bot.answers import Answer, say
from bot.because import Told
from bot.blocks import Button
from bot.both_sides import GUID, look, merged, search
from bot.figures import clock
from bot.reading_record import ERROR
from bot.request import Errors, Record
from bot.safe import clean
from bot.sides import Sides
from bot.texts import _
from bot.world import Asker, World
from storage import history, record_story
from storage.record_story import MOST_FOUND, Known
from sync.errors import SyncFailure
from sync.objects import Object


async def answer(request: Record, asker: Asker, world: World) -> Answer:
    if not _by_id(request.who) and not asker.may_see_people:
        return say(
            _(
                "Only those listed in SYNC_PEOPLE_READERS may look people up by name or address, "
                "and not in a shared channel. Ids of either side work for everybody."
            )
        )
    found, problem = await _found(request, world)
    if not found:
        return _nobody(request, problem)
    if len(found) > 1:
        return story.choose(found[:MOST_FOUND], may_see_people=asker.may_see_people)
    return await _told(request, found[0], asker, world)


def _by_id(who: str) -> bool:
    return bool(GUID.fullmatch(who) or who.isdecimal() or re.fullmatch(rf"#?{ERROR.pattern}", who))


async def _found(request: Record, world: World) -> tuple[list[Known], str]:
    """Who fits, as far as we remember, else as far as the services know; and why those could not be asked."""
    found = await _remembered(request, world)
    if found and _by_id(request.who):
        return found, ""
    if world.engine is None:
        return found, "" if found else _("this process does not sync")
    try:
        seen = await search(world.engine, request.who, request.object) if not request.who.startswith("#") else []
    except SyncFailure as failure:
        return found, failure.code
    except TimeoutError:
        return found, "timeout"
    async with world.database.read() as connection:
        seen = await record_story.linked(connection, seen)
    return merged([*found, *seen]), ""


async def _remembered(request: Record, world: World) -> list[Known]:
    who, objects = request.who, _objects(request, world)
    async with world.database.read() as connection:
        if who.startswith("#"):
            return await record_story.by_error(connection, int(who.removeprefix("#"))) if ERROR.fullmatch(who) else []
        if _by_id(who):
            return merged(await record_story.by_id(connection, who.lower(), objects))
        return merged([one for one in await record_story.by_label(connection, who) if one.object in objects])


def _objects(request: Record, world: World) -> list[str]:
    """A number is a person's id, unless an object was named: salespersons have numbers of their own."""
    among = [one for one in world.objects if one.is_person or not request.who.isdecimal()]
    return [request.object] if request.object else [one.name for one in among]


def _nobody(request: Record, problem: str) -> Answer:
    said = _("I know no record under “{who}”.").format(who=clean(request.who))
    asked = _("The services could not be asked: {code}.").format(code=clean(problem))
    return say(f"{said} {asked}" if problem else said, Button(_("Errors"), Errors().words))


async def _told(request: Record, known: Known, asker: Asker, world: World) -> Answer:
    one = world.object_named(known.object)
    sides = await _sides(known, one, world)
    async with world.database.read() as connection:
        past = await record_story.past_of(connection, known)
        services = await history.read_services(connection)
    now = world.now()
    told = Told(
        known, past, sides, tuple(services), asker.may_see_people, lambda moment: clock(moment, now, asker.zone), one
    )
    return story.draw(request, told, world.links, is_operator=asker.is_operator)


async def _sides(known: Known, one: Object | None, world: World) -> Sides:
    if world.engine is None:
        return Sides(problem=_("this process does not sync"))
    if one is None:
        return Sides(problem=_("{object} are not kept in step any more").format(object=known.object))
    return await look(world.engine, known)
