"""What alerts are tested with: looks at chosen times, at rows put in by hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from bot.alerts.figures import Own
from bot.alerts.tell import Teller
from bot.alerts.watch import watch
from bot.app import make_alerts_client
from bot.settings import Settings
from storage.database import Database
from storage.models import changes, totals
from storage.models import episodes as episodes_table
from storage.models import turns as turns_table
from tests.objects import LANES
from tests.rows import change, put

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def at_once(_: float) -> None:
    """Between two messages, in tests: nobody waits."""


@dataclass
class Looks:
    """What the scheduler does, with a teller of its own each time as after a restart."""

    database: Database
    settings: Settings

    async def look(self, now: datetime, own: Own | None = None) -> None:
        await watch(self.database, self.settings, LANES, now, own)
        await self.tell(now)

    async def look_between(self, start: datetime, end: datetime, every: timedelta = MINUTE) -> datetime:
        """Looks again and again, `end` included."""
        while start <= end:
            await self.look(start)
            start += every
        return end

    async def tell(self, now: datetime) -> None:
        client = make_alerts_client(self.settings)
        await Teller(self.database, client, self.settings.sync_operators, at_once).tell(lambda: now)

    async def backlog(self, object: str, number: int, since: datetime) -> None:
        """That many changes of an object wait, the oldest since then."""
        mine = totals.c.object == object
        async with self.database.write() as connection:
            await connection.execute(changes.delete().where(changes.c.object == object))
            found = await connection.execute(
                update(totals).where(mine, totals.c.measure == "backlog").values(value=number)
            )
            if not found.rowcount:
                row = {"object": object, "direction": "to-marketo", "operation": "update"}
                await connection.execute(totals.insert().values(**row, measure="backlog", reason="", value=number))
        if number:
            await put(self.database, changes, change(object, "to-marketo", "update", since, state="deferred"))

    async def rows(self, table: Any) -> list[Any]:
        async with self.database.read() as connection:
            return list(await connection.execute(select(table).order_by(table.c.id)))

    async def episodes(self) -> list[Any]:
        return await self.rows(episodes_table)

    async def turns(self) -> list[str]:
        return [row.kind for row in await self.rows(turns_table)]
