"""Who did what, as a page. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import blocks
from bot.answers import Answer
from bot.blocks import Block, Button
from bot.figures import count, named, towards
from bot.request import Audit, Status
from bot.safe import clean, cut, for_mrkdwn
from bot.texts import _
from storage.audit_log import Act

PAGE = 10
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Page:
    """`found` of `total` acts. `names` are what those who acted are called, by their id."""

    request: Audit
    found: Sequence[Act]
    total: int
    names: Mapping[str, str]
    clock: Callable[[datetime], str]

    @property
    def last(self) -> int:
        return max(1, -(-self.total // PAGE))


def draw(page: Page) -> Answer:
    heading = _heading(page)
    entries = [_entry(act, page) for act in page.found]
    drawn: list[Block] = [blocks.plain(heading), *([blocks.lines(*entries)] if entries else [])]
    drawn.append(blocks.actions(_buttons(page)))
    spelled = ["".join(blocks.unstyled(word) for word in entry) for entry in entries]
    return Answer(for_mrkdwn("\n".join([heading, *spelled])), drawn)


def _heading(page: Page) -> str:
    if not page.total:
        return _("Nobody has done anything yet.")
    if not page.found:
        said = _("There is no page {page}; the last is {last}.")
        return said.format(page=count(page.request.page), last=count(page.last))
    said = _("Who did what, newest first · page {page} of {last}")
    return said.format(page=count(page.request.page), last=count(page.last))


def _entry(act: Act, page: Page) -> list[blocks.Word]:
    lane = " ".join(part for part in (named(act.object), towards(act.direction)) if part)
    which = " · ".join(part for part in (lane, cut(clean(act.detail), LONGEST)) if part)
    who = clean(page.names.get(act.who, act.who))
    return [f"{page.clock(act.at)}  {who}  ", (_deed(act.act), "bold"), f"  {which}" if which else ""]


def _deed(act: str) -> str:
    deeds = {
        "retry": _("retried"),
        "ignore": _("ignored"),
        "reopen": _("reopened"),
        "run": _("ran a pass"),
        "run record": _("read a record anew"),
        "run first": _("put first for an hour"),
        "pause": _("paused"),
        "resume": _("resumed"),
        "live": _("went live"),
        "compare": _("compared both sides"),
        "repair": _("queued a repair"),
        "match": _("matched a record"),
        "csv": _("was sent a file"),
        "run field": _("brought a field over"),
        "subscribe": _("subscribed a channel"),
        "unsubscribe": _("unsubscribed a channel"),
        "quiet": _("set a quiet time"),
        "alerts test": _("tested the alerts"),
        "alerts ack": _("acknowledged an alert"),
        "alerts snooze": _("snoozed an alert"),
        "alerts unsnooze": _("ended an alert's snooze"),
    }
    return deeds.get(act, clean(act))


def _buttons(page: Page) -> list[Button]:
    at = page.request.page
    buttons = []
    if at > 1:
        buttons.append(Button(_("◀ Prev"), Audit(min(at - 1, page.last)).words, _("Previous page")))
    if at < page.last:
        buttons.append(Button(_("Next ▶"), Audit(at + 1).words, _("Next page")))
    return [*buttons, Button(_("Refresh"), page.request.words), Button(_("Status"), Status().words)]
