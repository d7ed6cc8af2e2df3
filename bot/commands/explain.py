"""What a code means, who must act, what to do, and whether it is tried again by itself.

/sync explain [code]

/sync explain 1003
  one of Marketo's
/sync explain 0x80040333
  one of Dynamics'
/sync explain ambiguous
  one of ours
/sync explain
  the codes of the open errors
"""

from datetime import timedelta

from bot import blocks
from bot.answers import Answer, say
from bot.blocks import Block, Button, Word
from bot.error_groups import number_of
from bot.explanations import CATALOGUE, WHO, explained, known_code, nearest_code, tried_again
from bot.figures import count
from bot.request import Errors, Explain
from bot.safe import clean, cut, for_mrkdwn
from bot.texts import _, plural
from bot.world import Asker, World
from storage import error_search
from storage.error_groups import open_groups
from storage.error_search import Wanted

MOST = 12


async def answer(request: Explain, asker: Asker, world: World) -> Answer:
    if request.code is None:
        return await _open_codes(world)
    code = known_code(request.code)
    if code is None:
        return _unknown(request.code)
    async with world.database.read() as connection:
        waiting = await error_search.count(connection, Wanted(code=code))
    return _drawn(code, waiting)


def _drawn(code: str, waiting: int) -> Answer:
    cause = CATALOGUE[code]
    facts = [
        (_("What it means"), _(cause.meaning)),
        (_("Who must act"), _(WHO[cause.who])),
        (_("What to do"), _(cause.remedy)),
        (_("Tried again?"), tried_again(code)),
        (_("Open errors"), number_of(waiting)),
    ]
    words: list[list[Word]] = [[(code, "code")]]
    words += [[(f"{name}: ", "bold"), fact] for name, fact in facts]
    buttons = [Button(_("Its errors"), Errors(code=code).words)] if waiting else []
    buttons.append(Button(_("All errors"), Errors().words))
    drawn: list[Block] = [blocks.lines(*words), blocks.actions(buttons)]
    return Answer(for_mrkdwn("\n".join([code, *(f"{name}: {fact}" for name, fact in facts)])), drawn)


def _unknown(code: str) -> Answer:
    shown = cut(clean(code), 60)
    near = nearest_code(code)
    sentence = _("I do not know the code “{code}”.").format(code=shown)
    if near is None:
        tip = _("Try: /sync {words}").format(words=f"{Explain().words} ({_('the codes of the open errors')})")
        return say(
            f"{sentence} {tip}", Button("/sync explain", Explain().words), Button(_("All errors"), Errors().words)
        )
    nearest = _("Nearest to it is {code}: {meaning}").format(code=near, meaning=explained(near))
    return say(f"{sentence} {nearest}", Button(f"/sync explain {near}", Explain(near).words))


async def _open_codes(world: World) -> Answer:
    async with world.database.read() as connection:
        groups = await open_groups(connection, world.now() - timedelta(days=1))
    if not groups:
        return say(_("No open errors, so no code to explain. Try: /sync explain 1003"))
    lines = [f"{clean(one.code)}: {explained(one.code) or _('not a code I know')}" for one in groups[:MOST]]
    more = len(groups) - MOST
    if more > 0:
        lines.append(plural("… and {count} more code", "… and {count} more codes", more).format(count=count(more)))
    buttons = [Button(clean(one.code)[:75] or "-", Explain(one.code).words) for one in groups[:MOST]]
    return say("\n".join(lines), *buttons)
