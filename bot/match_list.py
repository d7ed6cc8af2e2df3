"""Who an error's record may be, as people read it: the candidates side by side. Pure."""

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
from bot.request import Errors, Match, Record
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

    @property
    def all_held(self) -> bool:
        """Whether none is left to choose, because each is another record's already."""
        return not self.ties.own and all(one in self.ties.others for one in self.doubt.candidates)


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
    if shown.all_held:
        notes.append(_("None is left to choose: make a new one, or merge first the two that are one."))
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
    story = Button(_("Its story"), Record(clean(doubt.record_id), doubt.object).words)
    return [*([_none(shown)] if shown.may_act else []), story, Button(_("Errors"), Errors(code=doubt.code).words)]


def _none(shown: Shown) -> Button:
    words, label = Match(shown.doubt.id, new=True).words, _("None of them")
    if shown.ties.own:
        return Button(label, words, _("None of them: write the address all the same"))
    if shown.all_held:
        return Button(_("Make a new one"), words, _("None of them: make a new record"))
    return Button(label, words, _("None of them: make a new record"))


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
