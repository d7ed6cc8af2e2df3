"""The buttons below an episode's message: each carries the words that one could have typed. Pure."""

from datetime import datetime

from bot.alerts.members import Member
from bot.alerts.quiet import is_snoozed
from bot.blocks import Button
from bot.request import Errors, Explain, Health, Retry, Status
from storage.alerting import Episode


def buttons(episode: Episode, now: datetime) -> list[Button]:
    """What one may do about an episode `now`; of one that is over, only look."""
    members = list(episode.detail.get("members", {}).values())
    show = Button("Show", _shown(episode, members), "Show where it stands now")
    if episode.closed_at:
        return [show]
    number = episode.id
    seen = Button("Acknowledge", f"alerts ack {number}", f"Acknowledge alert {number}")
    return [
        *([] if episode.acknowledged_at else [seen]),
        *(_louder(number) if is_snoozed(episode, now) else _quieter(number)),
        show,
        *_of_code(episode, members),
    ]


def _quieter(number: int) -> list[Button]:
    until = f"Snooze alert {number} until tomorrow at 09:00"
    return [
        Button("Snooze 1 h", f"alerts snooze {number} 1h", f"Snooze alert {number} for an hour"),
        Button("Snooze until 09:00", f"alerts snooze {number} tomorrow", until),
    ]


def _louder(number: int) -> list[Button]:
    return [Button("End snooze", f"alerts unsnooze {number}", f"End the snooze of alert {number}")]


def _shown(episode: Episode, members: list[Member]) -> str:
    if episode.family == "errors":
        return Errors(object=_object(members), code=_code(members)).words
    if episode.family in ("backlog", "brake"):
        return Status(_object(members)).words
    return Health().words


def _of_code(episode: Episode, members: list[Member]) -> list[Button]:
    code = _code(members)
    if code is None or episode.family == "undelivered":
        return []
    retry = Button(
        "Retry", Retry(chosen=Errors(object=_object(members), code=code)).words, "Retry the errors with this code"
    )
    explain = Button("Explain", Explain(code).words, "Explain what this code means and what to do")
    return [retry, explain] if episode.family == "errors" else [explain]


def _object(members: list[Member]) -> str | None:
    """The one that it is all about; none where there are several, or something is about all."""
    objects = list(dict.fromkeys(one.get("object") for one in members))
    return str(objects[0]) if len(objects) == 1 and objects[0] else None


def _code(members: list[Member]) -> str | None:
    """The one that it is all about; none where there are several."""
    codes = list(dict.fromkeys(str(one["code"]) for one in members if one.get("code")))
    return codes[0] if len(codes) == 1 else None
