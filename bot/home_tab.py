"""The home tab: where everything stands, what failed, what alerts stand, and what one may do. Pure.

Slack's own tables and charts are not for this surface; a table of letters is. Counts and codes only: there is nothing
about people in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot import blocks, tables
from bot.alerts import message
from bot.blocks import Block, Button, Word
from bot.explanations import explained
from bot.figures import count, named
from bot.overview import footer
from bot.request import Errors, Health, Help, Status
from bot.request_subscribing import Alerts, Subscribe
from bot.safe import clean
from bot.standing import Picture, standings, verdict
from bot.subscribe_form import form_button
from bot.texts import _, plural
from bot.world import Asker
from storage.alerting import Episode
from storage.error_groups import Group

MOST_GROUPS = 8
REFRESH = "home.refresh"


@dataclass(frozen=True, slots=True)
class HomeTab:
    """What it is drawn from. `standing` are the episodes under way, in all channels."""

    picture: Picture
    groups: Sequence[Group]
    standing: Sequence[Episode]
    asker: Asker
    operators: str
    told: bool


def draw(home: HomeTab) -> dict[str, Any]:
    """The view, for views.publish."""
    found = standings(home.picture)
    drawn = [
        blocks.plain(verdict(home.picture, found)),
        blocks.preformatted(tables.overview(found).letters),
        blocks.small(footer(home.picture)),
        _refreshing(
            [
                Button(_("Status"), Status().words),
                Button(_("Health"), Health().words),
                Button(_("Help"), Help().words),
            ]
        ),
        {"type": "divider"},
        blocks.lines([(_("Open errors"), "bold")], *_errors(home.groups)),
        *_error_buttons(home.groups),
        {"type": "divider"},
        blocks.lines([(_("Alerts"), "bold")], *_alerts(home)),
        _subscribing(home),
        {"type": "divider"},
        blocks.lines([(_("What you may do"), "bold")], *_rights(home)),
    ]
    return {"type": "home", "blocks": drawn}


def unread() -> dict[str, Any]:
    """The view where the database does not answer."""
    return {"type": "home", "blocks": [blocks.plain(_("My database does not answer now.")), _refreshing([])]}


def _refreshing(buttons: Sequence[Button]) -> Block:
    """A row of buttons that begins with the one that draws this tab anew; the others are answered in messages."""
    row = blocks.actions(buttons)
    text = {"type": "plain_text", "text": _("Refresh"), "emoji": False}
    return {**row, "elements": [{"type": "button", "action_id": REFRESH, "text": text}, *row["elements"]]}


def _errors(groups: Sequence[Group]) -> list[list[Word]]:
    """A line for each code, most errors first."""
    if not groups:
        return [[_("None.")]]
    lines = [_group(group) for group in groups[:MOST_GROUPS]]
    more = len(groups) - MOST_GROUPS
    if more > 0:
        lines.append([plural("{count} more code", "{count} more codes", more).format(count=count(more))])
    return lines


def _group(group: Group) -> list[Word]:
    said = plural("{count} error", "{count} errors", group.errors).format(count=count(group.errors))
    objects = ", ".join(named(name) for name in group.objects)
    return [(clean(group.code), "bold"), f"  {said}, {objects}. {explained(group.code) or ''}".rstrip()]


def _error_buttons(groups: Sequence[Group]) -> list[Block]:
    shown = groups[:MOST_GROUPS]
    if not shown:
        return []
    buttons = [Button(f"{clean(one.code)} ({count(one.errors)})", Errors(code=one.code).words) for one in shown]
    return [blocks.actions([*buttons, Button(_("All errors"), Errors().words)])]


def _alerts(home: HomeTab) -> list[list[Word]]:
    if not home.told:
        return [[_("No channel is told: ALERT_CHANNEL names none, and none subscribed.")]]
    if not home.standing:
        return [[_("None stands.")]]
    picture = home.picture
    lines = [
        f"{picture.clock(one.opened_at)}  {message.in_short(one, picture.now, picture.zone)}" for one in home.standing
    ]
    return [[line] for line in dict.fromkeys(lines)]  # several channels hear of the same


def _subscribing(home: HomeTab) -> Block:
    """For one's own direct messages."""
    row = blocks.actions([Button(_("My alerts"), Alerts().words)])
    form = [form_button(_("Subscribe…"), Subscribe())] if home.asker.is_colleague else []
    return {**row, "elements": [*form, *row["elements"]]}


def _rights(home: HomeTab) -> list[list[Word]]:
    asker = home.asker
    sees = (
        _("You may see names, messages and exports.")
        if asker.may_see_people
        else _("You see counts and codes, not names.")
    )
    acts = (
        _("You may retry, ignore, match, run, pause and compare.")
        if asker.is_operator
        else _("You may look, and change nothing.")
    )
    return [
        [sees],
        [acts],
        [_("Who may act: {who}.").format(who=clean(home.operators))],
        [_("What you press here is answered under Messages.")],
    ]
