"""Figures -> tables: Slack's own, and in letters at most 45 columns wide so that they stand on a phone. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from textwrap import wrap

from tabulate import tabulate

from bot import durations
from bot.blocks import Block, preformatted
from bot.figures import change, compact, count, named, towards
from bot.pace import Pace
from bot.standing import Standing
from bot.texts import _
from storage.changes import OPERATIONS, Operation
from storage.history import Lane

WIDEST = 45
LONGEST_NAME = 13  # what the shortest figures of the widest table leave for a name
MOST_ROWS = 99  # of Slack's 100, after the headings
Cells = list[list[str]]
Heading = tuple[str, str]
"""A heading in full, and as short as it can be."""


@dataclass(frozen=True, slots=True)
class Form:
    """How figures are written: in full, or as short as they can be. `roomy` where nothing has to fit on a phone."""

    number: Callable[[int], str] = count
    spell: Callable[[timedelta], str] = durations.spell
    roomy: bool = False

    def span(self, span: timedelta | None, none: str = "-") -> str:
        return none if span is None else self.spell(span)

    def waiting(self, number: int, one: Standing) -> str:
        """An object whose reading is overdue has no comfortable zero."""
        return "?" if one.unread and not number else self.number(number)

    def drains_in(self, one: Standing) -> str:
        """A span, or where there is room why there is none."""
        if not self.roomy or one.drains_in is not None or not one.backlog:
            return self.span(one.drains_in)
        if one.held:
            return _("paused")
        return _("growing") if one.growing else "-"


FULL, SHORT, ROOMY = Form(), Form(compact, durations.spell_short), Form(roomy=True)


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is not drawn yet: the first `words` columns hold words, the others figures."""

    headings: Sequence[Heading]
    cells: Callable[[Form], Cells]
    words: int = 1

    @property
    def letters(self) -> str:
        """The fullest form that fits a phone: names are folded first, then headings shortened, then numbers."""
        full, short = [heading[0] for heading in self.headings], [heading[1] for heading in self.headings]
        for head, form in ((full, FULL), (short, FULL), (short, SHORT)):
            rows = self.cells(form)
            for cells in (rows, _folded(rows)):
                table = _drawn(head, cells, self.words)
                if _width(table) <= WIDEST:
                    return table
        return table

    @property
    def native(self) -> Block | None:
        """Slack's `table` block, headings first; none where there are more rows than it takes."""
        rows = [[heading[0] for heading in self.headings], *self.cells(ROOMY)]
        if len(rows) > MOST_ROWS + 1:
            return None
        sides = ["left"] * self.words + ["right"] * (len(self.headings) - self.words)
        return {
            "type": "table",
            "rows": [[_cell(text) for text in row] for row in rows],
            "column_settings": [{"align": side} for side in sides],
        }

    @property
    def block(self) -> tuple[Block, Block | None]:
        """In letters, and natively: what `answers.assembled` takes."""
        return preformatted(self.letters), self.native


def overview(found: Sequence[Standing]) -> Table:
    """Inserts, updates, oldest, errors and time to drain of each object, and their total."""

    def cells(form: Form) -> Cells:
        rows = [
            [
                named(one.object),
                form.waiting(one.inserts, one),
                form.waiting(one.updates, one),
                form.span(one.oldest, "?" if one.unread else "-"),
                form.number(one.errors),
                form.drains_in(one),
            ]
            for one in found
        ]
        oldest = max((one.oldest for one in found if one.oldest is not None), default=None)
        figures = [(one.inserts, one.updates, one.errors) for one in found]
        totals = [form.number(sum(column)) for column in zip(*figures, strict=True)]
        return [*rows, [_("Total"), totals[0], totals[1], form.span(oldest), totals[2], ""]]

    return Table([object_(), _inserts(), _updates(), _same(_("Oldest")), _errors(), _same(_("ETA"))], cells)


def last_hour(found: Sequence[Standing], synced: Mapping[str, int]) -> Table:
    """What was synced in the hour; what waits now is no part of it, and the errors are those open now."""

    def cells(form: Form) -> Cells:
        none = _("N/A")
        rows = [
            [named(o.object), none, none, form.number(synced.get(o.object, 0)), form.number(o.errors)] for o in found
        ]
        errors = form.number(sum(one.errors for one in found))
        return [*rows, [_("Total"), none, none, form.number(sum(synced.values())), errors]]

    return Table([object_(), _inserts(), _updates(), _same(_("Synced")), _errors_now()], cells)


def last_day(what: Heading, paces: Sequence[tuple[str, Pace]]) -> Table:
    """Records per hour over the last 24 hours: the most, the least, the average, and all that was synced."""

    def cells(form: Form) -> Cells:
        return [
            [name, *(form.number(figure) for figure in (pace.most, pace.least, round(pace.average), pace.records))]
            for name, pace in paces
        ]

    return Table([what, _same(_("Max")), _same(_("Min")), (_("Average"), _("Avg")), _same(_("Synced"))], cells)


def trends(what: Heading, rows: Sequence[tuple[str, int, int | None, int | None]]) -> Table:
    """What waits now, what waited six hours ago, and the most in five days; None where nobody looked."""

    def cells(form: Form) -> Cells:
        return [
            [name, form.number(now), *("-" if figure is None else form.number(figure) for figure in then)]
            for name, now, *then in rows
        ]

    return Table([what, _same(_("Now")), _same(_("6 h ago")), (_("Highest"), _("Max"))], cells)


def lanes(found: Iterable[Lane], age: Callable[[Lane, Operation], timedelta | None]) -> Table:
    """One object by direction and operation."""
    kept = list(found)

    def cells(form: Form) -> Cells:
        return [
            [
                towards(lane.direction),
                change(operation),
                form.number(lane.waiting.get(operation, 0)),
                form.span(age(lane, operation)),
            ]
            for lane in kept
            for operation in OPERATIONS
        ]

    return Table([direction(), _same(_("Change")), _same(_("Waiting")), _same(_("Oldest"))], cells, words=2)


def lanes_last_hour(found: Iterable[Lane], synced: Mapping[str, int]) -> Table:
    """One object's records synced in the hour, by direction."""
    kept = list(found)

    def cells(form: Form) -> Cells:
        none = _("N/A")
        return [
            [towards(one.direction), none, none, form.number(synced.get(one.direction, 0)), form.number(one.errors)]
            for one in kept
        ]

    return Table([direction(), _inserts(), _updates(), _same(_("Synced")), _errors_now()], cells)


def editors(rows: Sequence[tuple[str, int, str]]) -> Table:
    """Who, how many changes, and their share."""

    def cells(form: Form) -> Cells:
        return [[name, form.number(changes), share] for name, changes, share in rows]

    return Table([_same(_("Last edited by")), _same(_("Waiting")), _same(_("Share"))], cells)


def direction() -> Heading:
    return _same(_("Direction"))


def _same(heading: str) -> Heading:
    return heading, heading


def object_() -> Heading:
    return _same(_("Object"))


def _inserts() -> Heading:
    return _("Inserts"), _("Ins")


def _updates() -> Heading:
    return _("Updates"), _("Upd")


def _errors() -> Heading:
    return _("Errors"), _("Err")


def _errors_now() -> Heading:
    """Beside figures of an hour that is over: errors keep only when they failed last, so none were counted by hour."""
    return _("Errors now"), _("Err now")


def _cell(text: str) -> Block:
    """A whole number is one for Slack too, which can then sort by it; a cell may not be empty."""
    if re.fullmatch(r"\d{1,3}([.,\u00a0]\d{3})*|\d+", text):
        return {"type": "raw_number", "value": int(re.sub(r"\D", "", text)), "text": text}
    return {"type": "raw_text", "text": text or " "}


def _drawn(headings: list[str], rows: Cells, words: int) -> str:
    """Words to the left, figures to the right. The headings go in as a row: tabulate would widen them by two."""
    aligned = ["left"] * words + ["right"] * (len(headings) - words)
    rules = ["-" * max(_width(row[at]) for row in (headings, *rows)) for at in range(len(headings))]
    drawn = tabulate([headings, rules, *rows], tablefmt="plain", colalign=aligned, disable_numparse=True)
    return "\n".join(line.rstrip() for line in drawn.splitlines())


def _folded(rows: Cells) -> Cells:
    """The same with long names on several lines: nothing of a name is left out."""
    return [["\n".join(wrap(row[0], LONGEST_NAME)), *row[1:]] for row in rows]


def _width(table: str) -> int:
    return max((len(line) for line in table.splitlines()), default=0)
