"""Have this channel told less: asks what, where nothing is named.

/sync unsubscribe [object] [what]
/sync unsubscribe <number>
/sync unsubscribe digest | all

/sync unsubscribe leads
/sync unsubscribe errors code:1003
/sync unsubscribe 12
  the numbers: /sync alerts
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.alerts import listed
from bot.alerts.subscribed import meant_by
from bot.answers import Answer
from bot.commands import alerts
from bot.request_subscribing import Alerts, Unsubscribe
from bot.safe import clean
from bot.subscribing import channel_of, lines_of, not_for_guests, not_told
from bot.texts import ENGLISH, speaking
from bot.world import Asker, World
from storage.alerting import Subscription
from storage.ledger.readings import record_act
from storage.ledger.subscribing import read_subscriptions, unsubscribe


async def answer(request: Unsubscribe, asker: Asker, world: World) -> Answer:
    if refused := not_for_guests(asker):
        return refused
    if request == Unsubscribe():
        return await alerts.answer(Alerts(), asker, world)
    channel = await channel_of(asker, world)
    if channel is None:
        return not_told()
    async with world.database.write() as connection:
        held = await read_subscriptions(connection, channel)
        gone = meant_by(request, held)
        if gone:
            await unsubscribe(connection, [row.id for row in gone])
            detail = f"{channel} {request.words}"
            await record_act(connection, asker.user_id, "unsubscribe", world.now(), request.object or "", detail=detail)
    left = [row for row in held if row.kind == "alerts" and row not in gone]
    built_in = channel == world.settings.alert_channel and not left
    if not gone:
        return listed.nothing_gone(request, built_in)
    comes_back = built_in and any(row.kind == "alerts" for row in gone)
    mine = listed.unsubscribed(await _told(gone, world), comes_back)
    if not asker.channel:
        return mine
    with speaking(ENGLISH):
        name = clean(await world.name_of(asker.user_id))
        return replace(mine, public=listed.unsubscribed_by(name, await _told(gone, world), comes_back))


async def _told(gone: Sequence[Subscription], world: World) -> list[str]:
    return [line.said for line in await lines_of(gone, world)]
