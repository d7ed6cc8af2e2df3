"""Is the sync keeping up? What waits, the oldest of it, errors, and how long it will take.

/sync status [object] [backlog | last-hour]

/sync                      the overview
/sync status leads         one object, by direction and operation
/sync status last-hour     records synced in the last full hour
"""

from bot import drill_down, overview
from bot.answers import Answer
from bot.figures import last_full_hour
from bot.request import Status
from bot.standing import Hourly, Picture
from bot.world import Asker, World
from storage import history
from sync.backlog import Thresholds
from sync.objects import LANES


async def answer(request: Status, asker: Asker, world: World) -> Answer:
    now = world.now()
    lanes = [name for name in LANES if request.object in (None, name[0])]
    hour = last_full_hour(now, asker.zone) if request.view == "last-hour" else None
    async with world.database.read() as connection:
        picture = Picture(
            now=now,
            zone=asker.zone,
            lanes=await history.read_lanes(connection, LANES, now),
            services=await history.read_services(connection),
            feeds=await history.read_feeds(connection),
            last_pass=await history.read_pass(connection),
            hours=await history.read_hours(connection, now, only=request.object),
            thresholds=Thresholds(world.settings.alert_backlog, world.settings.alert_oldest),
        )
        hourly = Hourly(hour[0], await history.read_synced(connection, *hour)) if hour else None
        if request.object is None:
            return overview.draw(picture, hourly)
        inserts = await history.read_oldest(connection, lanes, ["insert"])
        updates = await history.read_oldest(connection, lanes, ["update", "delete"])
    return drill_down.draw(request.object, picture, hourly, inserts, updates)
