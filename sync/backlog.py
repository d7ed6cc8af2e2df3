"""When a backlog is late. Pure."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Thresholds:
    """An object is late when more changes wait than `backlog`, or one waits longer than `oldest`."""

    backlog: int
    oldest: timedelta


def is_late(backlog: int, oldest: timedelta | None, thresholds: Thresholds) -> bool:
    return backlog > thresholds.backlog or (oldest is not None and oldest > thresholds.oldest)
