"""Keeps messages true between turns: their numbers are drawn anew, and nobody is told of that."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.alerts import message
from bot.alerts.message import Telling
from bot.refusals import FAILURES, is_out
from storage.database import Database
from storage.episodes import last_turn, read_episode

log = logging.getLogger(__name__)
EVERY = timedelta(minutes=15)


class Redrawer:
    """Knows when this process last drew each message, and what it said then.

    `edit` draws a message, whose name is given, up to a turn; `wait_for` waits until a channel takes another one.
    """

    def __init__(
        self,
        database: Database,
        edit: Callable[[Telling, str, int], Awaitable[bool]],
        wait_for: Callable[[str], Awaitable[None]],
    ) -> None:
        self._database, self._edit, self._wait_for = database, edit, wait_for
        self._drawn: dict[int, tuple[datetime, str]] = {}

    def drew(self, telling: Telling) -> None:
        """Notes that a message says all this."""
        self._drawn[telling.episode.id] = telling.now, message.standing(telling)

    async def redraw(self, open_: Sequence[Telling]) -> None:
        """Of all episodes that are open, draws those anew whose message no longer says how things are.

        One that another process drew is known from now on: it has its time too. Where Slack is away, the rest waits.
        """
        numbers = {one.episode.id for one in open_}
        self._drawn = {number: drawn for number, drawn in self._drawn.items() if number in numbers}
        for telling in [one for one in open_ if one.episode.ts and self._is_due(one)]:
            try:
                await self._redraw(telling)
            except FAILURES as failure:
                log.warning("alert %s was not drawn anew: %s", telling.episode.id, failure)
                if is_out(failure):
                    return
            self.drew(telling)

    def _is_due(self, telling: Telling) -> bool:
        at, said = self._drawn.setdefault(telling.episode.id, (telling.now, ""))
        return telling.now - at >= EVERY and said != message.standing(telling)

    async def _redraw(self, telling: Telling) -> None:
        """Again, where another process told a turn while we drew: who draws last must not know less."""
        drawn = None
        while True:
            async with self._database.read() as connection:
                fresh = await read_episode(connection, telling.episode.id)
                last = await last_turn(connection, telling.episode.id)
            if fresh is None or fresh.ts is None or last == drawn or (drawn is None and fresh.drawn < last):
                return
            await self._wait_for(fresh.channel)
            await self._edit(replace(telling, episode=fresh), fresh.ts, last)
            drawn = last
