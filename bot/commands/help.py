"""What I can do, or what one command does.

/sync help [command]
"""

from bot import blocks
from bot.answers import Answer, fenced
from bot.blocks import Button
from bot.request import Errors, Help, Status
from bot.safe import for_mrkdwn
from bot.texts import _
from bot.world import Asker, World


async def answer(request: Help, asker: Asker, world: World) -> Answer:
    """Made from the commands themselves."""
    if request.command:
        first, rest = _(first_of(world.help_texts[request.command])), rest_of(world.help_texts[request.command])
    else:
        first = _("I keep Dynamics and Marketo in step, and answer for it here. Only you see my answers.")
        width = max(map(len, world.help_texts)) + 1
        lines = [f"/sync {name:<{width}}{_(first_of(text))}" for name, text in world.help_texts.items()]
        rest = "\n".join([*lines, "", _("More about one: /sync help errors")])
    buttons = [
        Button(_("Status"), Status().words),
        Button(_("Errors"), Errors().words),
        Button(_("Help"), Help().words),
    ]
    drawn = [blocks.plain(first), blocks.preformatted(rest.rstrip()), blocks.actions(buttons)]
    return Answer(f"{for_mrkdwn(first)}\n{fenced(rest.rstrip())}", drawn)


def first_of(text: str) -> str:
    """The first paragraph of a command's help: what it does."""
    return text.split("\n\n")[0].replace("\n", " ")


def rest_of(text: str) -> str:
    """How it is asked for; these words are the same in every language."""
    return text.partition("\n\n")[2]
