"""What people read when they say which record it is: the question, what follows, and what cannot be. Pure."""

from bot import blocks
from bot.answers import Answer, say
from bot.because import TARGET
from bot.blocks import Button
from bot.figures import named
from bot.match_list import OTHER
from bot.request import Errors, Match, Record, Run
from bot.safe import clean, for_mrkdwn
from bot.texts import _
from storage.changes import Candidate
from storage.doubts import Doubt, Ties
from sync.addresses import EMAIL_TAKEN
from sync.choosing import Chosen


def question(request: Match, doubt: Doubt, candidate: Candidate | None) -> Answer:
    """What will be linked, and a button that says yes."""
    there = TARGET[doubt.direction]
    own = f"{named(doubt.object)} {OTHER[there]} {clean(doubt.record_id)}"
    if _is_address(doubt, candidate):
        said = _("Write the new e-mail address of {own} to {side}, though others there have it?")
        asked, label = said.format(side=there, own=own), _("Write it")
    elif candidate is None:
        asked = _("Make a new record in {side} for {own}, though others look like it?").format(side=there, own=own)
        label = _("Make a new one")
    else:
        other = f"{named(candidate.object)} {there} {clean(candidate.id)}"
        asked = _("Link {own} with {other}?").format(own=own, other=other)
        label = _("Link them")
    lines = [asked, *_cautions(doubt, candidate)]
    agreed = Match(request.error, candidate.object if candidate else None, request.record, request.new, confirmed=True)
    drawn = [
        blocks.plain(asked),
        blocks.small("\n".join(lines[1:])),
        blocks.actions([Button(label, agreed.words, asked), Button(_("Show them"), Match(doubt.id).words)]),
    ]
    return Answer(for_mrkdwn("\n".join(lines)), drawn)


def _cautions(doubt: Doubt, candidate: Candidate | None) -> list[str]:
    lines = [_("The next pass writes what differs. Nothing is merged, and nobody is opted in by it.")]
    if _is_address(doubt, candidate):
        lines = [_("The next pass writes it. Nothing is merged, and nobody is opted in by it.")]
    elif candidate is None:
        lines = [_("The next pass makes it. Nobody is opted in by it.")]
    elif candidate not in doubt.candidates:
        lines.append(_("The error does not name that record: look at it once more."))
    return lines


def _is_address(doubt: Doubt, candidate: Candidate | None) -> bool:
    """Whether "none of them" allows a linked record an address, and makes no record."""
    return candidate is None and doubt.code == EMAIL_TAKEN


def done(doubt: Doubt, candidate: Candidate | None, may_run: bool) -> Answer:
    there = TARGET[doubt.direction]
    if _is_address(doubt, candidate):
        said = _("Error #{number} is settled: the next pass writes the address to {side}.")
        told = said.format(number=doubt.id, side=there)
    elif candidate is None:
        said = _("Error #{number} is settled: the next pass makes a new record in {side}.")
        told = said.format(number=doubt.id, side=there)
    else:
        said = _(
            "Error #{number} is settled: the next pass links it with {object} {side} {id} and writes what differs."
        )
        told = said.format(number=doubt.id, object=named(candidate.object), side=there, id=clean(candidate.id))
    buttons = [Button(_("Run a pass now"), Run().words)] if may_run else []
    return say(told, *buttons, Button(_("Its story"), Record(clean(doubt.record_id), doubt.object).words))


def linked(doubt: Doubt, may_act: bool) -> Answer:
    """There is nothing to choose for a record that is linked, and that is not about an address."""
    said = _("Its record is linked already: /sync retry #{number} tries it again.").format(number=doubt.id)
    again = [Button(_("Retry"), f"retry #{doubt.id}", _("Retry {number}").format(number=f"#{doubt.id}"))]
    story = Button(_("Its story"), Record(clean(doubt.record_id), doubt.object).words)
    return say(said, *(again if may_act else []), story, Button(_("Errors"), Errors(code=doubt.code).words))


def refused(doubt: Doubt, ties: Ties, chosen: Chosen) -> Answer:
    """Why that cannot be, as sync/choosing.py says it, and where to go from there."""
    if chosen.why_not == "this record is linked already" and doubt.code != EMAIL_TAKEN:
        return linked(doubt, may_act=True)
    if chosen.held_by and all(one in ties.others for one in doubt.candidates):
        return _all_held(doubt, chosen.held_by)
    reasons = {
        "this error is settled already": _("Error #{number} is settled already: there is nothing left to do."),
        "only people can be matched": _("Only people can be matched: /sync retry #{number} tries it again."),
        "this record is linked already": _(
            "Its record is linked already, so it is none of these: /sync match #{number} new writes the address."
        ),
        "the chosen record is of another object": _(
            "That record is of another object than this one's may be: /sync match #{number} lists those that fit."
        ),
        "the chosen record does not exist any more": _(
            "There is no such record any more: /sync match #{number} lists those that fit."
        ),
        "the chosen record is linked to another record": _(
            "That record is linked with {held_by} already: choose another one, or merge them first."
        ),
    }
    said = reasons.get(chosen.why_not, chosen.why_not).format(number=doubt.id, held_by=clean(chosen.held_by))
    return say(said, Button(_("Show them"), Match(doubt.id).words), Button(_("Errors"), Errors().words))


def _all_held(doubt: Doubt, held_by: str) -> Answer:
    """There is no other one to choose: what works then."""
    said = _(
        "That record is linked with {held_by} already, and there is no other one to choose: "
        "/sync match #{number} new makes a new one, or merge the two first."
    ).format(number=doubt.id, held_by=clean(held_by))
    new = Button(_("Make a new one"), Match(doubt.id, new=True).words)
    return say(said, new, Button(_("Show them"), Match(doubt.id).words), Button(_("Errors"), Errors().words))


def wrong_side(doubt: Doubt) -> Answer:
    """A number where a GUID is due, or the other way round."""
    fitting = doubt.candidates[0].id if doubt.candidates else {"to-marketo": "1017323"}.get(doubt.direction, "<GUID>")
    said = _("Error #{number} is written to {side}: name an id there, as in /sync match #{number} {id}")
    told = said.format(number=doubt.id, side=TARGET[doubt.direction], id=clean(fitting))
    return say(told, Button(_("Show them"), Match(doubt.id).words))


def unknown(request: Match) -> Answer:
    said = _("There is no error #{number}: /sync errors code:ambiguous lists those in doubt.")
    return say(said.format(number=request.error), Button(_("Errors"), Errors().words))


def settled(doubt: Doubt) -> Answer:
    said = _("Error #{number} is settled already: there is nothing left to do.")
    return say(said.format(number=doubt.id), Button(_("Errors"), Errors().words))


def not_here() -> Answer:
    return say(_("This process answers, but does not sync, so it cannot look whether that record is there."))


def out_of_reach(request: Match, code: str) -> Answer:
    said = _("The record could not be looked up: {code}. Nothing was changed.").format(code=clean(code))
    return say(said, Button(_("Try again"), request.words))
