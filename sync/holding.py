"""Holding an object back when a reading of it shows too much: the brakes of sync/brakes.py, applied."""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Direction
from storage.ledger.holding import in_step
from storage.ledger.readings import Cursor, LaneState, lane_states, stop_lane
from storage.ledger.totals import Moves, Total
from sync.brakes import Brake, Sight, brake, enough
from sync.decide import source_of
from sync.engine import Engine

READ_ANEW_AFTER = timedelta(hours=1)


@dataclass(slots=True)
class Tally:
    """What one reading of an object, on the side that `direction` comes from, has added so far.

    Counted are the changes that joined the backlog: neither echoes nor what waited already. `gone` are people whom
    Marketo has no more, of whom nothing is written. `counts_changes` not where everything is read anew on purpose, for
    other columns or because a brake held it.
    """

    object: str
    direction: Direction
    moves: Moves = field(default_factory=Moves)
    gone: int = 0
    counts_changes: bool = True

    def sight(self, empty: bool = False) -> Sight:
        deleted = self.moves[self._total("delete")] + self.gone
        changed = self.moves[self._total("update")] if self.counts_changes else 0
        side = "marketo" if self.gone else source_of(self.direction)
        return Sight(self.object, side, deleted, changed, empty)

    def _total(self, operation: str) -> Total:
        return Total(self.object, self.direction, operation, "backlog")  # type: ignore[arg-type] # one of three


async def hold_if_too_much(engine: Engine, connection: AsyncConnection, tally: Tally, empty: bool = False) -> bool:
    """Holds the lane in the caller's transaction, the one that notes what was read; whether it did.

    To be called with every page, so that what a crash cuts short is held too. It costs nothing until a floor is
    passed, and then in proportion to what was seen.
    """
    sight = tally.sight(empty)
    least = enough(sight, engine.brakes)
    known = await in_step(connection, tally.object, least) + tally.gone if least else 0
    found = brake(sight, known, engine.brakes) if known < least else None
    if found:
        await hold(engine, connection, tally.object, tally.direction, found)
    return found is not None


async def hold(engine: Engine, connection: AsyncConnection, name: str, direction: Direction, why: Brake) -> None:
    await stop_lane(engine.database, connection, name, direction, why.code, why.message, engine.now(), held=True)


async def is_held(connection: AsyncConnection, name: str, direction: Direction) -> bool:
    return (await lane_states(connection)).get((name, direction), LaneState()).held


async def rests(engine: Engine, connection: AsyncConnection, name: str, cursor: Cursor) -> bool:
    """Whether a table that has to be read as a whole is left alone for now, because a brake holds it.

    Read again it must be: what was missing may be back, which no feed would tell.
    """
    if cursor.cursor is not None or cursor.read_at is None or cursor.first_read_done_at is None:
        return False
    return engine.now() - cursor.read_at < READ_ANEW_AFTER and await is_held(connection, name, "to-marketo")
