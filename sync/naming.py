"""A service that refuses a record because it looks like others does not say which: they are looked up and named."""

from collections.abc import Mapping, Sequence
from typing import Any

from storage.changes import Candidate
from sync.claims import Item
from sync.engine import Engine
from sync.errors import Never, SyncFailure
from sync.matching import address, address_of
from sync.objects import Object
from sync.outcomes import Outcome

SEVERAL_MATCH = "1007"  # Marketo: several people hold the value that a person is looked up by
DUPLICATE_DETECTED = "0x80040333"  # Dataverse: one of the customer's rules found a like record


async def with_people_named(
    engine: Engine, one: Object, items: Sequence[Item], outcomes: Sequence[Outcome]
) -> list[Outcome]:
    """Marketo's 1007 with the people who hold a row's id as candidates: one look-up for all of a call."""
    ids = [item.change.record_id for item in _refused(items, outcomes, SEVERAL_MATCH)]
    if not ids:
        return list(outcomes)
    try:
        people = await engine.marketo.find_people(one.marketo_key, ids, ["id", one.marketo_key])
    except SyncFailure:
        return list(outcomes)
    found: dict[str, list[Candidate]] = {}
    for person in people:
        found.setdefault(str(person[one.marketo_key]).lower(), []).append(Candidate(one.name, str(person["id"])))
    named = {item.change.id: found.get(item.change.record_id.lower(), []) for item in items}
    return _named(items, outcomes, SEVERAL_MATCH, named)


async def with_rows_named(engine: Engine, items: Sequence[Item], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Dataverse's duplicates with the leads and contacts of the same address or name as candidates."""
    refused = _refused(items, outcomes, DUPLICATE_DETECTED)
    if not refused:
        return list(outcomes)
    try:
        found = await _alike(engine, refused)
    except SyncFailure:
        return list(outcomes)
    return _named(items, outcomes, DUPLICATE_DETECTED, found)


def _refused(items: Sequence[Item], outcomes: Sequence[Outcome], code: str) -> list[Item]:
    pairs = zip(items, outcomes, strict=True)
    return [item for item, outcome in pairs if isinstance(outcome, SyncFailure) and outcome.code == code]


async def _alike(engine: Engine, items: Sequence[Item]) -> dict[int, list[Candidate]]:
    """By the change's id. Whatever rules a customer has, most go by e-mail address or by name."""
    mails = {item.change.id: address(item.decision.values) for item in items}
    names = {item.change.id: _full_name(item.decision.values) for item in items}
    found: dict[int, list[Candidate]] = {item.change.id: [] for item in items}
    for one in engine.people:
        columns = [one.dynamics_key, "emailaddress1", "fullname"]
        rows: dict[str, dict[str, Any]] = {}
        for column, values in (("emailaddress1", mails.values()), ("fullname", names.values())):
            asked = [value for value in dict.fromkeys(values) if value]
            read = await engine.dynamics.find(one.entity_set, column, asked, columns) if asked else []
            rows |= {row[one.dynamics_key]: row for row in read}
        for row_id, row in rows.items():
            name = str(row.get("fullname") or "").lower()
            alike = [each for each in found if address_of(row) == mails[each] != "" or name == names[each] != ""]
            for each in alike:
                found[each].append(Candidate(one.name, row_id))
    return found


def _full_name(values: Mapping[str, object]) -> str:
    return " ".join(str(values[part]) for part in ("firstName", "lastName") if values.get(part)).lower()


def _named(
    items: Sequence[Item], outcomes: Sequence[Outcome], code: str, found: Mapping[int, Sequence[Candidate]]
) -> list[Outcome]:
    return [
        Never(outcome.code, outcome.message, tuple(found.get(item.change.id, ())))
        if isinstance(outcome, SyncFailure) and outcome.code == code
        else outcome
        for item, outcome in zip(items, outcomes, strict=True)
    ]
