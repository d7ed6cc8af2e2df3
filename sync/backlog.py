"""When a backlog turned late, and when it recovered. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.turn import Turn

# It must fall clearly below the threshold before it is well: one that swings around it would turn with every pass.
RECOVERED_AT = 0.8


@dataclass(frozen=True, slots=True)
class Thresholds:
    """An object is late when more changes wait than `backlog`, or one waits longer than `oldest`."""

    backlog: int
    oldest: timedelta


def is_late(backlog: int, oldest: timedelta | None, thresholds: Thresholds) -> bool:
    return backlog > thresholds.backlog or (oldest is not None and oldest > thresholds.oldest)


def has_recovered(backlog: int, oldest: timedelta | None, thresholds: Thresholds) -> bool:
    few = backlog <= thresholds.backlog * RECOVERED_AT
    return few and (oldest is None or oldest < thresholds.oldest * RECOVERED_AT)


def turn_of(
    name: str, backlog: int, oldest: timedelta | None, thresholds: Thresholds, last: Turn | None, now: datetime
) -> Turn | None:
    """The turn that the backlog of object `name` takes at `now`, given its last; None while it stays as it was."""
    was_late = last is not None and last.state == "late"
    detail = {
        "object": name,
        "backlog": backlog,
        "oldest_seconds": None if oldest is None else int(oldest.total_seconds()),
    }
    if not was_late and is_late(backlog, oldest, thresholds):
        return Turn(subject_of(name), "late", now, detail)
    if was_late and has_recovered(backlog, oldest, thresholds):
        return Turn(subject_of(name), "well", now, detail)
    return None


def subject_of(name: str) -> str:
    """Under which its turns are kept."""
    return f"backlog:{name}"
