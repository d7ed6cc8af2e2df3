"""Which person in Marketo is this Dynamics row?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Change, Link
from storage.ledger.claiming import waiting_deletes
from storage.ledger.links import links_by
from sync.decide import first_agreement
from sync.engine import Engine
from sync.errors import Never
from sync.keeping import rules_of, why_left_out
from sync.matching import (
    AMBIGUOUS,
    SHARES_PERSON,
    Matches,
    Person,
    Shared,
    address,
    address_of,
    as_candidates,
    chosen,
    id_fields,
    several,
    stands_alone,
)
from sync.objects import Object
from sync.pull_marketo import person_fields
from sync.rows_read import CLOSED, ETAG, ORIGIN
from sync.values import from_marketo


async def in_marketo(engine: Engine, one: Object, inserts: Sequence[Change], by_id: bool) -> Matches:
    """Looks for people in Marketo who are these Dynamics rows. `by_id` where our id field may hold them already."""
    matches = Matches()
    await _take_known(engine, one, inserts, matches)
    for key in id_fields(engine, one) if by_id else ():
        missing = [change.record_id for change in matches.undecided(inserts)]
        people = await engine.marketo.find_people(key, missing, person_fields(engine)) if missing else []
        _take_by_id(one, key, matches.undecided(inserts), people, matches)
    rest = [each for each in matches.undecided(inserts) if address(each.values) and not stands_alone(each)]
    if rest:
        await _by_address(engine, one, rest, matches)
    return matches


async def _take_known(engine: Engine, one: Object, inserts: Sequence[Change], matches: Matches) -> None:
    """The person that somebody chose, or who was the lead that this contact was qualified from."""
    wanted = await _originals(engine, one, inserts)
    wanted |= {each.record_id: pick.id for each in inserts if (pick := chosen(each))}
    if not wanted:
        return
    read = await engine.marketo.find_people("id", list(dict.fromkeys(wanted.values())), person_fields(engine))
    people = {str(person["id"]): person for person in read}
    async with engine.database.read() as connection:
        held = await links_by(connection, one.name, "marketo_id", list(people))
    for change in inserts:
        person = people.get(wanted.get(change.record_id, ""))
        holder = held.get(str(person["id"])) if person else None
        if person and (chosen(change) or holder is None or holder.dynamics_id == change.record_id):
            _link_to_person(one, change, person, matches, holder)


async def _originals(engine: Engine, one: Object, inserts: Sequence[Change]) -> dict[str, str]:
    """The people who were the leads that these contacts were qualified from, by the contacts' ids."""
    origins = {each.record_id: str(each.values[ORIGIN]) for each in inserts if each.values.get(ORIGIN)}
    leads = next((each for each in engine.people if each.table == "lead"), None)
    if not origins or leads is None:
        return {}
    async with engine.database.read() as connection:
        found = await links_by(connection, leads.name, "dynamics_id", list(origins.values()))
    return {
        contact: link.marketo_id
        for contact, lead in origins.items()
        if (link := found.get(lead)) and link.marketo_id and not link.planned
    }


def _take_by_id(one: Object, key: str, inserts: Sequence[Change], people: Iterable[Person], matches: Matches) -> None:
    holders: dict[str, list[Person]] = {}
    for person in people:
        holders.setdefault(str(person[key]).lower(), []).append(person)
    for change in inserts:
        found = holders.get(change.record_id.lower(), [])
        if len(found) > 1:
            named = as_candidates(one, (person["id"] for person in found))
            matches.refused[change.record_id] = several("people in Marketo hold this Dynamics id", named)
        elif found:
            _link_to_person(one, change, found[0], matches)


def _link_to_person(one: Object, change: Change, person: Person, matches: Matches, former: Link | None = None) -> None:
    values = from_marketo(one, person)
    matches.values[change.record_id] = values
    if former and former.dynamics_deleted and former.dynamics_id != change.record_id:
        matches.former.append(former)
    if person.get(one.marketo_key) != change.record_id:
        matches.unmarked.add(change.record_id)
    matches.links[change.record_id] = Link(
        one.name,
        change.record_id,
        str(person["id"]),
        agreed=first_agreement(one, change.values, values),
        etag=change.values.get(ETAG),
        closed=bool(change.values.get(CLOSED)),
    )


@dataclass(frozen=True, slots=True)
class Meeting:
    """Who has one address: `people` in Marketo, `rows` in Dynamics (their ids), whose links are known by person id.

    `leaving` are the rows whose deletion waits to be told, `gone` those of which it was told.
    """

    people: Sequence[Person]
    rows: Sequence[str]
    links: Mapping[str, Link]
    leaving: frozenset[str]
    gone: frozenset[str]

    def holder(self, one: Object, person: Person) -> str | None:
        """The row, as far as we know a living one, that a person is already."""
        link = self.links.get(str(person["id"]))
        if link is not None:
            return None if link.dynamics_deleted else link.dynamics_id
        key = str(person.get(one.marketo_key) or "")
        return None if key in self.gone else key or None


async def _by_address(engine: Engine, one: Object, inserts: Sequence[Change], matches: Matches) -> None:
    met = await _meetings(engine, one, list(dict.fromkeys(address(change.values) for change in inserts)))
    first: dict[str, str] = {}
    for change in inserts:
        mail = address(change.values)
        found = meet(one, change.record_id, met[mail], first.get(mail))
        if isinstance(found, Never):
            matches.refused[change.record_id] = found
        elif isinstance(found, Shared):
            matches.skipped[change.record_id] = found
        elif isinstance(found, str):
            matches.waits[change.record_id] = f"{one.name}:{found}"
        elif found is not None:
            _link_to_person(one, change, found, matches, met[mail].links.get(str(found["id"])))
        if not isinstance(found, Never | Shared | str):
            first.setdefault(mail, change.record_id)


async def _meetings(engine: Engine, one: Object, addresses: Sequence[str]) -> dict[str, Meeting]:
    people: dict[str, list[Person]] = {mail: [] for mail in addresses}
    for person in await engine.marketo.find_people("email", addresses, person_fields(engine)):
        people.setdefault(str(person["email"]).lower(), []).append(person)
    asked = [mail for mail in addresses if people[mail]]
    columns, rules = [one.dynamics_key, "emailaddress1", *one.judged_columns], rules_of(one)
    rows = await engine.dynamics.find(one.entity_set, "emailaddress1", asked, columns) if asked else []
    rows = [row for row in rows if not why_left_out(rules, row)]
    async with engine.database.read() as connection:
        links = await _links_of(connection, one, people.values())
        holders = [link.dynamics_id for link in links.values() if link.dynamics_id]
        leaving = await waiting_deletes(connection, one.name, "to-marketo", holders)
        gone = await _gone(connection, one, people.values())
    return {
        mail: Meeting(
            people[mail], [row[one.dynamics_key] for row in rows if address_of(row) == mail], links, leaving, gone
        )
        for mail in addresses
    }


async def _gone(connection: AsyncConnection, one: Object, people: Iterable[Sequence[Person]]) -> frozenset[str]:
    """The rows that people still name, but of which we know that they were deleted."""
    named = [str(person[one.marketo_key]) for found in people for person in found if person.get(one.marketo_key)]
    links = await links_by(connection, one.name, "dynamics_id", named)
    return frozenset(row_id for row_id, link in links.items() if link.dynamics_deleted)


async def _links_of(connection: AsyncConnection, one: Object, people: Iterable[Sequence[Person]]) -> dict[str, Link]:
    ids = [str(person["id"]) for found in people for person in found]
    return await links_by(connection, one.name, "marketo_id", ids)


def meet(one: Object, row_id: str, met: Meeting, first: str | None) -> Person | Shared | Never | str | None:
    """What becomes of a row whose address others may have: the person it is, or None for a new one.

    A str is the row that has to be written before this can be known: a former holder whose deletion waits to be
    told, or the `first` of the same round with this address.
    """
    holders = {str(person["id"]): holder for person in met.people if (holder := met.holder(one, person))}
    held = {person: holder for person, holder in holders.items() if holder != row_id}
    going = next((holder for holder in held.values() if holder in met.leaving), None)
    if going:
        return going
    free = [person for person in met.people if str(person["id"]) not in held]
    others = [each for each in met.rows if each != row_id]
    if one.same_email == "separate":
        return free[0] if len(met.people) == len(free) == 1 and not others and first is None else None
    if first:
        return first
    if one.same_email == "share" and len(held) == 1:
        return Shared(SHARES_PERSON, next(iter(held)))
    refusal = _why_not(one, row_id, met, held, others if one.same_email == "park" else [])
    return refusal or (free[0] if free else None)


def _why_not(one: Object, row_id: str, met: Meeting, held: Mapping[str, str], others: Sequence[str]) -> Never | None:
    named = as_candidates(one, (person["id"] for person in met.people))
    if len(met.people) > 1:
        return several("people in Marketo have this e-mail address", named)
    for person, holder in held.items():
        message = f"Person {person} in Marketo has this e-mail address and is {holder} in Dynamics already"
        return Never(AMBIGUOUS, message, named)
    if met.people and others:
        listed = ", ".join([row_id, *others])
        return Never(AMBIGUOUS, f"Several {one.name} in Dynamics have this e-mail address: {listed}", named)
    return None
