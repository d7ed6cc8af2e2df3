"""What a rule reads: how bad something is now, and how bad it would still be for what is bad already. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from storage.alerting import Level

# It must fall clearly below a threshold before it is well: what swings around it would turn with every look.
LEAVES_AT = 0.8
CRITICAL_TIMES = 10  # the threshold
RANKS: Mapping[Level, int] = {"well": 0, "warning": 1, "critical": 2}
FAMILIES: Mapping[str, str] = {
    "backlog": "backlog",
    "oldest": "backlog",
    "growing": "backlog",
    "stalled": "backlog",
    "failures": "errors",
    "new-code": "errors",
    "errors": "errors",
    "refused": "connection",
    "native-sync": "connection",
    "schema": "connection",
    "throttled": "connection",
    "down": "connection",
    "quota": "quota",
    "brake": "brake",
    "undelivered": "undelivered",
}


@dataclass(frozen=True, slots=True)
class Band:
    """`enters` is the level that the numbers are bad enough for, `keeps` the one they are not yet well enough to leave.

    A thing that cannot be read now, or that only another process can read, keeps whatever it has.
    """

    enters: Level = "well"
    keeps: Level = "well"


UNKNOWN, ELSEWHERE = Band("well", "critical"), Band("well", "critical")  # told apart by identity


@dataclass(frozen=True, slots=True)
class Reading:
    """One rule's look at one subject: an object, a service, a code, a channel.

    `held_for` is how long something worse must be so before it speaks, `rests_for` something better. `since` is when
    it began to be so, where that is known. `affected` is how many records it is about.
    """

    rule: str
    subject: str
    band: Band
    held_for: timedelta = timedelta()
    rests_for: timedelta = timedelta()
    since: datetime | None = None
    affected: int = 0
    numbers: Mapping[str, Any] = field(default_factory=dict)
    object: str | None = None
    again_after: timedelta = timedelta()

    @property
    def key(self) -> str:
        return f"{self.rule}:{self.subject}"[:120]

    @property
    def family(self) -> str:
        return FAMILIES[self.rule]


def above(value: float, warning: float, critical: float | None = None) -> Band:
    """Enters above a threshold, and leaves clearly below it."""
    return Band(_level(value, warning, critical, 1.0), _level(value, warning, critical, LEAVES_AT))


def many(value: int, limit: int) -> Band:
    """More than a number; ten times as many are critical, and more than ten where any is too many."""
    return above(value, limit, too_many(limit))


def too_many(limit: int) -> int:
    """The number of which more are critical."""
    return max(limit, 1) * CRITICAL_TIMES


def so(is_so: bool, level: Level = "critical") -> Band:
    """What is a fact has no threshold to swing around."""
    return Band(level, level) if is_so else Band()


def _level(value: float, warning: float, critical: float | None, share: float) -> Level:
    if critical is not None and value > critical * share:
        return "critical"
    return "warning" if value > warning * share else "well"
