"""Rules about the two services and our way to them. Pure."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bot.alerts.causes import SCHEMA, cause_of, held_for, is_refused
from bot.alerts.figures import Figures, age_of, count_of
from bot.alerts.readings import ELSEWHERE, Band, Reading, above, so
from bot.alerts.wants import Wants
from storage.history import Lane, Service
from sync.marketo.codes import NATIVE_SYNC_ON

CRITICALLY_LONG = timedelta(hours=1)
# A quarter of an hour's worth of answers that said "slow down": a drain meets some, a quarrel over the limit many.
THROTTLED_TIMES = 30


def refused(figures: Figures, wants: Wants) -> Iterator[Reading]:
    """A service refuses our sign-in or what we may do there; or an object is stopped by a permission."""
    if wants.about("refused"):
        for one in figures.services:
            yield _of_service("refused", one, figures, wants, so(cause_of(one) == "refused"))
    yield from _of_stopped(
        "refused", figures, wants, [lane for lane in _stopped(figures) if is_refused(lane.stopped_code)]
    )


def native_sync(figures: Figures, wants: Wants) -> Iterator[Reading]:
    """Marketo's own connector is on, and keeps companies and opportunities to itself (code 1018)."""
    ours = [lane for lane in _stopped(figures) if lane.stopped_code == NATIVE_SYNC_ON]
    yield from _of_stopped("native-sync", figures, wants, ours)


def schema(figures: Figures, wants: Wants) -> Iterator[Reading]:
    """A field, table or key that the sync needs is not there; what it is about is stopped, or the service not read."""
    if wants.about("schema"):
        for one in figures.services:
            yield _of_service("schema", one, figures, wants, so(cause_of(one) == "schema"))
    yield from _of_lost_fields(figures, wants)
    yield from _of_stopped(
        "schema", figures, wants, [lane for lane in _stopped(figures) if lane.stopped_code in SCHEMA]
    )


def _of_lost_fields(figures: Figures, wants: Wants) -> Iterator[Reading]:
    for name in figures.moving:
        if wants.about("schema", name):
            lost = [one for one in figures.lost_fields if one.object == name]
            since = min((one.since for one in lost if one.since), default=None)
            numbers = {"fields": [one.field for one in lost]}
            band, subject = so(bool(lost), "warning"), f"fields of {name}"
            yield Reading("schema", subject, band, since=since, numbers=numbers, object=name)


def down(figures: Figures, wants: Wants) -> Iterator[Reading]:
    """A service is out of reach, and critically so after an hour; or no pass has ended in time."""
    if not wants.about("down"):
        return
    for one in figures.services:
        long = one.down_since is not None and figures.now - one.down_since > CRITICALLY_LONG
        yield _of_service("down", one, figures, wants, so(cause_of(one) == "down", "critical" if long else "warning"))
    own = figures.own
    since = own.overdue_since if own else None
    overdue = ELSEWHERE if own is None or (own.elsewhere and since is None) else so(since is not None)
    yield Reading("down", "sync", overdue, rests_for=2 * wants.hold, since=since, affected=figures.backlog)


def throttled(figures: Figures, wants: Wants) -> Iterator[Reading]:
    """A service slows us down again and again, or answers nothing else: longer than a drain explains."""
    if not wants.about("throttled"):
        return
    met = figures.own.throttled if figures.own else None
    for one in figures.services:
        times = None if met is None else met.get(one.name, 0)
        band = ELSEWHERE if times is None else above(times, THROTTLED_TIMES)
        band = so(True, "warning") if cause_of(one) == "throttled" else band
        yield _of_service("throttled", one, figures, wants, band, times=times)


def _stopped(figures: Figures) -> list[Lane]:
    """By themselves, not by a person or a brake."""
    return [lane for lanes in figures.moving.values() for lane in lanes if lane.stopped_at and not lane.held]


def _of_service(
    rule: str, one: Service, figures: Figures, wants: Wants, band: Band, times: int | None = None
) -> Reading:
    """With what waits for the service, which is told here and not as late."""
    hold, lanes = wants.hold, figures.to(one.name)
    numbers: dict[str, Any] = {"code": None, "times": times}
    if one.down_since:
        numbers |= {"code": one.code, "waiting": count_of(lanes), "age": age_of(lanes, figures.now)}
    return Reading(
        rule,
        one.name,
        band,
        held_for(rule, hold),
        2 * hold,
        since=one.down_since,
        affected=count_of(lanes),
        numbers=numbers,
    )


def _of_stopped(rule: str, figures: Figures, wants: Wants, stopped: list[Lane]) -> Iterator[Reading]:
    """By object: a lane that is stopped is tried again every few minutes, and so must be well for longer than that."""
    for name in figures.moving:
        if wants.about(rule, name) is None:
            continue
        lanes = [lane for lane in stopped if lane.object == name]
        since = min((lane.stopped_at for lane in lanes if lane.stopped_at), default=None)
        waiting, code = sum(lane.backlog for lane in lanes), lanes[0].stopped_code if lanes else None
        rests = 2 * wants.hold
        yield Reading(
            rule,
            name,
            so(bool(lanes)),
            rests_for=rests,
            since=since,
            affected=waiting,
            numbers={"code": code},
            object=name,
        )
