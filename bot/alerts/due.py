"""When a digest is due, and of what time it tells. Pure.

Days and hours are those of the zone in which it was asked for, so a day in which the clocks change has 23 or 25 hours.
An hour that the clocks leave out comes after them, and of one that they repeat it is the first.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from storage.alerting import Subscription

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """What a digest tells of, from its `start` to just before its `end`, when it is due. Both in UTC."""

    start: datetime
    end: datetime


def due(wanted: Subscription, now: datetime) -> Period | None:
    """The last period whose digest, or whose list, should have been sent by `now` and was not, however long ago."""
    period = last_period(wanted, now)
    waits = not has(wanted.told_at, period) or not has(wanted.listed_at, period)
    return period if waits and wanted.created_at < period.end else None


def with_missed(wanted: Subscription, period: Period, sent_at: datetime | None) -> Period:
    """`period`, and before it whatever was missed since the one that ended at `sent_at`, or since it was asked for."""
    known = sent_at or last_period(wanted, wanted.created_at).end
    return replace(period, start=min(period.start, known))


def is_weekly(wanted: Subscription) -> bool:
    return wanted.terms.get("every") == "weekly"


def has(sent_at: datetime | None, period: Period) -> bool:
    """Whether what was last sent then was sent for this period, or a later one."""
    return sent_at is not None and sent_at >= period.end


def last_period(wanted: Subscription, now: datetime) -> Period:
    """The last one that was over at `now`, whatever was sent of it."""
    zone, at = zone_of(wanted), time.fromisoformat(wanted.terms.get("at", "09:00"))
    step = timedelta(days=7) if is_weekly(wanted) else DAY
    day = now.astimezone(zone).date()
    if step > DAY:
        day -= (day.weekday() - int(wanted.terms.get("weekday", 0))) % 7 * DAY
    if _moment(day, at, zone) > now:
        day -= step
    return Period(_moment(day - step, at, zone), _moment(day, at, zone))


def zone_of(wanted: Subscription) -> tzinfo:
    """UTC, where nobody here knows the zone it was asked in."""
    try:
        return ZoneInfo(wanted.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _moment(day: date, at: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
