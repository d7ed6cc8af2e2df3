"""What is watched. Each rule looks at the numbers of one moment and at what a channel wants. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import timedelta

from bot.alerts.backlogs import backlog, growing, oldest, stalled
from bot.alerts.connections import down, native_sync, refused, schema, throttled
from bot.alerts.figures import Figures, age_of, count_of
from bot.alerts.readings import ELSEWHERE, UNKNOWN, Band, Reading, above, many, so, too_many
from bot.alerts.wants import Wants
from storage.alerting import Level
from storage.error_groups import Group
from storage.error_index import COUNT_STOPS_AT
from storage.ledger.episodes import UNREACHABLE

DAY = timedelta(days=1)
FEWEST_FAILED, CRITICAL_SHARE = 20, 50
UNTOLD_TOO_LONG = timedelta(minutes=10)
QUOTA_WARNING, QUOTA_CRITICAL, QUOTA_LEAVES_AT = 0.8, 1.0, 0.95

Rule = Callable[[Figures, Wants], Iterator[Reading]]


def failures(figures: Figures, wants: Wants) -> Iterator[Reading]:
    """Of what was tried of an object in the last hour, too large a share failed; a few failures are no share."""
    for name in figures.moving:
        if wanted := wants.about("failures", name):
            failed, synced = figures.failed.get(name, 0), figures.synced.get(name, 0)
            share = 100 * failed // max(failed + synced, 1)
            limit = int(wants.threshold("failures", wanted))
            critical = max(CRITICAL_SHARE, limit)
            band = above(share, limit, critical) if failed >= FEWEST_FAILED else Band()
            numbers = {"value": share, "limit": limit, "critical": critical, "failed": failed}
            yield _reading("failures", name, wants, band, failed, name, **numbers)


def new_code(figures: Figures, wants: Wants) -> Iterator[Reading]:
    """A code that is not known: all its open errors are of the last day, and it was not told of in that time."""
    for group in figures.groups:
        names = [name for name in group.objects if name in figures.moving and wants.about("new-code", name)]
        if names:
            is_new = so(figures.now - group.oldest < DAY, "warning")
            ours = sum(group.counts[name] for name in names)
            numbers = {"code": group.code, "value": ours, "objects": names}
            hold = min(wants.hold, timedelta(minutes=1))
            yield Reading(
                "new-code", f"code:{group.code}", is_new, hold, affected=ours, numbers=numbers, again_after=DAY
            )


def errors(figures: Figures, wants: Wants) -> Iterator[Reading]:
    """More errors are open than the threshold: of all, of an object, of a code; ten times as many are critical.

    Those of an object or a code are watched only where they were asked for.
    """
    asked = [one for one in wants.subscriptions if one.what == "errors"]
    for name in dict.fromkeys([None, *(one.object for one in asked if not one.terms.get("code"))]):
        if wanted := wants.about("errors", name):
            value, limit = _open(figures, name), wants.threshold("open", wanted)
            band = many(value, limit)
            numbers = {"value": value, "limit": limit, "critical": too_many(limit), "code": None}
            yield _reading("errors", name or "all", wants, band, value, name, **numbers)
    for wanted in asked:
        if code := wanted.terms.get("code"):
            value, limit = _of_code(figures.groups, code, wanted.object), int(wanted.terms.get("open", 0))
            subject = f"{wanted.object} code:{code}" if wanted.object else f"code:{code}"
            # No more than COUNT_STOPS_AT of a code are counted.
            band = so(True) if value > COUNT_STOPS_AT >= limit else many(value, limit)
            critical = max(min(too_many(limit), COUNT_STOPS_AT), limit)
            numbers = {"value": value, "limit": limit, "critical": critical, "code": code}
            yield _reading("errors", subject, wants, band, value, wanted.object, **numbers)


def quota(figures: Figures, wants: Wants) -> Iterator[Reading]:
    """80 % of the calls to Marketo after which we make no more are used, by all together; all of them are critical.

    Nobody knows early on a new day.
    """
    own = figures.own
    if not wants.about("quota"):
        return
    if own is None or own.elsewhere:
        yield Reading("quota", "marketo", ELSEWHERE)
    elif own.used is None:
        yield Reading("quota", "marketo", UNKNOWN)
    else:
        ours = round(own.used / own.stops_at, 6)  # 32,000 of 40,000 are 0.8, and not 0.79999…
        band = Band(_quota_level(ours), _quota_level(ours / QUOTA_LEAVES_AT))
        numbers = {"value": round(100 * ours), "limit": 80, "critical": 100, "used": round(100 * own.used)}
        numbers |= {"stops_at": round(100 * own.stops_at), "stopped": not own.may_call}
        held_up = [] if own.may_call else figures.to("marketo")
        numbers |= {"waiting": count_of(held_up), "age": age_of(held_up, figures.now)}
        yield Reading("quota", "marketo", band, affected=count_of(held_up), numbers=numbers)


def brake(figures: Figures, wants: Wants) -> Iterator[Reading]:
    """A brake holds an object until a person says whether it may go on."""
    for name, lanes in figures.moving.items():
        held = [lane for lane in lanes if lane.held]
        if wants.about("brake", name):
            first = held[0] if held else None
            since = min((lane.stopped_at for lane in held if lane.stopped_at), default=None)
            numbers = {"code": first.stopped_code, "why": first.stopped_message} if first else {}
            yield Reading(
                "brake", name, so(bool(held)), since=since, affected=count_of(held), numbers=numbers, object=name
            )


def undelivered(figures: Figures, wants: Wants) -> Iterator[Reading]:
    """What Slack does not take for another channel; of this one it would be told too late."""
    if wants.about("undelivered"):
        for one in figures.undelivered:
            if one.channel != wants.channel and one.error != UNREACHABLE:  # Slack itself: nobody could be told
                numbers = {"code": one.error, "value": one.turns}
                is_so = so(figures.now - one.since >= UNTOLD_TOO_LONG, "warning")
                yield Reading("undelivered", one.channel, is_so, since=one.since, numbers=numbers)


RULES: tuple[Rule, ...] = (
    backlog,
    oldest,
    growing,
    stalled,
    failures,
    new_code,
    errors,
    refused,
    native_sync,
    schema,
    throttled,
    down,
    quota,
    brake,
    undelivered,
)


# What these read is there only while it is bad.
PASSING: Mapping[str, timedelta] = {"new-code": DAY, "undelivered": timedelta()}


def readings(figures: Figures, wants: Wants, known: Collection[str] = ()) -> dict[str, Reading]:
    """What every rule reads, by key; of the `known` keys, also those that passed away by themselves."""
    found = {reading.key: reading for rule in RULES for reading in rule(figures, wants)}
    for key in known:
        rule, _, subject = key.partition(":")
        if key not in found and rule in PASSING and any(one.what in (None, rule) for one in wants.subscriptions):
            numbers = {"code": subject.removeprefix("code:"), "value": 0} if rule == "new-code" else {}
            rests, again_after = 2 * wants.hold, PASSING[rule]
            found[key] = Reading(rule, subject, Band(), rests_for=rests, numbers=numbers, again_after=again_after)
    return found


def _quota_level(ours: float) -> Level:
    return "critical" if ours >= QUOTA_CRITICAL else "warning" if ours >= QUOTA_WARNING else "well"


def _open(figures: Figures, name: str | None) -> int:
    return sum(lane.errors for lane in figures.lanes if name in (None, lane.object))


def _of_code(groups: Sequence[Group], code: str, name: str | None) -> int:
    return sum(one.counts.get(name, 0) if name else one.errors for one in groups if one.code == code)


def _reading(
    rule: str,
    subject: str,
    wants: Wants,
    band: Band,
    affected: int,
    object: str | None,
    **numbers: int | str | None,
) -> Reading:
    hold = wants.hold
    return Reading(rule, subject, band, hold, 2 * hold, affected=affected, numbers=numbers, object=object)
