"""Which lead or contact in Dynamics is this person of Marketo?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from storage.changes import Candidate, Change, Link
from storage.ledger.links import links_by
from sync.decide import first_agreement
from sync.engine import Engine
from sync.errors import Never
from sync.keeping import rules_of, why_left_out
from sync.matching import (
    AMBIGUOUS,
    SHARES_RECORD,
    Matches,
    Person,
    Shared,
    address,
    address_of,
    chosen,
    id_fields,
    stands_alone,
)
from sync.objects import SYNC, Object
from sync.people_read import GONE, NOT_FLAGGED
from sync.pull_marketo import person_fields
from sync.rows_read import is_closed
from sync.values import flag, from_dynamics, from_marketo


@dataclass(frozen=True, slots=True)
class Possible:
    """A Dynamics row that may be a person, whose it is already, and why it is left out if it is."""

    one: Object
    row: Person
    holder: str | None
    left_out: str = ""

    @property
    def id(self) -> str:
        return str(self.row[self.one.dynamics_key])

    @property
    def candidate(self) -> Candidate:
        return Candidate(self.one.name, self.id)


@dataclass(slots=True)
class Search:
    """What one look found for several people: rows, and the addresses that more than one person in Marketo has.

    `first` are the records of this round that go ahead, by address.
    """

    ids: Mapping[str, set[str]]
    rows: Sequence[Possible]
    doubled: frozenset[str]
    first: dict[str, str] = field(default_factory=dict)


async def in_dynamics(engine: Engine, one: Object, inserts: Sequence[Change]) -> Matches:
    """Looks for rows in Dynamics, leads and contacts, who are these Marketo people, reading the people anew first."""
    matches = Matches()
    ids = [change.record_id for change in inserts]
    people = {str(row["id"]): row for row in await engine.marketo.find_people("id", ids, person_fields(engine))}
    for change in inserts:
        person = people.get(change.record_id)
        if person is None:
            matches.skipped[change.record_id] = Shared(GONE, "")
        elif not flag(person.get(SYNC)):
            matches.skipped[change.record_id] = Shared(NOT_FLAGGED, "")
        else:
            matches.values[change.record_id] = from_marketo(one, person)
    wanted = matches.undecided(inserts)
    search = await _search(engine, wanted, people, [address(matches.values[each.record_id]) for each in wanted])
    for change in wanted:
        _settle(one, change, people[change.record_id], search, matches)
    return matches


async def _search(
    engine: Engine, wanted: Sequence[Change], people: Mapping[str, Person], addresses: Sequence[str]
) -> Search:
    keys = [key for each in engine.people for key in id_fields(engine, each)]
    ids = {
        each.record_id: {str(people[each.record_id].get(key) or "").lower() for key in keys} - {""} for each in wanted
    }
    for each in wanted:
        if pick := chosen(each):
            ids[each.record_id].add(pick.id.lower())
    mails = [each for each in dict.fromkeys(addresses) if each]
    asked = list(dict.fromkeys(found for those in ids.values() for found in those))
    return Search(ids, await _rows(engine, asked, mails), await _doubled(engine, mails))


async def _rows(engine: Engine, ids: Sequence[str], mails: Sequence[str]) -> list[Possible]:
    """Rows among leads and contacts that have one of these ids or e-mail addresses."""
    found: dict[str, Possible] = {}
    for each in engine.people:
        rows = await engine.dynamics.find(each.entity_set, each.dynamics_key, ids, each.columns) if ids else []
        rows += await engine.dynamics.find(each.entity_set, "emailaddress1", mails, each.columns) if mails else []
        async with engine.database.read() as connection:
            held = await links_by(connection, each.name, "dynamics_id", [row[each.dynamics_key] for row in rows])
        rules = rules_of(each)
        for row in rows:
            link = held.get(row[each.dynamics_key])
            holder = link.marketo_id if link else None
            found[row[each.dynamics_key]] = Possible(each, row, holder, why_left_out(rules, row))
    return list(found.values())


async def _doubled(engine: Engine, addresses: Sequence[str]) -> frozenset[str]:
    """The addresses that more than one person in Marketo has."""
    people = await engine.marketo.find_people("email", addresses, ["id", "email"]) if addresses else []
    counted = Counter(str(person["email"]).lower() for person in people)
    return frozenset(each for each, people_with_it in counted.items() if people_with_it > 1)


def _settle(one: Object, change: Change, person: Person, search: Search, matches: Matches) -> None:
    found = meet(one, change, address(matches.values[change.record_id]), search)
    if isinstance(found, Never):
        matches.refused[change.record_id] = found
    elif isinstance(found, Shared):
        matches.skipped[change.record_id] = found
    elif isinstance(found, str):
        matches.waits[change.record_id] = found
    elif found is not None and found.left_out:
        matches.skipped[change.record_id] = Shared(found.left_out, found.id)
    elif found is not None:
        _link_to_row(found, change, person, matches)


def meet(one: Object, change: Change, mail: str, search: Search) -> Possible | Shared | Never | str | None:
    """What becomes of a person: the row it is, or None for a new one; "" where another of this round goes first."""
    if stands_alone(change):
        return None
    pick = chosen(change)
    found = [each for each in search.rows if pick and each.id.lower() == pick.id.lower()]
    if found:
        return found[0]
    found = [each for each in search.rows if each.id.lower() in search.ids[change.record_id]]
    if found:
        return _unique(one, change.record_id, found)
    found = [each for each in search.rows if mail and address_of(each.row) == mail]
    return _by_address(one, change.record_id, mail, found, search)


def _by_address(
    one: Object, person: str, mail: str, found: Sequence[Possible], search: Search
) -> Possible | Shared | Never | str | None:
    best = _unique(one, person, found) if found else None
    if one.same_email == "separate":
        return best if isinstance(best, Possible) and mail not in search.doubled else None
    if one.same_email == "park":
        return _several(found) if found and mail in search.doubled else best
    if found and all(each.holder not in (None, person) for each in found):
        return Shared(SHARES_RECORD, found[0].id)
    return best if not mail or search.first.setdefault(mail, person) == person else ""


def _unique(one: Object, person: str, found: Sequence[Possible]) -> Possible | Never:
    """Of rows that may be a person the one that is it: kept rows and free ones first, its own object's, open ones."""
    found = [each for each in found if not each.left_out] or found
    found = [each for each in found if each.holder in (None, person)] or found
    found = [each for each in found if not is_closed(each.one, each.row)] or found
    own = [each for each in found if each.one.name == one.name]
    found = own if len(own) == 1 else found
    if len(found) > 1:
        return _several(found)
    if found[0].holder in (None, person):
        return found[0]
    taken = f"{found[0].one.name} {found[0].id} has this e-mail address and is person {found[0].holder} in Marketo"
    return Never(AMBIGUOUS, taken, (found[0].candidate,))


def _several(found: Sequence[Possible]) -> Never:
    named = ", ".join(sorted(f"{each.one.name} {each.id}" for each in found))
    return Never(AMBIGUOUS, f"Several records may be this person: {named}", tuple(each.candidate for each in found))


def _link_to_row(found: Possible, change: Change, person: Person, matches: Matches) -> None:
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
