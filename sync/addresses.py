"""A new e-mail address that is about to be written: is there somebody else on that side who has it?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from storage.changes import Candidate, Link
from storage.ledger.links import links_by
from sync.claims import Claim, Item
from sync.decide import Update
from sync.engine import Engine
from sync.errors import Never
from sync.keeping import MERGED
from sync.matching import address, address_of, stands_alone
from sync.objects import Object
from sync.push import ARRIVING, failed
from sync.values import fingerprint

EMAIL_TAKEN = "email-taken"


@dataclass(frozen=True, slots=True)
class Holder:
    """A record that has an address. `person` is the Marketo id of who it is, "" for nobody; `linked` on both sides."""

    candidate: Candidate
    person: str
    linked: bool


async def park_taken(engine: Engine, claimed: Claim, items: Sequence[Item]) -> list[Item]:
    """Parks the updates that would give a record somebody else's address, and returns the rest."""
    items = _after_the_import(engine, claimed, items)
    mails = {item.change.id: new for item in items if (new := _new_address(claimed.one, item))}
    if not mails:
        return list(items)
    asked = list(dict.fromkeys(mails.values()))
    look = _in_marketo if claimed.direction == "to-marketo" else _in_dynamics
    holders = await look(engine, claimed.one, asked)
    first: dict[str, Link] = {}
    left = []
    for item in items:
        mail = mails.get(item.change.id, "")
        taken = _taken(claimed, item, holders.get(mail, ()), first.setdefault(mail, _link(item))) if mail else ()
        if taken:
            failed(engine, claimed, item, Never(EMAIL_TAKEN, _message(taken), taken), timedelta())
        else:
            left.append(item)
    return left


def _after_the_import(engine: Engine, claimed: Claim, items: Sequence[Item]) -> list[Item]:
    """An address in the file of a bulk import goes to nobody else meanwhile: Marketo does not show its holder yet."""
    if claimed.direction == "to-dynamics":
        return list(items)
    arriving = {mail for mails in engine.importing.values() for mail in mails}
    wait = [item for item in items if arriving and _new_address(claimed.one, item) in arriving]
    for item in wait:
        failed(engine, claimed, item, ARRIVING, timedelta())
    return [item for item in items if item not in wait]


def _link(item: Item) -> Link:
    assert item.link is not None
    return item.link


def _new_address(one: Object, item: Item) -> str:
    """The address that an update brings; none where somebody said that this record may have it."""
    if not isinstance(item.decision, Update) or item.link is None or stands_alone(item.change):
        return ""
    mail = address(item.decision.values)
    return mail if mail and fingerprint(one.field("email"), mail) != item.link.agreed.get("email") else ""


def _taken(claimed: Claim, item: Item, holders: Sequence[Holder], first: Link) -> tuple[Candidate, ...]:
    """The others who have the address, where that is in the way; or who gets it in this very round."""
    one, own = claimed.one, _link(item)
    if found := in_the_way(one, str(own.marketo_id), holders):
        return found
    if first.marketo_id == own.marketo_id:
        return ()
    return (Candidate(one.name, str(first.marketo_id if claimed.direction == "to-marketo" else first.dynamics_id)),)


def in_the_way(one: Object, person: str, holders: Sequence[Holder]) -> tuple[Candidate, ...]:
    """Of those who have an address that `person` is to get: the others, if one is linked, or if there are several."""
    others = [each for each in holders if each.person != person]
    if any(each.linked for each in others) or (one.same_email == "park" and len(others) > 1):
        return tuple(each.candidate for each in others)
    return ()


def _message(taken: Sequence[Candidate]) -> str:
    named = ", ".join(f"{each.object} {each.id}" for each in taken)
    return f"The new e-mail address belongs to somebody else already: {named}"


async def _in_marketo(engine: Engine, one: Object, mails: Sequence[str]) -> Mapping[str, list[Holder]]:
    people = await engine.marketo.find_people("email", mails, ["id", "email"])
    ids = [str(person["id"]) for person in people]
    linked: set[str] = set()
    async with engine.database.read() as connection:
        for each in engine.people:
            found = await links_by(connection, each.name, "marketo_id", ids)
            linked |= {person for person, link in found.items() if _stands(link)}
    held: dict[str, list[Holder]] = {}
    for person, marketo_id in zip(people, ids, strict=True):
        holder = Holder(Candidate(one.name, marketo_id), marketo_id, marketo_id in linked)
        held.setdefault(str(person["email"]).lower(), []).append(holder)
    return held


def _stands(link: Link) -> bool:
    """Whether a person still is somebody in Dynamics. Who lost a merge there keeps the address in Marketo only."""
    return bool(link.dynamics_id) and not link.dynamics_deleted and link.left_out != MERGED


async def _in_dynamics(engine: Engine, one: Object, mails: Sequence[str]) -> Mapping[str, list[Holder]]:
    held: dict[str, list[Holder]] = {}
    for each in engine.people:
        columns = [each.dynamics_key, "emailaddress1"]
        rows = await engine.dynamics.find(each.entity_set, "emailaddress1", mails, columns)
        async with engine.database.read() as connection:
            links = await links_by(connection, each.name, "dynamics_id", [row[each.dynamics_key] for row in rows])
        for row in rows:
            link = links.get(row[each.dynamics_key])
            if link and link.left_out == MERGED:  # what it was, the winner is
                continue
            person = (link and link.marketo_id) or ""
            holder = Holder(Candidate(each.name, row[each.dynamics_key]), person, bool(person))
            held.setdefault(address_of(row), []).append(holder)
    return held
