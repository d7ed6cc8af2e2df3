"""One object: by direction and operation, with the oldest of each and how fast it goes. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot import blocks, durations, tables
from bot.answers import Answer, fenced
from bot.blocks import Button, Word
from bot.figures import count, hour_heading, named, towards
from bot.overview import footer, view_menu
from bot.pace import pace_of, together
from bot.request import Errors, Status
from bot.safe import clean, for_mrkdwn
from bot.standing import Hourly, Picture, Standing, standings, verdict
from storage.changes import Operation
from storage.history import Lane, Oldest

SIDES = {"to-marketo": "Dynamics", "to-dynamics": "Marketo"}


def draw(
    name: str, picture: Picture, hourly: Hourly | None, oldest_insert: Oldest | None, oldest_update: Oldest | None
) -> Answer:
    lanes = [lane for lane in picture.lanes if lane.object == name]
    standing = next(one for one in standings(picture) if one.object == name)
    request = Status(name, "last-hour" if hourly else "backlog")
    if hourly:
        table = tables.lanes_last_hour(lanes, hourly.by_direction(name))
        table = f"{hour_heading(hourly.start, picture.zone)}\n{table}"
    else:
        table = tables.lanes(lanes, lambda lane, operation: _age(lane, operation, picture))
    said = verdict(replace(picture, lanes=lanes), [standing])
    said = said if named(name) in said else f"{named(name)} · {said}"
    facts = _facts(standing, lanes, picture, oldest_insert, oldest_update)
    drawn = [
        blocks.plain(said, view_menu(request)),
        blocks.preformatted(table),
        blocks.lines(*_lines(facts)),
        blocks.small(footer(picture)),
        blocks.actions(_buttons(request, standing)),
    ]
    spelled = "\n".join(f"{label}: {fact}" for label, fact in facts)
    return Answer(f"{for_mrkdwn(said)}\n{fenced(table)}\n{for_mrkdwn(spelled)}\n{for_mrkdwn(footer(picture))}", drawn)


def _lines(facts: Sequence[tuple[str, str]]) -> list[list[Word]]:
    return [[(f"{label}: ", "bold"), fact] for label, fact in facts]


def _age(lane: Lane, operation: Operation, picture: Picture) -> timedelta | None:
    since = lane.oldest.get(operation)
    return None if since is None else max(picture.now - since, timedelta())


def _facts(
    standing: Standing, lanes: Sequence[Lane], picture: Picture, inserted: Oldest | None, updated: Oldest | None
) -> list[tuple[str, str]]:
    facts = [("Oldest insert", _oldest(inserted, picture)), ("Oldest update", _oldest(updated, picture))]
    hours = [picture.hours[key] for lane in lanes if (key := (lane.object, lane.direction)) in picture.hours]
    pace = pace_of(together(hours))
    average = count(round(pace.average))
    facts.append(("Records per hour, last 24 h", f"max {count(pace.most)}, min {count(pace.least)}, average {average}"))
    facts.append(("Time to drain", durations.spell(standing.drains_in) if standing.drains_in else "-"))
    facts.append(("Trend", _trend(standing, lanes)))
    facts.append(("Open errors", count(standing.errors)))
    watching = [towards(lane.direction) for lane in lanes if not lane.live]
    facts += [("Only observed, nothing is written", ", ".join(watching))] if watching else []
    facts += [("Reading", standing.unread)] if standing.unread else []
    return [*facts, ("Last pass", _last_pass(picture))]


def _oldest(oldest: Oldest | None, picture: Picture) -> str:
    """By its source's id, which is never cut."""
    if oldest is None:
        return "-"
    waited = durations.spell(max(picture.now - oldest.waiting_since, timedelta()))
    since = picture.clock(oldest.waiting_since)
    return f"{SIDES[oldest.direction]} {clean(oldest.record_id)}, waiting {waited} (since {since})"


def _trend(standing: Standing, lanes: Sequence[Lane]) -> str:
    before = [lane.before for lane in lanes if lane.before is not None]
    if not before:
        return "not known yet: nobody looked six hours ago"
    growing = "growing" if standing.growing else "normal"
    return f"{growing}: {count(standing.backlog)} waiting, {count(sum(before))} six hours ago"


def _last_pass(picture: Picture) -> str:
    last = picture.last_pass
    if last.started_at is None:
        return "none yet"
    if last.finished_at is None or last.finished_at < last.started_at:
        return f"under way since {picture.clock(last.started_at)}"
    following = f", next {picture.clock(last.next_at)}" if last.next_at else ""
    return f"ended {picture.clock(last.finished_at)}{following}"


def _buttons(request: Status, standing: Standing) -> list[Button]:
    errors = Errors(object=standing.object)
    return [
        Button("All objects", Status(None, request.view).words),
        Button(f"Errors {count(standing.errors)}", errors.words),
        Button("Refresh", request.words),
    ]
