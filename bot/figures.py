"""Numbers, names and times as they are read in Slack. Pure."""

from datetime import UTC, datetime, timedelta, tzinfo

from bot.texts import _, grouped

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)


def count(number: int) -> str:
    """With a mark between the thousands, as the reader's language has it."""
    return grouped(f"{number:,}")


def compact(number: int) -> str:
    """Where there is no room: at most four letters, such as `1.2k`, `12k` or `3.4M`."""
    scaled, unit = float(number), 0
    while scaled >= 999.5:
        scaled, unit = scaled / 1000, unit + 1
    return f"{scaled:.1f}{' kMGT'[unit]}" if unit and scaled < 9.95 else f"{scaled:.0f}{' kMGT'[unit]}".strip()


def named(name: str) -> str:
    """`leads` as a heading."""
    return name[:1].upper() + name[1:]


def towards(direction: str) -> str:
    """`to-marketo` in words."""
    return {"to-marketo": _("to Marketo"), "to-dynamics": _("to Dynamics")}.get(direction, direction)


def change(operation: str) -> str:
    """`insert` in words."""
    return {"insert": _("insert"), "update": _("update"), "delete": _("delete")}.get(operation, operation)


def clock(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """`14:32`, or `22 Nov 14:32` when that was on another day, in the reader's zone."""
    there = moment.astimezone(zone)
    if there.date() == now.astimezone(zone).date():
        return f"{there:%H:%M}"
    return f"{there.day} {there:%b %H:%M}"


def last_full_hour(now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The last clock hour in `zone` that is over, as [start, end) in UTC.

    Every zone's offset is a multiple of a quarter of an hour, and an hour that a change of clocks repeats is told
    apart by its fold, so we walk back quarter by quarter: right for Kathmandu and on the night the clocks change.
    """
    utc = now.astimezone(UTC)
    quarter = utc - timedelta(minutes=utc.minute % 15, seconds=utc.second, microseconds=utc.microsecond)
    end = _start_of_hour(quarter, zone)
    return _start_of_hour(end - QUARTER, zone), end


def hour_heading(start: datetime, zone: tzinfo) -> str:
    """`13:00–14:00`."""
    there = start.astimezone(zone)
    return f"{there:%H:%M}–{(there.hour + 1) % 24:02}:00"


def _start_of_hour(moment: datetime, zone: tzinfo) -> datetime:
    while _hour_of(moment - QUARTER, zone) == _hour_of(moment, zone):
        moment -= QUARTER
    return moment


def _hour_of(moment: datetime, zone: tzinfo) -> tuple[int, int, int, int]:
    there = moment.astimezone(zone)
    return there.month, there.day, there.hour, there.fold
