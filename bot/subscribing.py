"""Who may change what a channel hears, which channel that is, and whether we are in it."""

from collections.abc import Iterable, Sequence

import aiohttp
from slack_sdk.errors import SlackClientError

from bot.alerts.in_words import told
from bot.alerts.listed import Line
from bot.alerts.subscribed import grouped, request_of
from bot.alerts.wants import Defaults
from bot.answers import Answer, say
from bot.blocks import Button
from bot.safe import clean
from bot.texts import _
from bot.user_groups import user_groups
from bot.world import Asker, World
from storage.alerting import Subscription

OUT_OF_REACH = (SlackClientError, aiohttp.ClientError, TimeoutError)


def defaults_of(world: World) -> Defaults:
    """From where on rules speak where nobody says otherwise."""
    return Defaults(world.settings.alert_backlog, world.settings.alert_oldest)


def refusal(asker: Asker, words: str) -> Answer | None:
    """What to say to somebody who may not have more told here; None to one who may.

    Everybody who works here may, for their channel; guests may not, and nobody in channels with outsiders.
    """
    if asker.outsiders:
        sentence = _(
            "I tell no alerts in a channel that is shared with another organization, or that I cannot look into. "
            "If it is yours alone, invite me first (/invite @Sync), and then: /sync {words}"
        )
        return say(sentence.format(words=words), Button(_("Try again"), words))
    return not_for_guests(asker)


def not_for_guests(asker: Asker) -> Answer | None:
    """What to say to a guest or a stranger, who may not have less told here either."""
    return None if asker.is_colleague else say(_("Guests cannot change what is heard here; ask a member."))


async def channel_of(asker: Asker, world: World) -> str | None:
    """Where alerts go that are asked for here: the channel, or the asker's direct messages; None while Slack does not
    tell."""
    if asker.channel:
        return asker.channel
    try:
        opened = await world.slack.conversations_open(users=asker.user_id)
    except OUT_OF_REACH:
        return None
    return str((opened["channel"] or {})["id"])


def not_told() -> Answer:
    return say(_("Slack does not answer me now; asking again may help."))


async def uninvited(asker: Asker, words: str, world: World) -> Answer | None:
    """What to say where the bot is not in the channel, and so could not tell alerts there; None where it is."""
    if not asker.channel:
        return None
    try:
        told = await world.slack.conversations_info(channel=asker.channel)
    except OUT_OF_REACH:
        return None
    if (told.get("channel") or {}).get("is_member", True):
        return None
    sentence = _(
        "I am not in this channel, so I cannot tell alerts here. "
        "Invite me first (/invite @Sync), and then: /sync {words}"
    )
    return say(sentence.format(words=words), Button(_("Try again"), words))


async def called(mentions: Iterable[str | None], world: World) -> dict[str, str]:
    """What people and user groups are called, by their ids, in letters that call nobody."""
    meant = {one for one in mentions if one}
    groups = await user_groups(world.slack) if any(one.startswith("S") for one in meant) else {}
    people = {one: await world.name_of(one) for one in sorted(meant) if not one.startswith("S")}
    return {one: clean(people.get(one) or groups.get(one, one)) for one in meant}


async def lines_of(rows: Sequence[Subscription], world: World) -> list[Line]:
    """Subscriptions in words, those together that were asked for together."""
    defaults, lines = defaults_of(world), []
    names = await called((row.mention for row in rows), world)
    for group in grouped(rows):
        request = request_of(group)
        said = told(request, defaults, group[0].zone, names.get(request.mention or "", ""))
        lines.append(Line(tuple(row.id for row in group), request, said))
    return lines
