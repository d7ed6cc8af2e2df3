"""What failed, why, and what to do: the open sync errors, by code first.

/sync errors [object:leads] [code:1003]
             [direction:to-dynamics]
             [operation:update]
             [state:open | retrying |
                    resolved | ignored]
             [since:24h | since:2026-11-01]
             [until:…]
             [sort:newest | oldest | tried]
             [free words] [page:2] [csv]

/sync errors
  by code, with what to do
/sync errors code:1003 since:7d
/sync errors "van der Berg"
  words begin a name, a message, an id or
  a code; quote what has a colon
/sync errors state:ignored sort:tried
  since, until and sort go by the last try
/sync errors object:leads csv
  the same as a file, sent to you
"""

import tempfile
from dataclasses import replace
from datetime import timedelta

from bot import error_groups, error_list, export
from bot.answers import Answer, say
from bot.blocks import Button
from bot.delivery import file_name, send_personal_file
from bot.error_list import PAGE, Page
from bot.figures import clock, count
from bot.reading_errors import nearest_filter
from bot.request import Errors
from bot.texts import _
from bot.wanted import wanted_by
from bot.world import Asker, World
from storage import error_search
from storage.error_export import csv_lines
from storage.error_groups import open_groups
from storage.error_search import COUNT_STOPS_AT

TELL_FROM = 20_000  # errors, below which a file is made before anybody could wonder
MOST_TELLINGS = 3  # Slack lets us answer five times; the result needs one, and one may be refused
TELL_AFTER = timedelta(seconds=3)
DAY = timedelta(days=1)


async def answer(request: Errors, asker: Asker, world: World) -> Answer:
    if request.csv:
        return await _as_file(request, asker, world)
    if request.is_grouped:
        return await _by_code(request, asker, world)
    wanted = wanted_by(request, asker, world.now())
    skip = (request.page - 1) * PAGE
    async with world.database.read() as connection:
        within = skip < COUNT_STOPS_AT
        found = await error_search.page(connection, wanted, skip=skip, limit=PAGE) if within else []
        total = await error_search.count(connection, wanted)
    now = world.now()
    told = Page(
        request,
        found,
        total,
        asker.may_see_people,
        now,
        lambda moment: clock(moment, now, asker.zone),
        asker.is_operator,
        nearest_filter(request, [one.name for one in world.objects]) if not total else None,
    )
    return error_list.draw(told)


async def _by_code(request: Errors, asker: Asker, world: World) -> Answer:
    now = world.now()
    async with world.database.read() as connection:
        groups = await open_groups(connection, now - DAY, request.object)
    seen = error_groups.Overview(request, groups, now, asker.may_see_people, asker.is_operator)
    return error_groups.draw(seen)


async def _as_file(request: Errors, asker: Asker, world: World) -> Answer:
    shown = Button(_("Show here"), replace(request, csv=False).words)
    if not asker.may_see_people:
        return say(_("The CSV holds names and messages: it is for those listed in SYNC_PEOPLE_READERS only."), shown)
    async with world.database.read() as connection:
        ids = await error_search.ids(connection, wanted_by(request, asker, world.now()))
    if not ids:
        return say(_("No errors fit, so there is no file to send."), shown)
    with tempfile.TemporaryFile() as file:
        progress = Progress(len(ids), world)
        addresses = export.around(world.objects, world.links)
        lines = csv_lines(world.database, ids, export.owner_fields(world.objects), *addresses)
        rows = await export.write(lines, file, progress.tell)
        name = file_name("errors", world.now(), asker.zone)
        said = error_list.counted(request.state, rows).format(count=count(rows), fitting="")
        comment = _("{rows}, as asked for with /sync errors csv. Slack keeps it for 7 days.").format(rows=said)
        arrived = await send_personal_file(
            world.slack, world.database, asker.user_id, file, name, comment, request.nameless.words, world.now()
        )
    if arrived:
        sentence = _("{rows} sent to you as {name}, in your direct messages with me.")
    else:
        sentence = _("{rows} sent to you as {name}; Slack has not confirmed yet that it arrived. Look in our messages.")
    return say(sentence.format(rows=said, name=name), shown)


class Progress:
    """Tells the asker how far a large file is, but not more often than Slack lets us."""

    def __init__(self, total: int, world: World) -> None:
        self._total, self._world = total, world
        self._told, self._next = 0, world.now()

    async def tell(self, rows: int) -> None:
        """Called after each portion; spaced out further each time."""
        now = self._world.now()
        share = self._total * self._told // (MOST_TELLINGS + 1)
        if self._total < TELL_FROM or self._told >= MOST_TELLINGS or rows < share or now < self._next:
            return
        self._told += 1
        self._next = now + TELL_AFTER * self._told
        said = _("Making the file: {count} of {total} errors …").format(count=count(rows), total=count(self._total))
        await self._world.tell(say(said))
