"""Have this channel told: of what is late, fails or stops; or a digest, every day or week.

/sync subscribe [object] [what]
     [backlog>10000] [oldest>2h]
     [failures>20%] [open>500]
     [code:1003] [mention:@group]
/sync subscribe digest [weekly mon] 09:00

/sync subscribe
  everything, from where on suits most
/sync subscribe leads
/sync subscribe leads oldest>2h
/sync subscribe errors code:1003
/sync subscribe quota mention:@ops
  calls them when it is critical first

what: backlog, oldest, growing, stalled,
failures, new-code, errors, refused,
native-sync, schema, quota, throttled,
down, brake, undelivered
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from bot.alerts import listed
from bot.alerts.in_words import told
from bot.alerts.subscribed import rows_of
from bot.answers import Answer
from bot.request_subscribing import Subscribe
from bot.safe import clean
from bot.subscribing import called, channel_of, defaults_of, lines_of, not_told, refusal, uninvited
from bot.texts import ENGLISH, _, speaking
from bot.world import Asker, World
from storage.alerting import Subscription
from storage.ledger.readings import record_act
from storage.ledger.subscribing import read_subscriptions, subscribe, unsubscribe


async def answer(request: Subscribe, asker: Asker, world: World) -> Answer:
    if refused := refusal(asker, request.words) or await uninvited(asker, request.words, world):
        return refused
    channel = await channel_of(asker, world)
    if channel is None:
        return not_told()
    kept = replace(request, instead=())
    gone, replaced = await _keep(kept, request.instead, channel, asker, world)
    names = await called([request.mention], world)
    said = partial(told, kept, defaults_of(world), str(asker.zone), names.get(request.mention or "", ""))
    mine = listed.subscribed(said(), await _before(gone, world), replaced)
    if not asker.channel:
        return mine
    with speaking(ENGLISH):
        name = clean(await world.name_of(asker.user_id))
        before, more = await _before(gone, world), await _list_goes(name, gone, asker, world)
        return replace(mine, public=listed.subscribed_by(name, said(), before, replaced, more))


async def _before(gone: Sequence[Subscription], world: World) -> list[str]:
    return [line.said for line in await lines_of(gone, world)]


async def _list_goes(name: str, gone: Sequence[Subscription], asker: Asker, world: World) -> str:
    """To whom a digest's list of what failed goes, and to whom no more; nothing where nobody else had it."""
    others = [one.created_by for one in gone if one.kind == "digest" and one.created_by != asker.user_id]
    if not others:
        return ""
    sentence = _("The list of what failed goes to {name} now, no longer to {other}.")
    if not asker.may_see_people:
        sentence = _("The list of what failed no longer goes to {other}, nor to {name}, who may not read names.")
    return sentence.format(name=name, other=clean(await world.name_of(others[0])))


async def _keep(
    request: Subscribe, instead: Sequence[int], channel: str, asker: Asker, world: World
) -> tuple[list[Subscription], bool]:
    """What it takes the place of, and whether of what the settings had the channel hear too."""
    now, detail = world.now(), f"{channel} {request.words}"
    async with world.database.write() as connection:
        before = await read_subscriptions(connection, channel)
        await unsubscribe(connection, sorted({row.id for row in before} & set(instead)))
        for row in rows_of(request, channel, asker, now):
            await subscribe(connection, row)
        kept = {row.id for row in await read_subscriptions(connection, channel)}
        await record_act(connection, asker.user_id, "subscribe", now, request.object or "", detail=detail)
    first = not any(row.kind == "alerts" for row in before)
    gone = [row for row in before if row.id not in kept]
    return gone, first and channel == world.settings.alert_channel and request.narrows
