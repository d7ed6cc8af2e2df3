"""The first sentence of a record's story: where it stands, and why. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.explanations import explained
from bot.figures import count, named, towards
from bot.reasons import because
from bot.safe import clean
from bot.sides import Sides
from bot.texts import _, plural
from storage.changes import Direction
from storage.history import Service
from storage.record_story import PLACE_STOPS_AT, Failure, Known, LaneStanding, Past, Waiting
from sync.objects import Field, Object

TARGET = {"to-marketo": "Marketo", "to-dynamics": "Dynamics"}
ANOTHER = "its parent"
PARENTS = {
    "users": "its owner",
    "teams": "its owner",
    "accounts": "its account",
    "leads": "its lead",
    "contacts": "its contact",
    "opportunities": "its opportunity",
}


@dataclass(frozen=True, slots=True)
class Told:
    """All that a story is made of. `clock` writes a moment in the reader's zone; texts get `longest` letters each.

    `one` is the record's object, where that is still kept in step.
    """

    known: Known
    past: Past
    sides: Sides
    services: tuple[Service, ...]
    may_see_people: bool
    clock: Callable[[datetime], str]
    one: Object | None = None
    longest: int = 120

    @property
    def pending(self) -> list[Waiting]:
        return sorted((one for one in self.past.waiting if one.state != "parked"), key=lambda one: one.since)


def sentence(told: Told) -> str:
    """The first of these that is so."""
    rules = (_stuck, _left_alone, _waits, _parted, _in_step, _one_sided)
    return next(said for rule in rules if (said := rule(told)))


def _stuck(told: Told) -> str:
    failure = next((one for one in told.past.failures if one.state == "open"), None)
    if failure is None:
        return ""
    code = clean(failure.code)
    meaning = explained(failure.code)
    if failure.code == "ambiguous":
        said = _("Stuck, because a record, or several, could be this one ({code}).").format(code=code)
    else:
        what = refused_part(failure, told.one.fields if told.one else ())
        said = _("Stuck, because {service} refuses {what}: {code}.").format(
            service=TARGET[failure.direction], what=what, code=code
        )
    return f"{said} {meaning}" if meaning else said


def refused_part(failure: Failure, fields: Sequence[Field]) -> str:
    """`its mobile phone`, where the message names one of our fields as that service spells it; else `it`."""
    words = set(re.findall(r"\w+", failure.message.casefold()))
    spelled = {"to-marketo": "name", "to-dynamics": "column"}[failure.direction]
    found = [each for each in fields if getattr(each, spelled).casefold() in words]
    return _("its {field}").format(field=field_words(found[0])) if len(found) == 1 else _("it")


def field_words(field: Field) -> str:
    """`mobilePhone` as people say it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", field.name).casefold()


def _left_alone(told: Told) -> str:
    failure = next((one for one in told.past.failures if one.state == "ignored"), None)
    if failure is None:
        return ""
    return _("Left alone, because its error #{number} ({code}) is being ignored.").format(
        number=failure.id, code=clean(failure.code)
    )


def _waits(told: Told) -> str:
    if not told.pending:
        return ""
    waiting = told.pending[0]
    return _("Waits since {since}, because {reason}.").format(
        since=told.clock(waiting.since), reason=cause(waiting, told)
    )


def cause(waiting: Waiting, told: Told) -> str:
    """What stands in a change's way, in words that go on after "because"."""
    return _held_back(waiting.direction, told) or _delayed(waiting, told) or _in_line(waiting)


def _held_back(direction: Direction, told: Told) -> str:
    """What holds the whole lane back."""
    lane = told.past.lanes.get(direction, LaneStanding())
    what = {"object": named(told.known.object), "way": _(towards(direction))}
    down = next((one for one in told.services if one.down_since and one.name == TARGET[direction].casefold()), None)
    if not lane.live:
        return _("{object} {way} are only observed so far, and nothing is written").format(**what)
    if lane.paused:
        return _("{object} {way} are paused").format(**what)
    if lane.stopped_at:
        since, code = told.clock(lane.stopped_at), clean(lane.stopped_code or "")
        return _("{object} {way} stopped at {since}: {code}").format(**what, since=since, code=code)
    if down and down.down_since:
        since, code = told.clock(down.down_since), clean(down.code or "")
        return _("{service} is out of reach since {since}: {code}").format(
            service=TARGET[direction], since=since, code=code
        )
    return ""


def _delayed(waiting: Waiting, told: Told) -> str:
    """What holds this change back."""
    again = told.clock(waiting.next_at) if waiting.next_at else ""
    code = clean(waiting.code or "")
    if waiting.waits_for:
        parent = waiting.waits_for.partition(":")[0]
        return _("{parent} is not in Marketo yet").format(parent=_(PARENTS.get(parent, ANOTHER)))
    if waiting.state == "unknown":
        return _("nobody knows what became of the last attempt ({code}); it is looked up {again}").format(
            code=code, again=again
        )
    if waiting.state == "retrying":
        return _("the last attempt failed with {code}; the next is at {again}").format(code=code, again=again)
    if waiting.state == "deferred" and not waiting.code:
        return _("it is new, and workflows may still say that it is left out; it is written from {again}").format(
            again=again
        )
    return _("it is being written right now") if waiting.state == "in_flight" else ""


def _in_line(waiting: Waiting) -> str:
    if not waiting.place:
        return _("the next pass has not come to it yet")
    place = f"{count(PLACE_STOPS_AT)}+" if waiting.place > PLACE_STOPS_AT else count(waiting.place)
    return plural(
        "{place} change is before it in the queue", "{place} changes are before it in the queue", waiting.place
    ).format(place=place)


def _parted(told: Told) -> str:
    """A record that is linked, but gone from one side or closed there."""
    link = told.past.link
    if link is None or not (link.dynamics_id and link.marketo_id) or link.planned:
        return ""
    if link.dynamics_deleted:
        return _("Not in Dynamics any more, because its record was deleted there; Marketo was told by a flag.")
    if told.sides.looked and told.sides.dynamics is None:
        return _("Out of step, because its record is not in Dynamics any more; the next reading will tell Marketo.")
    if told.sides.looked and told.sides.marketo is None and told.one and told.one.marketo_key:
        return _("Out of step, because it is not in Marketo any more; it is created there anew with its next edit.")
    if link.left_out:
        return _("Left as it is on both sides, because {reason}.").format(reason=because(link.left_out))
    if link.closed:
        return _("Not written to in Dynamics, because {reason}.").format(reason=because("closed in Dynamics"))
    return ""


def _in_step(told: Told) -> str:
    link = told.past.link
    if link is None or not (link.dynamics_id and link.marketo_id) or link.planned:
        return ""
    since = told.past.synced_at
    differing = len(told.sides.differing())
    if differing:
        fields = plural("{count} field differs", "{count} fields differ", differing).format(count=count(differing))
        why = _why_different(told)
        return _("Not in step, because {fields}: {why}.").format(fields=fields, why=why)
    if since is None:
        return _("In step, because both sides held the same when they were matched.")
    return _("In step since {since}.").format(since=told.clock(since))


def _why_different(told: Told) -> str:
    later = [
        one for one in told.past.skipped if one.reason and (not told.past.synced_at or one.at >= told.past.synced_at)
    ]
    if later:
        return because(max(later, key=lambda one: one.at).reason)
    return _("an edit that has not been read yet, or one in a field that does not travel that way")


def _one_sided(told: Told) -> str:
    if told.known.dynamics_id is None:
        return _("Not in Dynamics, because {reason}.").format(reason=_why_not_in_dynamics(told))
    return _("Not in Marketo, because {reason}.").format(reason=_why_not_in_marketo(told))


def _why_not_in_dynamics(told: Told) -> str:
    sides = told.sides
    if sides.looked and sides.marketo is None:
        return because("no longer in Marketo")
    if sides.looked and not sides.flagged:
        return because("not flagged to sync")
    return _held_back("to-dynamics", told) or _skipped(told, "to-dynamics") or _unread()


def _why_not_in_marketo(told: Told) -> str:
    sides = told.sides
    if sides.looked and sides.dynamics is None:
        return because("deleted in Dynamics")
    return _held_back("to-marketo", told) or _skipped(told, "to-marketo") or _unread()


def _skipped(told: Told, direction: Direction) -> str:
    return next((because(one.reason) for one in told.past.skipped if one.direction == direction), "")


def _unread() -> str:
    return _("it has not been read yet; the next pass will")
