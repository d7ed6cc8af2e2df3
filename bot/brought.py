"""What people read when one field is brought over alone. Pure; counts and names of fields only."""

from collections.abc import Sequence

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

MOST_NAMES = 40


def no_such_field(request: Run, near: str | None, names: Sequence[str]) -> Answer:
    """The nearest name there is, or all of them."""
    said = _("{object} have no field “{field}”.").format(
        object=named(request.object or ""), field=clean(request.field or "")
    )
    if near is None:
        return say(f"{said} " + _("There are: {names}").format(names=", ".join(names[:MOST_NAMES])))
    words = Run(request.object, field=near, since=request.since).words
    return say(f"{said} " + _("Did you mean: /sync {words}").format(words=words), Button(f"/sync {words}", words))


def question(request: Run, field: str, total: int) -> Answer:
    """About how many it is, and a button that says yes."""
    asked = _("Bring {field} of {object} over, for about {count} linked records?").format(
        field=field, object=request.object, count=count(total)
    )
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


def failed(request: Run, code: str) -> Answer:
    said = _("It stopped before the end: {code}. What was noted before that stays noted.").format(code=clean(code))
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
