"""Figures -> tables in letters, at most 45 columns wide so that they stand on a phone. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from tabulate import tabulate

from bot import durations
from bot.figures import compact, count, named, towards
from bot.standing import Standing
from storage.changes import OPERATIONS, Operation
from storage.history import Lane

WIDEST = 45
_SHORT = {"Inserts": "Ins", "Updates": "Upd", "Errors": "Err"}
Cells = list[list[str]]


@dataclass(frozen=True, slots=True)
class Form:
    """How figures are written: in full, or as short as they can be."""

    number: Callable[[int], str] = count
    spell: Callable[[timedelta], str] = durations.spell

    def span(self, span: timedelta | None, none: str = "-") -> str:
        return none if span is None else self.spell(span)

    def waiting(self, number: int, one: Standing) -> str:
        """An object whose reading is overdue has no comfortable zero."""
        return "?" if one.unread and not number else self.number(number)


FULL, SHORT = Form(), Form(compact, durations.spell_short)


def overview(found: Sequence[Standing]) -> str:
    """Inserts, updates, oldest, errors and time to drain of each object, and their total."""

    def cells(form: Form) -> Cells:
        rows = [
            [
                named(one.object),
                form.waiting(one.inserts, one),
                form.waiting(one.updates, one),
                form.span(one.oldest, "?" if one.unread else "-"),
                form.number(one.errors),
                form.span(one.drains_in),
            ]
            for one in found
        ]
        oldest = max((one.oldest for one in found if one.oldest is not None), default=None)
        totals = [
            form.number(sum(figures))
            for figures in zip(*((o.inserts, o.updates, o.errors) for o in found), strict=True)
        ]
        return [*rows, ["Total", totals[0], totals[1], form.span(oldest), totals[2], ""]]

    return _fitting(["Object", "Inserts", "Updates", "Oldest", "Errors", "ETA"], cells)


def last_hour(found: Sequence[Standing], synced: Mapping[str, int]) -> str:
    """What was synced in the hour; what waits now is no part of it."""

    def cells(form: Form) -> Cells:
        rows = [
            [named(o.object), "N/A", "N/A", form.number(synced.get(o.object, 0)), form.number(o.errors)] for o in found
        ]
        errors = form.number(sum(one.errors for one in found))
        return [*rows, ["Total", "N/A", "N/A", form.number(sum(synced.values())), errors]]

    return _fitting(["Object", "Inserts", "Updates", "Synced", "Errors"], cells)


def lanes(found: Iterable[Lane], age: Callable[[Lane, Operation], timedelta | None]) -> str:
    """One object by direction and operation."""
    kept = list(found)

    def cells(form: Form) -> Cells:
        return [
            [
                towards(lane.direction),
                operation,
                form.number(lane.waiting.get(operation, 0)),
                form.span(age(lane, operation)),
            ]
            for lane in kept
            for operation in OPERATIONS
        ]

    return _fitting(["Direction", "Change", "Waiting", "Oldest"], cells, words=2)


def lanes_last_hour(found: Iterable[Lane], synced: Mapping[str, int]) -> str:
    """One object's records synced in the hour, by direction."""
    kept = list(found)

    def cells(form: Form) -> Cells:
        return [
            [
                towards(lane.direction),
                "N/A",
                "N/A",
                form.number(synced.get(lane.direction, 0)),
                form.number(lane.errors),
            ]
            for lane in kept
        ]

    return _fitting(["Direction", "Inserts", "Updates", "Synced", "Errors"], cells)


def _fitting(headings: list[str], cells: Callable[[Form], Cells], words: int = 1) -> str:
    """The fullest form that fits: headings are shortened first, then numbers."""
    short = [_SHORT.get(heading, heading) for heading in headings]
    for head, form in ((headings, FULL), (short, FULL), (short, SHORT)):
        table = _drawn(head, cells(form), words)
        if _width(table) <= WIDEST:
            return table
    return table


def _drawn(headings: list[str], rows: Cells, words: int) -> str:
    """Words to the left, figures to the right. The headings go in as a row: tabulate would widen them by two."""
    aligned = ["left"] * words + ["right"] * (len(headings) - words)
    rules = ["-" * max(len(row[at]) for row in (headings, *rows)) for at in range(len(headings))]
    drawn = tabulate([headings, rules, *rows], tablefmt="plain", colalign=aligned, disable_numparse=True)
    return "\n".join(line.rstrip() for line in drawn.splitlines())


def _width(table: str) -> int:
    return max(len(line) for line in table.splitlines())
