"""The overview: the verdict first, then the table of all objects. Pure."""

from collections.abc import Sequence

from bot import blocks, tables
from bot.answers import Answer, fenced
from bot.blocks import Block, Button
from bot.figures import count, hour_heading, named
from bot.request import Errors, Status, View
from bot.safe import for_mrkdwn
from bot.standing import Hourly, Picture, Standing, standings, verdict

VIEWS: tuple[tuple[str, View], ...] = (("Backlog", "backlog"), ("Last hour", "last-hour"))


def draw(picture: Picture, hourly: Hourly | None) -> Answer:
    """The backlog, or what the last full hour brought."""
    found = standings(picture)
    said = verdict(picture, found)
    if hourly:
        request = Status(None, "last-hour")
        table = f"{hour_heading(hourly.start, picture.zone)}\n{tables.last_hour(found, hourly.by_object())}"
    else:
        request = Status()
        table = tables.overview(found)
    notes = "\n".join([*_unread(found), footer(picture)])
    drawn = [
        blocks.plain(said, view_menu(request)),
        blocks.preformatted(table),
        blocks.small(notes),
        blocks.actions(_buttons(request, found)),
    ]
    return Answer(f"{for_mrkdwn(said)}\n{fenced(table)}\n{for_mrkdwn(notes)}", drawn)


def view_menu(request: Status) -> Block:
    """The menu from one view of an object to another."""
    choices = [(label, Status(request.object, view).words) for label, view in VIEWS]
    return blocks.menu("View", choices, request.words)


def footer(picture: Picture) -> str:
    """When was read, and when will be: `Read 14:32 · next 14:33`."""
    read = [one.read_at for one in picture.services if one.read_at]
    parts = [f"Read {picture.clock(min(read))}" if read else "Not read yet"]
    if picture.last_pass.next_at:
        parts.append(f"next {picture.clock(picture.last_pass.next_at)}")
    said = " · ".join(parts)
    return f"{said}\nThe last pass failed; it will be tried again." if picture.last_pass.failed else said


def _unread(found: Sequence[Standing]) -> list[str]:
    return [f"{named(one.object)}: {one.unread}" for one in found if one.unread]


def _buttons(request: Status, found: Sequence[Standing]) -> list[Button]:
    objects = [Button(named(one.object), Status(one.object, request.view).words) for one in found]
    errors = sum(one.errors for one in found)
    return [*objects, Button(f"Errors {count(errors)}", Errors().words), Button("Refresh", request.words)]
