"""One field brought over alone, for one that was added later: as the native connector's Quick Sync does.

The rows of Dynamics are read with that one column, and the linked records in Marketo beside them; where the two differ
the field is put right by the rules of a first match, so that nothing that was empty overwrites what a person wrote on
a side that may write it. What travels one way takes its empty values along.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sync.by_hand import go_on
from sync.comparing import Tally, portion_of
from sync.engine import CALL, Engine
from sync.fit import fit_both
from sync.looking import look
from sync.meeting import pages_of
from sync.objects import Object
from sync.repairing import Queued, note_mendings
from sync.verdicts import Verdict
from sync.wire import chunks_of

EDITED = "modifiedon"


@dataclass(frozen=True, slots=True)
class Brought:
    """One portion: what became of its records, and what was noted."""

    tally: Tally
    queued: Queued


async def bring_field(engine: Engine, name: str, field: str, since: datetime | None = None) -> AsyncIterator[Brought]:
    """Brings over `field` of the object `name`, of all rows or of those created or edited `since`.

    Records that are not linked, that wait, or are parked as errors are left alone. Raises SyncFailure.
    """
    await fit_both(engine)
    one = engine.object_named(name)
    only = alone(one, field)
    condition = f"{EDITED} ge {since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if since else ""
    columns = [*only.columns, "statecode"] if one.is_person else one.columns  # anything else is written as a whole
    async for page in pages_of(engine, one, columns, condition):
        for rows in chunks_of(page, CALL):
            await go_on(engine)
            looked = await look(engine, only, rows)
            verdicts = {row_id: _of_field(verdict, field) for row_id, verdict in looked.verdicts.items()}
            queued = await note_mendings(engine, one, verdicts, looked.rows)
            yield Brought(portion_of(verdicts.values()).tally, queued)


def alone(one: Object, field: str) -> Object:
    """The object as if it had that field only."""
    return replace(one, fields=(one.field(field),), label_columns=one.label_columns[:1])


def _of_field(verdict: Verdict, field: str) -> Verdict:
    """Whatever else differs is not brought over: a record that is missing, or flagged as deleted."""
    if verdict.outcome != "different" or any(each.field == field for each in verdict.differences):
        own = tuple(each for each in verdict.differences if each.field == field)
        return replace(verdict, differences=own)
    return Verdict("left out", "not linked")
