"""Where each object stands, and the verdict on all of them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from bot import durations, held, pace
from bot.figures import clock, count, named, towards
from bot.links import Links
from bot.safe import clean, cut
from bot.texts import _
from storage.changes import Finding
from storage.history import Hour, Lane, LaneName, Pass, Service
from sync.backlog import Thresholds, is_late

# A pass begins every minute; one that has not come to an object for ten is not merely slow.
OVERDUE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Picture:
    """All that a status is drawn from, as it was at `now`; `zone`, `may_see_people` and `may_act` are the reader's."""

    now: datetime
    zone: tzinfo
    lanes: Sequence[Lane]
    services: Sequence[Service]
    feeds: Mapping[str, datetime]
    last_pass: Pass
    hours: Mapping[LaneName, Sequence[Hour]]
    thresholds: Thresholds
    links: Links = field(default_factory=Links)
    rereads: Sequence[Finding] = ()
    may_see_people: bool = False
    may_act: bool = False

    def clock(self, moment: datetime) -> str:
        return clock(moment, self.now, self.zone)


@dataclass(frozen=True, slots=True)
class Hourly:
    """Records synced in the clock hour that began at `start`, by lane."""

    start: datetime
    synced: Mapping[LaneName, int]

    def by_object(self) -> dict[str, int]:
        summed: dict[str, int] = {}
        for (name, _direction), records in self.synced.items():
            summed[name] = summed.get(name, 0) + records
        return summed

    def by_direction(self, name: str) -> dict[str, int]:
        return {direction: records for (one, direction), records in self.synced.items() if one == name}


@dataclass(frozen=True, slots=True)
class Standing:
    """One object, its directions together; `held` when all that waits is paused."""

    object: str
    inserts: int
    updates: int
    oldest: timedelta | None
    errors: int
    growing: bool
    drains_in: timedelta | None
    unread: str
    live: bool
    held: bool = False

    @property
    def backlog(self) -> int:
        return self.inserts + self.updates


def standings(picture: Picture) -> list[Standing]:
    """Each object of the picture, in the order of its lanes."""
    names = dict.fromkeys(lane.object for lane in picture.lanes)
    return [_standing([lane for lane in picture.lanes if lane.object == name], picture) for name in names]


def _standing(lanes: list[Lane], picture: Picture) -> Standing:
    oldest = min((at for lane in lanes for at in lane.oldest.values()), default=None)
    growing = any_growing(lanes)
    inserts = sum(lane.waiting.get("insert", 0) for lane in lanes)
    return Standing(
        object=lanes[0].object,
        inserts=inserts,
        updates=sum(lane.backlog for lane in lanes) - inserts,
        oldest=None if oldest is None else max(picture.now - oldest, timedelta()),
        errors=sum(lane.errors for lane in lanes),
        growing=growing,
        drains_in=None if growing else drains_in(lanes, picture.hours),
        unread=_unread(lanes[0].object, picture),
        live=any(lane.live for lane in lanes),
        held=_held(lanes),
    )


def _held(lanes: Iterable[Lane]) -> bool:
    waiting = [lane for lane in lanes if lane.backlog]
    return bool(waiting) and all(lane.paused for lane in waiting)


def any_growing(lanes: Iterable[Lane]) -> bool:
    """Whether their backlog is above its value six hours ago; not, where nobody looked then."""
    known = [(lane.backlog, lane.before) for lane in lanes if lane.before is not None]
    return sum(now for now, _ in known) > sum(before for _, before in known if before is not None)


def drains_in(lanes: Iterable[Lane], hours: Mapping[LaneName, Sequence[Hour]]) -> timedelta | None:
    """None too where something waits in a direction that is not live, is paused or has stopped: it would never end."""
    waiting = [lane for lane in lanes if lane.backlog]
    if any(not lane.live or lane.paused or lane.stopped_at for lane in waiting):
        return None
    seen = [hours[name] for lane in waiting if (name := (lane.object, lane.direction)) in hours]
    return pace.time_to_drain(sum(lane.backlog for lane in waiting), pace.together(seen)) if seen else None


def _unread(name: str, picture: Picture) -> str:
    read_at = picture.feeds.get(name)
    if read_at is None:
        return _("not read yet")
    if picture.now - read_at > OVERDUE:
        return _("not read since {time}").format(time=picture.clock(read_at))
    return ""


def firsts(picture: Picture) -> list[tuple[str, str]]:
    """What goes before all else, and until when on the reader's clock: an object, or one direction of it."""
    found = []
    for name in dict.fromkeys(lane.object for lane in picture.lanes):
        lanes = [lane for lane in picture.lanes if lane.object == name]
        first = [lane for lane in lanes if lane.first_until and lane.first_until > picture.now]
        where = [named(name)] if first == lanes else [f"{named(name)} {towards(lane.direction)}" for lane in first]
        until = max((lane.first_until for lane in first if lane.first_until), default=picture.now)
        found += [(picture.clock(until), what) for what in where]
    return found


def paused(picture: Picture) -> list[str]:
    """What is paused, in words: an object, or one direction of it; nothing but "everything" where all is."""
    names = dict.fromkeys(lane.object for lane in picture.lanes)
    if len(names) > 1 and all(lane.paused for lane in picture.lanes):
        return [_("everything")]
    found = []
    for name in names:
        lanes = [lane for lane in picture.lanes if lane.object == name]
        stopped = [lane for lane in lanes if lane.paused]
        if stopped == lanes:
            found.append(named(name))
        else:
            found += [f"{named(name)} {towards(lane.direction)}" for lane in stopped]
    return found


def verdict(picture: Picture, found: Sequence[Standing]) -> str:
    """The first of these that is so: down, held by a brake, stopped, observing, behind, paused, not read, in step.

    What a person paused is not behind: it is told as paused.
    """
    for one in picture.services:
        if one.down_since:
            since = picture.clock(one.down_since)
            return _("DOWN  {what} since {time}: {code}").format(what=named(one.name), time=since, code=_code(one.code))
    if braked := [lane for lane in picture.lanes if lane.held]:
        what = f"{held.where(braked[0])}: {held.why(braked[0].stopped_message)}{_others(len(braked) - 1)}"
        return _("BRAKE  {what}. To go on: /sync resume {object}").format(what=what, object=braked[0].object)
    for lane in picture.lanes:
        if lane.stopped_at:
            where, since = f"{named(lane.object)} {towards(lane.direction)}", picture.clock(lane.stopped_at)
            return _("STOPPED  {what} since {time}: {code}").format(
                what=where, time=since, code=_code(lane.stopped_code)
            )
    if not any(lane.live for lane in picture.lanes):
        return _("OBSERVING  nothing is written until `python -m bot live …`")
    late = [one for one in found if one.live and not one.held and is_late(one.backlog, one.oldest, picture.thresholds)]
    if late:
        return _("BEHIND  {what}").format(what=_behind(late, picture.thresholds))
    if stopped := paused(picture):
        return _("PAUSED  {what}").format(what=f"{stopped[0]}{_others(len(stopped) - 1)}")
    unread = [one for one in found if one.unread]
    if unread:
        what = f"{named(unread[0].object)}: {unread[0].unread}{_others(len(unread) - 1)}"
        return _("UNREAD  {what}").format(what=what)
    return _("IN STEP")


def _behind(late: Sequence[Standing], thresholds: Thresholds) -> str:
    worst = max(late, key=lambda one: (one.oldest or timedelta(), one.backlog))
    if worst.oldest is not None and worst.oldest > thresholds.oldest:
        reason = _("oldest {age}").format(age=durations.spell(worst.oldest))
    else:
        reason = _("{count} waiting").format(count=count(worst.backlog))
    growing = _(", growing") if worst.growing else ""
    return f"{named(worst.object)}: {reason}{growing}{_others(len(late) - 1)}"


def _others(more: int) -> str:
    return _(" (and {count} more)").format(count=more) if more else ""


def _code(code: str | None) -> str:
    return cut(clean(code or ""), 40) or _("no code")
