"""Sync errors as they are listed in Slack, one page at a time. Pure."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import blocks, durations
from bot.answers import Answer
from bot.blocks import Block, Button, Word
from bot.error_form import form_button
from bot.error_groups import number_of
from bot.explanations import explained
from bot.figures import change, count, named, towards
from bot.request import Errors, Explain, Match, Record, Status
from bot.safe import clean, cut, for_mrkdwn
from bot.texts import _, plural
from storage.error_search import COUNT_STOPS_AT, State, SyncError

PAGE = 5
AT_ONCE = timedelta(minutes=1)
# Slack takes about 13,200 characters of blocks (bolt-js#2509) and recommends 4,000 for the text beside them.
MOST_IN_BLOCKS, MOST_IN_TEXT = 12_000, 3_800
READERS_ONLY = "Names and messages are shown to those listed in SYNC_PEOPLE_READERS only."
ORDERS = {"newest": "newest first", "oldest": "oldest first", "tried": "most tried first"}


@dataclass(frozen=True, slots=True)
class Page:
    """What is to be listed: `found` of `total` (which stops at COUNT_STOPS_AT + 1), and what the asker may do.

    `clock` writes a moment in the asker's zone. `nearest` is what may have been meant by words that find nothing.
    """

    request: Errors
    found: Sequence[SyncError]
    total: int
    may_see_people: bool
    now: datetime
    clock: Callable[[datetime], str]
    may_act: bool = False
    nearest: Errors | None = None

    @property
    def last(self) -> int:
        """The number of the last page that can be opened."""
        return max(1, -(-min(self.total, COUNT_STOPS_AT) // PAGE))


def draw(page: Page) -> Answer:
    """As much of names and messages as there is room for; ids and codes always whole."""
    for longest in (600, 300, 120, 40, 10):
        answer = _drawn(page, longest)
        if len(json.dumps(answer.blocks)) <= MOST_IN_BLOCKS and len(answer.text) <= MOST_IN_TEXT:
            break
    return answer


def _drawn(page: Page, longest: int) -> Answer:
    heading = heading_of(page)
    entries = [(error, _entry(error, page, longest)) for error in page.found]
    codes = dict.fromkeys(error.code for error in page.found)
    causes = [f"{clean(code)}: {cause}" for code in codes if (cause := explained(code))]
    notes = [*causes, *([] if page.may_see_people or not page.found else [_(READERS_ONLY)])]
    drawn: list[Block] = [blocks.plain(heading)]
    for error, entry in entries:
        drawn += [blocks.lines(*entry), blocks.actions(_buttons_of(error, page.may_act))]
    drawn += [blocks.small("\n".join(notes))] if notes else []
    if page.found:
        drawn.append(blocks.actions(_buttons_of_all(page)))
    row = blocks.actions(_buttons(page))
    row["elements"].insert(0, form_button(page.request))
    drawn.append(row)
    spelled = "\n\n".join([heading, *(_spelled(entry) for _error, entry in entries), *notes])
    return Answer(for_mrkdwn(spelled), drawn)


def heading_of(page: Page) -> str:
    asked = replace(page.request.turned_to(1), sort=None, csv=False).words.removeprefix("errors").strip()
    fitting = _(" for {filters}").format(filters=asked) if asked else ""
    if not page.total:
        return _none(page, fitting, asked)
    said = counted(page.request.state, page.total).format(count=number_of(page.total), fitting=fitting)
    at, last = count(page.request.page), count(page.last)
    if not page.found:
        return _("{said}, but no page {at}; the last is {last}.").format(said=said, at=at, last=last)
    order = _(ORDERS[page.request.sort or "newest"])
    said = _("{said}, {order} · page {at} of {last}").format(said=said, order=order, at=at, last=last)
    if page.total <= COUNT_STOPS_AT:
        return said
    return _("{said}; narrow the search, or ask for csv, to see more").format(said=said)


def counted(state: State, number: int) -> str:
    """So many errors of a state, in whole phrases: where a state is an adjective, it has a plural too."""
    phrases: dict[State, str] = {
        "open": plural("{count} open error{fitting}", "{count} open errors{fitting}", number),
        "retrying": plural("{count} retrying error{fitting}", "{count} retrying errors{fitting}", number),
        "resolved": plural("{count} resolved error{fitting}", "{count} resolved errors{fitting}", number),
        "ignored": plural("{count} ignored error{fitting}", "{count} ignored errors{fitting}", number),
    }
    return phrases[state]


def _none(page: Page, fitting: str, asked: str) -> str:
    nothing: dict[State, str] = {
        "open": _("No open errors{fitting}."),
        "retrying": _("No retrying errors{fitting}."),
        "resolved": _("No resolved errors{fitting}."),
        "ignored": _("No ignored errors{fitting}."),
    }
    said = nothing[page.request.state].format(fitting=fitting)
    if page.request.free and not page.may_see_people:
        sentence = _(
            "Names and messages are searched only for those listed in SYNC_PEOPLE_READERS; nothing else fits {filters}."
        )
        said = sentence.format(filters=asked)
    if page.nearest is None:
        return said
    return f"{said} " + _("Did you mean: /sync {words}").format(words=page.nearest.words)


def _entry(error: SyncError, page: Page, longest: int) -> list[list[Word]]:
    """Two or three lines: what, when and which; for those who may, whose and why.

    Lists go by the last try, so an old error that was just tried again tops the newest: it says how old it is.
    """
    what = f"  {named(error.object)}  {change(error.operation)}  {towards(error.direction)}  "
    times = plural("tried once", "tried {count} times", max(error.attempts, 1))
    tried = times.format(count=count(error.attempts))
    again = f" · {_('tried again {time}').format(time=page.clock(error.next_at))}" if error.next_at else ""
    ids = [("Dynamics", error.dynamics_id), ("Marketo", error.marketo_id)]
    known = "".join(f" · {side} {clean(value)}" for side, value in ids if value) or f" · {clean(error.record_id)}"
    lines: list[list[Word]] = [
        [(f"#{error.id}", "bold"), what, (clean(error.code) or "-", "code")],
        [f"{page.clock(error.failed_at)} · {_first(error, page.now)}{tried}{again}{known}"],
    ]
    if page.may_see_people:
        label, message = cut(clean(error.label), longest), cut(clean(error.message), longest)
        lines.append([(label or _("(no name)"), "italic"), f" – {message or _('(no message)')}"])
    return lines


def _first(error: SyncError, now: datetime) -> str:
    """When it failed first, where that was before its last try."""
    if error.failed_at - error.first_failed_at < AT_ONCE:
        return ""
    ago = durations.spell(max(now - error.first_failed_at, timedelta()))
    return _("first {span} ago, ").format(span=ago)


def _spelled(entry: Sequence[Sequence[Word]]) -> str:
    return "\n".join("".join(blocks.unstyled(word) for word in line) for line in entry)


def _buttons_of(error: SyncError, may_act: bool) -> list[Button]:
    number = f"#{error.id}"
    whose = Record(clean(error.dynamics_id or error.marketo_id or error.record_id), error.object)
    buttons = [Button(_("Details"), whose.words, _("Details of {number}").format(number=number))]
    if error.candidates and error.state in ("open", "ignored"):
        buttons.append(Button(_("Match"), Match(error.id).words, _("Who {number} may be").format(number=number)))
    if may_act and error.state in ("open", "ignored"):
        buttons.append(Button(_("Retry"), f"retry {number}", _("Retry {number}").format(number=number)))
    if may_act and error.state == "open":
        buttons.append(Button(_("Ignore"), f"ignore {number}", _("Ignore {number}").format(number=number)))
    if may_act and error.state == "ignored":
        buttons.append(Button(_("Reopen"), f"reopen {number}", _("Reopen {number}").format(number=number)))
    return buttons


def _buttons_of_all(page: Page) -> list[Button]:
    """What can be done with everything that was found, on this page or another."""
    request = replace(page.request.turned_to(1), sort=None)
    filters, number = request.words.removeprefix("errors").strip(), number_of(page.total)
    buttons = []
    if page.may_act and page.request.state in ("open", "ignored"):
        buttons.append(Button(_("Retry all {count}").format(count=number), f"retry {filters or 'all'}"))
    codes = {error.code for error in page.found}
    if len(codes) == 1:
        buttons.append(Button(_("Explain"), Explain(codes.pop()).words))
    if page.may_see_people:
        sent = replace(page.request.turned_to(1), csv=True)
        buttons.append(Button("CSV", sent.words, _("Send all of them to me as CSV")))
    return [*buttons, *_orders(page.request)]


def _orders(request: Errors) -> list[Button]:
    """The other two ways to sort."""
    labels = {"newest": _("Newest first"), "oldest": _("Oldest first"), "tried": _("Most tried first")}
    others = [sort for sort in labels if sort != (request.sort or "newest")]
    return [Button(labels[sort], replace(request.turned_to(1), sort=sort).words) for sort in others]  # type: ignore[arg-type]


def _buttons(page: Page) -> list[Button]:
    at = page.request.page
    buttons = []
    if at > 1:
        before = page.request.turned_to(min(at - 1, page.last)).words
        buttons.append(Button(_("◀ Prev"), _kept(before), _("Previous page")))
    if at < page.last:
        buttons.append(Button(_("Next ▶"), page.request.turned_to(at + 1).words, _("Next page")))
    if page.nearest and not page.total:
        buttons.append(Button(f"/sync {page.nearest.words}", page.nearest.words))
    buttons.append(Button(_("All codes"), Errors().words, _("All open errors, by code")))
    return [*buttons, Button(_("Refresh"), page.request.words), Button(_("Status"), Status(page.request.object).words)]


def _kept(words: str) -> str:
    """A list stays a list: without a word more, the first page would be the errors by code."""
    return f"{words} sort:newest" if words == Errors().words else words
