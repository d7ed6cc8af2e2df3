"""What people read after `run record`. Pure; ids and names of fields only."""

from collections.abc import Sequence

from bot.answers import Answer, say
from bot.blocks import Button
from bot.figures import count, named, towards
from bot.request import Record, Run, Status
from bot.safe import clean
from bot.texts import _
from storage.record_story import Known
from sync.refresh import Refreshed

MOST_CHOICES = 10


def readers_only() -> Answer:
    return say(_("People are found by name or address only for SYNC_PEOPLE_READERS. Ids of either side work."))


def failed(request: Run, code: str) -> Answer:
    """A service that could not be asked; its own message may hold people's data."""
    said = _("The record could not be read: {code}. Nothing was changed.").format(code=clean(code))
    return say(said, Button(_("Try again"), request.words), Button(_("Status"), Status().words))


def choose(request: Run, found: Sequence[Known]) -> Answer:
    """None, or several of which one has to be named."""
    if not found:
        said = _("I know no record under “{who}”. Try an e-mail address, or an id of either side.")
        return say(said.format(who=clean(request.record or "")))
    buttons = [
        Button(_described(one), Run(one.object, None, one.dynamics_id or one.marketo_id).words)
        for one in found[:MOST_CHOICES]
    ]
    said = _("{count} records match. Which one?").format(count=count(len(found)))
    if len(found) > MOST_CHOICES:
        said += " " + _("These are the first {count}.").format(count=MOST_CHOICES)
    return say(said, *buttons)


def _described(one: Known) -> str:
    """A button's text takes 75 characters, and no id is to be cut."""
    return f"{named(one.object)} {one.dynamics_id or one.marketo_id}"


def draw(one: Known, done: Refreshed, began: bool) -> Answer:
    """What differs, by direction, and what happens now."""
    ids = [("Dynamics", one.dynamics_id), ("Marketo", one.marketo_id)]
    known = " · ".join(f"{side} {clean(value)}" for side, value in ids if value)
    said = [_("{object} {ids} was read anew.").format(object=named(one.object), ids=known)]
    for way, fields in done.fields.items():
        said.append(_("Goes {direction}: {fields}.").format(direction=towards(way), fields=", ".join(fields)))
    if not done.in_dynamics and one.dynamics_id:
        said.append(_("Dynamics does not have it any more."))
    if not done.fields:
        said.append(_("There is nothing to write."))
    elif began:
        said.append(_("A pass begins now and writes it."))
    else:
        said.append(_("The next pass writes it."))
    words = Record(one.dynamics_id or one.marketo_id or "", one.object).words
    return say(" ".join(said), Button(_("Its story"), words), Button(_("Status"), Status(one.object).words))
