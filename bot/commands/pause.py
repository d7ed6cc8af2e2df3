"""Hold writes back: all, one object's, one direction's, or both together.

/sync pause [object] [direction]

/sync pause
  everything
/sync pause leads
  leads, in both directions
/sync pause leads to-dynamics
  one direction of them
/sync pause to-marketo
  all that goes to Marketo

For operators. Changes are collected
meanwhile, and written after /sync resume.
"""

from bot.acting_on_lanes import hold
from bot.answers import Answer
from bot.request import Pause
from bot.world import Asker, World


async def answer(request: Pause, asker: Asker, world: World) -> Answer:
    return await hold(request, asker, world)
