"""The overview: the verdict first, then the table of all objects. Pure."""

from collections.abc import Sequence

from bot import blocks, charts, rereads, tables
from bot.answers import Answer, assembled, fenced
from bot.blocks import Block, Button
from bot.figures import count, hour_heading, named
from bot.pace import pace_of, together
from bot.request import Errors, Resume, Status, View
from bot.safe import for_mrkdwn
from bot.standing import Hourly, Picture, Standing, firsts, paused, standings, verdict
from bot.tables import Table
from bot.texts import _
from storage.trend import Peaks, Trend

MOST_BUTTONS = 20  # of the 25 elements that Slack takes in a row, some lead elsewhere


def draw(picture: Picture, view: View = "backlog", hourly: Hourly | None = None, trend: Trend | None = None) -> Answer:
    """All objects in one view: `hourly` is what the last full hour brought, `trend` the last five days."""
    found = standings(picture)
    said = verdict(picture, found)
    request = Status(None, view)
    heading, table = _table(picture, found, view, hourly, trend)
    curve = charts.curve(_named(found, trend), trend.end, picture.zone) if trend else None
    notes = "\n".join([*_unread(found), footer(picture)])
    drawn: list[Block | tuple[Block, Block | None]] = [
        blocks.plain(said, view_menu(request, picture.may_see_people)),
        *([blocks.small(heading)] if heading else []),
        table.block,
        *([curve.block] if curve else []),
        blocks.small(notes),
        blocks.actions(_buttons(request, found) + resume_buttons(picture)),
    ]
    above = f"{for_mrkdwn(heading)}\n" if heading else ""
    below = f"{fenced(curve.letters)}\n" if curve else ""
    text = f"{for_mrkdwn(said)}\n{above}{fenced(table.letters)}\n{below}{for_mrkdwn(notes)}"
    return assembled(text, *drawn)


def _table(
    picture: Picture, found: Sequence[Standing], view: View, hourly: Hourly | None, trend: Trend | None
) -> tuple[str, Table]:
    """What stands above the table, and the table."""
    if hourly:
        return hour_heading(hourly.start, picture.zone), tables.last_hour(found, hourly.by_object())
    if view == "last-24h":
        return day_heading(picture), _last_day(picture, found)
    if trend:
        return charts.title(), _trends(picture, found, trend)
    return "", tables.overview(found)


def day_heading(picture: Picture) -> str:
    return _("Records per hour, the 24 hours to {time}").format(time=picture.clock(picture.now))


def _last_day(picture: Picture, found: Sequence[Standing]) -> Table:
    lanes = picture.hours
    rows = [
        (named(one.object), pace_of(together([lanes[lane] for lane in lanes if lane[0] == one.object])))
        for one in found
    ]
    everything = pace_of(together(lanes.values()))
    return tables.last_day(tables.object_(), [*rows, (_("Total"), everything)])


def _trends(picture: Picture, found: Sequence[Standing], trend: Trend) -> Table:
    rows = []
    for one in found:
        before = [lane.before for lane in picture.lanes if lane.object == one.object and lane.before is not None]
        peak = highest(trend.parts.get(one.object, ()), one.backlog)
        rows.append((named(one.object), one.backlog, sum(before) if before else None, peak))
    known = [row[2] for row in rows if row[2] is not None]
    now = sum(row[1] for row in rows)
    total = (_("Total"), now, sum(known) if known else None, highest(trend.total, now))
    return tables.trends(tables.object_(), [*rows, total])


def highest(peaks: Sequence[int | None], now: int) -> int:
    """The most there was in five days; what waits now may be more than any sample saw."""
    return max([now, *(one for one in peaks if one is not None)])


def _named(found: Sequence[Standing], trend: Trend) -> dict[str, Peaks]:
    return {named(one.object): trend.parts[one.object] for one in found if one.object in trend.parts}


def view_menu(request: Status, may_see_people: bool) -> Block:
    """The menu from one view of an object to another; whose edits wait is for those who may see people's names."""
    views: list[tuple[str, View]] = [
        (_("Backlog"), "backlog"),
        (_("Last hour"), "last-hour"),
        (_("Last 24 h"), "last-24h"),
        (_("Trend"), "trend"),
    ]
    views += [(_("By user"), "by-user")] if may_see_people else []
    choices = [(label, Status(request.object, view).words) for label, view in views]
    return blocks.menu(_("View"), choices, request.words)


def footer(picture: Picture) -> str:
    """When was read, when will be, and what is not as usual: `Read 14:32 · next 14:33`."""
    read = [one.read_at for one in picture.services if one.read_at]
    parts = [_("Read {time}").format(time=picture.clock(min(read))) if read else _("Not read yet")]
    if picture.last_pass.next_at:
        parts.append(_("next {time}").format(time=picture.clock(picture.last_pass.next_at)))
    lines = [" · ".join(parts)]
    if held := paused(picture):
        lines.append(_("Paused: {what}. Changes are collected, nothing is written.").format(what=", ".join(held)))
    lines += [_("First until {time}: {what}.").format(time=until, what=what) for until, what in firsts(picture)]
    lines += _read_anew(picture)
    if picture.last_pass.failed:
        lines.append(_("The last pass failed; it will be tried again."))
    return "\n".join(lines)


def _read_anew(picture: Picture) -> list[str]:
    """A line for each reason, with the last time."""
    found, lines = rereads.lately(picture.rereads, picture.now), []
    for why in dict.fromkeys(why for _name, _at, why in found):
        time = picture.clock(max(at for _name, at, each in found if each == why))
        what = ", ".join(named(name) for name, _at, each in found if each == why)
        lines.append(_("Read anew as a whole {time}, because {why}: {what}.").format(time=time, why=why, what=what))
    return lines


def resume_buttons(picture: Picture) -> list[Button]:
    """For operators: to let an object go on that a brake holds."""
    names = dict.fromkeys(lane.object for lane in picture.lanes if lane.held) if picture.may_act else {}
    return [Button(_("Resume {object}").format(object=named(name)), Resume(name).words) for name in names]


def _unread(found: Sequence[Standing]) -> list[str]:
    return [f"{named(one.object)}: {one.unread}" for one in found if one.unread]


def _buttons(request: Status, found: Sequence[Standing]) -> list[Button]:
    objects = [Button(named(one.object), Status(one.object, request.view).words) for one in found[:MOST_BUTTONS]]
    errors = sum(one.errors for one in found)
    return [
        *objects,
        Button(_("Errors {count}").format(count=count(errors)), Errors().words),
        Button(_("Refresh"), request.words),
    ]
