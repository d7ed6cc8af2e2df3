"""Which Dynamics rows are kept in step, and why the others are not: the native connector's filter, ours, and merges.

Dataverse's change feed takes no filter, so every row is read, and what is left out is left out here. Pure.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sync.objects import SYNC_COLUMN, Filter, Object
from sync.values import FORMATTED

FLAG_IS_NO = f"{SYNC_COLUMN} is No"
FILTERED = "filtered out"
MERGED = "merged into another record in Dynamics"

Row = Mapping[str, Any]
Rule = Callable[[Row], str]


def rules_of(one: Object) -> tuple[Rule, ...]:
    """What a row of `one` has to pass: none where the object has neither filter nor flag and knows no merges.

    To be asked for once per page. A rule answers why a row is left out, or "" where it is not.
    """
    rules: list[Rule] = []
    if one.merged_column:
        rules.append(partial(_merged, one.merged_column))
    if one.sync_column:
        rules.append(partial(_flag, one.sync_column))
    rules += [partial(_filter, each, frozenset(spelled(value) for value in each.values)) for each in one.filters]
    return tuple(rules)


def why_left_out(rules: Iterable[Rule], row: Row) -> str:
    """The first reason why a row is not kept in step, "" where it is."""
    return next((why for rule in rules if (why := rule(row))), "")


def _merged(column: str, row: Row) -> str:
    """A merge is an update of the loser, which points at the winner and is inactive from then on."""
    return MERGED if row.get(column) is True else ""


def _flag(column: str, row: Row) -> str:
    """Absent, empty and Yes are kept; only an explicit No is not."""
    return f"{column} is No" if row.get(column) is False else ""


def _filter(rule: Filter, wanted: frozenset[str], row: Row) -> str:
    """A choice or a reference is named by its value or by its label; an empty column is the value ""."""
    found = {spelled(row.get(rule.column)), spelled(row.get(rule.column + FORMATTED, row.get(rule.column)))}
    return "" if found.isdisjoint(wanted) == rule.excluded else FILTERED


def spelled(value: Any) -> str:
    """A value as a filter compares it: trimmed, without regard to case; yes and true are one, as are 5 and 5.0."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().casefold()


def settles_until(one: Object, row: Row, seconds: float, now: datetime) -> datetime | None:
    """Until when a new row rests before it is brought over, because workflows set the flag late; None where not."""
    created = row.get("createdon")
    if not one.sync_column or not created:
        return None
    until = datetime.fromisoformat(created) + timedelta(seconds=seconds)
    return until if until > now else None
