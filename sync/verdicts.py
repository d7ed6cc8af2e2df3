"""What a comparison makes of one record, whichever of the two sides it was met on. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from storage.changes import Difference, DifferenceKind, Link
from sync.differing import TWIN, Pair, spelt, value_differences
from sync.objects import Object
from sync.values import flag, from_dynamics, from_marketo, label

GONE = "gone on both sides"
PARTED = "deleted in Marketo"  # a person who comes back when the row is edited, not before
KEPT = "kept in Marketo"  # users leave, and the records that refer to them stay

Outcome = Literal["equal", "different", "waiting", "just edited", "in errors", "left out"]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Met:
    """One record as it was met: its Dynamics row, the link we keep, and what Marketo holds of it.

    `closed` is a row that is not written to. `twin` says that the person is linked as a lead and as a contact. `names`
    are the values of references that Marketo knows by an id of its own, `silent` the fields that tell nothing, and
    `blocked` those that Marketo does not let us write. `made_by_us` is a row that was created from a person.
    """

    row: Row
    link: Link | None
    there: Sequence[Row]
    closed: bool = False
    twin: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    blocked: Collection[str] = ()
    made_by_us: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one record: `reason` says why it is left out; `pair` is there where both sides were compared."""

    outcome: Outcome
    reason: str = ""
    differences: tuple[Difference, ...] = ()
    pair: Pair | None = None


EQUAL = Verdict("equal")


def left_out(reason: str) -> Verdict:
    return Verdict("left out", reason)


def judge_row(one: Object, met: Met) -> Verdict:
    """A row that is in Dynamics, and is kept in step."""
    link, dynamics_id = met.link, str(met.row[one.dynamics_key])
    if link is None or link.marketo_id is None:
        if met.there:
            return _apart(one, met, "not linked", _id(one, met.there[0]))
        return _apart(one, met, "missing in marketo", None) if link is None else left_out(PARTED)
    if not met.there:
        return _apart(one, met, "missing in marketo", link.marketo_id)
    if met.twin and one.person_type == "Lead":
        return left_out(TWIN)
    there = met.there[0]
    if one.marketo_key and str(there.get(one.marketo_key) or "").lower() != dynamics_id.lower():
        return _apart(one, met, "linked wrongly", link.marketo_id, one.marketo_key, there.get(one.marketo_key))
    return _judge_values(one, met, link, there)


def _apart(
    one: Object, met: Met, kind: DifferenceKind, marketo_id: str | None, field: str = "", held: Any = None
) -> Verdict:
    dynamics_id = str(met.row[one.dynamics_key])
    wanted = dynamics_id if field else None
    found = Difference(kind, dynamics_id, marketo_id, label(one, met.row), field, wanted, spelt(held))
    return Verdict("different", differences=(found,))


def _id(one: Object, there: Row) -> str | None:
    """Marketo's own id of a record; other objects than people have a marketoGUID, or an id."""
    found = there.get("id") if one.is_person else there.get("marketoGUID") or there.get("id")
    return None if found is None else str(found)


def _judge_values(one: Object, met: Met, link: Link, there: Row) -> Verdict:
    pair = pair_of(one, met, link, there)
    found, excuse = value_differences(one, pair, label(one, met.row))
    if one.deleted_field and not met.twin and flag(there.get(one.deleted_field)):
        ids = (link.dynamics_id, link.marketo_id)
        found.append(Difference("value", *ids, label(one, met.row), one.deleted_field, "false", "true"))
    if found:
        return Verdict("different", "", tuple(found), pair)
    return left_out(excuse) if excuse else EQUAL


def pair_of(one: Object, met: Met, link: Link, there: Row) -> Pair:
    """Both sides' values; of a person who is a lead too, not those that the lead writes as well.

    A row that we made from a person lacks what is Dynamics' to give: until somebody gives it, Marketo's value stays.
    """
    ours = {**from_dynamics(one, met.row), **met.names}
    to_give = {each.name for each in one.fields if each.directions == ("to-marketo",)}
    never_given = {name for name in to_give if met.made_by_us and ours[name] is None}
    silent = met.silent | (to_give if met.twin else never_given)
    return Pair(ours, from_marketo(one, there), link, met.closed, silent, met.blocked)


def judge_gone(one: Object, link: Link, there: Sequence[Row], twin: bool) -> Verdict:
    """A link whose row is not in Dynamics (any more): Marketo has to say so, or must not have it either."""
    if not there:
        return left_out(GONE)
    if twin:
        return left_out(TWIN)
    if one.is_person or one.deleted_field:
        if one.deleted_field and flag(there[0].get(one.deleted_field)):
            return EQUAL
    elif one.marketo_key and not one.is_custom:
        return left_out(KEPT)
    found = Difference("missing in dynamics", link.dynamics_id, link.marketo_id, "", one.deleted_field)
    return Verdict("different", differences=(found,))
