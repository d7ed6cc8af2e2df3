"""Make ignored errors open ones again: one, or all that match.

/sync reopen <#number | filters as in errors>

/sync reopen #27
/sync reopen code:1003
  says how many, and asks first
/sync reopen all

For operators.
"""

from bot.acting import act
from bot.answers import Answer
from bot.request import Reopen
from bot.world import Asker, World


async def answer(request: Reopen, asker: Asker, world: World) -> Answer:
    return await act(request, asker, world)
