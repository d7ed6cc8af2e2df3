"""Where a Dynamics row and its record in Marketo do not agree, and which side has to be put right. Pure.

Both sides are compared in the compared form of sync/values.py, and only in what has to agree by the rules. A field is
put right as two records that were just matched are: what travels one way has its source, an opt-out always stands, an
empty side is filled; beyond that, the side that changed since both agreed stands, and where both did the rule decides.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from storage.changes import Difference, Direction, Link, Side
from sync.decide import CLOSED, source_of
from sync.objects import Field, Object
from sync.values import fingerprint

TWIN = "a contact as well as a lead"
BLOCKED = "blocked in Marketo"
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """One record as both sides hold it: the values of either in their compared form.

    `silent` are fields that tell nothing about this record, because another one writes them too; `blocked` those that
    Marketo does not let us write.
    """

    ours: Values
    theirs: Values
    link: Link
    closed: bool = False
    silent: Collection[str] = ()
    blocked: Collection[str] = ()


@dataclass(slots=True)
class Mending:
    """How a pair is put right: what to take for agreed, so that the values noted in each direction look like edits."""

    agreed: dict[str, str] = field(default_factory=dict)
    notes: dict[Direction, dict[str, Any]] = field(default_factory=lambda: {"to-marketo": {}, "to-dynamics": {}})


def differing(one: Object, pair: Pair) -> tuple[list[Field], str]:
    """The fields in which the two have to agree and do not; and where only excused ones differ, what excuses them."""
    excuse, found = "", []
    for each in one.fields:
        if each.on_creation or each.name in pair.silent or is_same(each, pair):
            continue
        if each.name in pair.blocked:
            excuse = BLOCKED
        elif pair.closed and not _must_reach_marketo(each, pair):
            excuse = CLOSED
        else:
            found.append(each)
    return found, "" if found else excuse


def is_same(each: Field, pair: Pair) -> bool:
    """A score that nobody gave is nought on the side that counts it, and nothing on the other."""
    ours, theirs = pair.ours.get(each.name), pair.theirs.get(each.name)
    if each.directions == ("to-dynamics",) and each.kind == "number":
        ours, theirs = ours or 0, theirs or 0
    return fingerprint(each, ours) == fingerprint(each, theirs)


def _must_reach_marketo(each: Field, pair: Pair) -> bool:
    """Of a closed row: nothing is written to it, but what was changed in it still travels."""
    if "to-marketo" not in each.directions or (each.opt_out and not pair.ours.get(each.name)):
        return False
    return len(each.directions) == 1 or _changed(each, pair.ours, pair.link)


def _changed(each: Field, values: Values, link: Link) -> bool:
    return fingerprint(each, values.get(each.name)) != link.agreed.get(each.name, "")


def value_differences(one: Object, pair: Pair, label: str) -> tuple[list[Difference], str]:
    """`differing`, as what people are shown."""
    found, excuse = differing(one, pair)
    ids = (pair.link.dynamics_id, pair.link.marketo_id)
    shown = [
        Difference("value", *ids, label, each.name, spelt(pair.ours.get(each.name)), spelt(pair.theirs.get(each.name)))
        for each in found
    ]
    return shown, excuse


def spelt(value: Any) -> str | None:
    """A value in its compared form as text; flags as either side's JSON spells them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def mend(fields: Collection[Field], pair: Pair) -> Mending:
    """How the pair's `fields` are put right, wherever they differ; nobody is opted in."""
    mending = Mending()
    for each in fields:
        if is_same(each, pair):
            continue
        stays = standing(each, pair)
        values, gives_way = (pair.ours, pair.theirs) if stays == "dynamics" else (pair.theirs, pair.ours)
        direction: Direction = "to-marketo" if stays == "dynamics" else "to-dynamics"
        if direction in each.directions and not (direction == "to-dynamics" and pair.closed):
            mending.agreed[each.name] = fingerprint(each, gives_way.get(each.name))
            mending.notes[direction][each.name] = values.get(each.name)
    return mending


def standing(each: Field, pair: Pair) -> Side:
    """Whose value stands."""
    ours, theirs = pair.ours.get(each.name), pair.theirs.get(each.name)
    if each.opt_out:
        return "dynamics" if ours else "marketo"
    if len(each.directions) == 1:
        return source_of(each.directions[0])
    if each.name not in pair.link.agreed and (ours is None or theirs is None):
        return "marketo" if ours is None else "dynamics"
    here, there = _changed(each, pair.ours, pair.link), _changed(each, pair.theirs, pair.link)
    if each.name not in pair.link.agreed or here == there:
        return each.wins
    return "dynamics" if here else "marketo"
