"""Link before inserting: does the other side have this record already?

A person is matched by our id field, then by the native connector's, then by an e-mail address that is unique on both
sides. Several candidates are an error that names them, never a guess.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from storage.changes import Change, Link
from storage.ledger.links import links_by
from sync.decide import first_agreement
from sync.engine import Engine
from sync.errors import Never
from sync.objects import CONTACTS, LEADS, SYNC, Object
from sync.pull_dynamics import CLOSED, ETAG, is_closed
from sync.pull_marketo import person_fields
from sync.values import flag, from_dynamics, from_marketo

AMBIGUOUS = "ambiguous"
NATIVE_IDS = {"leads": "msftLeadId", "contacts": "msftContactId"}


@dataclass(slots=True)
class Matches:
    """What was found for changes about to be inserted, by record id: a link, a refusal, or a reason to leave it be.

    `values` are Marketo's and `rows` Dynamics' as just read, for what has to travel back. A link may be of another
    object than the change's: a person flagged to become a lead who is a contact already. `unmarked` people do not
    hold their Dynamics id yet.
    """

    links: dict[str, Link] = field(default_factory=dict)
    refused: dict[str, Never] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    values: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    rows: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    unmarked: set[str] = field(default_factory=set)


Person = Mapping[str, Any]


def address(values: Mapping[str, Any]) -> str:
    """The e-mail address to match by, in lower case; none with a comma, at which Marketo splits a list of values."""
    found = str(values.get("email") or "").lower()
    return "" if "," in found else found


async def in_marketo(engine: Engine, one: Object, inserts: Sequence[Change], by_id: bool) -> Matches:
    """Looks for people in Marketo who are these Dynamics rows. `by_id` where our id field may hold them already."""
    matches = Matches()
    if by_id:
        keys = [one.marketo_key] + [each for each in (NATIVE_IDS[one.name],) if each in engine.native_ids]
        for key in keys:
            missing = [change.record_id for change in inserts if change.record_id not in matches.links]
            people = await engine.marketo.find_people(key, missing, person_fields(engine)) if missing else []
            _take_by_id(one, key, inserts, people, matches)
    rest = [
        each for each in inserts if each.record_id not in {*matches.links, *matches.refused} and address(each.values)
    ]
    if rest:
        await _by_address(engine, one, rest, matches)
    return matches


def _take_by_id(one: Object, key: str, inserts: Sequence[Change], people: Iterable[Person], matches: Matches) -> None:
    holders: dict[str, list[Person]] = {}
    for person in people:
        holders.setdefault(str(person[key]).lower(), []).append(person)
    for change in inserts:
        found = holders.get(change.record_id.lower(), [])
        if len(found) > 1:
            matches.refused[change.record_id] = _several("people in Marketo hold this Dynamics id", found)
        elif found:
            _link_to_person(one, change, found[0], matches)


def _link_to_person(one: Object, change: Change, person: Person, matches: Matches) -> None:
    values = from_marketo(one, person)
    matches.values[change.record_id] = values
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


def _several(what: str, people: Iterable[Person]) -> Never:
    ids = ", ".join(sorted(str(person["id"]) for person in people))
    return Never(AMBIGUOUS, f"Several {what}: {ids}")


async def _by_address(engine: Engine, one: Object, inserts: Sequence[Change], matches: Matches) -> None:
    addresses = list(dict.fromkeys(address(change.values) for change in inserts))
    people: dict[str, list[Person]] = {}
    for person in await engine.marketo.find_people("email", addresses, person_fields(engine)):
        people.setdefault(str(person["email"]).lower(), []).append(person)
    rows = await _rows_with(engine, one, list(people))
    taken = await _taken(engine, one, people)
    first: dict[str, str] = {}
    for change in inserts:
        mail = address(change.values)
        others = [row[one.dynamics_key] for row in rows if address_of(row) == mail]
        refusal = _why_not(
            one, change, people.get(mail, []), [each for each in others if each != change.record_id], taken
        )
        if refusal is None and mail in first:
            refusal = Never(
                AMBIGUOUS, f"Several {one.name} in Dynamics have this e-mail address: {first[mail]}, {change.record_id}"
            )
        first.setdefault(mail, change.record_id)
        if refusal:
            matches.refused[change.record_id] = refusal
        elif mail in people:
            _link_to_person(one, change, people[mail][0], matches)


def address_of(row: Mapping[str, Any]) -> str:
    return str(row.get("emailaddress1") or "").strip().lower()


async def _rows_with(engine: Engine, one: Object, addresses: Sequence[str]) -> list[dict[str, Any]]:
    """The Dynamics rows with these addresses: one address may match one row only."""
    if not addresses:
        return []
    return await engine.dynamics.find(one.entity_set, "emailaddress1", addresses, [one.dynamics_key, "emailaddress1"])


async def _taken(engine: Engine, one: Object, people: Mapping[str, Sequence[Person]]) -> dict[str, Link]:
    ids = [str(person["id"]) for found in people.values() for person in found]
    async with engine.database.read() as connection:
        return await links_by(connection, one.name, "marketo_id", ids)


def _why_not(
    one: Object, change: Change, found: Sequence[Person], others: Sequence[str], taken: Mapping[str, Link]
) -> Never | None:
    if len(found) > 1:
        return _several("people in Marketo have this e-mail address", found)
    if not found:
        return None
    person = str(found[0]["id"])
    holder = taken.get(person)
    held_by = holder.dynamics_id if holder else found[0].get(one.marketo_key)
    if held_by and held_by != change.record_id:
        return Never(
            AMBIGUOUS, f"Person {person} in Marketo has this e-mail address and is {held_by} in Dynamics already"
        )
    if others:
        return Never(
            AMBIGUOUS,
            f"Several {one.name} in Dynamics have this e-mail address: {', '.join([change.record_id, *others])}",
        )
    return None


async def in_dynamics(engine: Engine, one: Object, inserts: Sequence[Change]) -> Matches:
    """Looks for rows in Dynamics, leads and contacts, who are these Marketo people, reading the people anew first."""
    matches = Matches()
    ids = [change.record_id for change in inserts]
    people = {str(row["id"]): row for row in await engine.marketo.find_people("id", ids, person_fields(engine))}
    for change in inserts:
        person = people.get(change.record_id)
        if person is None:
            matches.skipped[change.record_id] = "no longer in Marketo"
        elif not flag(person.get(SYNC)):
            matches.skipped[change.record_id] = "not flagged to sync"
        else:
            matches.values[change.record_id] = from_marketo(one, person)
    wanted = [each for each in inserts if each.record_id in matches.values]
    rows = await _candidates(engine, one, [people[each.record_id] for each in wanted])
    shared = await _shared_addresses(engine, [address(matches.values[each.record_id]) for each in wanted])
    for change in wanted:
        _choose_row(one, change, people[change.record_id], rows, shared, matches)
    return matches


@dataclass(frozen=True, slots=True)
class Candidate:
    """A Dynamics row that may be a person, and whose it is already."""

    one: Object
    row: Mapping[str, Any]
    holder: str | None

    @property
    def id(self) -> str:
        return str(self.row[self.one.dynamics_key])


async def _candidates(engine: Engine, one: Object, people: Sequence[Person]) -> list[Candidate]:
    """Rows found by the ids a person carries, or by e-mail address, among leads and contacts."""
    found: dict[str, Candidate] = {}
    for each in engine.people:
        keys = [each.marketo_key, *(key for key in (NATIVE_IDS[each.name],) if key in engine.native_ids)]
        ids = [str(person[key]) for person in people for key in keys if person.get(key)]
        mails = [str(person["email"]) for person in people if person.get("email")]
        rows = await engine.dynamics.find(each.entity_set, each.dynamics_key, ids, each.columns) if ids else []
        rows += await engine.dynamics.find(each.entity_set, "emailaddress1", mails, each.columns) if mails else []
        async with engine.database.read() as connection:
            held = await links_by(connection, each.name, "dynamics_id", [row[each.dynamics_key] for row in rows])
        for row in rows:
            link = held.get(row[each.dynamics_key])
            found[row[each.dynamics_key]] = Candidate(each, row, link.marketo_id if link else None)
    return list(found.values())


async def _shared_addresses(engine: Engine, addresses: Sequence[str]) -> set[str]:
    """The addresses that more than one person in Marketo has."""
    asked = [each for each in addresses if each]
    people = await engine.marketo.find_people("email", asked, ["id", "email"]) if asked else []
    counted = Counter(str(person["email"]).lower() for person in people)
    return {each for each, people_with_it in counted.items() if people_with_it > 1}


def _choose_row(
    one: Object, change: Change, person: Person, rows: Sequence[Candidate], shared: set[str], matches: Matches
) -> None:
    ids = {
        str(person.get(key) or "").lower() for key in (LEADS.marketo_key, CONTACTS.marketo_key, *NATIVE_IDS.values())
    }
    mail = address(matches.values[change.record_id])
    found = [each for each in rows if each.id.lower() in ids] or [
        each for each in rows if mail and address_of(each.row) == mail
    ]
    found = [each for each in found if each.holder in (None, change.record_id)] or found
    own = [each for each in found if each.one.name == one.name]
    if len(own) == 1:
        found = own
    if len(found) > 1 or (found and mail in shared):
        named = ", ".join(sorted(f"{each.one.name} {each.id}" for each in found))
        matches.refused[change.record_id] = Never(AMBIGUOUS, f"Several records may be this person: {named}")
    elif found and found[0].holder not in (None, change.record_id):
        taken = f"{found[0].one.name} {found[0].id} has this e-mail address and is person {found[0].holder} in Marketo"
        matches.refused[change.record_id] = Never(AMBIGUOUS, taken)
    elif found:
        _link_to_row(found[0], change, person, matches)


def _link_to_row(found: Candidate, change: Change, person: Person, matches: Matches) -> None:
    values = from_dynamics(found.one, found.row)
    matches.rows[change.record_id] = values
    matches.links[change.record_id] = Link(
        found.one.name,
        found.id,
        change.record_id,
        agreed=first_agreement(found.one, values, from_marketo(found.one, person)),
        etag=found.row.get("@odata.etag"),
        closed=is_closed(found.one, found.row),
    )
