"""How one watched thing goes on from look to look: nothing speaks before it has held for its time. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.alerts.readings import ELSEWHERE, RANKS, UNKNOWN, Reading
from storage.alerting import Condition, Level


def step(channel: str, before: Condition | None, reading: Reading, now: datetime) -> Condition:
    """The condition after a look; what cannot be known now stays as it was, but where it headed does not go on holding.

    `since` is when it began to be well or bad, not when it had held for long enough.
    """
    was = before or Condition(channel, reading.key, reading.family, "well", now)
    if reading.band is ELSEWHERE:
        return was
    if reading.band is UNKNOWN:
        return replace(was, heading=None, heading_since=None)
    found = replace(was, detail=_detail(reading, bool(was.detail.get("left"))))
    target = _target(was.level, reading)
    if target == was.level or was.detail.get("left"):
        return replace(found, heading=None, heading_since=None)
    heading, since = _heading(was, target, reading, now)
    worse = RANKS[heading] > RANKS[was.level]
    if now - since < (reading.held_for if worse else reading.rests_for):
        return replace(found, heading=heading, heading_since=since)
    began = since if "well" in (was.level, heading) else was.since
    left = heading == "well" and bool(reading.again_after)
    return replace(found, level=heading, since=began, heading=None, heading_since=None, detail=_detail(reading, left))


def is_forgotten(condition: Condition, again_after: timedelta, now: datetime) -> bool:
    """Whether nothing need be remembered of it: it is well, heads nowhere, and may speak again at any time."""
    if condition.level != "well" or condition.heading is not None:
        return False
    return not condition.detail.get("left") or now - condition.since >= again_after


def _target(level: Level, reading: Reading) -> Level:
    band = reading.band
    if RANKS[band.enters] > RANKS[level]:
        return band.enters
    return band.keeps if RANKS[band.keeps] < RANKS[level] else level


def _heading(was: Condition, target: Level, reading: Reading, now: datetime) -> tuple[Level, datetime]:
    """Where it heads and since when: while it goes one way all along, to the nearest level that it headed to."""
    if was.heading is None or was.heading_since is None or not _same_way(was.level, was.heading, target):
        began = reading.since if reading.since and was.level == "well" else now
        return target, began
    nearest = min(was.heading, target, key=lambda level: abs(RANKS[level] - RANKS[was.level]))
    return nearest, was.heading_since


def _same_way(level: Level, one: Level, other: Level) -> bool:
    return (RANKS[one] > RANKS[level]) == (RANKS[other] > RANKS[level])


def _detail(reading: Reading, left: bool) -> dict[str, Any]:
    """What is remembered of the numbers. One that has `left` may not speak again for a while."""
    said = {
        "rule": reading.rule,
        "subject": reading.subject,
        "object": reading.object,
        "affected": reading.affected,
        "held": int(reading.held_for.total_seconds()),
        **reading.numbers,
    }
    return {**said, "left": True} if left else said
