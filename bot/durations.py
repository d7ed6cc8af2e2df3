"""Spans of time as people write and read them: `2h 14m`, `3m`, `<1m`, `5d 2h`. Pure."""

import re
from datetime import timedelta

_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
UNIT = r"(?:weeks?|wks?|days?|hours?|hrs?|minutes?|mins?|seconds?|secs?|[wdhms])"
_PART = re.compile(rf"(\d{{1,6}}(?:[.,]\d{{1,2}})?)\s*({UNIT})", re.IGNORECASE)
_WHOLE = re.compile(rf"{_PART.pattern}(?:\s*{_PART.pattern})*", re.IGNORECASE)


def spell(span: timedelta) -> str:
    """At most two units, rounded down: days and hours, hours and minutes, or minutes."""
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return "<1m"
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days}d {hours}h" if hours else f"{days}d"
    if hours:
        return f"{hours}h {minutes}m" if minutes else f"{hours}h"
    return f"{minutes}m"


def spell_short(span: timedelta) -> str:
    """One unit only, where there is no room for two."""
    return spell(span).split(" ")[0]


def exact(span: timedelta) -> str:
    """The span as `parse` reads it back, in its largest whole unit: `2h`, `90m`, `7d`."""
    seconds = int(span.total_seconds())
    for unit in ("d", "h", "m"):
        if seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"


def found_in(text: str) -> str | None:
    """The first span among other words, as it was typed."""
    found = re.search(rf"(?<!\S){_WHOLE.pattern}(?!\S)", text, re.IGNORECASE)
    return found[0].strip() if found else None


def parse(text: str) -> timedelta | None:
    """`24h`, `90m`, `30 min`, `1.5 hours`, `1d 2h`, `2w` as a span; None where it is none of those."""
    if not _WHOLE.fullmatch(text.strip()):
        return None
    parts = [(float(number.replace(",", ".")), unit[0].lower()) for number, unit in _PART.findall(text)]
    return timedelta(seconds=round(sum(number * _UNITS[unit] for number, unit in parts)))
