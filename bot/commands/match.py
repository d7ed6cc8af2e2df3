"""Say which record it is, where several may be the same: the error's record is linked with that one.

/sync match <#number>
    who it may be, side by side
/sync match <#number> <id>
    of Marketo, or of Dynamics
/sync match <#number> <object>:<id>
/sync match <#number> new
    none of them: a record of its own

/sync match #27
/sync match #27 1017323

For operators. It asks first. Nothing is
merged, and nobody is opted in by it.
"""

import re

from bot import candidates, match_choice, match_list
from bot.acting import refusal
from bot.answers import Answer
from bot.faces import Sight
from bot.figures import clock
from bot.request import Match
from bot.world import Asker, World
from storage.changes import Candidate
from storage.doubts import Doubt, Ties, doubt_of, ties_of
from storage.ledger.readings import record_act
from sync.choosing import choose, is_only_retried
from sync.choosing import refusal as why_refused
from sync.errors import SyncFailure


async def answer(request: Match, asker: Asker, world: World) -> Answer:
    choosing = request.new or request.record is not None
    if choosing and (refused := await refusal(asker, world)):
        return refused
    async with world.database.read() as connection:
        doubt = await doubt_of(connection, request.error)
        ties = await ties_of(connection, doubt) if doubt else Ties()
    if doubt is None:
        return match_choice.unknown(request)
    if doubt.state not in ("open", "ignored"):
        return match_choice.settled(doubt)
    if is_only_retried(doubt.code, bool(ties.own)):
        return match_choice.linked(doubt, asker.is_operator)
    if choosing:
        return await _choose(request, doubt, ties, asker, world)
    sight = await candidates.look_at(doubt, ties, world.engine) if asker.may_see_people else Sight()
    shown = match_list.Shown(
        doubt, ties, sight, world.links, asker.may_see_people, asker.is_operator,
        lambda moment: clock(moment, world.now(), asker.zone),
    )  # fmt: skip
    return match_list.draw(shown)


async def _choose(request: Match, doubt: Doubt, ties: Ties, asker: Asker, world: World) -> Answer:
    if world.engine is None:
        return match_choice.not_here()
    if request.record and not _fits(request.record, doubt):
        return match_choice.wrong_side(doubt)
    candidate = _meant(request, doubt)
    deciding = choose if request.confirmed else why_refused
    try:
        done = await deciding(world.engine, doubt.id, candidate)
    except SyncFailure as failure:
        return match_choice.out_of_reach(request, failure.code)
    if done.why_not:
        return match_choice.refused(doubt, ties, done)
    if not request.confirmed:
        return match_choice.question(request, doubt, candidate)
    async with world.database.write() as connection:
        told = f"{candidate.object}:{candidate.id}" if candidate else "new"
        detail = f"#{doubt.id} {told}"
        await record_act(connection, asker.user_id, "match", world.now(), doubt.object, doubt.direction, detail)
    return match_choice.done(doubt, candidate, may_run=world.replica is not None)


def _fits(record: str, doubt: Doubt) -> bool:
    """A person in Marketo has a number, a row in Dynamics a GUID."""
    return bool(re.fullmatch(r"[0-9]+", record)) == (doubt.direction == "to-marketo")


def _meant(request: Match, doubt: Doubt) -> Candidate | None:
    """The object that was named, else that of the candidate with this id, else the record's own."""
    if request.record is None:
        return None
    named = next((one.object for one in doubt.candidates if one.id == request.record), doubt.object)
    return Candidate(request.object or named, request.record)
