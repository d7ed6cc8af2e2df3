"""One record's story on both sides, as it is told in Slack: always privately. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot import blocks
from bot.answers import Answer, written
from bot.because import TARGET, Told, cause, field_words, sentence
from bot.blocks import Button, Link, Word
from bot.figures import change, count, named, towards
from bot.links import Links
from bot.reasons import because
from bot.request import Match, Record, Run
from bot.safe import clean, cut, for_mrkdwn
from bot.texts import _, plural
from storage.activity_log import Deed
from storage.record_story import MOST_FOUND, PLACE_STOPS_AT, Failure, Known, Waiting
from sync.objects import Field

OUTCOMES = {"created": "created", "updated": "updated", "deleted": "deleted", "skipped": "skipped"}
MOST_FIELDS = 20
MOST_ERRORS = 4
# Slack takes about 13,200 characters of blocks (bolt-js#2509).
MOST_IN_BLOCKS = 12_000
LONGEST_LABEL = 75  # that Slack shows on a button


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the story; `link` is where it can be looked at."""

    label: str
    said: str
    link: str = ""


def draw(request: Record, told: Told, links: Links, *, is_operator: bool) -> Answer:
    """The sentence that says because, then the facts; as much of names and values as there is room for."""
    for longest in (120, 40, 12):
        answer = _drawn(request, replace(told, longest=longest), links, is_operator=is_operator)
        if len(json.dumps(answer.blocks)) <= MOST_IN_BLOCKS:
            break
    return answer


def _drawn(request: Record, told: Told, links: Links, *, is_operator: bool) -> Answer:
    said, facts = sentence(told), _facts(told, links)
    whose = told.known.label or next((one.label for one in told.past.waiting if one.label), "")
    whose = cut(clean(whose), told.longest) if told.may_see_people else ""
    heading = " · ".join(part for part in (named(told.known.object), whose) if part)
    lines = [_line(fact) for fact in facts]
    drawn = [blocks.plain(said), blocks.small(heading), blocks.lines(*lines)]
    drawn.append(blocks.actions(_buttons(request, told, is_operator=is_operator)))
    spelled = "\n".join(written(line) for line in lines)
    return Answer(f"{for_mrkdwn(said)}\n{for_mrkdwn(heading)}\n{spelled}", drawn)


def _line(fact: Fact) -> list[Word]:
    return [(f"{fact.label}: ", "bold"), Link(fact.said, fact.link) if fact.link else fact.said]


def _facts(told: Told, links: Links) -> list[Fact]:
    known = told.known
    facts = [
        Fact("Dynamics", clean(known.dynamics_id or "-"), links.dynamics(known.object, known.dynamics_id)),
        Fact("Marketo", clean(known.marketo_id or "-"), links.marketo(known.object, known.marketo_id)),
        *_owner(told),
        *(Fact(_("Waits"), _waiting(one, told)) for one in told.pending),
    ]
    if not told.past.waiting:
        facts.append(Fact(_("Waits"), _("nothing")))
    facts += _synced(told)
    facts += [Fact(_("On creation"), f"{told.clock(one.at)}: {because(one.reason)}") for one in told.past.remarked]
    facts += _difference(told)
    facts += [Fact(_("Error #{number}").format(number=one.id), _failure(one, told)) for one in told.past.failures]
    return facts + [Fact(_("Last skipped"), _skipped(one, told)) for one in told.past.skipped]


def _owner(told: Told) -> list[Fact]:
    """A name to those who may see people, the user's id in Dynamics to others."""
    owner = cut(clean(told.sides.owner), told.longest) if told.may_see_people else ""
    said = owner or clean(told.sides.owner_id)
    return [Fact(_("Owner"), said)] if said else []


def _waiting(one: Waiting, told: Told) -> str:
    """Operation, direction, place, since when, and the next attempt and why."""
    place = f"{count(PLACE_STOPS_AT)}+" if one.place > PLACE_STOPS_AT else count(one.place + 1)
    said = _("{operation} {way}, place {place} in the queue, since {since}: {why}").format(
        operation=change(one.operation), way=_(towards(one.direction)), place=place, since=told.clock(one.since),
        why=cause(one, told),
    )  # fmt: skip
    again = _("next attempt {at}").format(at=told.clock(one.next_at)) if one.next_at else ""
    times = plural("tried once", "tried {count} times", one.attempts).format(count=count(one.attempts))
    return "; ".join(part for part in (said, again, times if one.attempts else "") if part)


def _synced(told: Told) -> list[Fact]:
    """The last write in each direction; the link's own time where the record's past is too long ago to be known."""
    facts = []
    for deed in told.past.done:
        fields = ": " + ", ".join(deed.fields) if deed.fields else ""
        said = f"{told.clock(deed.at)}, {_(OUTCOMES.get(deed.outcome, deed.outcome))}{fields}"
        label = _("Last synced to {service}").format(service=TARGET[deed.direction])
        facts.append(Fact(label, said))
    if not facts:
        at = told.past.synced_at
        facts.append(Fact(_("Last synced"), told.clock(at) if at else _("never")))
    return facts


def _difference(told: Told) -> list[Fact]:
    sides, label = told.sides, _("Differs in")
    if not sides.looked:
        return [Fact(label, _("not known: the services could not be asked ({code})").format(code=clean(sides.problem)))]
    if sides.dynamics is None or sides.marketo is None:
        return []
    found = sides.differing()
    if not found:
        return [Fact(label, _("nothing, as of now"))]
    if not told.may_see_people:
        return [Fact(label, ", ".join(field.name for field in found))]
    facts = [Fact(f"{label} {field_words(field)}", _values(field, told)) for field in found[:MOST_FIELDS]]
    more = len(found) - MOST_FIELDS
    return facts + ([Fact(label, _("{more} more fields").format(more=more))] if more > 0 else [])


def _values(field: Field, told: Told) -> str:
    values = {"Dynamics": told.sides.dynamics, "Marketo": told.sides.marketo}
    return " · ".join(f"{side} {_value((held or {}).get(field.name), told.longest)}" for side, held in values.items())


def _value(value: Any, longest: int) -> str:
    return _("nothing") if value is None else f"“{cut(clean(str(value)), longest)}”"


def _failure(failure: Failure, told: Told) -> str:
    times = plural("tried once", "tried {count} times", failure.attempts).format(count=count(failure.attempts))
    parts = [
        f"{change(failure.operation)} {_(towards(failure.direction))}",
        clean(failure.code),
        told.clock(failure.failed_at),
    ]
    parts += [times] + ([_("ignored")] if failure.state == "ignored" else [])
    parts += [cut(clean(failure.message), 3 * told.longest)] if told.may_see_people and failure.message else []
    return " · ".join(parts)


def _skipped(deed: Deed, told: Told) -> str:
    alike = told.past.alike.get((deed.direction, deed.reason), 0)
    times = plural("{count} record of the kind", "{count} records of the kind", alike).format(count=count(alike))
    said = f"{_(towards(deed.direction))}, {told.clock(deed.at)}: {clean(because(deed.reason))}"
    return f"{said} ({times})" if alike else said


def _buttons(request: Record, told: Told, *, is_operator: bool) -> list[Button]:
    buttons = []
    failures = told.past.failures[:MOST_ERRORS]
    for failure in failures if is_operator else ():
        number = f" #{failure.id}" if len(failures) > 1 else ""
        buttons.append(
            Button(_("Retry") + number, f"retry #{failure.id}", _("Retry error {number}").format(number=failure.id))
        )
        if failure.state == "ignored":
            buttons.append(Button(_("Reopen") + number, f"reopen #{failure.id}"))
        else:
            buttons.append(Button(_("Ignore") + number, f"ignore #{failure.id}"))
    doubts = [failure.id for failure in failures if failure.in_doubt]
    buttons += [Button(_("Match #{number}").format(number=number), Match(number).words) for number in doubts]
    codes = [clean(code) for code in dict.fromkeys(failure.code for failure in failures)]
    buttons += [Button(_("Explain {code}").format(code=code), f"explain {code}") for code in codes]
    if is_operator:
        whose = Run(told.known.object, None, told.known.dynamics_id or told.known.marketo_id)
        buttons.append(Button(_("Read anew"), whose.words, _("Read this record anew on both sides, and write it")))
    return [*buttons, Button(_("Refresh"), request.words)]


def choose(found: Sequence[Known], *, may_see_people: bool) -> Answer:
    """Several records answer to what was asked: a button for each."""
    said = plural("{count} record fits; which one?", "{count} records fit; which one?", len(found))
    if len(found) == MOST_FOUND:
        said = _("These fit, and there may be more than {count}; which one?")
    said = said.format(count=count(len(found)))
    buttons = [Button(_choice(one, may_see_people), _asking(one), _choice(one, may_see_people)) for one in found]
    spelled = "\n".join(f"{_choice(one, may_see_people)}: /sync {_asking(one)}" for one in found)
    return Answer(for_mrkdwn(f"{said}\n{spelled}"), [blocks.plain(said), blocks.actions(buttons)])


def _choice(one: Known, may_see_people: bool) -> str:
    ids = f"Dynamics {clean(one.dynamics_id)}" if one.dynamics_id else f"Marketo {clean(one.marketo_id or '')}"
    room = LONGEST_LABEL - len(f"{named(one.object)}  {ids}")
    name = clean(one.label) if may_see_people else ""
    shown = name if len(name) <= room else f"{name[: max(room - 1, 0)].rstrip()}…"
    return " ".join(part for part in (named(one.object), shown, ids) if part)


def _asking(one: Known) -> str:
    return Record(one.dynamics_id or one.marketo_id or "", one.object).words
