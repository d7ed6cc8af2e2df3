"""One object: by direction and operation, with the oldest of each and how fast it goes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import blocks, charts, durations, tables
from bot.answers import Answer, assembled, fenced, written
from bot.blocks import Block, Button, Link, Word
from bot.figures import count, hour_heading, named, towards
from bot.links import Links
from bot.overview import day_heading, footer, highest, resume_buttons, view_menu
from bot.pace import pace_of, together
from bot.request import Errors, Status, View
from bot.safe import clean, cut, for_mrkdwn
from bot.standing import Hourly, Picture, Standing, standings, verdict
from bot.tables import Table
from bot.texts import _
from storage.changes import Operation
from storage.history import Lane
from storage.trend import Peaks, Trend
from storage.waiting import Oldest

LONGEST_NAME = 80
Fact = tuple[str, Sequence[Word]]


@dataclass(frozen=True, slots=True)
class Closeup:
    """What is seen of object `name` beyond the picture: its oldest changes, what its view needs, and how far
    a field is that is being brought over."""

    name: str
    view: View = "backlog"
    hourly: Hourly | None = None
    trend: Trend | None = None
    oldest_insert: Oldest | None = None
    oldest_update: Oldest | None = None
    bringing: str = ""

    @property
    def request(self) -> Status:
        return Status(self.name, self.view)


def draw(closeup: Closeup, picture: Picture) -> Answer:
    lanes = [lane for lane in picture.lanes if lane.object == closeup.name]
    standing = next(one for one in standings(picture) if one.object == closeup.name)
    said = verdict(replace(picture, lanes=lanes), [standing])
    said = said if named(closeup.name) in said else f"{named(closeup.name)} · {said}"
    heading, table = _table(closeup, picture, lanes)
    facts = _facts(closeup, standing, lanes, picture)
    trend = closeup.trend
    curve = charts.curve(_by_direction(lanes, trend), trend.end, picture.zone) if trend else None
    drawn: list[Block | tuple[Block, Block | None]] = [
        blocks.plain(said, view_menu(closeup.request, picture.may_see_people)),
        *([blocks.small(heading)] if heading else []),
        table.block,
        *([curve.block] if curve else []),
        blocks.lines(*([(f"{label}: ", "bold"), *words] for label, words in facts)),
        blocks.small(footer(picture)),
        blocks.actions(_buttons(closeup.request, standing) + resume_buttons(replace(picture, lanes=lanes))),
    ]
    parts = [
        for_mrkdwn(said),
        *([for_mrkdwn(heading)] if heading else []),
        fenced(table.letters),
        *([fenced(curve.letters)] if curve else []),
        *(written([f"{label}: ", *words]) for label, words in facts),
        for_mrkdwn(footer(picture)),
    ]
    return assembled("\n".join(parts), *drawn)


def _table(closeup: Closeup, picture: Picture, lanes: Sequence[Lane]) -> tuple[str, Table]:
    """What stands above the table, and the table."""
    if closeup.hourly:
        heading = hour_heading(closeup.hourly.start, picture.zone)
        return heading, tables.lanes_last_hour(lanes, closeup.hourly.by_direction(closeup.name))
    if closeup.view == "last-24h":
        paces = [
            (towards(lane.direction), pace_of(picture.hours.get((lane.object, lane.direction), ()))) for lane in lanes
        ]
        return day_heading(picture), tables.last_day(tables.direction(), paces)
    if closeup.view == "trend" and closeup.trend:
        rows = [
            (
                towards(lane.direction),
                lane.backlog,
                lane.before,
                highest(closeup.trend.parts.get(lane.direction, ()), lane.backlog),
            )
            for lane in lanes
        ]
        return charts.title(), tables.trends(tables.direction(), rows)
    return "", tables.lanes(lanes, lambda lane, operation: _age(lane, operation, picture))


def _by_direction(lanes: Sequence[Lane], trend: Trend) -> dict[str, Peaks]:
    return {towards(lane.direction): trend.parts[lane.direction] for lane in lanes if lane.direction in trend.parts}


def _age(lane: Lane, operation: Operation, picture: Picture) -> timedelta | None:
    since = lane.oldest.get(operation)
    return None if since is None else max(picture.now - since, timedelta())


def _facts(closeup: Closeup, standing: Standing, lanes: Sequence[Lane], picture: Picture) -> list[Fact]:
    facts: list[Fact] = [
        (_("Oldest insert"), _oldest(closeup.oldest_insert, picture)),
        (_("Oldest update"), _oldest(closeup.oldest_update, picture)),
        (_("Records per hour, last 24 h"), [_pace(lanes, picture)]),
        (_("Time to drain"), [_drains(standing)]),
        (_("Trend"), [_growth(standing, lanes)]),
        (_("Open errors"), [count(standing.errors)]),
    ]
    watching = [towards(lane.direction) for lane in lanes if not lane.live]
    facts += [(_("Only observed, nothing is written"), [", ".join(watching)])] if watching else []
    facts += [(_("Reading"), [standing.unread])] if standing.unread else []
    facts += [(_("Being brought over"), [closeup.bringing])] if closeup.bringing else []
    return [*facts, (_("Last pass"), [_last_pass(picture)])]


def _pace(lanes: Sequence[Lane], picture: Picture) -> str:
    hours = [picture.hours[key] for lane in lanes if (key := (lane.object, lane.direction)) in picture.hours]
    pace = pace_of(together(hours))
    return _("max {most}, min {least}, average {average}").format(
        most=count(pace.most), least=count(pace.least), average=count(round(pace.average))
    )


def _drains(standing: Standing) -> str:
    if standing.held:
        return _("paused")
    return durations.spell(standing.drains_in) if standing.drains_in else "-"


def _oldest(oldest: Oldest | None, picture: Picture) -> list[Word]:
    """By its ids, which are never cut, and where they lead; by name for those who may see it."""
    if oldest is None:
        return ["-"]
    waited = durations.spell(max(picture.now - oldest.waiting_since, timedelta()))
    since = picture.clock(oldest.waiting_since)
    name = cut(clean(oldest.label), LONGEST_NAME) if picture.may_see_people else ""
    return [
        *([f"{name}, "] if name else []),
        *_places(oldest, picture.links),
        _(", waiting {age} (since {time})").format(age=waited, time=since),
    ]


def _places(oldest: Oldest, links: Links) -> list[Word]:
    """The record on both sides, its source first; on the other side only where it has an id of its own."""
    dynamics, marketo = clean(oldest.dynamics_id or ""), clean(oldest.marketo_id or "")
    places: list[list[Word]] = []
    if dynamics:
        places.append(["Dynamics ", Link(dynamics, links.dynamics(oldest.object, dynamics))])
    if marketo and marketo != dynamics:
        places.append(["Marketo ", Link(marketo, links.marketo(oldest.object, marketo))])
    if oldest.direction == "to-dynamics":
        places.reverse()
    return [word for at, place in enumerate(places) for word in ([", ", *place] if at else place)]


def _growth(standing: Standing, lanes: Sequence[Lane]) -> str:
    before = [lane.before for lane in lanes if lane.before is not None]
    if not before:
        return _("not known yet: nobody looked six hours ago")
    said = _("growing: {now} waiting, {before} six hours ago")
    said = said if standing.growing else _("normal: {now} waiting, {before} six hours ago")
    return said.format(now=count(standing.backlog), before=count(sum(before)))


def _last_pass(picture: Picture) -> str:
    last = picture.last_pass
    if last.started_at is None:
        return _("none yet")
    if last.finished_at is None or last.finished_at < last.started_at:
        return _("under way since {time}").format(time=picture.clock(last.started_at))
    ended = _("ended {time}").format(time=picture.clock(last.finished_at))
    return f"{ended}{_(', next {time}').format(time=picture.clock(last.next_at))}" if last.next_at else ended


def _buttons(request: Status, standing: Standing) -> list[Button]:
    errors = Errors(object=standing.object)
    return [
        Button(_("All objects"), Status(None, request.view).words),
        Button(_("Errors {count}").format(count=count(standing.errors)), errors.words),
        Button(_("Refresh"), request.words),
    ]
