"""The moments that `since:` and `until:` mean, at the time and in the zone of whoever asks. Pure."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo

from bot.request import Act, Activity, Errors, Misunderstood, Request, Share
from bot.words import since_first

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def moment_of(
    asked: timedelta | date | None, now: datetime, zone: tzinfo, after: timedelta = timedelta()
) -> datetime | None:
    """A span counts back from now; a day begins at the asker's midnight, and is over `after` that.

    What lies before all time is all time.
    """
    if asked is None:
        return None
    try:
        if isinstance(asked, timedelta):
            return max(now - asked, BEGINNING)
        return datetime.combine(asked + after, datetime.min.time(), zone).astimezone(UTC)
    except OverflowError:
        return BEGINNING


def in_order(request: Request | Misunderstood, now: datetime, zone: tzinfo) -> Request | Misunderstood:
    """The same; what says that nothing can lie between a day and a span of it, which only the clock can tell."""
    asked = request.asked if isinstance(request, Share) else request
    asked = asked.chosen if isinstance(asked, Act) else asked
    if not isinstance(asked, Errors | Activity) or asked.since is None or asked.until is None:
        return request
    since, until = moment_of(asked.since, now, zone), moment_of(asked.until, now, zone, DAY)
    if since is None or until is None or since < until:
        return request
    return since_first(replace(asked, since=asked.until, until=asked.since).words).misunderstood
