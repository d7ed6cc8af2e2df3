"""When a channel hears nothing, drawn. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot import blocks
from bot.alerts.in_words import weekday
from bot.answers import Answer, say
from bot.blocks import Block, Button
from bot.figures import count
from bot.request_subscribing import Alerts, Quiet
from bot.safe import for_mrkdwn
from bot.texts import _
from storage.alerting import QuietTime

MOST_SHOWN = 20
Clock = Callable[[datetime], str]


def draw(found: Sequence[QuietTime], may_end: bool, clock: Clock) -> Answer:
    heading = _("Quiet times here:") if found else _("No quiet times here. To have one: /sync quiet 2h")
    drawn: list[Block] = [blocks.plain(heading)]
    spelled = [heading]
    for one in found[:MOST_SHOWN]:
        said = f"#{one.id}  {about(one, clock)}"
        drawn.append(blocks.plain(said))
        spelled.append(said)
        if may_end:
            label = _("End #{number}").format(number=one.id)
            drawn.append(blocks.actions([Button(_("End"), Quiet(end=one.id).words, label)]))
    if (more := len(found) - MOST_SHOWN) > 0:
        drawn.append(blocks.small(_("{count} more are not shown.").format(count=count(more))))
        spelled.append(_("{count} more are not shown.").format(count=count(more)))
    drawn.append(blocks.actions([Button(_("Alerts"), Alerts().words), Button(_("Refresh"), Quiet().words)]))
    return Answer(for_mrkdwn("\n".join(spelled)), drawn)


def about(one: QuietTime, clock: Clock) -> str:
    """`leads, until 16:32 (Europe/Berlin)`, or `everything, every Saturday 20:00–23:00 (Europe/Berlin)`.

    `clock` names its zone.
    """
    what = one.object or _("everything")
    if one.weekly:
        return _weekly(what, int(one.weekly["day"]), str(one.weekly["from"]), str(one.weekly["to"]), one.zone)
    return _("{what}, until {time}").format(what=what, time=clock(one.ends_at) if one.ends_at else "-")


def _weekly(what: str, day: int, begins: str, ends: str, zone: str) -> str:
    """An end no later than the beginning is one of the next day."""
    said = _("{what}, every {day} {begins}–{ends} ({zone})")
    if ends <= begins:
        said = _("{what}, every {day} {begins} until {next_day} {ends} ({zone})")
    next_day = weekday((day + 1) % 7)
    return said.format(what=what, day=weekday(day), begins=begins, next_day=next_day, ends=ends, zone=zone)


def kept(one: QuietTime, clock: Clock) -> Answer:
    sentence = _("Quiet about {what}. What turns meanwhile is told once at its end, if it still holds.")
    buttons = Button(_("End"), Quiet(end=one.id).words), Button(_("Quiet times"), Quiet().words)
    return say(sentence.format(what=about(one, clock)), *buttons)


def kept_by(name: str, one: QuietTime, clock: Clock) -> Answer:
    sentence = _("{name} has me be quiet here about {what}.")
    return say(sentence.format(name=name, what=about(one, clock)), Button(_("Quiet times"), Quiet().words))


def ended(one: QuietTime, clock: Clock) -> Answer:
    sentence = _("Not quiet any more about {what}.").format(what=about(one, clock))
    return say(sentence, Button(_("Quiet times"), Quiet().words), Button(_("Alerts"), Alerts().words))


def not_here(number: int) -> Answer:
    sentence = _("There is no quiet time #{number} here.").format(number=number)
    return say(sentence, Button(_("Quiet times"), Quiet().words))
