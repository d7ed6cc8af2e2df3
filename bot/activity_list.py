"""What the sync did, as it is listed in Slack and as CSV: ids and names of fields, never a value. Pure."""

import csv
from collections.abc import AsyncIterable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import TextIOWrapper
from typing import IO

from bot import blocks
from bot.answers import Answer, assembled, fenced
from bot.blocks import Block, Button
from bot.export import harmless
from bot.figures import count, named, towards
from bot.links import Links
from bot.reasons import because
from bot.request import Activity, Status
from bot.safe import clean, for_mrkdwn
from bot.tables import Table
from bot.texts import _, plural
from storage.activity_log import COUNT_STOPS_AT, Deed, Summary

PAGE = 10
WIDEST = 45
INDENT = "  "
MOST_REASONS = 6
COLUMNS = (
    "id",
    "at",
    "object",
    "direction",
    "outcome",
    "reason",
    "fields",
    "dynamics_id",
    "marketo_id",
    "dynamics_link",
    "marketo_link",
)


@dataclass(frozen=True, slots=True)
class Page:
    """What is to be listed: `found` of all that `summary` counts."""

    request: Activity
    found: Sequence[Deed]
    summary: Summary
    clock: Callable[[datetime], str]

    @property
    def total(self) -> int:
        return sum(self.summary.outcomes.values())

    @property
    def last(self) -> int:
        """The number of the last page that can be opened."""
        return max(1, -(-min(self.total, COUNT_STOPS_AT) // PAGE))


def draw(page: Page) -> Answer:
    """The summary, then the deeds, newest first."""
    heading, summary = _heading(page), _summary(page.summary)
    summary += "\n" + _("D is the id in Dynamics, M the id in Marketo.") if page.found else ""
    table = "\n".join(_row(deed, page.clock) for deed in page.found)
    parts: list[Block | tuple[Block, Block | None]] = [blocks.plain(heading)]
    parts += [blocks.small(summary)] if summary else []
    parts += [(blocks.preformatted(table), _native(page))] if table else []
    spelled = [for_mrkdwn(heading), for_mrkdwn(summary), fenced(table) if table else ""]
    return assembled("\n".join(each for each in spelled if each), *parts, blocks.actions(_buttons(page)))


def _heading(page: Page) -> str:
    asked = page.request.turned_to(1).words.removeprefix("activity").strip()
    if not page.total:
        return _("Nothing was done for {asked}.").format(asked=asked) if asked else _("Nothing was done yet.")
    last = count(page.last)
    if not page.found:
        return _("There is no page {page}; the last is {last}.").format(page=count(page.request.page), last=last)
    about = _("What was done, newest first") + (f" · {asked}" if asked else "")
    return about + " · " + _("page {page} of {last}").format(page=count(page.request.page), last=last)


def _summary(summary: Summary) -> str:
    """`updated 10,000+ · skipped 312: …`, the commonest reasons first."""
    parts = [f"{_done(outcome)} {_counted(deeds)}" for outcome, deeds in summary.outcomes.items() if deeds]
    told = list(summary.reasons.items())
    reasons = [f"{_counted(deeds)} × {clean(because(reason))}" for reason, deeds in told[:MOST_REASONS]]
    more = len(told) - MOST_REASONS
    reasons += [plural("{more} more reason", "{more} more reasons", more).format(more=more)] if more > 0 else []
    return " · ".join(parts) + (": " + "; ".join(reasons) if reasons else "")


def _done(outcome: str) -> str:
    return {"created": _("created"), "updated": _("updated"), "deleted": _("deleted"), "skipped": _("skipped")}[outcome]


def _counted(deeds: int) -> str:
    return f"{count(COUNT_STOPS_AT)}+" if deeds > COUNT_STOPS_AT else count(deeds)


def _row(deed: Deed, clock: Callable[[datetime], str]) -> str:
    """Two lines or more: what, then the ids in full, then why or which fields. No line is wider than a phone."""
    first = f"{clock(deed.at)} {named(deed.object)} {towards(deed.direction)} {_done(deed.outcome)}"
    ids = [f"{side} {clean(record)}" for side, record in _ids(deed) if record]
    about = clean(because(deed.reason)) if deed.reason else ", ".join(deed.fields)
    return "\n".join([first, *(f"{INDENT}{line}" for line in [*ids, *_wrapped(about)])])


def _native(page: Page) -> Block | None:
    """The same as Slack's own table, where all of a deed is one row."""
    rows = [
        [
            page.clock(deed.at),
            named(deed.object),
            towards(deed.direction),
            _done(deed.outcome),
            *(clean(record or "-") for _side, record in sorted(_ids(deed))),
            clean(because(deed.reason)) if deed.reason else ", ".join(deed.fields) or "-",
        ]
        for deed in page.found
    ]
    names = [_("When"), _("Object"), _("Direction"), _("Done"), "Dynamics", "Marketo", _("Fields, or why not")]
    return Table([(name, name) for name in names], lambda form: rows, words=len(names)).native


def _ids(deed: Deed) -> tuple[tuple[str, str | None], tuple[str, str | None]]:
    own, other = ("D", deed.record_id), ("M", deed.other_id)
    if deed.direction == "to-dynamics":
        own, other = ("M", deed.record_id), ("D", deed.other_id)
    return own, other


def _wrapped(text: str) -> list[str]:
    """`text` in lines that fit, broken between words."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + len(word) + 1 <= WIDEST - len(INDENT):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _buttons(page: Page) -> list[Button]:
    at, request = page.request.page, page.request
    buttons = []
    if at > 1:
        buttons.append(Button(_("◀ Prev"), request.turned_to(min(at - 1, page.last)).words, _("Previous page")))
    if at < page.last:
        buttons.append(Button(_("Next ▶"), request.turned_to(at + 1).words, _("Next page")))
    buttons += [_story(*named_by) for named_by in dict.fromkeys((one.object, one.record_id) for one in page.found[:3])]
    if page.total:
        buttons.append(Button("CSV", replace(request.turned_to(1), csv=True).words, _("Send all of it to me as CSV")))
    if request != Activity():
        buttons.append(Button(_("All activity"), Activity().words))
    return [*buttons, Button(_("Refresh"), request.words), Button(_("Status"), Status(request.object).words)]


def _story(object: str, record_id: str) -> Button:
    label = _("Record {id}").format(id=clean(record_id))
    return Button(label, f"record object:{object} {clean(record_id)}", label)


async def write(pages: AsyncIterable[Sequence[Deed]], links: Links, file: IO[bytes]) -> int:
    """Writes every deed to `file` as CSV, a page at a time; returns how many there were."""
    text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    rows = 0
    async for page in pages:
        writer.writerows(_cells(deed, links) for deed in page)
        rows += len(page)
    text.flush()
    text.detach()
    return rows


def _cells(deed: Deed, links: Links) -> tuple[str | int, ...]:
    ids = {side: record or "" for side, record in _ids(deed)}
    return (
        deed.id,
        f"{deed.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        deed.object,
        deed.direction,
        deed.outcome,
        harmless(deed.reason),
        " ".join(deed.fields),
        harmless(ids["D"]),
        harmless(ids["M"]),
        links.dynamics(deed.object, ids["D"]),
        links.marketo(deed.object, ids["M"]),
    )
