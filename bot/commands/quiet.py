"""Have this channel told nothing for a while, or at an hour of each week: for planned work.

/sync quiet [object] <how long>
/sync quiet [object] <day> <from>-<to>
/sync quiet end <number>

/sync quiet leads 2h
/sync quiet sat 20:00-23:00
/sync quiet
  those there are
/sync quiet end 3

For operators. What turns meanwhile is told
once at its end, if it still holds.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot import acting
from bot.alerts import quiet_list
from bot.answers import Answer
from bot.figures import clock
from bot.request_subscribing import Quiet
from bot.safe import clean
from bot.subscribing import channel_of, not_told
from bot.texts import ENGLISH, speaking
from bot.world import Asker, World
from storage.alerting import QuietTime
from storage.ledger.readings import record_act
from storage.ledger.subscribing import be_quiet, read_quiet_times, speak_again


async def answer(request: Quiet, asker: Asker, world: World) -> Answer:
    channel = await channel_of(asker, world)
    if channel is None:
        return not_told()
    if request == Quiet():
        return quiet_list.draw(await _current(channel, world), asker.is_operator, _clock(asker, world.now()))
    if refused := await acting.refusal(asker, world):
        return refused
    if request.end is not None:
        return await _end(request.end, channel, asker, world)
    return await _keep(request, channel, asker, world)


async def _current(channel: str, world: World) -> list[QuietTime]:
    async with world.database.read() as connection:
        found = await read_quiet_times(connection, channel)
    return [one for one in found if one.ends_at is None or one.ends_at > world.now()]


async def _end(number: int, channel: str, asker: Asker, world: World) -> Answer:
    one = next((one for one in await _current(channel, world) if one.id == number), None)
    if one is None:
        return quiet_list.not_here(number)
    async with world.database.write() as connection:
        await speak_again(connection, [number])
        await _audit(connection, Quiet(end=number), channel, asker, world)
    return quiet_list.ended(one, _clock(asker, world.now()))


async def _keep(request: Quiet, channel: str, asker: Asker, world: World) -> Answer:
    now = world.now()
    wanted = _quiet_time(request, channel, asker, now)
    async with world.database.write() as connection:
        number = await be_quiet(connection, wanted)
        await _audit(connection, request, channel, asker, world)
    one, told = replace(wanted, id=number), _clock(asker, now)
    mine = quiet_list.kept(one, told)
    if not asker.channel:
        return mine
    with speaking(ENGLISH):
        name = clean(await world.name_of(asker.user_id))
        return replace(mine, public=quiet_list.kept_by(name, one, told))


def _clock(asker: Asker, now: datetime) -> quiet_list.Clock:
    """Names the zone: others read it too."""
    return lambda moment: f"{clock(moment, now, asker.zone)} ({asker.zone})"


def _quiet_time(request: Quiet, channel: str, asker: Asker, now: datetime) -> QuietTime:
    made = QuietTime(channel, asker.user_id, now, request.object, zone=str(asker.zone))
    if request.span:
        return replace(made, starts_at=now, ends_at=now + request.span)
    hours = {"from": f"{request.begins:%H:%M}", "to": f"{request.ends:%H:%M}"}
    return replace(made, weekly={"day": request.weekday, **hours})


async def _audit(connection: AsyncConnection, request: Quiet, channel: str, asker: Asker, world: World) -> None:
    detail = f"{channel} {request.words}"
    await record_act(connection, asker.user_id, "quiet", world.now(), request.object or "", detail=detail)
