"""What the sync did: records created, updated, deleted, or skipped and why.

/sync activity [object:leads]
               [direction:to-dynamics]
               [outcome:created | updated |
                        deleted | skipped]
               [reason:"not flagged"]
               [field:unsubscribed]
               [since:24h]
               [until:2026-11-01]
               [page:2] [csv]

/sync activity leads skipped since:24h
/sync activity field:unsubscribed since:7d
/sync activity skipped csv
  the same as a file, sent to you
"""

import tempfile
from dataclasses import replace

from bot import activity_list
from bot.activity_list import PAGE, Page
from bot.answers import Answer, say
from bot.blocks import Button
from bot.delivery import file_name, send_personal_file
from bot.figures import clock, count
from bot.moments import DAY, moment_of
from bot.request import Activity
from bot.texts import _, plural
from bot.world import Asker, World
from storage import activity_log
from storage.activity_log import COUNT_STOPS_AT, Sought


async def answer(request: Activity, asker: Asker, world: World) -> Answer:
    sought = _sought(request, asker, world)
    if request.csv:
        return await _as_file(request, sought, asker, world)
    skip = (request.page - 1) * PAGE
    async with world.database.read() as connection:
        within = skip < COUNT_STOPS_AT
        found = await activity_log.newest(connection, sought, skip=skip, limit=PAGE) if within else []
        summary = await activity_log.summary(connection, sought)
    now = world.now()
    return activity_list.draw(Page(request, found, summary, lambda moment: clock(moment, now, asker.zone)))


async def _as_file(request: Activity, sought: Sought, asker: Asker, world: World) -> Answer:
    shown = Button(_("Show here"), replace(request, csv=False).words)
    with tempfile.TemporaryFile() as file:
        rows = await activity_list.write(activity_log.stream(world.database, sought), world.links, file)
        if not rows:
            return say(_("Nothing was done that fits, so there is no file to send."), shown)
        name = file_name("activity", world.now(), asker.zone)
        said = plural("{count} row of activity", "{count} rows of activity", rows).format(count=count(rows))
        comment = _("{rows}, as asked for with /sync activity csv.").format(rows=said)
        await send_personal_file(
            world.slack, world.database, asker.user_id, file, name, comment, request.words, world.now()
        )
    return say(_("{rows} sent to you as {name}, in your direct messages with me.").format(rows=said, name=name), shown)


def _sought(request: Activity, asker: Asker, world: World) -> Sought:
    now = world.now()
    return Sought(
        objects=(request.object,) if request.object else tuple(one.name for one in world.objects),
        direction=request.direction,
        outcome=request.outcome,
        reason=request.reason,
        field=request.field,
        since=moment_of(request.since, now, asker.zone),
        until=moment_of(request.until, now, asker.zone, DAY),
    )
