"""A fresh look at who an error's record may be: what each is called, where they work, and where they differ."""

import asyncio
from collections import ChainMap
from collections.abc import Mapping, Sequence
from typing import Any

from bot.both_sides import PATIENCE_SECONDS
from bot.faces import Face, Sight, differing
from storage.changes import Candidate
from storage.doubts import Doubt, Ties
from sync.engine import Engine
from sync.errors import SyncFailure
from sync.objects import Object
from sync.pull_marketo import person_fields
from sync.values import FORMATTED, from_dynamics, from_marketo, label, person_label

COMPANY = {"marketo": "company", "lead": "companyname"}


async def look_at(doubt: Doubt, ties: Ties, engine: Engine | None) -> Sight:
    """Reads the record, its candidates and whom they are linked with.

    A service that does not answer in time is said to be out of reach.
    """
    if engine is None:
        return Sight(problem="-")
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await _look_at(doubt, ties, engine)
    except SyncFailure as failure:
        return Sight(problem=failure.code)
    except TimeoutError:
        return Sight(problem="timeout")


async def _look_at(doubt: Doubt, ties: Ties, engine: Engine) -> Sight:
    known = {one.name: one for one in engine.objects}
    own = Candidate(doubt.object, doubt.record_id)
    asked = [one for one in doubt.candidates if one.object in known]
    held = [Candidate(one.object, holder) for one, holder in ties.others.items()]
    here, there = (_rows, _people) if doubt.direction == "to-marketo" else (_people, _rows)
    mine, theirs = await asyncio.gather(
        here(engine, known, [one for one in (own, *held) if one.object in known]), there(engine, known, asked)
    )
    values = doubt.values or (mine[own].values if own in mine else {})
    differences = {
        one: differing(known[doubt.object].fields if doubt.object in known else (), values, face.values)
        for one, face in theirs.items()
    }
    holders = {one.id: face for one, face in mine.items() if one != own}
    names = ChainMap(*(dict(face.names) for face in (*mine.values(), *theirs.values())))
    return Sight(mine.get(own), theirs, differences, holders, names, looked=True)


async def _people(engine: Engine, known: Mapping[str, Object], asked: Sequence[Candidate]) -> dict[Candidate, Face]:
    """People in Marketo, by their ids."""
    if not asked:
        return {}
    fields = [*person_fields(engine), COMPANY["marketo"]]
    found = await engine.marketo.find_people("id", [one.id for one in asked], list(dict.fromkeys(fields)))
    by_id = {str(person["id"]): person for person in found}
    return {one: _person(known[one.object], person) for one in asked if (person := by_id.get(one.id))}


def _person(one: Object, person: Mapping[str, Any]) -> Face:
    values = from_marketo(one, person)
    return Face(person_label(person), str(person.get(COMPANY["marketo"]) or ""), values, _address(one, values))


async def _rows(engine: Engine, known: Mapping[str, Object], asked: Sequence[Candidate]) -> dict[Candidate, Face]:
    """Rows in Dynamics, by their ids, table by table."""

    async def of(one: Object) -> dict[Candidate, Face]:
        ids = [each.id for each in asked if each.object == one.name]
        own = [COMPANY[one.table]] if one.table in COMPANY else []
        found = await engine.dynamics.find(one.entity_set, one.dynamics_key, ids, [*one.columns, *own])
        return {Candidate(one.name, str(row[one.dynamics_key])): _face(one, row) for row in found}

    named = dict.fromkeys(each.object for each in asked)
    return {
        each: face
        for found in await asyncio.gather(*(of(known[name]) for name in named))
        for each, face in found.items()
    }


def _face(one: Object, row: Mapping[str, Any]) -> Face:
    accounts = [each.column for each in one.fields if any(parent.table == "account" for parent in each.parents)]
    told = [row.get(column + FORMATTED) for column in accounts] + [row.get(COMPANY.get(one.table, ""))]
    company, values = str(next((each for each in told if each), "")), from_dynamics(one, row)
    ids = [each.column for each in one.fields if each.kind == "reference" and row.get(each.column + FORMATTED)]
    names = {str(row[column]): str(row[column + FORMATTED]) for column in ids if row.get(column)}
    return Face(label(one, row), company, values, _address(one, values), names)


def _address(one: Object, values: Mapping[str, Any]) -> str:
    return next((str(values[each.name]) for each in one.fields if each.kind == "email" and values.get(each.name)), "")
