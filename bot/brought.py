"""What people read when one field is brought over alone. Pure; counts and names of fields only."""

from collections.abc import Sequence

from rapidfuzz import process

from bot import blocks
from bot.answers import Answer, say
from bot.blocks import Button
from bot.compared import account
from bot.figures import count, named
from bot.request import Compare, Run, Status
from bot.safe import clean, for_mrkdwn
from bot.texts import _
from sync.comparing import Tally
from sync.repairing import Queued

MOST_NAMES = 4


def no_such_field(request: Run, near: str | None, names: Sequence[str]) -> Answer:
    """The nearest name there is, or the few that are least unlike."""
    said = _("{object} have no field “{field}”.").format(
        object=named(request.object or ""), field=clean(request.field or "")
    )
    if near is None:
        few = [name for name, _score, _at in process.extract(clean(request.field or ""), names, limit=MOST_NAMES)]
        nearest = _("The nearest of its {count} are: {names}").format(count=count(len(names)), names=", ".join(few))
        return say(f"{said} {nearest}")
    words = Run(request.object, field=near, since=request.since).words
    return say(f"{said} " + _("Did you mean: /sync {words}").format(words=words), Button(f"/sync {words}", words))


def given_on_creation(request: Run, field: str) -> Answer:
    said = _("{field} of {object} is given when a record is created and never after, so it cannot be brought over.")
    return say(said.format(field=field, object=request.object))


def not_yet(request: Run) -> Answer:
    """Asked for what is edited later than now."""
    said = _("That is in the future: since: says from when on records were edited.")
    words = Run(request.object, field=request.field).words
    return say(said, Button(f"/sync {words}", words))


def question(request: Run, field: str, total: int, since: str = "") -> Answer:
    """About how many it is, and a button that says yes; how many were edited `since` nobody knows before."""
    if since:
        asked = _("Bring {field} of {object} over, for linked records edited since {since}?")
    else:
        asked = _("Bring {field} of {object} over, for about {count} linked records?")
    asked = asked.format(field=field, object=request.object, count=count(total), since=since)
    follows = _(
        "Both sides are read anew in this field alone; where they differ, the change waits and the next pass writes it "
        "by the usual rules. Nobody is opted in by it."
    )
    agreed = Run(request.object, field=field, since=request.since, confirmed=total).words
    button = Button(_("Bring {field} over").format(field=field), agreed, asked)
    lines = [blocks.plain(asked), blocks.small(follows), blocks.actions([button])]
    return Answer(for_mrkdwn(f"{asked}\n{follows}"), lines)


def progress(name: str, field: str, done: int, total: int) -> Answer:
    said = _("{object}, {field}: {done} of about {total} …")
    return say(said.format(object=named(name), field=field, done=count(done), total=count(total)))


def under_way(field: str, done: int, total: int | None) -> str:
    """The same among the facts about its object; how many were edited since a day nobody knows before."""
    said = _("{field}: {done} of about {total}") if total is not None else _("{field}: {done} so far")
    return said.format(field=field, done=count(done), total=count(total or 0))


def failed(request: Run, code: str) -> Answer:
    """`code` says why, as compared.why_stopped has it."""
    said = _("It stopped before the end: {code}. What was noted before that stays noted.").format(code=code)
    return say(said, Button(_("Try again"), request.words))


def draw(request: Run, field: str, tally: Tally, queued: Queued) -> Answer:
    """What was noted, and what became of every record."""
    noted = _("{object}, {field}: {to_marketo} changes wait to be written to Marketo, {to_dynamics} to Dynamics.")
    said = noted.format(
        object=named(request.object or ""),
        field=field,
        to_marketo=count(queued.to_marketo),
        to_dynamics=count(queued.to_dynamics),
    )
    name = request.object
    compared = Button(_("Compare"), Compare(name).words)
    pressed = [Button(_("Run a pass now"), Run().words), compared, Button(_("Status"), Status(name).words)]
    return say(f"{said} {account(tally)}", *pressed)
