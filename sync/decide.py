"""What one change deserves, decided in values: insert, update, or nothing and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from storage.changes import EQUAL, Change, Direction, Link, Side
from sync.objects import Field, Object
from sync.values import compared, fingerprint

LOST = "the other side's edit won"
DELETED_FIRST = "deleted before it was synced"
GONE = "deleted in Dynamics"
CLOSED = "closed in Dynamics"


@dataclass(frozen=True, slots=True)
class Insert:
    """A record that the other side lacks, with all that is worth sending."""

    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """Fields of a record that the other side has."""

    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delete:
    """The source is gone; the other side is told by a flag."""

    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skip:
    """Nothing to write. `agreed` are the fields found equal meanwhile."""

    reason: str
    agreed: Mapping[str, Any] = field(default_factory=dict)


Write = Insert | Update | Delete
Decision = Write | Skip


def source_of(direction: Direction) -> Side:
    return "dynamics" if direction == "to-marketo" else "marketo"


def decide(
    one: Object,
    change: Change,
    link: Link | None,
    other_side: Mapping[str, Any] | None,
    refused: Mapping[str, Any] | None = None,
) -> Decision:
    """`other_side` is the newest known of the other side's values where it has a change waiting too, else None.

    `refused` are its values likewise where that change is parked: they yield to an edit, and to nothing less.
    """
    exists = link is not None and _other_id(change.direction, link) is not None and not link.planned
    if change.operation == "delete":
        return Delete() if exists and change.direction == "to-marketo" else Skip(DELETED_FIRST)
    if link is not None and link.left_out and not (change.direction == "to-dynamics" and link.dynamics_deleted):
        return Skip(link.left_out)
    if link is None or not exists:
        return Insert(worth_inserting(one, change))
    if change.direction == "to-dynamics" and link.dynamics_deleted:
        return Insert(worth_inserting(one, change)) if change.operation == "insert" else Skip(GONE)
    if change.direction == "to-dynamics" and link.closed:
        return Skip(CLOSED)
    return _three_way(one, change, link, other_side, refused)


def _other_id(direction: Direction, link: Link) -> str | None:
    return link.marketo_id if direction == "to-marketo" else link.dynamics_id


def worth_inserting(one: Object, change: Change) -> dict[str, Any]:
    """All that has a value. A flag that is off is left out, so that an insert can never opt anybody in."""
    fields = one.travelling(change.direction)
    if change.direction == "to-dynamics":
        fields += tuple(each for each in one.fields if each.owner or each.on_creation)
    present = {each.name: change.values.get(each.name) for each in fields}
    return {name: value for name, value in present.items() if value is not None and value is not False}


def _three_way(
    one: Object, change: Change, link: Link, other_side: Mapping[str, Any] | None, refused: Mapping[str, Any] | None
) -> Update | Skip:
    """Field by field against what was agreed last: changed here only is copied, changed on both sides collides."""
    write: dict[str, Any] = {}
    equal: dict[str, Any] = {}
    lost = False
    for each in one.travelling(change.direction):
        if each.name not in change.values:
            continue
        value = change.values[each.name]
        if change.cautious and each.opt_out and not value:
            continue
        mine = fingerprint(each, value)
        before = link.agreed.get(each.name, "")
        if mine == before and not _must_repeat(each, value, change, link):
            continue
        if mine == before and not each.opt_out and any(_is_edit(each, link, side) for side in (other_side, refused)):
            continue
        theirs = _their_edit(each, before, other_side)
        if theirs == mine:
            equal[each.name] = value
        elif theirs is None or wins(each, change.direction, value):
            write[each.name] = value
        else:
            lost = True
    return Update(write) if write or change.extra else Skip(LOST if lost else EQUAL, equal)


def _must_repeat(each: Field, value: Any, change: Change, link: Link) -> bool:
    """After a write of unknown outcome, or a return from the dead, everything is written once more but an opt-in."""
    return (change.unsure or link.dynamics_deleted) and not (each.opt_out and not value)


def _their_edit(each: Field, before: str, other_side: Mapping[str, Any] | None) -> str | None:
    """The fingerprint the other side has edited this field to, or None where it has not."""
    if other_side is None or each.name not in other_side:
        return None
    theirs = fingerprint(each, other_side[each.name])
    return None if theirs == before else theirs


def _is_edit(each: Field, link: Link, side: Mapping[str, Any] | None) -> bool:
    """Whether that side edited this field, and it is no echo: what is merely repeated must not overwrite that."""
    _, ours = link.sent.get(each.name, ("", None))
    return _their_edit(each, link.agreed.get(each.name, ""), side) not in (None, ours)


def wins(each: Field, direction: Direction, value: Any) -> bool:
    """Whether this side's value stands when both sides changed the field. An opt-out always stands."""
    if each.opt_out:
        return bool(value)
    return len(each.directions) == 1 or each.wins == source_of(direction)


def agreed_by_insert(one: Object, direction: Direction, values: Mapping[str, Any]) -> dict[str, str]:
    """What both sides hold once `values` were inserted: those, and nothing in the fields that travel the other way."""
    return {
        each.name: fingerprint(each, values.get(each.name) if direction in each.directions else compared(each, None))
        for each in one.fields
    }


def first_agreement(one: Object, dynamics: Mapping[str, Any], marketo: Mapping[str, Any]) -> dict[str, str]:
    """What two records that were just matched are taken to have agreed on, so that the usual comparison does right.

    Equal values agree. Where they differ, the value that has to give way is taken as agreed: then the other one
    looks like the only edit, and is copied. An empty side gives way, an opt-out never does, else the rule decides.
    """
    agreed = {}
    for each in one.fields:
        ours, theirs = dynamics.get(each.name), marketo.get(each.name)
        stays = marketo if _marketo_stays(each, ours, theirs) else dynamics
        gives_way = dynamics if stays is marketo else marketo
        agreed[each.name] = fingerprint(each, gives_way.get(each.name))
    return agreed


def _marketo_stays(each: Field, dynamics: Any, marketo: Any) -> bool:
    if each.opt_out:
        return bool(marketo)
    if len(each.directions) == 1:
        return each.directions[0] == "to-dynamics" and marketo is not None
    if dynamics is None or marketo is None:
        return dynamics is None
    return each.wins == "marketo"


def edited(one: Object, direction: Direction, values: Mapping[str, Any], link: Link) -> bool:
    """Whether a record's values hold anything that is neither agreed nor sent: an edit rather than an echo."""
    for each in one.travelling(direction):
        if each.name not in values:
            continue
        found = fingerprint(each, values[each.name])
        if found == link.agreed.get(each.name, ""):
            continue
        sent = link.sent.get(each.name)
        if sent is None or found != sent[1]:
            return True
    return False
