"""What the sync writes into its database while people work and services fail, as passes of a few minutes' work."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts.figures import Own
from storage.changes import Change, Direction, Parked, Result, Seen, Settled, Side, Values
from storage.database import Database
from storage.ledger.claiming import next_in_line
from storage.ledger.noting import Lane, note
from storage.ledger.readings import (
    Cursor,
    go_live,
    pass_ended,
    pass_started,
    save_cursor,
    service_answered,
    service_failed,
)
from storage.ledger.samples import sample
from storage.ledger.settling import Round, settle
from storage.ledger.totals import Moves, Total, move
from storage.models import throughput
from tests.objects import LANES, OBJECTS

HOUR = timedelta(hours=1)
PASS_WRITES = 1_500  # changes of an object, one by one
MUCH = 5_000  # more than that is written as one statement
BUSY: Mapping[tuple[str, Direction], int] = {
    ("accounts", "to-marketo"): 2,
    ("leads", "to-marketo"): 30,
    ("leads", "to-dynamics"): 5,
    ("contacts", "to-marketo"): 10,
}
BULK = """
INSERT INTO changes (object, direction, record_id, operation, state, "values", label, waiting_since, noted_at, attempts)
WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < :count)
SELECT CAST(:object AS VARCHAR(40)), 'to-marketo', 'bulk-' || CAST(:object AS VARCHAR(40)) || '-' || i, 'update',
       'waiting', '{}', '', CAST(:at AS BIGINT), CAST(:at AS BIGINT), 0 FROM n"""
DRAIN = """
DELETE FROM changes WHERE id IN (SELECT id FROM changes
WHERE object = :object AND direction = :direction AND state = 'waiting' ORDER BY id LIMIT :most)"""
BAD: Values = {"email": "nobody@"}


@dataclass
class Sync:
    """Two services, people who edit on both sides, and how much of the day's calls is used."""

    database: Database
    began: datetime
    down: dict[Side, str] = field(default_factory=dict)
    own: Own = field(default_factory=lambda: Own(used=0.1, stops_at=0.8))
    much_at_once: int = 20_000
    _records: int = 0
    _sampled_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    async def begin(self) -> None:
        async with self.database.write() as connection:
            for name, direction in LANES:
                await go_live(self.database, connection, name, direction, "U0ADMIN", self.began)

    async def pass_by(self, now: datetime) -> None:
        """A pass: both sides are read, as far as they answer, then what waits is written to those that answer."""
        async with self.database.write() as connection:
            await pass_started(self.database, connection, "sync", now)
            await self._reach(connection, now)
            for lane, busy in BUSY.items():
                if source_of(lane[1]) not in self.down and (lane[1] == "to-marketo" or self.own.may_call):
                    await self.people_edit(connection, lane, busy, {}, now)
                if target_of(lane[1]) not in self.down and (lane[1] == "to-dynamics" or self.own.may_call):
                    await self._write(connection, lane, now)
            if now - self._sampled_at >= HOUR:
                await sample(self.database, connection, LANES, now)
                self._sampled_at = now
            await pass_ended(self.database, connection, "sync", now, now + timedelta(minutes=1), None)

    async def _reach(self, connection: AsyncConnection, now: datetime) -> None:
        sides: tuple[Side, ...] = ("dynamics", "marketo")
        for side in sides:
            if side in self.down:
                await service_failed(self.database, connection, side, self.down[side], "", now)
                continue
            await service_answered(self.database, connection, side, now)
        if not self.down and now.minute == 0:
            for one in OBJECTS:
                cursor = Cursor("-", self.began, self.began)
                await save_cursor(self.database, connection, "dynamics", one.name, cursor, now)

    async def people_edit(
        self, connection: AsyncConnection, lane: tuple[str, Direction], count: int, values: Values, now: datetime
    ) -> list[str]:
        """Each a record that was not touched before; their ids."""
        names = [f"record-{self._records + n}" for n in range(count)]
        self._records += count
        await self._note(connection, lane, names, values, now)
        return names

    async def _note(
        self, connection: AsyncConnection, lane: tuple[str, Direction], names: list[str], values: Values, now: datetime
    ) -> None:
        seen = [Seen(name, "update", values, now) for name in names]
        await note(self.database, connection, Lane(*lane, self.began), seen, now)

    async def bad_records(self, count: int, now: datetime) -> list[str]:
        """Leads with an address that Marketo does not take; their ids."""
        async with self.database.write() as connection:
            return await self.people_edit(connection, ("leads", "to-marketo"), count, BAD, now)

    async def mended(self, names: list[str], now: datetime) -> None:
        """People correct them in Dynamics."""
        async with self.database.write() as connection:
            await self._note(connection, ("leads", "to-marketo"), names, {"email": "somebody@example.org"}, now)

    async def bulk_edit(self, object: str, count: int, now: datetime) -> None:
        """So many records are edited in Dynamics at once."""
        at = round(now.timestamp() * 1000)
        async with self.database.write() as connection:
            await connection.execute(text(BULK), {"object": object, "count": count, "at": at})
            total = Total(object, "to-marketo", "update", "noted")
            moves = Moves({total: count, total._replace(measure="backlog"): count})
            await move(self.database, connection, moves)

    async def _write(self, connection: AsyncConnection, lane: tuple[str, Direction], now: datetime) -> None:
        waiting = await next_in_line(connection, *lane, MUCH + 1)
        if len(waiting) > MUCH:
            await self._write_much(connection, lane, now)
            return
        results = [_result(one) for one in waiting[:PASS_WRITES]]
        if results:
            await settle(self.database, connection, Round(*lane, results), now)

    async def _write_much(self, connection: AsyncConnection, lane: tuple[str, Direction], now: datetime) -> None:
        """What `settle` does with a lot of changes that all succeed."""
        asked = {"object": lane[0], "direction": lane[1], "most": self.much_at_once}
        done = (await connection.execute(text(DRAIN), asked)).rowcount
        row = {"minute": now, "object": lane[0], "direction": lane[1], "operation": "update", "records": done}
        await connection.execute(throughput.insert().values(row))
        total = Total(*lane, "update", "backlog")
        await move(self.database, connection, Moves({total: -done, total._replace(measure="synced"): done}))


def source_of(direction: Direction) -> Side:
    return "dynamics" if direction == "to-marketo" else "marketo"


def target_of(direction: Direction) -> Side:
    return "marketo" if direction == "to-marketo" else "dynamics"


def _result(one: Change) -> Result:
    if one.values.get("email") == BAD["email"]:
        return Parked(one, "1003", "Invalid email address")
    return Settled(one, one.operation, None)
