"""Compare both sides record by record, field by field.

/sync compare <object> [csv | repair]

/sync compare leads
  reads all of them anew
/sync compare leads csv
  its differences as a file
/sync compare leads repair
  has them put right
/sync compare
  what was compared last

For operators: it reads every record on both
sides. A repair asks first; it opts nobody
in, and where either side says no, both will.
"""

from bot import compared
from bot.acting import refusal
from bot.answers import Answer
from bot.comparing import compare_now, queue_repair, send_differences
from bot.figures import clock
from bot.request import Compare
from bot.world import Asker, World
from storage.comparisons import last_comparison, records_that_differ


async def answer(request: Compare, asker: Asker, world: World) -> Answer:
    if refused := await refusal(asker, world):
        return refused
    if request.object is None:
        return await _last_of_each(asker, world)
    if request.csv:
        return await send_differences(request.object, asker, world)
    if request.repair:
        return await queue_repair(request, request.object, asker, world)
    return await compare_now(request.object, asker, world)


async def _last_of_each(asker: Asker, world: World) -> Answer:
    now, lines = world.now(), []
    async with world.database.read() as connection:
        for one in world.objects:
            last = await last_comparison(connection, one.name)
            differing = await records_that_differ(connection, last.id) if last else 0
            lines.append((one.name, last, differing))
    comparing = world.engine.comparing if world.engine else ""
    return compared.overview(lines, lambda moment: clock(moment, now, asker.zone), comparing)
