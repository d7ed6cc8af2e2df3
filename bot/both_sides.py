"""A fresh look at one record in both services: what they hold now, whose it is, and where they differ."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.sides import Sides
from storage.record_story import Known
from sync.engine import Engine
from sync.errors import SyncFailure
from sync.meeting import rows_by_id
from sync.objects import SYNC, TYPE, Object
from sync.pull_marketo import person_fields
from sync.roles import attributed
from sync.rows_read import is_closed
from sync.values import FORMATTED, flag, from_dynamics, from_marketo, label, person_label

PATIENCE_SECONDS = 8
OWNER = "_ownerid_value"
OWNED = ("account", "lead", "contact", "opportunity")  # tables that surely have an owner, mapped or not
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


async def look(engine: Engine, known: Known) -> Sides:
    """Reads one record from both services. A service that does not answer in time is said to be out of reach."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await _look(engine, known)
    except SyncFailure as failure:
        return Sides(problem=failure.code)
    except TimeoutError:
        return Sides(problem="timeout")


async def _look(engine: Engine, known: Known) -> Sides:
    one = engine.object_named(known.object)
    row, person = await asyncio.gather(_row(engine, one, known.dynamics_id), _other(engine, one, known))
    return Sides(
        dynamics=from_dynamics(one, row) if row else None,
        marketo=from_marketo(one, person) if person else None,
        fields=one.fields,
        owner=str((row or {}).get(OWNER + FORMATTED) or ""),
        owner_id=str((row or {}).get(OWNER) or ""),
        flagged=flag((person or {}).get(SYNC)),
        closed=bool(row) and is_closed(one, row or {}),
    )


async def _row(engine: Engine, one: Object, dynamics_id: str | None) -> Mapping[str, Any] | None:
    if not dynamics_id:
        return None
    columns = [*one.columns, OWNER] if one.table in OWNED else one.columns
    if one.is_role:
        return next(iter(await rows_by_id(engine, one, [dynamics_id])), None)
    asked = list(dict.fromkeys(columns))
    found = await engine.dynamics.find(one.entity_set, one.dynamics_key, [dynamics_id], asked)
    return next(iter(await attributed(engine, one, found)), None)


async def _other(engine: Engine, one: Object, known: Known) -> Mapping[str, Any] | None:
    """The record in Marketo: a person by our link or by the id they carry, anything else by the latter."""
    if one.is_person and known.marketo_id:
        found = await engine.marketo.find_people("id", [known.marketo_id], person_fields(engine))
    elif not one.marketo_key or not known.dynamics_id:
        return None
    elif one.is_person:
        found = await engine.marketo.find_people(one.marketo_key, [known.dynamics_id], person_fields(engine))
    else:
        names = [each.rest for each in one.fields]
        found = await engine.marketo.find_objects(one.kind, one.marketo_key, [known.dynamics_id], names)
    return found[0] if found else None


async def search(engine: Engine, who: str, only: str | None) -> list[Known]:
    """The records that either service finds under an id, an e-mail address or a name. Raises SyncFailure, TimeoutError.

    Marketo finds nobody by name.
    """
    objects = [one for one in engine.objects if only in (None, one.name)]
    async with asyncio.timeout(PATIENCE_SECONDS):
        if GUID.fullmatch(who):
            return await _rows_by(engine, objects, None, who.lower())
        if who.isdecimal():
            return _as_known(engine, await engine.marketo.find_people("id", [who], person_fields(engine)), only)
        if "@" not in who:
            return await _rows_by(engine, objects, "name", who)
        rows, people = await asyncio.gather(
            _rows_by(engine, [one for one in objects if one.is_person], "emailaddress1", who),
            _by_address(engine, who),
        )
        return merged([*rows, *_as_known(engine, people, only)])


async def _by_address(engine: Engine, address: str) -> list[dict[str, Any]]:
    """Marketo takes a comma for the end of a value."""
    return [] if "," in address else await engine.marketo.find_people("email", [address], person_fields(engine))


async def _rows_by(engine: Engine, objects: Sequence[Object], column: str | None, value: str) -> list[Known]:
    """Rows of these tables by a column: their key where it is None, what they are called where it is "name"."""

    async def rows(one: Object) -> list[Known]:
        by = {None: one.dynamics_key, "name": one.label_columns[0]}.get(column, column) or ""
        found = await engine.dynamics.find(one.entity_set, by, [value], one.columns)
        return [Known(one.name, str(row[one.dynamics_key]), None, label(one, row)) for row in found]

    return [each for found in await asyncio.gather(*(rows(one) for one in objects)) for each in found]


def _as_known(engine: Engine, people: Sequence[Mapping[str, Any]], only: str | None) -> list[Known]:
    """Each person as the leads and contacts whose ids they carry, or as what they would become."""
    found = []
    for person in people:
        held = [one for one in engine.people if person.get(one.marketo_key)]
        for one in held or _would_be(engine, person):
            dynamics_id = str(person[one.marketo_key]) if held else None
            found.append(Known(one.name, dynamics_id, str(person["id"]), person_label(person)))
    return [one for one in found if only in (None, one.object)]


def _would_be(engine: Engine, person: Mapping[str, Any]) -> tuple[Object, ...]:
    """What a person in neither table is flagged to become; without a word on it, the first kind of people there is."""
    said = tuple(one for one in engine.people if one.person_type == person.get(TYPE))
    return (said or engine.people)[:1]


def merged(found: Sequence[Known]) -> list[Known]:
    """The same with two halves of one record made one."""
    whole: list[Known] = []
    for one in found:
        at = next((at for at, other in enumerate(whole) if _same(one, other)), None)
        if at is None:
            whole.append(one)
            continue
        other = whole[at]
        whole[at] = replace(
            other,
            dynamics_id=other.dynamics_id or one.dynamics_id,
            marketo_id=other.marketo_id or one.marketo_id,
            label=other.label or one.label,
        )
    return whole


def _same(one: Known, other: Known) -> bool:
    same_row = one.dynamics_id is not None and one.dynamics_id == other.dynamics_id
    same_person = one.marketo_id is not None and one.marketo_id == other.marketo_id
    return one.object == other.object and (same_row or same_person)
