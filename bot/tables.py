"""Figures -> tables in letters, at most 45 columns wide so that they stand on a phone. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
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


def overview(found: Sequence[Standing]) -> str:
    """Inserts, updates, oldest, errors and time to drain of each object, and their total."""

    def cells(number: Callable[[int], str]) -> Cells:
        rows = [
            [
                named(one.object),
                _waiting(one.inserts, one, number),
                _waiting(one.updates, one, number),
                _span(one.oldest, "?" if one.unread else "-"),
                number(one.errors),
                _span(one.drains_in),
            ]
            for one in found
        ]
        oldest = max((one.oldest for one in found if one.oldest is not None), default=None)
        totals = [
            number(sum(figures)) for figures in zip(*((o.inserts, o.updates, o.errors) for o in found), strict=True)
        ]
        return [*rows, ["Total", totals[0], totals[1], _span(oldest), totals[2], ""]]

    return _fitting(["Object", "Inserts", "Updates", "Oldest", "Errors", "ETA"], cells)


def last_hour(found: Sequence[Standing], synced: Mapping[str, int]) -> str:
    """What was synced in the hour; what waits now is no part of it."""

    def cells(number: Callable[[int], str]) -> Cells:
        rows = [[named(o.object), "N/A", "N/A", number(synced.get(o.object, 0)), number(o.errors)] for o in found]
        errors = number(sum(one.errors for one in found))
        return [*rows, ["Total", "N/A", "N/A", number(sum(synced.values())), errors]]

    return _fitting(["Object", "Inserts", "Updates", "Synced", "Errors"], cells)


def lanes(found: Iterable[Lane], age: Callable[[Lane, Operation], timedelta | None]) -> str:
    """One object by direction and operation."""
    kept = list(found)

    def cells(number: Callable[[int], str]) -> Cells:
        return [
            [towards(lane.direction), operation, number(lane.waiting.get(operation, 0)), _span(age(lane, operation))]
            for lane in kept
            for operation in OPERATIONS
        ]

    return _fitting(["Direction", "Change", "Waiting", "Oldest"], cells, words=2)


def lanes_last_hour(found: Iterable[Lane], synced: Mapping[str, int]) -> str:
    """One object's records synced in the hour, by direction."""
    kept = list(found)

    def cells(number: Callable[[int], str]) -> Cells:
        return [
            [towards(lane.direction), "N/A", "N/A", number(synced.get(lane.direction, 0)), number(lane.errors)]
            for lane in kept
        ]

    return _fitting(["Direction", "Inserts", "Updates", "Synced", "Errors"], cells)


def _fitting(headings: list[str], cells: Callable[[Callable[[int], str]], Cells], words: int = 1) -> str:
    """The fullest form that fits: headings are shortened first, then numbers."""
    short = [_SHORT.get(heading, heading) for heading in headings]
    for head, number in ((headings, count), (short, count), (short, compact)):
        table = _drawn(head, cells(number), words)
        if _width(table) <= WIDEST:
            return table
    return table


def _drawn(headings: list[str], rows: Cells, words: int) -> str:
    """Words to the left, figures to the right."""
    aligned = ["left"] * words + ["right"] * (len(headings) - words)
    drawn = tabulate(rows, headings, tablefmt="simple", colalign=aligned, disable_numparse=True)
    return "\n".join(line.rstrip() for line in drawn.splitlines())


def _width(table: str) -> int:
    return max(len(line) for line in table.splitlines())


def _waiting(number: int, one: Standing, spelled: Callable[[int], str]) -> str:
    """An object whose reading is overdue has no comfortable zero."""
    return "?" if one.unread and not number else spelled(number)


def _span(span: timedelta | None, none: str = "-") -> str:
    return none if span is None else durations.spell(span)
