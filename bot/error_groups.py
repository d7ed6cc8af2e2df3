"""Open sync errors as they are seen first: by code, each with what to do and where to go from here. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import blocks, durations
from bot.answers import Answer
from bot.blocks import Block, Button, Word
from bot.error_form import form_button
from bot.explanations import explained
from bot.figures import count, named
from bot.request import Errors, Explain, Status
from bot.safe import clean, for_mrkdwn
from bot.texts import _, plural
from storage.error_groups import Group
from storage.error_search import COUNT_STOPS_AT

MOST = 12
LONGEST_BUTTON = 60  # beside its number; Slack takes 75


@dataclass(frozen=True, slots=True)
class Overview:
    """`groups` with most errors first; what the asker may do decides which buttons there are."""

    request: Errors
    groups: Sequence[Group]
    now: datetime
    may_see_people: bool
    may_act: bool


def number_of(errors: int) -> str:
    """A count that stops at COUNT_STOPS_AT + 1."""
    return f"{count(COUNT_STOPS_AT)}+" if errors > COUNT_STOPS_AT else count(errors)


def draw(seen: Overview) -> Answer:
    heading = _heading(seen)
    shown = seen.groups[:MOST]
    drawn: list[Block] = [blocks.plain(heading)]
    spelled = [heading]
    for group in shown:
        entry = _entry(group, seen.now)
        drawn += [blocks.lines(*entry), blocks.actions(_buttons_of(group, seen))]
        spelled.append("\n".join("".join(blocks.unstyled(word) for word in line) for line in entry))
    left = len(seen.groups) - len(shown)
    if left:
        more = plural("… and {count} more code", "… and {count} more codes", left).format(count=count(left))
        drawn.append(blocks.small(more))
        spelled.append(more)
    row = blocks.actions(_buttons(seen))
    row["elements"].insert(0, form_button(seen.request))
    drawn.append(row)
    return Answer(for_mrkdwn("\n\n".join(spelled)), drawn)


def _heading(seen: Overview) -> str:
    of = _(" of {object}").format(object=seen.request.object) if seen.request.object else ""
    if not seen.groups:
        return _("No open errors{of}.").format(of=of)
    errors = sum(group.errors for group in seen.groups)
    stopped = any(group.errors > COUNT_STOPS_AT for group in seen.groups)
    number = f"{count(errors - errors % COUNT_STOPS_AT)}+" if stopped else count(errors)
    said = plural("{count} open error{of}", "{count} open errors{of}", errors).format(count=number, of=of)
    codes = plural("{count} code, most errors first", "{count} codes, most errors first", len(seen.groups))
    return f"{said} · {codes.format(count=count(len(seen.groups)))}"


def _entry(group: Group, now: datetime) -> list[list[Word]]:
    """Two lines: the code, how many, how new and how old; whose, and what to do."""
    errors = plural("{count} error", "{count} errors", group.errors).format(count=number_of(group.errors))
    new = plural("{count} first failed in the last 24 h", "{count} first failed in the last 24 h", group.new)
    oldest = durations.spell(max(now - group.oldest, timedelta()))
    facts = [errors, new.format(count=number_of(group.new)), _("oldest first failed {span} ago").format(span=oldest)]
    what = explained(group.code) or _("Not a code I know: open it and read the messages.")
    objects = ", ".join(named(clean(one)) for one in group.objects)
    return [[(clean(group.code) or "-", "code"), f"  {' · '.join(facts)}"], [(objects, "bold"), f" – {what}"]]


def _buttons_of(group: Group, seen: Overview) -> list[Button]:
    these = replace(seen.request, code=group.code)
    filters = these.words.removeprefix("errors ")
    number, code = number_of(group.errors), clean(group.code)[:LONGEST_BUTTON]
    buttons = [Button(_("Open {code}").format(code=code), these.words)]
    if seen.may_act:
        buttons.append(Button(_("Retry all {count}").format(count=number), f"retry {filters}"))
    buttons.append(Button(_("Explain"), Explain(group.code).words, _("Explain {code}").format(code=code)))
    if seen.may_see_people:
        sent = replace(these, csv=True)
        buttons.append(Button("CSV", sent.words, _("Send all of {code} to me as CSV").format(code=code)))
    return buttons


def _buttons(seen: Overview) -> list[Button]:
    request, buttons = seen.request, []
    if seen.groups:
        buttons.append(Button(_("List all"), replace(request, sort="newest").words, _("List all, newest first")))
        if seen.may_see_people:
            buttons.append(Button("CSV", replace(request, csv=True).words, _("Send all of them to me as CSV")))
    if request.object:
        buttons.append(Button(_("All errors"), Errors().words))
    return [*buttons, Button(_("Refresh"), request.words), Button(_("Status"), Status(request.object).words)]
