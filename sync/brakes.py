"""When a reading shows so much that a person must look before it is written, and when a record goes round in a loop.

Pure: numbers in, a Brake or None out. What is done about it is in sync/holding.py.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from storage.changes import Side
from sync.objects import Object

EMPTY, DELETES, CHANGES = "brake-empty", "brake-deletes", "brake-changes"
EMPTIED = 10  # records deleted, from which on it counts that nothing is left
TIMES = 20  # writes in a row, of the same field or the same few, that nobody's work explains
RECURS = 6  # in so many of them each of these fields is: three may take turns
SPAN = timedelta(minutes=15)  # between one of them and the next, where passes are not further apart
SERVICES = {"dynamics": "Dynamics", "marketo": "Marketo"}


@dataclass(frozen=True, slots=True)
class Brakes:
    """More than this share of an object, in per cent, deleted or changed in one reading holds it.

    `few_deleted` and `few_changed` are absolute: so many, or fewer, never brake, unless it was all there was. At 100
    per cent a brake is off.
    """

    deleted: int = 10
    changed: int = 50
    few_deleted: int = 100
    few_changed: int = 1000


@dataclass(frozen=True, slots=True)
class Brake:
    """Why an object is held. The message is ours: numbers and names of objects and fields, nothing of anybody."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Sight:
    """What one reading of an object on `side` has shown so far. `empty`: all of it was read, and there was nothing."""

    object: str
    side: Side
    deleted: int = 0
    changed: int = 0
    empty: bool = False


def enough(sight: Sight, brakes: Brakes) -> int:
    """How many records must be known for this sight to be no cause for a brake; 0 where so few never are."""
    deletes = _least(sight.deleted, brakes.deleted) if _are_many(sight, brakes) else 0
    if not deletes and sight.deleted >= EMPTIED:  # only where nothing else is known
        deletes = min(sight.deleted + 1, _least(sight.deleted, brakes.deleted))
    changes = _least(sight.changed, brakes.changed) if sight.changed > brakes.few_changed else 0
    return max(deletes, changes)


def _least(seen: int, share: int) -> int:
    """The smallest number of which `seen` is not more than `share` per cent."""
    return -(-seen * 100 // share)


def _are_many(sight: Sight, brakes: Brakes) -> bool:
    """Whether so many were deleted that their share matters; of a side that shows nothing any more, a few do."""
    return sight.deleted > brakes.few_deleted or (sight.empty and sight.deleted >= EMPTIED)


def brake(sight: Sight, known: int, brakes: Brakes) -> Brake | None:
    """Whether to hold the object, of which `known` records are kept in step. A database that knows none never does."""
    if not known:
        return None
    many = _are_many(sight, brakes) or sight.deleted >= max(known, EMPTIED)
    if many and sight.deleted * 100 > brakes.deleted * known:
        if sight.empty:
            service = SERVICES[sight.side]
            return Brake(EMPTY, f"{service} shows no {sight.object} at all, of {known:,} that were in step")
        return Brake(DELETES, _said(sight, sight.deleted, "deleted", known, brakes.deleted))
    if sight.changed > brakes.few_changed and sight.changed * 100 > brakes.changed * known:
        return Brake(CHANGES, _said(sight, sight.changed, "changed", known, brakes.changed))
    return None


def _said(sight: Sight, seen: int, what: str, known: int, share: int) -> str:
    part = f"{seen:,} of {known:,} {sight.object} ({seen * 100 // known} %)"
    return f"{part} were {what} in {SERVICES[sight.side]} in one reading; the brake is {share} %"


@dataclass(frozen=True, slots=True)
class Write:
    """One of our writes of a record: when, and which fields; none named where all were written."""

    at: datetime
    fields: tuple[str, ...]


def span(apart: timedelta) -> timedelta:
    """How long after each other writes may be a loop's, where passes are so far `apart`: it is met in each of them."""
    return max(SPAN, 2 * apart)


def loop(one: Object, writes: Sequence[Write], now: datetime, within: timedelta = SPAN) -> str | None:
    """What to say of a record that was written again and again; None where that is somebody's work.

    `writes` are the newest first, in both directions; `within` is the most that may be between two of a loop. It writes
    the same field every time, or the same few in turn, and goes both ways or comes from Dynamics: a score that Marketo
    counts up is written as often, and is no loop.
    """
    last = writes[:TIMES]
    moments = [now, *(each.at for each in last)]
    if len(last) < TIMES or any(later - earlier > within for later, earlier in pairwise(moments)):
        return None
    scores = {each.name for each in one.travelling("to-dynamics") if len(each.directions) == 1}
    times = Counter(name for each in last for name in each.fields if name not in scores)
    always = [name for name, met in times.items() if met == TIMES]
    found = always or [name for name, met in times.items() if met >= RECURS]
    if not all(set(found) & set(each.fields) for each in last):
        return None
    minutes = max(round((last[0].at - last[-1].at) / timedelta(minutes=1)), 1)
    how = "each time" if always else "in turn"
    return f"Written {TIMES} times within {minutes} minutes, {how}: {', '.join(found)}"
