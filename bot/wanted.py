"""What errors were asked for, as what storage is to look for. Pure."""

from datetime import datetime

from bot.moments import DAY, moment_of
from bot.request import Errors
from bot.world import Asker
from storage.error_search import Wanted


def wanted_by(request: Errors, asker: Asker, now: datetime) -> Wanted:
    """What storage is to look for: moments made from spans and days, and names only for those who may see them."""
    return Wanted(
        object=request.object,
        code=request.code,
        direction=request.direction,
        operation=request.operation,
        since=moment_of(request.since, now, asker.zone),
        words=request.free,
        by_people=asker.may_see_people,
        state=request.state,
        until=moment_of(request.until, now, asker.zone, DAY),
        sort=request.sort or "newest",
    )
