"""Try errors again: one, or all that match.

/sync retry <#number | filters as in errors>

/sync retry #27
/sync retry code:1003 since:24h
/sync retry object:leads
  says how many, and asks first
/sync retry all

For operators. A retry of many opts nobody
in.
"""

from bot.acting import act
from bot.answers import Answer
from bot.request import Retry
from bot.world import Asker, World


async def answer(request: Retry, asker: Asker, world: World) -> Answer:
    return await act(request, asker, world)
