"""Fitting what is kept in step to what both systems really have: their metadata is read before the first write."""

import logging
from dataclasses import replace

from sync.engine import Engine
from sync.errors import PersonMustLook
from sync.matching import NATIVE_IDS
from sync.objects import CONTACTS, LEADS, SYNC, TYPE, Object

log = logging.getLogger(__name__)

NEEDED = (LEADS.marketo_key, CONTACTS.marketo_key, TYPE, SYNC, LEADS.deleted_field)


async def fit_to_dynamics(engine: Engine) -> list[str]:
    """Leaves out the fields whose column Dynamics lacks; returns a sentence for each."""
    columns = {one.name: set(await engine.dynamics.columns(one.table)) for one in engine.objects}
    left_out = [
        f"{one.name}: {each.name} is not kept in step, Dynamics has no column {logical(each.column)}"
        for one in engine.objects
        for each in one.fields
        if logical(each.column) not in columns[one.name]
    ]
    engine.objects = tuple(with_columns(one, columns[one.name]) for one in engine.objects)
    engine.fitted.add("dynamics")
    return told(left_out)


async def fit_to_marketo(engine: Engine) -> list[str]:
    """The same for Marketo's fields. Raises PersonMustLook where our own are missing."""
    people = {name.lower() for name in await engine.marketo.person_fields()}
    if missing := [name for name in NEEDED if name.lower() not in people]:
        raise PersonMustLook("schema", f"Marketo lacks {', '.join(missing)}: run `python -m bot setup` to create them")
    left_out, objects = [], []
    for one in engine.objects:
        names = people if one.is_person else await _object_names(engine, one)
        lacking = [each.name for each in one.fields if each.name.lower() not in names]
        left_out += [f"{one.name}: {name} is not kept in step, Marketo has no field of that name" for name in lacking]
        objects.append(with_names(one, names))
    engine.objects = tuple(objects)
    engine.fitted.add("marketo")
    engine.native_ids = tuple(name for name in NATIVE_IDS.values() if name.lower() in people)
    return told(left_out)


async def _object_names(engine: Engine, one: Object) -> set[str]:
    """An object that may not even be described, as companies while native sync is on, is taken for what we know of it.

    The first write to it is refused likewise, and stops that object alone.
    """
    try:
        return {name.lower() for name in await engine.marketo.object_fields(one.kind)}
    except PersonMustLook as failure:
        log.warning("%s could not be described: %s", one.name, failure)
        return {each.name.lower() for each in one.fields} | {one.deleted_field.lower()}


def told(sentences: list[str]) -> list[str]:
    for sentence in sentences:
        log.warning(sentence)
    return sentences


def with_columns(one: Object, columns: set[str]) -> Object:
    """`one` with only the fields whose column is among Dynamics' `columns`."""
    fields = tuple(each for each in one.fields if logical(each.column) in columns)
    return replace(one, fields=fields, label_columns=tuple(each for each in one.label_columns if each in columns))


def with_names(one: Object, names: set[str]) -> Object:
    """`one` with only the fields that are among Marketo's `names` (in lower case)."""
    fields = tuple(each for each in one.fields if each.name.lower() in names)
    flag = one.deleted_field if one.deleted_field.lower() in names else ""
    return replace(one, fields=fields, deleted_field=flag)


def logical(column: str) -> str:
    """The logical name of a column as it is selected: lookups are selected as `_name_value`."""
    return column.removeprefix("_").removesuffix("_value") if column.startswith("_") else column
