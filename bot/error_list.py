"""Sync errors as they are listed in Slack, one page at a time. Pure."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import blocks
from bot.answers import Answer
from bot.blocks import Block, Button, Word
from bot.explanations import explained
from bot.figures import count, named, towards
from bot.request import Errors, Status
from bot.safe import clean, cut, for_mrkdwn
from storage.error_search import COUNT_STOPS_AT, SyncError

PAGE = 8
# Slack takes about 13,200 characters of blocks (bolt-js#2509) and recommends 4,000 for the text beside them.
MOST_IN_BLOCKS, MOST_IN_TEXT = 12_000, 3_800
READERS_ONLY = "Names and messages are shown to those listed in SYNC_PEOPLE_READERS only."


@dataclass(frozen=True, slots=True)
class Page:
    """What is to be listed: `found` of `total` (counted up to COUNT_STOPS_AT + 1), and whether names may be shown."""

    request: Errors
    found: Sequence[SyncError]
    total: int
    may_see_people: bool
    clock: Callable[[datetime], str]

    @property
    def last(self) -> int:
        """The number of the last page that can be opened."""
        return max(1, -(-min(self.total, COUNT_STOPS_AT) // PAGE))


def draw(page: Page) -> Answer:
    """As much of names and messages as there is room for; ids and codes always whole."""
    for longest in (600, 300, 120, 40):
        answer = _drawn(page, longest)
        if len(json.dumps(answer.blocks)) <= MOST_IN_BLOCKS and len(answer.text) <= MOST_IN_TEXT:
            break
    return answer


def _drawn(page: Page, longest: int) -> Answer:
    heading = _heading(page)
    entries = [_entry(error, page, longest) for error in page.found]
    codes = dict.fromkeys(error.code for error in page.found)
    causes = [f"{clean(code)}: {cause}" for code in codes if (cause := explained(code))]
    notes = [*causes, *([] if page.may_see_people or not page.found else [READERS_ONLY])]
    drawn: list[Block] = [blocks.plain(heading), *(blocks.lines(*entry) for entry in entries)]
    drawn += [blocks.small("\n".join(notes))] if notes else []
    drawn.append(blocks.actions(_buttons(page)))
    spelled = "\n\n".join([heading, *(_spelled(entry) for entry in entries), *notes])
    return Answer(for_mrkdwn(spelled), drawn)


def _heading(page: Page) -> str:
    asked = page.request.turned_to(1).words.removeprefix("errors").strip()
    fitting = f" for {asked}" if asked else ""
    if not page.total:
        return f"No open errors{fitting}."
    total = f"{count(COUNT_STOPS_AT)}+" if page.total > COUNT_STOPS_AT else count(page.total)
    noun = "open error" if page.total == 1 else "open errors"
    if not page.found:
        return f"{total} {noun}{fitting}, but no page {count(page.request.page)}; the last is {count(page.last)}."
    said = f"{total} {noun}{fitting}, newest first · page {count(page.request.page)} of {count(page.last)}"
    return f"{said}; narrow the search, or ask for csv, to see more" if page.total > COUNT_STOPS_AT else said


def _entry(error: SyncError, page: Page, longest: int) -> list[list[Word]]:
    """Two or three lines: what, when and which; for those who may, whose and why."""
    what = f"  {named(error.object)}  {error.operation}  {towards(error.direction)}  "
    tried = "tried once" if error.attempts <= 1 else f"tried {count(error.attempts)} times"
    again = f" · tried again {page.clock(error.next_at)}" if error.next_at else ""
    ids = [("Dynamics", error.dynamics_id), ("Marketo", error.marketo_id)]
    known = "".join(f" · {side} {clean(value)}" for side, value in ids if value) or f" · {clean(error.record_id)}"
    lines: list[list[Word]] = [
        [(f"#{error.id}", "bold"), what, (clean(error.code), "code")],
        [f"{page.clock(error.failed_at)} · {tried}{again}{known}"],
    ]
    if page.may_see_people:
        label, message = cut(clean(error.label), longest), cut(clean(error.message), longest)
        lines.append([(label or "(no name)", "italic"), f" – {message or '(no message)'}"])
    return lines


def _spelled(entry: Sequence[Sequence[Word]]) -> str:
    return "\n".join("".join(word if isinstance(word, str) else word[0] for word in line) for line in entry)


def _buttons(page: Page) -> list[Button]:
    at = page.request.page
    buttons = []
    if at > 1:
        buttons.append(Button("◀ Prev", page.request.turned_to(min(at - 1, page.last)).words, "Previous page"))
    if at < page.last:
        buttons.append(Button("Next ▶", page.request.turned_to(at + 1).words, "Next page"))
    if page.may_see_people and page.total:
        buttons.append(Button("CSV", f"{page.request.turned_to(1).words} csv", "Send all of them to me as CSV"))
    if page.request.is_filtered:
        buttons.append(Button("All errors", Errors().words))
    return [*buttons, Button("Refresh", page.request.words), Button("Status", Status(page.request.object).words)]
