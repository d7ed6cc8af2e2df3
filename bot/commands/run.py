"""Begin a pass now, rather than at its time; or read one record anew on both sides, and write what differs.

/sync run [object] [direction]
/sync run record <e-mail | Dynamics GUID | Marketo id>

/sync run
/sync run leads to-marketo    tried again even if it stopped
/sync run record ada@example.com

For operators. Reading anew opts nobody in.
"""

from bot.acting_on_lanes import run
from bot.acting_on_records import run_record
from bot.answers import Answer
from bot.request import Run
from bot.world import Asker, World


async def answer(request: Run, asker: Asker, world: World) -> Answer:
    return await (run_record if request.record else run)(request, asker, world)
