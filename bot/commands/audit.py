"""Who did what, newest first: retried, ignored, ran, paused, resumed, went live.

/sync audit [page:2]
"""

import re

from bot import audit_list
from bot.answers import Answer
from bot.audit_list import PAGE, Page
from bot.figures import clock
from bot.request import Audit
from bot.world import Asker, World
from storage.audit_log import count_acts, newest_acts

SLACK_ID = re.compile(r"[UW][A-Z0-9]{3,}")


async def answer(request: Audit, asker: Asker, world: World) -> Answer:
    async with world.database.read() as connection:
        found = await newest_acts(connection, skip=(request.page - 1) * PAGE, limit=PAGE)
        total = await count_acts(connection)
    people = {act.who for act in found if SLACK_ID.fullmatch(act.who)}
    names = {who: await world.name_of(who) for who in sorted(people)}
    now = world.now()
    return audit_list.draw(Page(request, found, total, names, lambda moment: clock(moment, now, asker.zone)))
