"""What failed, why, and what to do: the open sync errors, newest first.

/sync errors [object:leads] [code:1003]
             [direction:to-dynamics] [operation:update]
             [since:24h | since:2026-11-01]
             [free words] [page:2] [csv]

/sync errors code:1003 since:7d
/sync errors "van der Berg"   words begin a name, a message,
                              an id or a code
/sync errors object:leads csv the same as a file, sent to you
"""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from bot import error_list, export
from bot.answers import Answer, say
from bot.blocks import Button
from bot.delivery import send_file
from bot.error_list import PAGE, Page
from bot.figures import clock, count
from bot.request import Errors
from bot.world import Asker, World
from storage import error_search
from storage.error_search import COUNT_STOPS_AT, Wanted


async def answer(request: Errors, asker: Asker, world: World) -> Answer:
    wanted = _wanted(request, asker, world.now())
    if request.csv:
        return await _as_file(request, wanted, asker, world)
    skip = (request.page - 1) * PAGE
    async with world.database.read() as connection:
        within = skip < COUNT_STOPS_AT
        found = await error_search.newest(connection, wanted, skip=skip, limit=PAGE) if within else []
        total = await error_search.count(connection, wanted)
    now = world.now()
    page = Page(request, found, total, asker.may_see_people, lambda moment: clock(moment, now, asker.zone))
    return error_list.draw(page)


async def _as_file(request: Errors, wanted: Wanted, asker: Asker, world: World) -> Answer:
    shown = Button("Show here", replace(request, csv=False).words)
    if not asker.may_see_people:
        return say("The CSV holds names and messages: it is for those listed in SYNC_PEOPLE_READERS only.", shown)
    with tempfile.TemporaryFile() as file:
        rows = await export.write(error_search.stream(world.database, wanted), world.settings.dynamics_url, file)
        if not rows:
            return say("No open errors fit, so there is no file to send.", shown)
        name = f"sync-errors-{world.now():%Y-%m-%d-%H%M}.csv"
        said = f"{count(rows)} open {'error' if rows == 1 else 'errors'}"
        await send_file(world.slack, asker.user_id, file, name, f"{said}, as asked for with /sync errors csv.")
    return say(f"{said} sent to you as {name}, in your direct messages with me.", shown)


def _wanted(request: Errors, asker: Asker, now: datetime) -> Wanted:
    return Wanted(
        object=request.object,
        code=request.code,
        direction=request.direction,
        operation=request.operation,
        since=_since(request, now, asker.zone),
        words=request.free,
        by_people=asker.may_see_people,
    )


def _since(request: Errors, now: datetime, zone: tzinfo) -> datetime | None:
    """A span counts back from now; a day begins at the asker's midnight. What lies before all time is all time."""
    if request.since is None:
        return None
    try:
        if isinstance(request.since, timedelta):
            return now - request.since
        return datetime.combine(request.since, datetime.min.time(), zone).astimezone(UTC)
    except OverflowError:
        return datetime(1970, 1, 1, tzinfo=UTC)
