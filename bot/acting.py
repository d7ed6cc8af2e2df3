"""Acting on errors, for `retry`, `ignore` and `reopen` alike: who may, which they are, agreed, done, and told."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot import acted
from bot.answers import Answer
from bot.request import Act, Ignore, Reopen
from bot.texts import _
from bot.wanted import wanted_by
from bot.world import Asker, World
from storage.chosen_errors import choose, portions, state_of, still
from storage.database import Database
from storage.error_search import State
from storage.ledger import acting as ledger
from storage.ledger.readings import amend_act, record_act

PORTION = 500
MOST_TELLINGS = 3  # Slack lets us answer five times; the result needs one, and one may be refused

Deed = Callable[[AsyncConnection, Sequence[int]], Awaitable[int]]


async def who_may(world: World) -> str:
    """Operators by name; user groups by their id."""
    listed = sorted(world.settings.sync_operators)
    if not listed:
        return _("this workspace's admins, because SYNC_OPERATORS names nobody")
    names = [await world.name_of(one) if not one.startswith("S") else one for one in listed]
    return ", ".join(names)


async def refusal(asker: Asker, world: World) -> Answer | None:
    """What to say to somebody who is no operator; None to one who is."""
    return None if asker.is_operator else acted.refused(await who_may(world))


async def act(request: Act, asker: Asker, world: World) -> Answer:
    """Does it at once to one error; asks first about more, and never does more than was agreed to."""
    if refused := await refusal(asker, world):
        return refused
    moment = request.before or world.now()
    wanted = wanted_by(request.chosen, asker, moment)
    states = _states(request, wanted.state)
    async with world.database.read() as connection:
        which = request.ids or replace(wanted, state=states[0] if states else wanted.state)
        found = await choose(connection, which, states, moment)
        state = await state_of(connection, request.ids[0]) if not found and len(request.ids) == 1 else None
    if not found:
        return acted.nothing(request, state, asker.may_see_people)
    if len(found) > (request.confirmed or 1):
        return acted.question(replace(request, confirmed=len(found), before=moment), len(found))
    done = await Work(request, found, states, moment, asker, world).do()
    return acted.result(request, done, may_run=world.replica is not None)


def _states(request: Act, asked: State) -> tuple[State, ...]:
    """Those of errors that this can be done to, among what was `asked` for."""
    if isinstance(request, Reopen):
        return ("ignored",) if asked in ("open", "ignored") else ()  # open is what is asked for where nothing is said
    possible: tuple[State, ...] = ("open",) if isinstance(request, Ignore) else ("open", "ignored")
    return possible if request.ids else tuple(state for state in possible if state == asked)


@dataclass(frozen=True, slots=True)
class Work:
    """One act under way: portion by portion, each in one transaction with what it leaves in the audit log."""

    request: Act
    found: Sequence[int]
    states: Sequence[State]
    before: datetime
    asker: Asker
    world: World

    async def do(self) -> int:
        """How many it was done to."""
        deed = _deed(self.request, self.world.database, self.world.now(), many=len(self.found) > 1)
        done, seen, told, number = 0, 0, 0, None
        for portion in portions(self.found, PORTION):
            async with self.world.database.write() as connection:
                done += await deed(connection, await still(connection, portion, self.states, self.before))
                number = await self._audit(connection, number, done)
            seen += len(portion)
            quarters = (MOST_TELLINGS + 1) * seen // len(self.found)
            if told < quarters <= MOST_TELLINGS:
                await self.world.tell(acted.progress(self.request, seen, len(self.found)))
                told = quarters
        return done

    async def _audit(self, connection: AsyncConnection, number: int | None, done: int) -> int:
        detail = self._detail(done)
        if number is not None:
            await amend_act(connection, number, detail)
            return number
        asked = self.request.chosen
        lane = (asked.object or "", asked.direction or "")
        return await record_act(connection, self.asker.user_id, self.request.name, self.world.now(), *lane, detail)

    def _detail(self, done: int) -> str:
        """How many and which; words that may name people are not kept."""
        nameless = replace(self.request, chosen=self.request.chosen.nameless)
        return f"{done} × {nameless.about}" if nameless.about else f"{done}"


def _deed(request: Act, database: Database, now: datetime, *, many: bool) -> Deed:
    if isinstance(request, Ignore):
        return lambda connection, ids: ledger.ignore(database, connection, ids, now)
    if isinstance(request, Reopen):
        return lambda connection, ids: ledger.reopen(database, connection, ids, now)
    return lambda connection, ids: ledger.retry(database, connection, ids, now, cautious=many)
