"""Let writes go on that were paused, or that stopped by themselves.

/sync resume [object] [direction]

/sync resume
  everything
/sync resume leads to-dynamics

What a brake holds (see /sync status) is
asked about first, with the numbers of what
will be written. For operators.
"""

from bot.acting_on_lanes import hold
from bot.answers import Answer
from bot.request import Resume
from bot.world import Asker, World


async def answer(request: Resume, asker: Asker, world: World) -> Answer:
    return await hold(request, asker, world)
