"""Begin a pass now, rather than at its time; or read one record anew on both sides, and write what differs.

/sync run [object] [direction]
/sync run <object> [direction] first
/sync run record <e-mail | id | #27>
/sync run <object> field:<name> [since:…]

/sync run
/sync run leads to-marketo
  tried again even if it stopped
/sync run leads first
  before all else for an hour;
  /sync run leads takes it back
/sync run record ada@example.com
/sync run leads field:leadSource
  one field, for all that are linked

For operators. Reading anew opts nobody in.
"""

from bot.acting_on_fields import run_field
from bot.acting_on_lanes import run
from bot.acting_on_records import run_record
from bot.answers import Answer
from bot.request import Run
from bot.world import Asker, World


async def answer(request: Run, asker: Asker, world: World) -> Answer:
    if request.field:
        return await run_field(request, asker, world)
    return await (run_record if request.record else run)(request, asker, world)
