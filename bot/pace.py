"""How fast it goes, and how long what waits will take. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from storage.history import Hour


@dataclass(frozen=True, slots=True)
class Pace:
    """Records per hour over the last 24 hours."""

    most: int = 0
    least: int = 0
    average: float = 0.0
    records: int = 0


def pace_of(hours: Sequence[Hour]) -> Pace:
    """The fullest and the emptiest hour, and the average of the time that was watched."""
    if not hours:
        return Pace()
    records = [hour.records for hour in hours]
    return Pace(max(records), min(records), sum(records) / sum(hour.seen for hour in hours), sum(records))


def time_to_drain(backlog: int, hours: Iterable[Hour]) -> timedelta | None:
    """Backlog ÷ average of the hours that had a backlog; None where none of those moved anything.

    Without a sample that saw a backlog (it came and went between two), the hours that moved something count.
    """
    if not backlog:
        return None
    busy = [hour for hour in hours if hour.had_backlog or hour.records]
    waited = [hour for hour in busy if hour.had_backlog] or busy
    records = sum(hour.records for hour in waited)
    if not records:
        return None
    return timedelta(hours=backlog * sum(hour.seen for hour in waited) / records)


def together(lanes: Iterable[Sequence[Hour]]) -> tuple[Hour, ...]:
    """Several lanes' hours as one's."""
    return tuple(
        Hour(sum(hour.records for hour in same), any(hour.had_backlog for hour in same), same[0].seen)
        for same in zip(*lanes, strict=True)
    )
