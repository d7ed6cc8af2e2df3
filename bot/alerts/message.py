"""What a channel is told of an episode: the message that is edited as it goes on, and the lines in its thread. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from bot import blocks, durations
from bot.alerts.channels import block_of, in_mrkdwn
from bot.alerts.episodes import how_bad
from bot.alerts.members import clock, rules, sentences, subjects
from bot.alerts.offers import buttons
from bot.alerts.quiet import is_snoozed
from bot.alerts.turns import better, worse
from bot.answers import Answer
from bot.blocks import Block
from bot.figures import count
from bot.safe import clean
from storage.alerting import Episode, EpisodeTurn

MOST_SENTENCES = 8
LATE = timedelta(minutes=2)  # whoever was told within that time was not told late
HEADINGS: Mapping[str, str] = {
    "backlog": "BEHIND",
    "errors": "ERRORS",
    "quota": "QUOTA",
    "brake": "BRAKE",
    "undelivered": "UNDELIVERED",
    "refused": "REFUSED",
    "native-sync": "NATIVE SYNC",
    "schema": "SCHEMA",
    "throttled": "THROTTLED",
    "down": "DOWN",
}
ENDED: Mapping[str, tuple[str, str]] = {
    "backlog": ("was behind", "were behind"),
    "errors": ("had too many errors", "had too many errors"),
    "connection": ("was in trouble", "were in trouble"),
    "quota": ("was short of calls", "were short of calls"),
    "brake": ("was held", "were held"),
    "undelivered": ("could not be told", "could not be told"),
}


@dataclass(frozen=True, slots=True)
class Telling:
    """An episode as it is `now`, in the channel's `zone`; `calls` are whom to call."""

    episode: Episode
    now: datetime
    zone: tzinfo = UTC
    calls: Sequence[str] = ()


def root(telling: Telling) -> Answer:
    """The episode's message, true at `now`."""
    said, channels = _verdicts(telling), _channels(telling.episode)
    small = [*_people(telling), *_late(telling), _footer(telling)]
    called = mentions(telling.calls)
    drawn: list[Block] = [
        *([{"type": "section", "text": {"type": "mrkdwn", "text": called}}] if called else []),
        block_of("\n".join(said), channels),
        blocks.small("\n".join(small)),
        blocks.actions(buttons(telling.episode, telling.now)),
    ]
    text = in_mrkdwn("\n".join([*said, *small]), channels)
    return Answer(f"{called} {text}" if called else text, drawn)


def standing(telling: Telling) -> str:
    """How things are, without whom it was told to and when it was read."""
    return "\n".join(_verdicts(telling))


def in_full(telling: Telling) -> str:
    """Everything that its message says of how things are, and by which rules."""
    spoke = rules(list(telling.episode.detail.get("members", {}).values()))
    return f"{standing(telling)}\n{spoke}".rstrip()


def in_short(episode: Episode, now: datetime, zone: tzinfo) -> str:
    """The first line alone."""
    return _verdicts(Telling(episode, now, zone))[0]


def line(telling: Telling, turns: Sequence[EpisodeTurn]) -> Answer | None:
    """What the thread is told of `turns`, oldest first; of what came in a quiet time, only how it is now."""
    said = _meanwhile(telling, [turn for turn in turns if turn.quiet and turn.kind != "still"])
    still = [_still(telling)] if not said and any(turn.kind == "still" for turn in turns) else []
    said += [_of_turn(telling, turn) for turn in turns if not turn.quiet and turn.kind not in ("opened", "still")]
    said += still if not telling.episode.closed_at else []
    called = mentions(telling.calls)
    if not said:
        return None
    text = in_mrkdwn("\n".join(said), _channels(telling.episode))
    return Answer(f"{called} {text}" if called else text)


def _channels(episode: Episode) -> list[str]:
    """Those that it is about."""
    if episode.family != "undelivered":
        return []
    members = episode.detail.get("members", {}).values()
    return [*episode.detail.get("ever", ()), *(str(one["subject"]) for one in members)]


def mentions(ids: Sequence[str]) -> str:
    """Groups (S…) and people (U…) called; anything else calls nobody."""
    groups = [f"<!subteam^{one}>" for one in ids if re.fullmatch(r"S[A-Z0-9]+", one)]
    return " ".join([*groups, *(f"<@{one}>" for one in ids if re.fullmatch(r"[UW][A-Z0-9]+", one))])


def _verdicts(telling: Telling) -> list[str]:
    episode = telling.episode
    if episode.family == "test":
        over = "alerts reach this channel." if episode.closed_at else "nothing is wrong; this is how an alert comes."
        return [f"TEST  {over}"]
    if episode.closed_at:
        return [_recovered(episode)]
    members = list(episode.detail["members"].values())
    said = sentences(members, telling.zone)
    heading = HEADINGS.get(episode.family) or HEADINGS[str(members[0]["rule"])]
    heading = f"{heading}, CRITICAL" if episode.level == "critical" else heading
    more = len(said) - MOST_SENTENCES
    rest = [f"… and {count(more)} more"] if more > 0 else []
    return [f"{heading}  {said[0]}.", *(f"{one[:1].upper()}{one[1:]}." for one in said[1:MOST_SENTENCES]), *rest]


def _recovered(episode: Episode) -> str:
    ever, affected = list(episode.detail.get("ever", [])), int(episode.detail.get("affected", 0))
    if episode.detail.get("ended") is None:
        return f"ENDED  {subjects(ever)}: not watched any more (paused, not live, or unsubscribed)."
    if open_ := _open_of_old_codes(episode):
        are = "are" if len(ever) > 1 else "is"
        errors = f"{count(open_)} errors are" if open_ > 1 else "1 error is"
        return f"ENDED  {subjects(ever)} {are} no longer new; {errors} open."
    one, many = ("was a new error", "were new errors") if _is_of_new_codes(episode) else ENDED[episode.family]
    waited = f"; {count(affected)} {'errors' if episode.family == 'errors' else 'records'} affected" if affected else ""
    came_and_went = ", on and off," if episode.detail.get("reopened") else ""
    return f"RECOVERED  {subjects(ever)} {many if len(ever) > 1 else one}{came_and_went} for {lasted(episode)}{waited}."


def _is_of_new_codes(episode: Episode) -> bool:
    """And of nothing else, all the time."""
    return {counted.partition(":")[0] for counted in episode.detail.get("peaks", {})} == {"new-code"}


def _open_of_old_codes(episode: Episode) -> int:
    """How many errors are open of the codes that only stopped being new."""
    members = episode.detail.get("members", {}).values() if _is_of_new_codes(episode) else ()
    return sum(int(one.get("value") or 0) for one in members)


def lasted(episode: Episode) -> str:
    """From when it began to be so until it was well, not from one message to the other."""
    began = datetime.fromisoformat(episode.detail.get("began") or episode.opened_at.isoformat())
    ended = datetime.fromisoformat(episode.detail.get("ended") or str(episode.closed_at))
    return durations.spell(max(ended - began, timedelta()))


def _people(telling: Telling) -> list[str]:
    episode, found = telling.episode, []
    if episode.acknowledged_by and episode.acknowledged_at:
        at = clock(episode.acknowledged_at, telling.zone)
        found.append(f"Acknowledged by {clean(episode.acknowledged_by)} at {at}")
    if episode.snoozed_until and is_snoozed(episode, telling.now):
        by, until = clean(episode.snoozed_by or ""), _until(episode.snoozed_until, telling)
        found.append(f"Snoozed by {by} until {until}")
    return found


def _late(telling: Telling) -> list[str]:
    since = telling.episode.late_since
    return [f"Told late: since {_until(since, telling)}"] if since else []


def _footer(telling: Telling) -> str:
    members = list(telling.episode.detail.get("members", {}).values())
    spoke = f"{rules(members)} · " if members else ""
    return f"{spoke}alert {telling.episode.id} · read {clock(telling.now, telling.zone)}"


def _meanwhile(telling: Telling, turns: Sequence[EpisodeTurn]) -> list[str]:
    """Nothing where all is as it was before; else since it was so for the last time."""
    episode, was = telling.episode, turns[0].detail.get("was") if turns else None
    if not turns or was == ({} if episode.closed_at else how_bad(episode.detail["members"])):
        return []
    left = [turn for turn in turns if turn.detail.get("was") == was][-1]
    now = in_short(episode, telling.now, telling.zone)
    return [f"Since {_until(left.at, telling)}, while it was quiet: {now}"]


def _of_turn(telling: Telling, turn: EpisodeTurn) -> str:
    late = f" (told late: {_until(turn.at, telling)})" if telling.now - turn.at > LATE else ""
    return f"{_happened(telling, turn)}{late}"


def _happened(telling: Telling, turn: EpisodeTurn) -> str:
    by = clean(str(turn.detail.get("by", "")))
    if turn.kind == "acknowledged":
        return f"Acknowledged by {by}."
    if turn.kind == "snoozed":
        return f"Snoozed until {_until(datetime.fromisoformat(turn.detail['until']), telling)} by {by}."
    if turn.kind == "unsnoozed":
        return f"Snooze ended by {by}."
    if turn.kind == "recovered":
        then = replace(telling.episode, closed_at=turn.at, detail={**telling.episode.detail, **turn.detail})
        heading, _, rest = _verdicts(replace(telling, episode=then))[0].partition("  ")
        return f"{heading.capitalize()}: {rest}"
    return worse(turn, telling.zone) if turn.kind == "worse" else better(turn, telling.zone)


def _still(telling: Telling) -> str:
    """How things are when the time is over for which nobody wanted to hear of it."""
    members = telling.episode.detail.get("members", {}).values()
    critical = ", critical" if telling.episode.level == "critical" else ""
    return f"Still{critical}: {'; '.join(sentences(members, telling.zone))}."


def _until(moment: datetime, telling: Telling) -> str:
    """With the day where that is another."""
    there, today = moment.astimezone(telling.zone), telling.now.astimezone(telling.zone).date()
    day = "" if there.date() == today else f"{there.day} {there:%b} "
    return f"{day}{clock(moment, telling.zone)}"
