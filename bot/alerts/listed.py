"""What a channel hears, drawn: what is under way first, then every subscription in words, with buttons. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from bot import blocks
from bot.alerts import message
from bot.alerts.quiet import is_snoozed
from bot.answers import Answer, say, written
from bot.blocks import Block, Button, Word
from bot.figures import clock, count, named
from bot.request_subscribing import Alerts, Quiet, Subscribe, Unsubscribe
from bot.safe import clean, for_mrkdwn
from bot.subscribe_form import form_button
from bot.texts import _, plural
from storage.alerting import Episode

MOST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Line:
    """Subscriptions that were asked for together: their `numbers`, the `request`, and what it means."""

    numbers: tuple[int, ...]
    request: Subscribe
    said: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What is listed. `built_in` is what the settings have this channel hear, empty where they do not."""

    episodes: Sequence[Episode]
    lines: Sequence[Line]
    quiet_times: int
    built_in: str
    may_change: bool
    now: datetime
    zone: tzinfo


def draw(heard: Heard) -> Answer:
    heading = _heading(heard)
    drawn: list[Block] = [blocks.plain(heading)]
    spelled = [for_mrkdwn(heading)]
    for episode in heard.episodes:
        _add(drawn, spelled, _under_way(episode, heard), _of_episode(episode, heard.now), heard.may_change)
    for line in heard.lines[:MOST_SHOWN]:
        words: list[Word] = [(" ".join(f"#{number}" for number in line.numbers), "bold"), f"  {named(line.said)}"]
        _add(drawn, spelled, words, _of_line(line), heard.may_change)
    for note in _notes(heard):
        drawn.append(blocks.small(note))
        spelled.append(for_mrkdwn(note))
    return Answer("\n".join(spelled), [*drawn, _last(heard)])


def _add(drawn: list[Block], spelled: list[str], words: list[Word], buttons: Block, may_change: bool) -> None:
    drawn += [blocks.lines(words), *([buttons] if may_change else [])]
    spelled.append(written(words))


def _heading(heard: Heard) -> str:
    if heard.episodes:
        under_way = plural("{count} alert is under way.", "{count} alerts are under way.", len(heard.episodes))
        return f"{under_way.format(count=count(len(heard.episodes)))} {_('What is heard here:')}"
    if heard.lines or heard.built_in:
        return f"{_('No alert is under way.')} {_('What is heard here:')}"
    return _("Nothing is heard here. To begin with what suits most: /sync subscribe")


def _under_way(episode: Episode, heard: Heard) -> list[Word]:
    """`#7  since 13:02  BEHIND  Leads: 1,204 waiting, the oldest for 3h. Acknowledged by Dana.`"""
    short = message.in_short(episode, heard.now, heard.zone)
    said = _("since {time}  {what}").format(time=_clock(episode.opened_at, heard), what=short)
    if episode.acknowledged_by:
        said += " " + _("Acknowledged by {name}.").format(name=clean(episode.acknowledged_by))
    if is_snoozed(episode, heard.now) and episode.snoozed_until:
        said += " " + _("Silent until {time}.").format(time=_clock(episode.snoozed_until, heard))
    return [(f"#{episode.id}", "bold"), f"  {said}"]


def _clock(moment: datetime, heard: Heard) -> str:
    return clock(moment, heard.now, heard.zone)


def _of_episode(episode: Episode, now: datetime) -> Block:
    number = episode.id
    acknowledge = Button(
        _("Acknowledge"), Alerts("ack", number).words, _("Acknowledge #{number}").format(number=number)
    )
    quieter = [
        Button(_("Snooze 1 h"), Alerts("snooze", number, timedelta(hours=1)).words),
        Button(_("Until tomorrow 09:00"), Alerts("snooze", number).words),
    ]
    louder = [Button(_("End snooze"), Alerts("unsnooze", number).words)]
    return blocks.actions(
        [*([] if episode.acknowledged_by else [acknowledge]), *(louder if is_snoozed(episode, now) else quieter)]
    )


def _of_line(line: Line) -> Block:
    row = blocks.actions([Button(_("Unsubscribe"), Unsubscribe(line.numbers).words)])
    return {**row, "elements": [form_button(_("Change…"), line.request, line.numbers), *row["elements"]]}


def _notes(heard: Heard) -> list[str]:
    notes = []
    if heard.built_in:
        notes.append(
            _("Built in, because ALERT_CHANNEL names this channel: {what}. A subscription takes its place.").format(
                what=heard.built_in
            )
        )
    if (more := len(heard.lines) - MOST_SHOWN) > 0:
        notes.append(_("{count} more are not shown.").format(count=count(more)))
    if heard.quiet_times:
        notes.append(_("Quiet times: {count}. See: /sync quiet").format(count=count(heard.quiet_times)))
    return notes


def _last(heard: Heard) -> Block:
    changing = [Button(_("Test"), Alerts("test").words, _("Send a test alert here"))] if heard.may_change else []
    row = blocks.actions([Button(_("Quiet times"), Quiet().words), *changing, Button(_("Refresh"), Alerts().words)])
    subscribing = [form_button(_("Subscribe…"), Subscribe())] if heard.may_change else []
    return {**row, "elements": [*subscribing, *row["elements"]]}


def subscribed(said: str, before: Sequence[str], replaced: bool) -> Answer:
    """`before` is what it takes the place of; `replaced` where the channel of the settings heard everything so far."""
    sentence = _("Subscribed to {what}.").format(what=said) + _in_place(said, before, replaced)
    return say(sentence, Button(_("Alerts"), Alerts().words), Button(_("Test"), Alerts("test").words))


def subscribed_by(name: str, said: str, before: Sequence[str], replaced: bool, more: str = "") -> Answer:
    """For everybody in the channel; `more` is what else there is to say."""
    sentence = _("{name} subscribed this channel to {what}.").format(name=name, what=said) + _in_place(
        said, before, replaced
    )
    return say(f"{sentence} {more}".strip(), Button(_("Alerts"), Alerts().words))


def _in_place(said: str, before: Sequence[str], replaced: bool) -> str:
    """Nobody is to hear less than before without a word."""
    told = []
    if others := [one for one in before if one != said]:
        told.append(_("It takes the place of {what}.").format(what="; ".join(others)))
    if replaced:
        told.append(_("That is all it hears now; what was built in by ALERT_CHANNEL comes back with: /sync subscribe"))
    return "".join(f" {one}" for one in told)


def unsubscribed(said: Sequence[str], built_in: bool) -> Answer:
    """`built_in` where what the settings have the channel hear applies again."""
    return _less(_("Unsubscribed from {what}.").format(what="; ".join(said)), built_in)


def unsubscribed_by(name: str, said: Sequence[str], built_in: bool) -> Answer:
    """For everybody in the channel."""
    return _less(_("{name} unsubscribed this channel from {what}.").format(name=name, what="; ".join(said)), built_in)


def _less(sentence: str, built_in: bool) -> Answer:
    """Nobody is to hear more than before without a word either."""
    if not built_in:
        return say(sentence, Button(_("Alerts"), Alerts().words))
    back = _("ALERT_CHANNEL names this channel, so that it hears everything again.")
    return say(f"{sentence} {back} {_how_to_hear_less()}", *_to_hear_less())


def _how_to_hear_less() -> str:
    return _(
        "To hear less: /sync subscribe leads. To hear nothing for a while: /sync quiet 2h. "
        "To hear nothing at all, take ALERT_CHANNEL out of the settings."
    )


def _to_hear_less() -> list[Button]:
    return [Button(_("Alerts"), Alerts().words), Button(_("Quiet for 2 h"), Quiet(span=timedelta(hours=2)).words)]


def nothing_gone(request: Unsubscribe, built_in: bool) -> Answer:
    """Where nothing fits what was to be unsubscribed."""
    sentence = _("No subscription here fits “{words}”.").format(words=request.words)
    if built_in:
        sentence = _("What is heard here is built in, because ALERT_CHANNEL names this channel.")
        return say(f"{sentence} {_how_to_hear_less()}", *_to_hear_less())
    return say(sentence, Button(_("Alerts"), Alerts().words))


def tested() -> Answer:
    sentence = _("A test is on its way, down the road that alerts take. If it is not here in a minute: /sync health")
    return say(sentence, Button(_("Health"), "health"), Button(_("Alerts"), Alerts().words))


def acknowledged(episode: Episode) -> Answer:
    sentence = _("#{number} is acknowledged by {name}; its message says so.")
    return say(sentence.format(number=episode.id, name=clean(episode.acknowledged_by or "")))


def snoozed(episode: Episode, until: str) -> Answer:
    sentence = _("#{number} is silent until {time}; what turns meanwhile is told then, if it still holds.")
    return say(sentence.format(number=episode.id, time=until))


def unsnoozed(episode: Episode) -> Answer:
    sentence = _("#{number} is not silent; what turns is told at once.")
    return say(sentence.format(number=episode.id), Button(_("Alerts"), Alerts().words))


def only_a_test(number: int) -> Answer:
    sentence = _("#{number} is a test: it comes at once, quiet or not, and ends by itself.").format(number=number)
    return say(sentence, Button(_("Test"), Alerts("test").words), Button(_("Alerts"), Alerts().words))


def not_here(number: int) -> Answer:
    sentence = _("There is no alert #{number} under way here.").format(number=number)
    return say(sentence, Button(_("Alerts"), Alerts().words))
