"""Put errors aside: one, or all that match. A new edit of the record brings it back.

/sync ignore <#number | filters as in errors>

/sync ignore #27
/sync ignore code:1003
  says how many, and asks first
/sync ignore all

For operators. Undo it with /sync reopen.
"""

from bot.acting import act
from bot.answers import Answer
from bot.request import Ignore
from bot.world import Asker, World


async def answer(request: Ignore, asker: Asker, world: World) -> Answer:
    return await act(request, asker, world)
