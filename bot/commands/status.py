"""Is the sync keeping up? What waits, the oldest of it, errors, and how long it will take.

/sync status [object] [view]
  backlog, last-hour, last-24h, trend
  or by:user

/sync
  the overview
/sync status leads
  one object, by direction and operation
/sync status last-hour
  records synced in the last full hour
/sync status last-24h
  records per hour: max, min, average
/sync status leads trend
  five days of backlog
/sync status leads by:user
  whose edits wait
"""

from datetime import datetime, tzinfo

from sqlalchemy.ext.asyncio import AsyncConnection

from bot import brought, by_user, drill_down, overview
from bot.answers import Answer, say
from bot.blocks import Button
from bot.drill_down import Closeup
from bot.figures import HOUR, last_full_hour
from bot.request import Status
from bot.standing import Hourly, Picture
from bot.texts import _
from bot.world import Asker, World
from storage import history
from storage.ledger.findings import read_findings
from storage.ledger.holding import REREAD
from storage.trend import Trend, read_trend
from storage.waiting import read_editors, read_oldest
from sync.backlog import Thresholds


async def answer(request: Status, asker: Asker, world: World) -> Answer:
    if request.view == "by-user" and not asker.may_see_people:
        sentence = _("Who edits is told only to those listed in SYNC_PEOPLE_READERS.")
        return say(sentence, Button(_("Status"), Status(request.object).words))
    lanes = [name for name in world.lanes if request.object in (None, name[0])]
    async with world.database.read() as connection:
        picture = await _picture(connection, request, asker, world)
        if request.view == "by-user":
            return by_user.draw(request.object, picture, await read_editors(connection, lanes))
        hourly = await _hourly(connection, picture) if request.view == "last-hour" else None
        trend = await _trend(connection, request, picture)
        if request.object is None:
            return overview.draw(picture, request.view, hourly, trend)
        inserts = await read_oldest(connection, lanes, ["insert"])
        updates = await read_oldest(connection, lanes, ["update", "delete"])
    closeup = Closeup(request.object, request.view, hourly, trend, inserts, updates, _bringing(request.object, world))
    return drill_down.draw(closeup, picture)


def _bringing(name: str, world: World) -> str:
    found = world.engine.bringing if world.engine else None
    return brought.under_way(found.field, found.done, found.total) if found and found.object == name else ""


async def _picture(connection: AsyncConnection, request: Status, asker: Asker, world: World) -> Picture:
    now = world.now()
    unhurried = request.view == "by-user" or (request.view == "trend" and request.object is None)  # shows no pace
    return Picture(
        now=now,
        zone=asker.zone,
        lanes=await history.read_lanes(connection, world.lanes, now),
        services=await history.read_services(connection),
        feeds=await history.read_feeds(connection),
        last_pass=await history.read_pass(connection),
        hours={} if unhurried else await history.read_hours(connection, now, only=request.object),
        thresholds=Thresholds(world.settings.alert_backlog, world.settings.alert_oldest),
        links=world.links,
        rereads=await read_findings(connection, [REREAD]),
        may_see_people=asker.may_see_people,
        may_act=asker.is_operator,
    )


async def _hourly(connection: AsyncConnection, picture: Picture) -> Hourly:
    start, end = last_full_hour(picture.now, picture.zone)
    return Hourly(start, await history.read_synced(connection, start, end))


async def _trend(connection: AsyncConnection, request: Status, picture: Picture) -> Trend | None:
    """For the view of its own, and for the drill-down; up to the end of the reader's current hour."""
    if request.view == "trend" or (request.object and request.view == "backlog"):
        return await read_trend(connection, _end_of_hour(picture.now, picture.zone), request.object)
    return None


def _end_of_hour(now: datetime, zone: tzinfo) -> datetime:
    return last_full_hour(now, zone)[1] + HOUR
