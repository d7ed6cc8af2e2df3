"""What I can do, or what one command does.

/sync help [command]
"""

import re

from bot import blocks
from bot.answers import Answer, fenced
from bot.blocks import Button, Word
from bot.request import Errors, Help, Status
from bot.safe import for_mrkdwn
from bot.texts import _
from bot.words import vocabulary_of
from bot.world import Asker, World


async def answer(request: Help, asker: Asker, world: World) -> Answer:
    """Made from the commands themselves, and from what is kept in step."""
    return _one(request.command, world) if request.command else _all(world)


def _one(command: str, world: World) -> Answer:
    """How one command is asked for; where there are no leads, another object stands in its examples."""
    text = world.help_texts[command]
    example = vocabulary_of(world.objects).example
    first, rest = _(first_of(text)), re.sub(r"\bleads\b", example, rest_of(text)).rstrip()
    drawn = [blocks.plain(first), blocks.preformatted(rest), blocks.actions(_buttons())]
    return Answer(f"{for_mrkdwn(first)}\n{fenced(rest)}", drawn)


def _all(world: World) -> Answer:
    """A line for each command: prose, which a phone wraps by itself."""
    first = _("I keep Dynamics and Marketo in step, and answer for it here. Only you see my answers.")
    told = {f"/sync {name}": _(first_of(text)) for name, text in world.help_texts.items()}
    objects = _("Objects: {names}").format(names=", ".join(one.name for one in world.objects))
    last = [objects, _("More about one: /sync help errors")]
    lines: list[list[Word]] = [[(words, "code"), f"  {said}"] for words, said in told.items()]
    drawn = [blocks.plain(first), blocks.lines(*lines), blocks.small("\n".join(last)), blocks.actions(_buttons())]
    spelled = [first, *(f"{words}  {said}" for words, said in told.items()), *last]
    return Answer(for_mrkdwn("\n".join(spelled)), drawn)


def _buttons() -> list[Button]:
    return [
        Button(_("Status"), Status().words),
        Button(_("Errors"), Errors().words),
        Button(_("Help"), Help().words),
    ]


def first_of(text: str) -> str:
    """The first paragraph of a command's help: what it does."""
    return text.split("\n\n")[0].replace("\n", " ")


def rest_of(text: str) -> str:
    """How it is asked for; these words are the same in every language."""
    return text.partition("\n\n")[2]
