"""Rules about what waits of an object: how much, for how long, whether it grows, and whether it moves at all. Pure."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from bot.alerts.causes import free_of
from bot.alerts.figures import Figures, age_of, count_of
from bot.alerts.readings import ELSEWHERE, LEAVES_AT, RANKS, UNKNOWN, Band, Reading, above, many, so, too_many
from bot.alerts.wants import Wants
from storage.history import Lane

CRITICAL_AGES = 4
STALLED_AFTER = timedelta(minutes=30)
FEWEST_GROWING, GROWN_TIMES = 1_000, 1.2


def backlog(figures: Figures, wants: Wants) -> Iterator[Reading]:
    """More changes of an object wait than its threshold; ten times as many are critical."""
    for name, lanes in figures.moving.items():
        if wanted := wants.about("backlog", name):
            limit = int(wants.threshold("backlog", wanted))

            def judged(ones: Sequence[Lane], limit: int = limit) -> Band:
                return many(count_of(ones), limit)

            band = _late("backlog", name, figures, wants, judged)
            numbers = {"value": count_of(lanes), "limit": limit, "critical": too_many(limit)}
            yield _of_object("backlog", name, figures, wants, band, **numbers)


def oldest(figures: Figures, wants: Wants) -> Iterator[Reading]:
    """The oldest change of an object has waited longer than its threshold; four times as long is critical."""
    for name, lanes in figures.moving.items():
        if wanted := wants.about("oldest", name):
            limit = int(wants.threshold("oldest", wanted))

            def judged(ones: Sequence[Lane], limit: int = limit) -> Band:
                return above(age_of(ones, figures.now), limit, limit * CRITICAL_AGES)

            band = _late("oldest", name, figures, wants, judged)
            numbers = {"value": age_of(lanes, figures.now), "limit": limit, "critical": limit * CRITICAL_AGES}
            yield _of_object("oldest", name, figures, wants, band, **numbers)


def growing(figures: Figures, wants: Wants) -> Iterator[Reading]:
    """A backlog worth the name is a fifth above what it was six hours ago; it must fall to that to be well."""
    for name, lanes in figures.moving.items():
        if wants.about("growing", name):
            waiting = count_of(lanes)
            few = waiting <= FEWEST_GROWING * LEAVES_AT  # which is well, whatever was before
            known = few or all(lane.before is not None for lane in lanes)
            band = _late("growing", name, figures, wants, _growth) if known else UNKNOWN
            yield _of_object("growing", name, figures, wants, band, value=waiting, limit=_before(lanes))


def stalled(figures: Figures, wants: Wants) -> Iterator[Reading]:
    """Changes of an object could be written, and none was for half an hour.

    Not where the cause is known and told by another rule: a service that is down, a used-up quota, a stopped lane.
    Whether the quota is used up, a process that only answers does not know.
    """
    may_call = figures.own.may_call if figures.own else True
    excused = any(one.down_since for one in figures.services) or may_call is False
    for name in figures.moving:
        if wants.about("stalled", name):
            moments = [at for at in (figures.queued_since.get(name), figures.synced_at.get(name)) if at]
            stands = figures.now - max(moments, default=figures.now)
            is_so = stands >= STALLED_AFTER and not excused
            numbers = {"value": int(stands.total_seconds()), "limit": int(STALLED_AFTER.total_seconds())}
            band = ELSEWHERE if is_so and may_call is None else so(is_so)
            yield _of_object("stalled", name, figures, wants, band, **numbers)


def _late(rule: str, name: str, figures: Figures, wants: Wants, judged: Callable[[Sequence[Lane]], Band]) -> Band:
    """As all that waits of an object is `judged`; but what waits for a cause that is told by itself is not late too.

    It stays as late as it was, for nobody can say that it is well.
    """
    everything, free = judged(figures.moving[name]), judged(free_of(rule, name, figures, wants))
    return Band(free.enters, max(everything.keeps, free.keeps, key=lambda level: RANKS[level]))


def _growth(lanes: Sequence[Lane]) -> Band:
    waiting, then = count_of(lanes), _before(lanes)
    enters = waiting > FEWEST_GROWING and waiting > then * GROWN_TIMES
    keeps = waiting > FEWEST_GROWING * LEAVES_AT and waiting > then
    return Band("warning" if enters else "well", "warning" if keeps else "well")


def _before(lanes: Sequence[Lane]) -> int:
    return sum(lane.before for lane in lanes if lane.before is not None)


def _of_object(
    rule: str, name: str, figures: Figures, wants: Wants, band: Band, **numbers: int | str | None
) -> Reading:
    """With what waits and for how long, whichever of the two the rule is about: the message says both."""
    lanes, hold = figures.moving[name], wants.hold
    waiting = count_of(lanes)
    told = {"waiting": waiting, "age": age_of(lanes, figures.now) if waiting else None, **numbers}
    return Reading(rule, name, band, hold, 2 * hold, affected=waiting, numbers=told, object=name)
