"""What I can do, or what one command does.

/sync help [command]
"""

from bot import blocks
from bot.answers import Answer, fenced
from bot.blocks import Button
from bot.request import Errors, Help, Status
from bot.safe import for_mrkdwn
from bot.world import Asker, World


async def answer(request: Help, asker: Asker, world: World) -> Answer:
    """Made from the commands themselves."""
    if request.command:
        first, _, rest = world.help_texts[request.command].partition("\n\n")
    else:
        first = "I keep Dynamics and Marketo in step, and answer for it here. Only you see my answers."
        lines = [f"/sync {name:<8}{text.splitlines()[0]}" for name, text in world.help_texts.items()]
        rest = "\n".join([*lines, "", "More about one: /sync help errors"])
    buttons = [Button("Status", Status().words), Button("Errors", Errors().words), Button("Help", Help().words)]
    drawn = [blocks.plain(first), blocks.preformatted(rest.rstrip()), blocks.actions(buttons)]
    return Answer(f"{for_mrkdwn(first)}\n{fenced(rest.rstrip())}", drawn)
