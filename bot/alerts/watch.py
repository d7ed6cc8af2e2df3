"""Notices when an object's backlog turns late, and when it has recovered; announcing it is another's work."""

from collections.abc import Sequence
from datetime import datetime

from storage.database import Database
from storage.history import LaneName, read_lanes
from storage.ledger.turns import last_turns, record_turn
from storage.turn import Turn
from sync.backlog import Thresholds, subject_of, turn_of

__all__ = ["Thresholds", "watch"]


async def watch(database: Database, names: Sequence[LaneName], thresholds: Thresholds, now: datetime) -> list[Turn]:
    """Records the turns that there are at `now` among the lanes `names`, and returns them.

    Lanes that are only observed cannot be late.
    """
    async with database.write() as connection:
        before = await last_turns(connection)
        lanes = [lane for lane in await read_lanes(connection, names, now) if lane.live]
        taken = []
        for name in dict.fromkeys(name for name, _ in names):
            ours = [lane for lane in lanes if lane.object == name]
            oldest = min((at for lane in ours for at in lane.oldest.values()), default=None)
            backlog = sum(lane.backlog for lane in ours)
            age = None if oldest is None else now - oldest
            turn = turn_of(name, backlog, age, thresholds, before.get(subject_of(name)), now)
            if turn:
                await record_turn(connection, turn.subject, turn.state, turn.at, turn.detail)
                taken.append(turn)
        return taken
