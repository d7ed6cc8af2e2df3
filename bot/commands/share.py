"""Post an answer into the channel, without what channels must not get.

/sync share <what you would ask>

/sync share status leads
/sync share errors code:1003
"""

from dataclasses import replace

from bot import commands
from bot.answers import Answer, say
from bot.blocks import Button
from bot.request import Share
from bot.sharing import signed, why_not
from bot.texts import _
from bot.world import Asker, World


async def answer(request: Share, asker: Asker, world: World) -> Answer:
    """Asks again for the channel, which may see nobody's data and do nothing; says why where it may not be posted."""
    asked = request.asked
    if refusal := why_not(asked):
        return say(refusal, Button(_("Show it to me"), asked.words))
    if not asker.channel:
        return say(_("There is nobody here to share it with: ask in a channel."), Button(_("Show it"), asked.words))
    everyone = replace(asker, may_see_people=False, is_operator=False)
    public = await commands.COMMANDS[type(asked).__name__.lower()].answer(asked, everyone, world)
    unposted = say(
        _("I could not post it here. Invite me to the channel, and share it again."),
        Button(_("Share"), request.words),
    )
    return replace(unposted, public=signed(public, await world.name_of(asker.user_id), asked, asker.zone))
