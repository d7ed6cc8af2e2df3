"""What errors were asked for, as what storage is to look for. Pure."""

from datetime import UTC, date, datetime, timedelta, tzinfo

from bot.request import Errors
from bot.world import Asker
from storage.error_search import Wanted

DAY = timedelta(days=1)


def wanted_by(request: Errors, asker: Asker, now: datetime) -> Wanted:
    """What storage is to look for: moments made from spans and days, and names only for those who may see them."""
    return Wanted(
        object=request.object,
        code=request.code,
        direction=request.direction,
        operation=request.operation,
        since=_moment(request.since, now, asker.zone),
        words=request.free,
        by_people=asker.may_see_people,
        state=request.state,
        until=_moment(request.until, now, asker.zone, DAY),
        sort=request.sort or "newest",
    )


def _moment(
    asked: timedelta | date | None, now: datetime, zone: tzinfo, after: timedelta = timedelta()
) -> datetime | None:
    """A span counts back from now; a day begins at the asker's midnight, and is over `after` that.

    What lies before all time is all time.
    """
    if asked is None:
        return None
    try:
        if isinstance(asked, timedelta):
            return max(now - asked, datetime(1970, 1, 1, tzinfo=UTC))
        return datetime.combine(asked + after, datetime.min.time(), zone).astimezone(UTC)
    except OverflowError:
        return datetime(1970, 1, 1, tzinfo=UTC)
