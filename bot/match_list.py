"""What people read when they say which record it is: the candidates side by side, the question, what follows. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import blocks
from bot.answers import Answer, say, written
from bot.because import TARGET, field_words
from bot.blocks import Block, Button, Link, Word
from bot.faces import Difference, Face, Sight
from bot.figures import count, named
from bot.links import Links
from bot.request import Errors, Match, Record, Run
from bot.safe import clean, cut, for_mrkdwn
from bot.texts import _, plural
from storage.changes import Candidate
from storage.doubts import Doubt, Ties
from sync.objects import Field

MOST = 8
MOST_DIFFERENCES = 6
LONGEST = 60
OTHER = {"Dynamics": "Marketo", "Marketo": "Dynamics"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What is listed, and what the asker may see and do. `clock` writes a moment in the asker's zone."""

    doubt: Doubt
    ties: Ties
    sight: Sight
    links: Links
    may_see_people: bool
    may_act: bool
    clock: Callable[[datetime], str]

    def can_be(self, one: Candidate) -> bool:
        """Whether the error's record could be linked with this one, as far as is known."""
        gone = self.sight.looked and one not in self.sight.others
        return not (gone or self.ties.own or one in self.ties.others)


def draw(shown: Shown) -> Answer:
    """The record, then those it may be, each with a button."""
    doubt = shown.doubt
    if not doubt.candidates:
        return _nobody_named(shown)
    heading = plural(
        "Error #{number}: {count} record may be this one.",
        "Error #{number}: {count} records may be this one.",
        len(doubt.candidates),
    ).format(number=doubt.id, count=count(len(doubt.candidates)))
    own = Candidate(doubt.object, doubt.record_id)
    mine: list[list[Word]] = [
        _line(own, OTHER[TARGET[doubt.direction]], shown),
        *_face(shown.sight.own, shown),
        *_own_tie(shown),
    ]
    drawn: list[Block] = [blocks.plain(heading), blocks.lines(*mine)]
    spelled = [for_mrkdwn(heading), *map(written, mine)]
    for one in doubt.candidates[:MOST]:
        lines = [_line(one, TARGET[doubt.direction], shown), *_tie(one, shown), *_about(one, shown)]
        drawn.append(blocks.lines(*lines))
        spelled += ["", *map(written, lines)]
        if shown.may_act and shown.can_be(one):
            drawn.append(blocks.actions([_link_button(doubt, one)]))
    notes = _notes(shown)
    drawn += [blocks.small(notes)] if notes else []
    drawn.append(blocks.actions(_buttons(shown)))
    return Answer("\n".join([*spelled, *([for_mrkdwn(notes)] if notes else [])]), drawn)


def _line(one: Candidate, side: str, shown: Shown) -> list[Word]:
    url = shown.links.marketo(one.object, one.id) if side == "Marketo" else shown.links.dynamics(one.object, one.id)
    shown_id = clean(one.id)
    return [(f"{named(one.object)} ", "bold"), f"{side} ", Link(shown_id, url) if url else shown_id]


def _face(face: Face | None, shown: Shown) -> list[list[Word]]:
    """A name and a company; the name that was remembered where nobody could look."""
    name = face.name if face else shown.doubt.label
    known = (name, face.company, face.address) if face else (name,)
    parts = [cut(clean(each), LONGEST) for each in known if each]
    return [[" · ".join(parts)]] if parts and shown.may_see_people else []


def _own_tie(shown: Shown) -> list[list[Word]]:
    if not shown.ties.own:
        return []
    said = _("Linked with {side} {id} already, so it can be none of these: only “{label}” settles this.")
    label = _("None of them")
    return [[said.format(side=TARGET[shown.doubt.direction], id=clean(shown.ties.own), label=label)]]


def _tie(one: Candidate, shown: Shown) -> list[list[Word]]:
    """Whom a candidate is linked with already: by id, and by name where that is known and may be seen."""
    holder = shown.ties.others.get(one)
    if holder is None:
        return []
    face = shown.sight.holders.get(holder)
    name = f" ({cut(clean(face.name), LONGEST)})" if face and face.name and shown.may_see_people else ""
    said = _("already linked with {side} {id}{name}")
    return [[(said.format(side=OTHER[TARGET[shown.doubt.direction]], id=clean(holder), name=name), "italic")]]


def _about(one: Candidate, shown: Shown) -> list[list[Word]]:
    if not shown.may_see_people or not shown.sight.looked:
        return []
    face = shown.sight.others.get(one)
    if face is None:
        return [[_("It does not exist any more.")]]
    differences = shown.sight.differences.get(one, ())
    return [*_face(face, shown), *_differing(differences, shown)]


def _differing(differences: Sequence[Difference], shown: Shown) -> list[list[Word]]:
    if not differences:
        return [[_("Differs in nothing that would be written.")]]
    lines: list[list[Word]] = []
    there = TARGET[shown.doubt.direction]
    for each in differences[:MOST_DIFFERENCES]:
        said = _("{field}: {theirs} in {there}, {ours} in {here}")
        values = {"theirs": _value(each.field, each.theirs, shown), "ours": _value(each.field, each.ours, shown)}
        lines.append([said.format(field=field_words(each.field), there=there, here=OTHER[there], **values)])
    if (more := len(differences) - MOST_DIFFERENCES) > 0:
        lines.append([_("{more} more fields").format(more=count(more))])
    return lines


def _value(field: Field, value: object, shown: Shown) -> str:
    """A moment on the reader's clock, an owner or a company by its name, anything else as it stands."""
    if value is None:
        return _("nothing")
    if field.kind == "moment":
        return shown.clock(datetime.fromisoformat(str(value)))
    name = shown.sight.names.get(str(value), str(value)) if field.kind == "reference" else str(value)
    return f"“{cut(clean(name), LONGEST)}”"


def _notes(shown: Shown) -> str:
    notes = []
    if (more := len(shown.doubt.candidates) - MOST) > 0:
        notes.append(_("{count} more are not shown.").format(count=count(more)))
    if not shown.may_see_people:
        notes.append(_("Names and differences are shown to those listed in SYNC_PEOPLE_READERS only."))
    elif shown.sight.problem == "-":
        notes.append(_("This process does not sync, so nobody could be looked at."))
    elif shown.sight.problem:
        notes.append(_("The services could not be asked: {code}.").format(code=clean(shown.sight.problem)))
    return "\n".join(notes)


def _link_button(doubt: Doubt, one: Candidate) -> Button:
    label = _("Link with {id}").format(id=clean(one.id))
    return Button(label, Match(doubt.id, one.object, one.id).words, label)


def _buttons(shown: Shown) -> list[Button]:
    doubt = shown.doubt
    new = Button(_("None of them"), Match(doubt.id, new=True).words, _("None of them: make a new record"))
    story = Button(_("Its story"), Record(clean(doubt.record_id), doubt.object).words)
    return [*([new] if shown.may_act else []), story, Button(_("Errors"), Errors(code=doubt.code).words)]


def _nobody_named(shown: Shown) -> Answer:
    said = _(
        "Error #{number} names nobody its record could be. If you know who it is, say so: /sync match #{number} <id>"
    )
    doubt = shown.doubt
    return say(
        said.format(number=doubt.id),
        Button(_("Its story"), Record(clean(doubt.record_id), doubt.object).words),
        Button(_("Errors"), Errors().words),
    )


def question(request: Match, doubt: Doubt, candidate: Candidate | None) -> Answer:
    """What will be linked, and a button that says yes."""
    there = TARGET[doubt.direction]
    own = f"{named(doubt.object)} {OTHER[there]} {clean(doubt.record_id)}"
    if candidate is None:
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
    if candidate is None:
        lines = [_("The next pass makes it. Nobody is opted in by it.")]
    elif candidate not in doubt.candidates:
        lines.append(_("The error does not name that record: look at it once more."))
    return lines


def done(doubt: Doubt, candidate: Candidate | None, may_run: bool) -> Answer:
    there = TARGET[doubt.direction]
    if candidate is None:
        said = _("Error #{number} is settled: the next pass makes a new record in {side}.")
        told = said.format(number=doubt.id, side=there)
    else:
        said = _(
            "Error #{number} is settled: the next pass links it with {object} {side} {id} and writes what differs."
        )
        told = said.format(number=doubt.id, object=named(candidate.object), side=there, id=clean(candidate.id))
    buttons = [Button(_("Run a pass now"), Run().words)] if may_run else []
    return say(told, *buttons, Button(_("Its story"), Record(clean(doubt.record_id), doubt.object).words))


def refused(doubt: Doubt, why_not: str, held_by: str) -> Answer:
    """Why that cannot be, as sync/choosing.py says it, and where to go from there."""
    reasons = {
        "this error is settled already": _("Error #{number} is settled already: there is nothing left to do."),
        "only people can be matched": _("Only people can be matched: /sync retry #{number} tries it again."),
        "this record is linked already": _("Its record is linked already: /sync retry #{number} tries it again."),
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
    said = reasons.get(why_not, why_not).format(number=doubt.id, held_by=clean(held_by))
    return say(said, Button(_("Show them"), Match(doubt.id).words), Button(_("Errors"), Errors().words))


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
