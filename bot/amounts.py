"""Counts, shares and times of day as people write them: `10k`, `10,000`, `20 %`, `9:30`, `9am`, `sat`. Pure."""

import re
from datetime import time

from bot.request_subscribing import DAYS

_COUNT = re.compile(
    r"(?P<whole>\d{1,3}(?:[., ]\d{3})+|\d{1,9})|(?P<part>\d{1,6}(?:[.,]\d{1,2})?)\s*(?P<unit>[km])", re.I
)
_SHARE = re.compile(r"(\d{1,2})\s*%?")
_TIME = re.compile(r"(\d{1,2})(?:[:.h]([0-5]\d))?\s*(am|pm)?", re.IGNORECASE)
_UNITS = {"k": 1_000, "m": 1_000_000}


def count_of(text: str) -> int | None:
    """`10000`, `10,000`, `10.000`, `10 000`, `10k` or `1.5k`; None where it is none of those."""
    found = _COUNT.fullmatch(text.strip())
    if not found:
        return None
    if found["whole"]:
        return int(re.sub(r"[., ]", "", found["whole"]))
    return round(float(found["part"].replace(",", ".")) * _UNITS[found["unit"].lower()])


def share_of(text: str) -> int | None:
    """`20%` or `20` as per cent, below a hundred; None for anything else."""
    found = _SHARE.fullmatch(text.strip())
    return int(found[1]) if found else None


def time_of(text: str) -> time | None:
    """`9`, `9:30`, `09:00`, `9am` or `11.30 pm` as a time of day; None where it is none."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        return None
    hour, half = int(found[1]), (found[3] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    return time(hour, int(found[2] or 0)) if hour < 24 else None


def weekday_of(text: str) -> int | None:
    """`sat`, `Saturdays`; Monday is 0."""
    word = text.casefold().removesuffix("s")
    whole = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return next(
        (at for at, day in enumerate(DAYS) if word == day or (len(word) > 2 and whole[at].startswith(word))), None
    )
