"""Whose edits fill the backlog: for those who may see people's names. Pure."""

from bot import blocks, tables
from bot.answers import Answer, assembled, fenced
from bot.blocks import Button
from bot.figures import count, named
from bot.overview import footer, view_menu
from bot.request import Status
from bot.safe import clean, for_mrkdwn
from bot.standing import Picture, standings
from bot.texts import _
from storage.changes import Direction
from storage.waiting import Editors

MOST_ROWS = 20
LONGEST_NAME = 26


def draw(name: str | None, picture: Picture, editors: Editors) -> Answer:
    """Those with most changes first; what is left out is said."""
    waiting = sum(one.backlog for one in standings(picture) if name in (None, one.object))
    what = named(name) if name else _("All objects")
    said = _("{what}: {count} waiting, by who edited last").format(what=what, count=count(waiting))
    request = Status(name, "by-user")
    table = tables.editors(_rows(editors))
    notes = "\n".join([*_left_out(editors, waiting), footer(picture)])
    return assembled(
        f"{for_mrkdwn(said)}\n{fenced(table.letters)}\n{for_mrkdwn(notes)}",
        blocks.plain(said, view_menu(request, picture.may_see_people)),
        table.block,
        blocks.small(notes),
        blocks.actions(_buttons(request)),
    )


def _rows(editors: Editors) -> list[tuple[str, int, str]]:
    ordered = sorted(editors.changes.items(), key=lambda item: (-item[1], item[0]))
    shown = [(_who(*who), changes, _share(changes, editors.counted)) for who, changes in ordered[:MOST_ROWS]]
    return shown or [(_("nobody"), 0, "-")]


def _who(name: str, direction: Direction) -> str:
    """Marketo's activities name nobody; Dynamics names who changed a row last."""
    if name:
        return _cut(clean(name))
    return _("(someone in Marketo)") if direction == "to-dynamics" else _("(not told)")


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _share(changes: int, counted: int) -> str:
    return f"{changes / counted:.0%}"


def _left_out(editors: Editors, waiting: int) -> list[str]:
    lines = []
    if len(editors.changes) > MOST_ROWS:
        lines.append(_("{count} more are not shown.").format(count=count(len(editors.changes) - MOST_ROWS)))
    if editors.counted < waiting:
        counted = _("Counted over {counted} of the {waiting} that wait: those that have waited longest.")
        lines.append(counted.format(counted=count(editors.counted), waiting=count(waiting)))
    return lines


def _buttons(request: Status) -> list[Button]:
    return [
        Button(_("Status"), Status(request.object).words),
        *([Button(_("All objects"), Status(None, "by-user").words)] if request.object else []),
        Button(_("Refresh"), request.words),
    ]
