"""One field of an object brought over alone, for one that was added later."""

from bot import brought
from bot.acting import refusal
from bot.answers import Answer
from bot.compared import under_way, why_stopped
from bot.comparing import Telling
from bot.figures import clock
from bot.lanes_acted import not_here
from bot.moments import moment_of
from bot.request import Run
from bot.words import nearest_of
from bot.world import Asker, World
from storage.lease import alone_comparing
from storage.ledger.readings import amend_act, record_act
from sync.bringing import bring_field
from sync.comparing import Tally, expected
from sync.engine import Bringing, Engine
from sync.errors import SyncFailure
from sync.objects import Object
from sync.repairing import Queued


async def run_field(request: Run, asker: Asker, world: World) -> Answer:
    """Asks first: it touches every record there is."""
    if refused := await refusal(asker, world):
        return refused
    engine, one = world.engine, world.object_named(request.object or "")
    if engine is None or one is None:
        return not_here()
    field = field_of(one, request.field or "")
    if field is None:
        names = [each.name for each in one.fields if not each.on_creation]
        return brought.no_such_field(request, nearest_of(request.field or "", names), names)
    if one.field(field).on_creation:
        return brought.given_on_creation(request, field)
    since = moment_of(request.since, world.now(), asker.zone)
    if since and since > world.now():
        return brought.not_yet(request)
    if engine.comparing:
        return under_way(engine.comparing)
    total = await expected(engine, one.name)
    if request.confirmed is None:
        told = clock(since, world.now(), asker.zone) if since else ""
        return brought.question(request, field, total, told)
    engine.comparing = one.name
    try:
        async with alone_comparing(world.database) as alone:
            return await _bring(engine, request, one.name, field, total, asker, world) if alone else under_way()
    except SyncFailure as failure:
        return brought.failed(request, why_stopped(failure, world.now(), asker.zone))
    finally:
        engine.comparing, engine.bringing = "", None


def field_of(one: Object, asked: str) -> str | None:
    """The name of the field that was asked for, by our name or Marketo's, in any case."""
    wanted = asked.casefold()
    return next((each.name for each in one.fields if wanted in (each.name.casefold(), each.rest.casefold())), None)


async def _bring(engine: Engine, request: Run, name: str, field: str, total: int, asker: Asker, world: World) -> Answer:
    database, tally, queued = world.database, Tally(), Queued()
    about = None if request.since else total
    engine.bringing = Bringing(name, field, about)
    async with database.write() as connection:
        act = await record_act(connection, asker.user_id, "run field", world.now(), name, "", field)
    told = Telling(lambda done, of: brought.progress(name, field, done, of), about or 0, world)
    async for portion in bring_field(engine, name, field, moment_of(request.since, world.now(), asker.zone)):
        tally.add(portion.tally)
        queued += portion.queued
        engine.bringing = Bringing(name, field, about, tally.compared)
        await told(tally.compared)
    async with database.write() as connection:
        detail = f"{field}: {queued.to_marketo} to-marketo, {queued.to_dynamics} to-dynamics"
        await amend_act(connection, act, detail)
    return brought.draw(request, field, tally, queued)
