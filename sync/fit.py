"""Reading what both services really have before the first write, and fitting what is kept in step to it."""

import logging
from collections.abc import Mapping, Sequence

from storage.changes import Side
from storage.ledger.findings import keep_findings, save_findings
from sync.custom_types import fields_there
from sync.dynamics.client import Dynamics
from sync.engine import Engine
from sync.errors import Never, PersonMustLook
from sync.fitting import (
    KINDS,
    Fitted,
    Options,
    fitted_to_dynamics,
    fitted_to_marketo,
    left_out,
    logical,
    without_orphans,
)
from sync.marketo.access import PersonField
from sync.marketo.client import Marketo
from sync.matching import NATIVE_IDS
from sync.objects import SYNC, TYPE, Object

log = logging.getLogger(__name__)


async def fit(engine: Engine, side: Side) -> None:
    """Reads what a side really has, where that was not done yet. Raises SyncFailure.

    A pass and a comparison may come to it together: one waits, since each begins with what the other has left.
    """
    async with engine.fitting:
        if side not in engine.fitted:
            await (_fit_to_dynamics(engine) if side == "dynamics" else _fit_to_marketo(engine))


async def fit_both(engine: Engine) -> None:
    """The same for both sides: what one lacks is neither read nor compared."""
    await fit(engine, "dynamics")
    await fit(engine, "marketo")


async def _fit_to_dynamics(engine: Engine) -> None:
    """Leaves out or narrows the fields that Dynamics cannot keep in step, and notes a finding for each."""
    found = [await read_dynamics(engine.dynamics, one) for one in engine.objects]
    await _keep(engine, "dynamics", found)


async def _fit_to_marketo(engine: Engine) -> None:
    """The same for Marketo's fields. Raises PersonMustLook where our own are missing."""
    people = await engine.marketo.person_fields()
    names = {name.lower() for name in people}
    if missing := [name for name in needed(engine.objects) if name.lower() not in names]:
        raise PersonMustLook("schema", f"Marketo lacks {', '.join(missing)}: run `python -m bot setup` to create them")
    await _keep(engine, "marketo", [await read_marketo(engine.marketo, one, people) for one in engine.objects])
    engine.native_ids = tuple(name for name in NATIVE_IDS.values() if name.lower() in names)


def needed(objects: Sequence[Object]) -> list[str]:
    """The fields of a person without which nothing can be written: those that say who is who."""
    people = [one for one in objects if one.is_person]
    own = [name for one in people for name in (one.marketo_key, TYPE, SYNC, one.deleted_field) if name]
    return list(dict.fromkeys(own))


async def _keep(engine: Engine, side: Side, found: Sequence[Fitted]) -> None:
    engine.objects = without_orphans([one.one for one in found if one.one.fields])
    engine.findings[side] = tuple(finding for one in found for finding in one.findings)
    for finding in engine.findings[side]:
        log.warning(finding.message)
    both = [finding for findings in engine.findings.values() for finding in findings]
    engine.fitted.add(side)
    async with engine.database.write() as connection:
        if engine.fitted == {"dynamics", "marketo"}:
            await save_findings(connection, KINDS, both, engine.now())
        else:  # what was known of the other side before this process began is known still
            await keep_findings(engine.database, connection, both, engine.now())


async def read_dynamics(dynamics: Dynamics, one: Object) -> Fitted:
    """`one` fitted to its table, left out where there is none; options are read where a choice travels to Dynamics."""
    try:
        columns = await dynamics.columns(one.table)
    except Never:
        return left_out(one, f"Dynamics has no table {one.table}")
    if unknown := [each.column for each in one.filters if logical(each.column) not in columns]:
        raise PersonMustLook("schema", f"{one.name}: Dynamics has no column {', '.join(unknown)} to filter by")
    choices = [each for each in one.fields if each.kind == "choice"]
    wanted = any("to-dynamics" in each.directions for each in choices)
    options: Options = await dynamics.options(one.table) if wanted else {}
    return fitted_to_dynamics(one, columns, options)


async def read_marketo(marketo: Marketo, one: Object, people: dict[str, PersonField]) -> Fitted:
    """`one` fitted to its fields, of which those of `people` are known.

    An object that may not even be described, as companies while native sync is on, is taken for what we know of it.
    The first write to it is refused likewise, and stops that object alone. A custom object that was never made is left
    out.
    """
    if one.is_person:
        return fitted_to_marketo(one, people)
    if one.is_custom:
        return _fitted_custom(one, await fields_there(marketo, one))
    try:
        return fitted_to_marketo(one, await marketo.object_fields(one.kind))
    except Never:
        return left_out(one, f"Marketo has no {one.kind}")
    except PersonMustLook as failure:
        log.warning("%s could not be described: %s", one.name, failure)
        return Fitted(one, ())


def _fitted_custom(one: Object, there: Mapping[str, PersonField] | None) -> Fitted:
    """A custom object that Marketo does not have is left out as a whole, and nothing else stops."""
    if there is not None:
        lacking = f"Marketo has no {one.kind}: run `python -m bot setup` to create it"
        return fitted_to_marketo(one, there) if there else left_out(one, lacking)
    return left_out(one, "this Marketo has no custom objects, or our user may not see them")
