"""Whether a channel wants to hear nothing now. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from storage.alerting import Episode, QuietTime

DAY = timedelta(days=1)


def is_quiet(times: Iterable[QuietTime], object: str | None, now: datetime) -> bool:
    """Whether any of a channel's quiet `times` covers `now` for an object (None: for what is not one object's)."""
    return any(one.object in (None, object) and _covers(one, now) for one in times)


def is_snoozed(episode: Episode, now: datetime) -> bool:
    """Whether somebody silenced an open episode until later than `now`."""
    return episode.closed_at is None and episode.snoozed_until is not None and now < episode.snoozed_until


def is_held_back(episode: Episode, times: Iterable[QuietTime], now: datetime) -> bool:
    """Whether an episode is snoozed, or all that it is about is to be quiet; a test was just asked for, and is not."""
    if episode.family == "test":
        return False
    if episode.snoozed_until is not None and now < episode.snoozed_until:
        return True
    listed = list(times)
    objects = {member.get("object") for member in episode.detail.get("members", {}).values()} or {None}
    return all(is_quiet(listed, one, now) for one in objects)


def zone_named(name: str) -> tzinfo:
    """UTC for a zone that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _covers(one: QuietTime, now: datetime) -> bool:
    if one.weekly is None:
        return (one.starts_at is None or one.starts_at <= now) and (one.ends_at is None or now < one.ends_at)
    zone, day = zone_named(one.zone), now.astimezone(zone_named(one.zone)).date()
    starts, ends = (time.fromisoformat(str(one.weekly[name])) for name in ("from", "to"))
    for begun in (day, day - DAY):  # one that goes over midnight began yesterday
        ended = begun + DAY if ends <= starts else begun
        covered = datetime.combine(begun, starts, zone) <= now < datetime.combine(ended, ends, zone)
        if begun.weekday() == int(one.weekly["day"]) and covered:
            return True
    return False
